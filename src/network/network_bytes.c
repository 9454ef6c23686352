/* What a training step moves besides its dense products. */
#include "gd/network/network_layers.h"

enum { FLOAT = sizeof(float), KEPT = sizeof(uint8_t) };

/* Values are counted once for each pass that loads or stores them. */
static double input_bytes(const gd_network *network)
{
	const gd_input_layer *input = &network->input;
	const gd_periodic *periodic = &input->periodic;
	const double outputs = network->layer[0].outputs, features = network->options.inputs;
	double values = 2 * features; /* a row's features become columns of a block */
	if (input->computed)
		values += features + input->made;
	if (input->piecewise) {
		double pieces = input->encoding.piecewise;
		/* Place, fraction and order; forward: a row of the table and one of the weights; backward: a row of dz; the product transposed, both ways. */
		values += pieces * (4 + 2 * outputs + outputs) + 4 * outputs;
	}
	/* Ranks, then waves forward and backward. */
	values += periodic->features * (2.0 + 4 * 2.0 * periodic->frequencies);
	return FLOAT * values + (network->input_dropout > 0 ? 2.0 * FLOAT * input->columns : 0);
}

static double hidden_bytes(const gd_network *network, const gd_layer *layer)
{
	const bool norm = network->options.batch_norm, keeps_z = gd_activation_needs_input(network->options.activation);
	double values = 2 + 3; /* activation: z to y; y or z and dy to dz */
	if (norm)
		values += 2 + 1 + 2 + 2 + 3; /* bias, moments, forward, sums, backward */
	else if (keeps_z)
		values += 2; /* bias */
	double bytes = FLOAT * values;
	if (network->dropout > 0)
		bytes += 2 * (2 * FLOAT + KEPT);
	return layer->outputs * bytes;
}

double gd_network_bytes(const gd_network *network)
{
	const int members = network->members;
	double bytes = input_bytes(network);
	for (int l = 0; l < network->last; l++)
		bytes += members * hidden_bytes(network, &network->layer[l]);
	/* Members' first products, their gradients, what their output layers read and its gradient are moved out of a block or into it. */
	if (members > 1)
		bytes += FLOAT * members * (2.0 * 2.0 * network->layer[0].outputs + 3.0 * 2.0 * network->layer[network->last].inputs);
	/* Bias; the largest logit, exponentials and gradient; the label. */
	return bytes + FLOAT * members * ((2.0 + 4.0) * network->options.classes + 1);
}
