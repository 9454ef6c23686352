/* From features to the first dense layer: columns, periodic embeddings, dropout, and the product with its weights. */
#include <string.h>

#include "gd/kernel/transpose.h"
#include "gd/network/dense.h"
#include "gd/network/network_layers.h"
#include "gd/network/piecewise.h"

void gd_network_place_input(gd_network *network, size_t *used)
{
	gd_input_layer *input = &network->input;
	const gd_encoding *encoding = &input->encoding;
	size_t outputs = (size_t)network->layer[0].outputs;
	/* Dropped columns are no longer 0 or 1 by their order. */
	input->piecewise = encoding->piecewise > 0 && network->input_dropout == 0;
	input->made = input->columns - (input->piecewise ? encoding->piecewise_columns : 0);
	input->computed = encoding->features > 0 || network->input_dropout > 0;
	if (input->computed)
		input->values = gd_network_take(used, (size_t)input->made);
	if (input->periodic.features) {
		size_t line = GD_ALIGNMENT / sizeof(float), waves = 2 * (size_t)input->periodic.frequencies;
		input->ranks = gd_network_take(used, (size_t)input->periodic.features);
		input->waves = gd_network_take(used, (size_t)input->periodic.features * waves);
		input->gradient = gd_network_take(used, (size_t)(input->columns - input->encoded));
		input->one_gradient = network->members > 1 ? gd_network_take(used, (size_t)(input->columns - input->encoded)) : 0;
		input->scratch = gd_network_take(used, gd_periodic_scratch(&input->periodic, (int)line) / line + 1);
	}
	if (input->piecewise) {
		input->place = gd_network_take(used, (size_t)encoding->piecewise);
		input->fraction = gd_network_take(used, (size_t)encoding->piecewise);
		input->product = gd_network_take(used, outputs);
		/* Sorted rows, and behind them where each bin starts: in a block of one line, as many lines as the bins need. */
		size_t line = GD_ALIGNMENT / sizeof(float);
		input->order = gd_network_take(used, 1 + ((size_t)encoding->piecewise_columns + line) / line);
		input->packed = (size_t)input->columns * outputs;
		network->tables = input->packed + (size_t)input->made * outputs;
	}
}

static float *region(size_t offset, int rows, float *workspace)
{
	return workspace + offset * gd_network_padded(rows);
}

static float *table_of(const gd_network *network, int rows, float *workspace)
{
	return gd_network_parameter_gradient(network, rows, workspace) + network->parameter_gradient;
}

const float *gd_network_input_values(const gd_network *network, int rows, const float *x, float *workspace)
{
	return network->input.computed ? region(network->input.values, rows, workspace) : x;
}

const float *gd_network_input_forward(const gd_network *network, const float *parameters, int rows, const float *x, const gd_dropout *dropout, float *workspace)
{
	const gd_input_layer *input = &network->input;
	float *values = region(input->values, rows, workspace);
	if (!input->computed || (!input->encoding.features && !dropout))
		return x;
	if (!input->encoding.features) {
		gd_dropout_forward(dropout, input->columns, rows, x, values, NULL);
		return values;
	}
	if (input->piecewise) {
		gd_piecewise_place(&input->encoding, rows, x, (int32_t *)region(input->place, rows, workspace), region(input->fraction, rows, workspace));
		gd_encoding_expand_plain(&input->encoding, rows, x, values);
	} else {
		gd_encoding_expand(&input->encoding, rows, x, values);
	}
	if (input->periodic.features) {
		float *ranks = region(input->ranks, rows, workspace);
		size_t behind = (size_t)(input->made - (input->columns - input->encoded)) * (size_t)rows;
		gd_encoding_ranks(&input->encoding, rows, x, ranks);
		gd_periodic_forward(&input->periodic, rows, parameters, ranks, region(input->waves, rows, workspace), values + behind);
	}
	if (dropout)
		gd_dropout_forward(dropout, input->columns, rows, values, values, NULL);
	return values;
}

/* A stretch of the first layer's weights, in rows. */
typedef struct stretch {
	int feature; /* the next to look at */
	size_t first, count;
} stretch;

/* The next stretch that goes through the dense product: features that are no piecewise-linear ones, one by one, then all columns behind the features'. */
static bool next_stretch(const gd_input_layer *input, stretch *s)
{
	const gd_encoding *encoding = &input->encoding;
	while (s->feature < encoding->features && encoding->feature[s->feature].kind == GD_ENCODE_PIECEWISE_LINEAR)
		s->feature++;
	if (s->feature > encoding->features)
		return false;
	bool behind = s->feature == encoding->features;
	s->first = (size_t)(behind ? input->encoded : encoding->feature[s->feature].first);
	s->count = behind ? (size_t)(input->columns - input->encoded) : 1;
	s->feature++;
	return true;
}

/* Those stretches of the weights, one behind the other; or those of a gradient back to their places. */
static void pack(const gd_network *network, const float *weight, float *packed)
{
	size_t outputs = (size_t)network->layer[0].outputs;
	for (stretch s = {0}; next_stretch(&network->input, &s); packed += s.count * outputs)
		memcpy(packed, weight + s.first * outputs, s.count * outputs * sizeof *packed);
}

static void unpack(const gd_network *network, const float *packed, float *gradient)
{
	size_t outputs = (size_t)network->layer[0].outputs;
	for (stretch s = {0}; next_stretch(&network->input, &s); packed += s.count * outputs)
		memcpy(gradient + s.first * outputs, packed, s.count * outputs * sizeof *packed);
}

static void make_tables(const gd_network *network, const float *weight, float *tables)
{
	gd_piecewise_sum(&network->input.encoding, network->layer[0].outputs, weight, tables);
	pack(network, weight, tables + network->input.packed);
}

/* Each member has tables of its own, made where it is at work: not kept for all of them. */
size_t gd_network_tables(const gd_network *network)
{
	return network->members > 1 ? 0 : network->tables;
}

void gd_network_prepare(const gd_network *network, const float *parameters, float *tables)
{
	if (network->input.piecewise && network->members == 1)
		make_tables(network, parameters + network->layer[0].weight, tables);
}

void gd_network_first_product(const gd_network *network, const float *weight, const float *tables, int rows, const float *values, float *workspace, float *z, size_t z_row)
{
	const gd_input_layer *input = &network->input;
	const gd_layer *layer = &network->layer[0];
	if (!input->piecewise) {
		gd_dense_forward(layer->inputs, layer->outputs, rows, weight, values, (size_t)rows, z, z_row);
		return;
	}
	float *product = region(input->product, rows, workspace);
	if (!tables) {
		float *own = table_of(network, rows, workspace);
		make_tables(network, weight, own);
		tables = own;
	}
	if (input->made) {
		gd_dense_forward_rows(input->made, layer->outputs, rows, tables + input->packed, values, product);
	} else {
		memset(product, 0, (size_t)rows * (size_t)layer->outputs * sizeof *product);
	}
	gd_piecewise_forward(&input->encoding, layer->outputs, rows, (const int32_t *)region(input->place, rows, workspace),
		region(input->fraction, rows, workspace), weight, tables, product);
	gd_transpose((size_t)rows, (size_t)layer->outputs, product, (size_t)layer->outputs, z, z_row);
}

void gd_network_first_gradient(const gd_network *network, int rows, const float *values, const float *dz, size_t dz_row, float *workspace, float *gradient)
{
	const gd_input_layer *input = &network->input;
	const gd_layer *layer = &network->layer[0];
	if (!input->piecewise) {
		gd_dense_backward_parameters(layer->inputs, layer->outputs, rows, values, (size_t)rows, dz, dz_row, gradient);
		return;
	}
	float *packed = table_of(network, rows, workspace) + input->packed, *product = region(input->product, rows, workspace);
	float *bias_gradient = gradient + (size_t)layer->inputs * (size_t)layer->outputs;
	gd_dense_bias_gradient(layer->outputs, rows, dz, dz_row, bias_gradient);
	gd_transpose((size_t)layer->outputs, (size_t)rows, dz, dz_row, product, (size_t)layer->outputs);
	gd_piecewise_backward(&input->encoding, layer->outputs, rows, (const int32_t *)region(input->place, rows, workspace),
		region(input->fraction, rows, workspace), product, bias_gradient, (int32_t *)region(input->order, rows, workspace), gradient);
	if (input->made) {
		gd_dense_weight_gradient(input->made, layer->outputs, rows, values, (size_t)rows, dz, dz_row, packed);
		unpack(network, packed, gradient);
	}
}

void gd_network_periodic_sensitivity(const gd_network *network, const float *weight, int rows, const float *dz, size_t dz_row, bool further, float *workspace)
{
	const gd_input_layer *input = &network->input;
	int columns = input->columns - input->encoded, outputs = network->layer[0].outputs;
	float *sum = region(input->gradient, rows, workspace), *one = further ? region(input->one_gradient, rows, workspace) : sum;
	gd_dense_backward_input(columns, outputs, rows, weight, dz, dz_row, one, (size_t)rows);
	for (size_t i = 0; further && i < (size_t)columns * (size_t)rows; i++)
		sum[i] += one[i];
}

void gd_network_periodic_gradient(const gd_network *network, const float *parameters, int rows, const float *values, float *workspace, float *gradient)
{
	const gd_input_layer *input = &network->input;
	int columns = input->columns - input->encoded;
	const float *y = values + (size_t)(input->made - columns) * (size_t)rows;
	float *dy = region(input->gradient, rows, workspace);
	gd_dropout_backward_relu(network->input_dropout, columns, rows, y, dy, dy);
	gd_periodic_backward(&input->periodic, rows, parameters, region(input->ranks, rows, workspace), region(input->waves, rows, workspace), dy,
		region(input->scratch, rows, workspace), gradient);
}
