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

/* The rest of a hidden layer after its dense product and, with batch norm, its moments. */
static void finish_hidden_layer(const gd_network *network, const gd_pass *pass, int l, const gd_block *block, float *workspace)
{
	const gd_layer *layer = &network->layer[l];
	gd_activation activation = network->options.activation;
	gd_layer_values values = gd_network_layer_values(network, l, block->rows, workspace);
	size_t width = (size_t)layer->outputs, rows = (size_t)block->rows;
	if (network->options.batch_norm) {
		gd_batch_norm_forward(layer->outputs, block->rows, values.dense, pass->norm.mean + layer->channel, pass->norm.inverse_deviation + layer->channel,
			pass->parameters + layer->scale, pass->parameters + layer->shift, values.z);
		gd_activation_forward(activation, width * rows, values.z, values.y);
	} else if (gd_activation_needs_input(activation)) {
		gd_dense_add_bias(layer->outputs, block->rows, pass->parameters + layer->bias, values.z);
		gd_activation_forward(activation, width * rows, values.z, values.y);
	} else {
		gd_activation_forward_bias(activation, width, rows, pass->parameters + layer->bias, values.z, values.y);
	}
	if (network->dropout > 0) {
		gd_dropout dropout = {.key = pass->dropout_key, .layer = (uint32_t)l + 1, .block = (uint32_t)block->index, .threshold = network->dropout};
		gd_dropout_forward(&dropout, layer->outputs, block->rows, values.y, values.output, activation == GD_RELU ? NULL : values.kept);
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
	const gd_network_options *options = &network->options;
	gd_dense_add_bias(options->classes, block->rows, pass->parameters + network->layer[network->last].bias, logits);
	gd_cross_entropy_sums sums = gd_cross_entropy(options->classes, block->rows, logits, block->labels, options->class_weights,
		options->label_smoothing, logits);
	gd_wide_sum_add(&loss->loss, sums.loss);
	gd_wide_sum_add(&loss->weight, sums.weight);
	loss->correct += sums.correct;
	loss->rows += block->rows;
}

void gd_network_forward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_wide_sum *moments, gd_loss_sums *loss)
{
	assert(segment >= 0 && segment < gd_network_segments(network) && block->rows > 0);
	for (int l = first_layer(network, segment); l <= last_layer(network, segment); l++) {
		const gd_layer *layer = &network->layer[l];
		if (l > 0)
			finish_hidden_layer(network, pass, l - 1, block, workspace);
		else
			make_input(network, pass, block, workspace);
		float *z = l == network->last ? gd_network_layer_gradient(network, l, block->rows, workspace)
			: gd_network_layer_values(network, l, block->rows, workspace).dense;
		const float *x = layer_input(network, l, block, workspace);
		if (l == 0)
			gd_network_first_product(network, pass->parameters, pass->tables, block->rows, x, workspace, z);
		else
			gd_dense_forward(layer->inputs, layer->outputs, block->rows, pass->parameters + layer->weight, x, z);
		if (ends_in_batch_norm(network, l)) {
			gd_dense_add_bias(layer->outputs, block->rows, pass->parameters + layer->bias, z);
			gd_batch_norm_moments(layer->outputs, block->rows, z, pass->statistics + layer->running_mean, moments);
		} else if (l == network->last) {
			finish_output_layer(network, pass, block, z, loss);
		}
	}
}

void gd_network_finish_moments(const gd_network *network, const gd_pass *pass, int segment, const gd_wide_sum *moments, double rows)
{
	assert(gd_network_segment_channels(network, segment) > 0);
	const gd_layer *layer = &network->layer[segment];
	gd_batch_norm_finish_moments(layer->outputs, rows, moments, pass->statistics + layer->running_mean,
		pass->norm.mean + layer->channel, pass->norm.inverse_deviation + layer->channel, pass->norm.unbiased_variance + layer->channel);
}

/* From the gradient of a hidden layer's output to that of its z, in place. */
static void backward_hidden_layer(const gd_network *network, int l, const gd_block *block, float *workspace, float *gradient)
{
	gd_layer_values values = gd_network_layer_values(network, l, block->rows, workspace);
	int width = network->layer[l].outputs;
	if (network->dropout > 0 && network->options.activation == GD_RELU) {
		gd_dropout_backward_relu(network->dropout, width, block->rows, values.output, gradient, gradient);
		return;
	}
	if (network->dropout > 0)
		gd_dropout_backward(network->dropout, width, block->rows, values.kept, gradient, gradient);
	gd_activation_backward(network->options.activation, (size_t)width * (size_t)block->rows, values.z, values.y, gradient, gradient);
}

static void backward_periodic(const gd_network *network, const gd_pass *pass, const gd_block *block, const float *dz,
	float *workspace, gd_gradient_sink *sink, void *context)
{
	const gd_periodic *shape = &network->input.periodic;
	float *gradient = gd_network_parameter_gradient(network, block->rows, workspace);
	if (!shape->features)
		return;
	gd_network_periodic_gradient(network, pass->parameters, block->rows, layer_input(network, 0, block, workspace), dz, workspace, gradient);
	sink(context, 0, gd_periodic_parameters(shape), gradient);
}

void gd_network_backward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_gradient_sink *sink, void *context, gd_wide_sum *sums)
{
	assert(segment >= 0 && segment < gd_network_segments(network) && block->rows > 0);
	int rows = block->rows;
	const gd_norm_state *norm = &pass->norm;
	float *parameter_gradient = gd_network_parameter_gradient(network, rows, workspace);
	for (int l = last_layer(network, segment); l >= first_layer(network, segment); l--) {
		const gd_layer *layer = &network->layer[l];
		float *dz = gd_network_layer_gradient(network, l, rows, workspace);
		if (ends_in_batch_norm(network, l))
			gd_batch_norm_backward(layer->outputs, rows, gd_network_layer_values(network, l, rows, workspace).dense,
				norm->mean + layer->channel, norm->inverse_deviation + layer->channel, pass->parameters + layer->scale,
				norm->gradient_mean + layer->channel, norm->gradient_product + layer->channel, dz, dz);
		const float *x = layer_input(network, l, block, workspace);
		if (l == 0)
			gd_network_first_gradient(network, rows, x, dz, workspace, parameter_gradient);
		else
			gd_dense_backward_parameters(layer->inputs, layer->outputs, rows, x, dz, parameter_gradient);
		sink(context, layer->weight, layer->bias + (size_t)layer->outputs - layer->weight, parameter_gradient);
		if (l == 0) {
			backward_periodic(network, pass, block, dz, workspace, sink, context);
			break;
		}
		const gd_layer *below = layer - 1;
		float *dy = gd_network_layer_gradient(network, l - 1, rows, workspace);
		gd_dense_backward_input(layer->inputs, layer->outputs, rows, pass->parameters + layer->weight, dz, dy);
		backward_hidden_layer(network, l - 1, block, workspace, dy);
		if (network->options.batch_norm)
			gd_batch_norm_gradient_sums(below->outputs, rows, gd_network_layer_values(network, l - 1, rows, workspace).dense,
				norm->mean + below->channel, norm->inverse_deviation + below->channel, dy, sums);
	}
}

void gd_network_finish_gradient_sums(const gd_network *network, const gd_pass *pass, int segment, const gd_wide_sum *sums, double rows, double *gradient)
{
	assert(segment > 0 && segment < gd_network_segments(network));
	const gd_layer *layer = &network->layer[segment - 1];
	gd_batch_norm_finish_gradient_sums(layer->outputs, rows, sums, pass->norm.gradient_mean + layer->channel,
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

static void infer_product(const gd_network *network, int l, const float *parameters, int rows, const float *input, float *workspace, float *z)
{
	const gd_layer *layer = &network->layer[l];
	if (l == 0)
		gd_network_first_product(network, parameters, NULL, rows, input, workspace, z);
	else
		gd_dense_forward(layer->inputs, layer->outputs, rows, parameters + layer->weight, input, z);
}

void gd_network_infer(const gd_network *network, const float *parameters, const float *statistics,
	int rows, const float *x, float *workspace, float *probabilities)
{
	/* What the way back needs is not needed here: values alternate between the two gradient buffers. */
	float *inverse_deviation = gd_network_parameter_gradient(network, rows, workspace);
	const float *input = gd_network_input_forward(network, parameters, rows, x, NULL, workspace);
	for (int l = 0; l < network->last; l++) {
		const gd_layer *layer = &network->layer[l];
		size_t width = (size_t)layer->outputs;
		float *z = gd_network_layer_gradient(network, l, rows, workspace);
		infer_product(network, l, parameters, rows, input, workspace, z);
		if (network->options.batch_norm) {
			gd_dense_add_bias(layer->outputs, rows, parameters + layer->bias, z);
			gd_batch_norm_inverse_deviation(layer->outputs, statistics + layer->running_variance, inverse_deviation);
			gd_batch_norm_forward(layer->outputs, rows, z, statistics + layer->running_mean, inverse_deviation,
				parameters + layer->scale, parameters + layer->shift, z);
			gd_activation_forward(network->options.activation, width * (size_t)rows, z, z);
		} else {
			gd_activation_forward_bias(network->options.activation, width, (size_t)rows, parameters + layer->bias, z, z);
		}
		input = z;
	}
	const gd_layer *output = &network->layer[network->last];
	infer_product(network, network->last, parameters, rows, input, workspace, probabilities);
	gd_dense_add_bias(output->outputs, rows, parameters + output->bias, probabilities);
	gd_softmax(output->outputs, rows, probabilities, probabilities);
}
