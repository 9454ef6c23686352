#include <assert.h>

#include "gd/network/batch_norm.h"
#include "gd/network/cross_entropy.h"
#include "gd/network/dense.h"
#include "gd/network/network_layers.h"

/* Layers whose dense products a segment holds: all without batch norm, else one. */
static int first_layer(const gd_network *network, int segment)
{
	return network->options.batch_norm ? segment : 0;
}

static int last_layer(const gd_network *network, int segment)
{
	return network->options.batch_norm ? segment : network->last;
}

static bool ends_in_batch_norm(const gd_network *network, int layer)
{
	return network->options.batch_norm && layer < network->last;
}

/* What dense layer `layer` reads, as the forward pass left it. */
static const float *layer_input(const gd_network *network, int layer, const gd_block *block, float *workspace)
{
	if (layer > 0)
		return gd_network_layer_values(network, layer - 1, block->rows, workspace).output;
	return gd_network_input_values(network, block->rows, block->x, workspace);
}

/* Rows of a block that go through the layers from the first product on: once a member. */
static int all_rows(const gd_network *network, int rows)
{
	return network->members * rows;
}

static void add_loss(const gd_network *network, const gd_block *block, float *logits, gd_loss_sums *loss)
{
	const gd_network_options *options = &network->options;
	gd_cross_entropy_sums sums = gd_cross_entropy(options->classes, block->rows, logits, block->labels, options->class_weights, block->weights,
		options->label_smoothing, logits);
	gd_wide_sum_add(&loss->loss, sums.loss);
	gd_wide_sum_add(&loss->weight, sums.weight);
	loss->correct += sums.correct;
}

/* The rest of a hidden layer after its dense product and, with batch norm, its moments. */
static void finish_hidden_layer(const gd_network *network, const gd_pass *pass, int l, const gd_block *block, float *workspace)
{
	const gd_layer *layer = &network->layer[l];
	gd_activation activation = network->options.activation;
	gd_layer_values values = gd_network_layer_values(network, l, block->rows, workspace);
	int count = all_rows(network, block->rows);
	size_t width = (size_t)layer->outputs, rows = (size_t)count;
	if (network->options.batch_norm) {
		gd_batch_norm_forward(layer->outputs, count, values.dense, pass->norm.mean + layer->channel, pass->norm.inverse_deviation + layer->channel,
			pass->parameters + layer->scale, pass->parameters + layer->shift, values.z);
		gd_activation_forward(activation, width * rows, values.z, values.y);
	} else if (gd_activation_needs_input(activation)) {
		gd_dense_add_bias(layer->outputs, count, pass->parameters + layer->bias, values.z);
		gd_activation_forward(activation, width * rows, values.z, values.y);
	} else {
		gd_activation_forward_bias(activation, width, rows, pass->parameters + layer->bias, values.z, values.y);
	}
	if (network->dropout > 0) {
		gd_dropout dropout = {.key = pass->dropout_key, .layer = (uint32_t)l + 1, .block = (uint32_t)block->index, .threshold = network->dropout};
		gd_dropout_forward(&dropout, layer->outputs, count, values.y, values.output, activation == GD_RELU ? NULL : values.kept);
	}
}

static void make_input(const gd_network *network, const gd_pass *pass, const gd_block *block, float *workspace)
{
	gd_dropout dropout = {.key = pass->dropout_key, .layer = 0, .block = (uint32_t)block->index, .threshold = network->input_dropout};
	gd_network_input_forward(network, pass->parameters, block->rows, block->x, network->input_dropout > 0 ? &dropout : NULL, workspace);
}

/* Logits, loss, and dL/dlogits in the place of the logits. */
static void finish_output_layer(const gd_network *network, const gd_pass *pass, const gd_block *block, float *logits, gd_loss_sums *loss)
{
	gd_dense_add_bias(network->options.classes, block->rows, pass->parameters + network->layer[network->last].bias, logits);
	add_loss(network, block, logits, loss);
	loss->rows += block->rows;
}

static void finish_output_layers(const gd_network *network, const gd_block *block, float *logits, gd_loss_sums *loss)
{
	for (int m = 0; m < network->members; m++, logits += (size_t)network->options.classes * (size_t)block->rows)
		add_loss(network, block, logits, loss);
	loss->rows += block->rows;
}

/* z [outputs, all rows] of a layer that all members share. */
static void dense_product(const gd_network *network, int l, const float *parameters, const float *tables, int rows, const float *x, float *workspace, float *z)
{
	const gd_layer *layer = &network->layer[l];
	const size_t all = (size_t)all_rows(network, rows);
	if (l > 0)
		gd_dense_forward(layer->inputs, layer->outputs, (int)all, parameters + layer->weight, x, all, z, all);
	else if (network->members > 1)
		gd_network_members_first_product(network, parameters, rows, x, workspace, z);
	else
		gd_network_first_product(network, parameters + layer->weight, tables, rows, x, workspace, z, all);
}

void gd_network_forward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_wide_sum *moments, gd_loss_sums *loss)
{
	assert(segment >= 0 && segment < gd_network_segments(network) && block->rows > 0);
	const int rows = all_rows(network, block->rows);
	for (int l = first_layer(network, segment); l <= last_layer(network, segment); l++) {
		const gd_layer *layer = &network->layer[l];
		if (l > 0)
			finish_hidden_layer(network, pass, l - 1, block, workspace);
		else
			make_input(network, pass, block, workspace);
		float *z = l == network->last ? gd_network_layer_gradient(network, l, block->rows, workspace)
			: gd_network_layer_values(network, l, block->rows, workspace).dense;
		const float *x = layer_input(network, l, block, workspace);
		if (l == network->last && network->members > 1) {
			gd_network_members_output(network, pass->parameters, block->rows, x, z);
			finish_output_layers(network, block, z, loss);
			return;
		}
		dense_product(network, l, pass->parameters, pass->tables, block->rows, x, workspace, z);
		if (ends_in_batch_norm(network, l)) {
			gd_dense_add_bias(layer->outputs, rows, pass->parameters + layer->bias, z);
			gd_batch_norm_moments(layer->outputs, rows, z, pass->statistics + layer->running_mean, moments);
		} else if (l == network->last) {
			finish_output_layer(network, pass, block, z, loss);
		}
	}
}

void gd_network_finish_moments(const gd_network *network, const gd_pass *pass, int segment, const gd_wide_sum *moments, double rows)
{
	assert(gd_network_segment_channels(network, segment) > 0);
	const gd_layer *layer = &network->layer[segment];
	gd_batch_norm_finish_moments(layer->outputs, network->members * rows, moments, pass->statistics + layer->running_mean,
		pass->norm.mean + layer->channel, pass->norm.inverse_deviation + layer->channel, pass->norm.unbiased_variance + layer->channel);
}

/* From the gradient of a hidden layer's output to that of its z, in place. */
static void backward_hidden_layer(const gd_network *network, int l, const gd_block *block, float *workspace, float *gradient)
{
	gd_layer_values values = gd_network_layer_values(network, l, block->rows, workspace);
	int width = network->layer[l].outputs, rows = all_rows(network, block->rows);
	if (network->dropout > 0 && network->options.activation == GD_RELU) {
		gd_dropout_backward_relu(network->dropout, width, rows, values.output, gradient, gradient);
		return;
	}
	if (network->dropout > 0)
		gd_dropout_backward(network->dropout, width, rows, values.kept, gradient, gradient);
	gd_activation_backward(network->options.activation, (size_t)width * (size_t)rows, values.z, values.y, gradient, gradient);
}

static void backward_first_layer(const gd_network *network, const gd_pass *pass, const gd_block *block, const float *dz,
	float *workspace, gd_gradient_sink *sink, void *context)
{
	const gd_layer *layer = &network->layer[0];
	const gd_periodic *periodic = &network->input.periodic;
	const float *x = layer_input(network, 0, block, workspace), *weight = pass->parameters + layer->weight;
	float *gradient = gd_network_parameter_gradient(network, block->rows, workspace);
	size_t first = layer->weight, end = layer->bias + (size_t)layer->outputs, rows = (size_t)block->rows;
	if (network->members > 1) {
		first = network->factor;
		gd_network_members_first_gradient(network, pass->parameters, block->rows, x, dz, workspace, gradient);
	} else {
		gd_network_first_gradient(network, block->rows, x, dz, rows, workspace, gradient);
		if (periodic->features)
			gd_network_periodic_sensitivity(network, weight + (size_t)network->input.encoded * (size_t)layer->outputs, block->rows, dz, rows, false, workspace);
	}
	sink(context, first, end - first, gradient);
	if (!periodic->features)
		return;
	gd_network_periodic_gradient(network, pass->parameters, block->rows, x, workspace, gradient);
	sink(context, 0, gd_periodic_parameters(periodic), gradient);
}

/* Of a layer above the first: its parameters' gradient to `sink`, then the gradient of its input, dx. */
static void backward_layer(const gd_network *network, const gd_pass *pass, int l, const gd_block *block, const float *dz, float *workspace,
	gd_gradient_sink *sink, void *context, float *dx)
{
	const gd_layer *layer = &network->layer[l];
	const float *x = layer_input(network, l, block, workspace), *weight = pass->parameters + layer->weight;
	float *gradient = gd_network_parameter_gradient(network, block->rows, workspace);
	int rows = all_rows(network, block->rows);
	size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs, row = (size_t)rows;
	if (l == network->last && network->members > 1) {
		gd_network_members_output_gradient(network, pass->parameters, block->rows, x, dz, gradient, dx);
		sink(context, layer->weight, (size_t)network->members * (inputs + 1) * outputs, gradient);
		return;
	}
	gd_dense_backward_parameters(layer->inputs, layer->outputs, rows, x, row, dz, row, gradient);
	sink(context, layer->weight, (inputs + 1) * outputs, gradient);
	gd_dense_backward_input(layer->inputs, layer->outputs, rows, weight, dz, row, dx, row);
}

void gd_network_backward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_gradient_sink *sink, void *context, gd_wide_sum *sums)
{
	assert(segment >= 0 && segment < gd_network_segments(network) && block->rows > 0);
	int rows = all_rows(network, block->rows);
	const gd_norm_state *norm = &pass->norm;
	for (int l = last_layer(network, segment); l >= first_layer(network, segment); l--) {
		const gd_layer *layer = &network->layer[l];
		float *dz = gd_network_layer_gradient(network, l, block->rows, workspace);
		if (ends_in_batch_norm(network, l))
			gd_batch_norm_backward(layer->outputs, rows, gd_network_layer_values(network, l, block->rows, workspace).dense,
				norm->mean + layer->channel, norm->inverse_deviation + layer->channel, pass->parameters + layer->scale,
				norm->gradient_mean + layer->channel, norm->gradient_product + layer->channel, dz, dz);
		if (l == 0) {
			backward_first_layer(network, pass, block, dz, workspace, sink, context);
			break;
		}
		const gd_layer *below = layer - 1;
		float *dy = gd_network_layer_gradient(network, l - 1, block->rows, workspace);
		backward_layer(network, pass, l, block, dz, workspace, sink, context, dy);
		backward_hidden_layer(network, l - 1, block, workspace, dy);
		if (network->options.batch_norm)
			gd_batch_norm_gradient_sums(below->outputs, rows, gd_network_layer_values(network, l - 1, block->rows, workspace).dense,
				norm->mean + below->channel, norm->inverse_deviation + below->channel, dy, sums);
	}
}

void gd_network_finish_gradient_sums(const gd_network *network, const gd_pass *pass, int segment, const gd_wide_sum *sums, double rows, double *gradient)
{
	assert(segment > 0 && segment < gd_network_segments(network));
	const gd_layer *layer = &network->layer[segment - 1];
	gd_batch_norm_finish_gradient_sums(layer->outputs, network->members * rows, sums, pass->norm.gradient_mean + layer->channel,
		pass->norm.gradient_product + layer->channel, gradient + layer->scale, gradient + layer->shift);
}

void gd_network_update_statistics(const gd_network *network, const gd_pass *pass, float *statistics)
{
	if (!network->options.batch_norm)
		return;
	for (int l = 0; l < network->last; l++) {
		const gd_layer *layer = &network->layer[l];
		gd_batch_norm_update_running(layer->outputs, pass->norm.mean + layer->channel, statistics + layer->running_mean);
		gd_batch_norm_update_running(layer->outputs, pass->norm.unbiased_variance + layer->channel, statistics + layer->running_variance);
	}
}

static void average_members(const gd_network *network, const float *parameters, int rows, const float *x, float *workspace, float *mean)
{
	int classes = network->options.classes;
	size_t count = (size_t)classes * (size_t)rows;
	float *one = gd_network_layer_gradient(network, network->last, rows, workspace);
	gd_network_members_output(network, parameters, rows, x, one);
	for (int m = 0; m < network->members; m++, one += count) {
		gd_softmax(classes, rows, one, one);
		for (size_t i = 0; i < count; i++)
			mean[i] = m ? mean[i] + one[i] : one[i];
	}
	for (size_t i = 0; i < count; i++)
		mean[i] /= (float)network->members;
}

void gd_network_infer(const gd_network *network, const float *parameters, const float *statistics,
	int rows, const float *x, float *workspace, float *probabilities)
{
	/* What the way back needs is not needed here: values alternate between the two gradient buffers. */
	float *inverse_deviation = gd_network_parameter_gradient(network, rows, workspace);
	const int all = all_rows(network, rows);
	const float *input = gd_network_input_forward(network, parameters, rows, x, NULL, workspace);
	for (int l = 0; l < network->last; l++) {
		const gd_layer *layer = &network->layer[l];
		size_t width = (size_t)layer->outputs;
		float *z = gd_network_layer_gradient(network, l, rows, workspace);
		dense_product(network, l, parameters, NULL, rows, input, workspace, z);
		if (network->options.batch_norm) {
			gd_dense_add_bias(layer->outputs, all, parameters + layer->bias, z);
			gd_batch_norm_inverse_deviation(layer->outputs, statistics + layer->running_variance, inverse_deviation);
			gd_batch_norm_forward(layer->outputs, all, z, statistics + layer->running_mean, inverse_deviation,
				parameters + layer->scale, parameters + layer->shift, z);
			gd_activation_forward(network->options.activation, width * (size_t)all, z, z);
		} else {
			gd_activation_forward_bias(network->options.activation, width, (size_t)all, parameters + layer->bias, z, z);
		}
		input = z;
	}
	const gd_layer *output = &network->layer[network->last];
	if (network->members > 1) {
		average_members(network, parameters, rows, input, workspace, probabilities);
		return;
	}
	dense_product(network, network->last, parameters, NULL, rows, input, workspace, probabilities);
	gd_dense_add_bias(output->outputs, rows, parameters + output->bias, probabilities);
	gd_softmax(output->outputs, rows, probabilities, probabilities);
}
