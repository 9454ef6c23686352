/* What the members of one network go through alone: the first product, and their output layers. */
#include <string.h>

#include "gd/network/adapter.h"
#include "gd/network/dense.h"
#include "gd/network/network_layers.h"

/* W of a member's first product: `count` rows of it from `first` on, in the place of all. */
static const float *scaled_weight(const gd_network *network, const float *parameters, int member, int first, int count, int rows, float *workspace)
{
	const gd_layer *layer = &network->layer[0];
	float *scaled = gd_network_member_weights(network, rows, workspace);
	gd_adapter_scale(count, layer->outputs, parameters + network->factor + (size_t)member * (size_t)layer->inputs + (size_t)first,
		parameters + layer->weight + (size_t)first * (size_t)layer->outputs, scaled);
	return scaled;
}

/* Floats from one row of a block of all members to the next. */
static size_t row_of_all(const gd_network *network, int rows)
{
	return (size_t)network->members * (size_t)rows;
}

void gd_network_members_first_product(const gd_network *network, const float *parameters, int rows, const float *values, float *workspace, float *z)
{
	for (int m = 0; m < network->members; m++, z += rows) {
		const float *weight = scaled_weight(network, parameters, m, 0, network->layer[0].inputs, rows, workspace);
		gd_network_first_product(network, weight, NULL, rows, values, workspace, z, row_of_all(network, rows));
	}
}

void gd_network_members_first_gradient(const gd_network *network, const float *parameters, int rows, const float *values, const float *dz, float *workspace, float *gradient)
{
	const gd_layer *layer = &network->layer[0];
	const int encoded = network->input.encoded, behind = network->input.columns - encoded;
	size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs, weights = inputs * outputs, row = row_of_all(network, rows);
	float *factor_gradient = gradient, *weight_gradient = gradient + (size_t)network->members * inputs, *bias_gradient = weight_gradient + weights;
	float *own = gd_network_member_weights(network, rows, workspace) + weights;
	memset(weight_gradient, 0, (weights + outputs) * sizeof *weight_gradient);
	for (int m = 0; m < network->members; m++, factor_gradient += inputs, dz += rows) {
		const float *factor = parameters + network->factor + (size_t)m * inputs;
		gd_network_first_gradient(network, rows, values, dz, row, workspace, own);
		gd_adapter_gradient(layer->inputs, layer->outputs, factor, parameters + layer->weight, own, weight_gradient, factor_gradient);
		for (size_t o = 0; o < outputs; o++)
			bias_gradient[o] += own[weights + o];
		if (behind)
			gd_network_periodic_sensitivity(network, scaled_weight(network, parameters, m, encoded, behind, rows, workspace), rows, dz, row, m > 0, workspace);
	}
}

void gd_network_members_output(const gd_network *network, const float *parameters, int rows, const float *x, float *logits)
{
	const gd_layer *layer = &network->layer[network->last];
	size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs;
	for (int m = 0; m < network->members; m++, x += rows, logits += outputs * (size_t)rows) {
		gd_dense_forward(layer->inputs, layer->outputs, rows, parameters + layer->weight + (size_t)m * inputs * outputs, x, row_of_all(network, rows),
			logits, (size_t)rows);
		gd_dense_add_bias(layer->outputs, rows, parameters + layer->bias + (size_t)m * outputs, logits);
	}
}

void gd_network_members_output_gradient(const gd_network *network, const float *parameters, int rows, const float *x, const float *dz, float *gradient, float *dx)
{
	const gd_layer *layer = &network->layer[network->last];
	size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs, weights = inputs * outputs, one = (size_t)rows, all = row_of_all(network, rows);
	float *bias_gradient = gradient + (size_t)network->members * weights;
	for (int m = 0; m < network->members; m++, x += rows, dx += rows, dz += outputs * one) {
		gd_dense_weight_gradient(layer->inputs, layer->outputs, rows, x, all, dz, one, gradient + (size_t)m * weights);
		gd_dense_bias_gradient(layer->outputs, rows, dz, one, bias_gradient + (size_t)m * outputs);
		gd_dense_backward_input(layer->inputs, layer->outputs, rows, parameters + layer->weight + (size_t)m * weights, dz, one, dx, all);
	}
}
