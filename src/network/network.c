#include "gd/network/network.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/network/dropout.h"
#include "gd/network/network_layers.h"

/* Offsets of all parameters and statistics. */
static void place_parameters(gd_network *network)
{
	const gd_network_options *options = &network->options;
	size_t channel = 0;
	network->parameters = network->parameter_gradient = gd_periodic_parameters(&network->input.periodic);
	for (int l = 0; l <= network->last; l++) {
		gd_layer *layer = &network->layer[l];
		layer->inputs = l == 0 ? network->input.columns : options->hidden[l - 1];
		layer->outputs = l == network->last ? options->classes : options->hidden[l];
		assert(layer->inputs > 0 && layer->outputs > 0);
		size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs, start = network->parameters;
		size_t copies = l == network->last ? (size_t)network->members : 1;
		if (l == 0 && network->members > 1) {
			network->factor = start;
			network->parameters += (size_t)network->members * inputs;
		}
		layer->weight = network->parameters;
		layer->bias = layer->weight + copies * inputs * outputs;
		network->parameters = layer->bias + copies * outputs;
		if (layer->outputs > network->widest)
			network->widest = layer->outputs;
		if (network->parameters - start > network->parameter_gradient)
			network->parameter_gradient = network->parameters - start;
		if (!options->batch_norm || l == network->last)
			continue;
		layer->scale = network->parameters;
		layer->shift = layer->scale + outputs;
		network->parameters = layer->shift + outputs;
		layer->channel = channel;
		channel += outputs;
		layer->running_mean = network->statistics;
		layer->running_variance = layer->running_mean + outputs;
		network->statistics = layer->running_variance + outputs;
	}
}

static void add_tensor(gd_tensor *list, int *count, const char *group, const char *name, gd_tensor_role role, int layer,
	size_t offset, int rows, int columns)
{
	gd_tensor *tensor = &list[(*count)++];
	if (role == GD_TENSOR_PERIODIC_FREQUENCY || role == GD_TENSOR_PERIODIC_WEIGHT || role == GD_TENSOR_PERIODIC_BIAS || role == GD_TENSOR_MEMBER_FACTOR)
		snprintf(tensor->group, sizeof tensor->group, "%s", group);
	else
		snprintf(tensor->group, sizeof tensor->group, "%s_%d", group, layer);
	snprintf(tensor->name, sizeof tensor->name, "%s", name);
	tensor->role = role;
	tensor->layer = layer;
	tensor->offset = offset;
	tensor->rows = rows;
	tensor->columns = columns;
}

static void name_periodic(gd_network *network)
{
	const gd_periodic *shape = &network->input.periodic;
	gd_tensor *model = network->model_tensor;
	int *count = &network->model_tensors;
	add_tensor(model, count, "periodic", "frequency", GD_TENSOR_PERIODIC_FREQUENCY, 0, 0, shape->features, shape->frequencies);
	add_tensor(model, count, "periodic", "weight", GD_TENSOR_PERIODIC_WEIGHT, 0, gd_periodic_weight(shape), 2 * shape->features * shape->frequencies, shape->width);
	add_tensor(model, count, "periodic", "bias", GD_TENSOR_PERIODIC_BIAS, 0, gd_periodic_bias(shape), shape->features, shape->width);
}

static void name_tensors(gd_network *network)
{
	if (network->input.periodic.features)
		name_periodic(network);
	int *model_count = &network->model_tensors;
	gd_tensor *model = network->model_tensor;
	if (network->members > 1)
		add_tensor(model, model_count, "members", "factor", GD_TENSOR_MEMBER_FACTOR, 0, network->factor, network->members, network->input.columns);
	for (int l = 0; l <= network->last; l++) {
		const gd_layer *layer = &network->layer[l];
		int copies = l == network->last ? network->members : 1;
		add_tensor(model, model_count, "dense", "weight", GD_TENSOR_DENSE_WEIGHT, l, layer->weight, copies * layer->inputs, layer->outputs);
		add_tensor(model, model_count, "dense", "bias", GD_TENSOR_DENSE_BIAS, l, layer->bias, copies, layer->outputs);
		for (int t = *model_count - 2; copies > 1 && t < *model_count; t++)
			model[t].members = copies;
		if (network->options.batch_norm && l < network->last) {
			add_tensor(model, model_count, "batch_norm", "scale", GD_TENSOR_NORM_SCALE, l, layer->scale, 1, layer->outputs);
			add_tensor(model, model_count, "batch_norm", "shift", GD_TENSOR_NORM_SHIFT, l, layer->shift, 1, layer->outputs);
			add_tensor(model, model_count, "batch_norm", "running_mean", GD_TENSOR_RUNNING_MEAN, l, layer->running_mean, 1, layer->outputs);
			add_tensor(model, model_count, "batch_norm", "running_variance", GD_TENSOR_RUNNING_VARIANCE, l, layer->running_variance, 1, layer->outputs);
		}
	}
	for (int t = 0; t < *model_count; t++)
		if (!gd_tensor_is_statistic(&model[t]))
			network->tensor[network->tensors++] = model[t];
}

/* The columns that the first dense layer reads. */
static gd_status plan_input(gd_network *network)
{
	const gd_network_options *options = &network->options;
	gd_input_layer *input = &network->input;
	gd_status status = gd_ok();
	bool periodic = options->periodic > 0;
	input->encoded = options->inputs;
	bool needed = options->encoding && (periodic || options->encoding->transformed > 0);
	if (needed) {
		assert(options->encoding->features == options->inputs);
		status = gd_encoding_copy(options->encoding, &input->encoding, &network->arena);
		input->encoded = input->encoding.columns;
	}
	if (periodic) {
		assert(options->encoding && options->encoding->numeric > 0 && options->periodic_width > 0);
		input->periodic = (gd_periodic){.features = options->encoding->numeric, .frequencies = options->periodic, .width = options->periodic_width};
	}
	input->columns = input->encoded + input->periodic.features * input->periodic.width;
	network->options.encoding = needed ? &input->encoding : NULL;
	return status;
}

gd_status gd_network_create(const gd_network_options *options, gd_network **network)
{
	assert(options->inputs > 0 && options->classes > 0 && options->hidden_count >= 0);
	assert(options->dropout >= 0.0 && options->dropout < 1.0 && options->input_dropout >= 0.0 && options->input_dropout < 1.0);
	assert(options->label_smoothing >= 0.0 && options->label_smoothing <= 1.0);
	assert(options->members <= 1 || options->hidden_count > 0);
	*network = NULL;
	gd_network *fresh = calloc(1, sizeof *fresh);
	if (!fresh)
		return gd_out_of_memory("the network");
	size_t hidden_count = (size_t)options->hidden_count, layers = hidden_count + 1, classes = (size_t)options->classes;
	int *hidden = gd_arena_take(&fresh->arena, layers, sizeof *hidden);
	float *class_weights = gd_arena_take(&fresh->arena, classes, sizeof *class_weights);
	fresh->layer = gd_arena_take(&fresh->arena, layers, sizeof *fresh->layer);
	fresh->tensor = gd_arena_take(&fresh->arena, 4 * layers + 4, sizeof *fresh->tensor);
	fresh->model_tensor = gd_arena_take(&fresh->arena, 6 * layers + 4, sizeof *fresh->model_tensor);
	if (!hidden || !class_weights || !fresh->layer || !fresh->tensor || !fresh->model_tensor) {
		gd_network_free(fresh);
		return gd_out_of_memory("the network");
	}
	if (hidden_count > 0)
		memcpy(hidden, options->hidden, hidden_count * sizeof *hidden);
	for (size_t c = 0; c < classes; c++)
		class_weights[c] = options->class_weights ? options->class_weights[c] : 1.0f;
	fresh->options = *options;
	fresh->options.hidden = hidden;
	fresh->options.class_weights = class_weights;
	fresh->last = options->hidden_count;
	fresh->members = options->members > 1 ? options->members : 1;
	fresh->dropout = gd_dropout_threshold(options->dropout);
	fresh->input_dropout = gd_dropout_threshold(options->input_dropout);
	gd_status status = plan_input(fresh);
	if (gd_failed(&status)) {
		gd_network_free(fresh);
		return status;
	}
	place_parameters(fresh);
	name_tensors(fresh);
	gd_network_place_values(fresh);
	*network = fresh;
	return gd_ok();
}

void gd_network_free(gd_network *network)
{
	if (!network)
		return;
	gd_arena_release(&network->arena);
	free(network);
}

const gd_network_options *gd_network_get_options(const gd_network *network)
{
	return &network->options;
}

int gd_network_members(const gd_network *network)
{
	return network->members;
}

size_t gd_network_parameters(const gd_network *network)
{
	return network->parameters;
}

size_t gd_network_statistics(const gd_network *network)
{
	return network->statistics;
}

int gd_network_columns(const gd_network *network)
{
	return network->input.columns;
}

int gd_network_tensors(const gd_network *network)
{
	return network->tensors;
}

const gd_tensor *gd_network_tensor(const gd_network *network, int index)
{
	assert(index >= 0 && index < network->tensors);
	return &network->tensor[index];
}

int gd_network_model_tensors(const gd_network *network)
{
	return network->model_tensors;
}

const gd_tensor *gd_network_model_tensor(const gd_network *network, int index)
{
	assert(index >= 0 && index < network->model_tensors);
	return &network->model_tensor[index];
}

bool gd_tensor_is_statistic(const gd_tensor *tensor)
{
	return tensor->role == GD_TENSOR_RUNNING_MEAN || tensor->role == GD_TENSOR_RUNNING_VARIANCE;
}

bool gd_tensor_is_weight(const gd_tensor *tensor)
{
	return tensor->role == GD_TENSOR_DENSE_WEIGHT || tensor->role == GD_TENSOR_PERIODIC_WEIGHT;
}

gd_blocking gd_network_blocking(const gd_network *network, int rows)
{
	assert(rows > 0);
	enum { SMALLEST = 128, TARGET = 256, WIDE_TARGET = 512, WIDE = 512, SHARE = 8, MEMBERS_SMALLEST = 256, MEMBERS_TARGET = 512, LEAST = 16, WIDE_LEAST = 128 };
	bool wide = network->widest >= WIDE || network->input.columns >= WIDE, shared = network->members > 1;
	/* Members share a block's columns, and its gradient's addition; each of them goes through the first layer alone. */
	int64_t all = (int64_t)rows * network->members, smallest = shared ? MEMBERS_SMALLEST : SMALLEST, least = wide ? WIDE_LEAST : LEAST;
	int64_t group = (int64_t)SHARE * (shared ? MEMBERS_TARGET : wide ? WIDE_TARGET : TARGET); /* rows of eight blocks */
	int64_t blocks = all / smallest;
	if (blocks >= SHARE) {
		int64_t groups = (all + group / 2) / group;
		blocks = SHARE * (groups > 1 ? groups : 1);
	}
	if (shared && blocks > rows / least)
		blocks = rows / least;
	gd_blocking blocking = {.blocks = blocks > 1 ? (int)blocks : 1};
	for (int b = 0; b < blocking.blocks; b++) {
		int count = gd_block_start(rows, blocking.blocks, b + 1) - gd_block_start(rows, blocking.blocks, b);
		blocking.largest = count > blocking.largest ? count : blocking.largest;
	}
	return blocking;
}

/* Rows of a cache line: of blocks in whole lines no vector straddles two, which costs a third of a product's speed. */
enum { LINE_ROWS = GD_ALIGNMENT / sizeof(float) };

int gd_block_start(int rows, int blocks, int index)
{
	int start = (int)((int64_t)rows * index / blocks);
	return index < blocks && rows / blocks >= 4 * LINE_ROWS ? start / LINE_ROWS * LINE_ROWS : start;
}

int gd_network_segments(const gd_network *network)
{
	return network->options.batch_norm ? network->last + 1 : 1;
}

int gd_network_segment_channels(const gd_network *network, int segment)
{
	assert(segment >= 0 && segment < gd_network_segments(network));
	return network->options.batch_norm && segment < network->last ? network->layer[segment].outputs : 0;
}

double gd_network_flops(const gd_network *network)
{
	const gd_input_layer *input = &network->input;
	const gd_periodic *periodic = &input->periodic;
	double waves = 2.0 * periodic->features * periodic->frequencies * periodic->width;
	double own = 2.0 * (input->columns - input->encoded) * network->layer[0].outputs;
	for (int l = 0; l <= network->last; l++) {
		double product = 2.0 * (l == 0 ? input->made : network->layer[l].inputs) * network->layer[l].outputs;
		own += l == 0 ? 2.0 * product : 3.0 * product; /* nothing flows back into the input */
	}
	return 6.0 * waves + network->members * own;
}
