#include "gd/network/initialise.h"

#include <math.h>

#include "gd/base/random.h"

typedef enum distribution { UNIFORM, NORMAL } distribution;

static uint64_t stream_of(const gd_tensor *tensor)
{
	enum { PERIODIC = 1 << 30 }; /* past any layer's */
	if (tensor->role == GD_TENSOR_MEMBER_FACTOR)
		return PERIODIC + 2;
	if (tensor->role == GD_TENSOR_PERIODIC_FREQUENCY || tensor->role == GD_TENSOR_PERIODIC_WEIGHT)
		return PERIODIC + (tensor->role == GD_TENSOR_PERIODIC_WEIGHT);
	return 2 * (uint64_t)tensor->layer + (tensor->role == GD_TENSOR_DENSE_BIAS);
}

/* A tensor's stream depends on its layer and role only, so that adding a batch norm leaves the dense layers as they were. */
static void fill(const gd_tensor *tensor, uint64_t seed, distribution kind, double spread, float *parameters)
{
	uint64_t key = gd_random_key(seed, GD_PURPOSE_INITIALISE, stream_of(tensor));
	float *value = parameters + tensor->offset;
	size_t count = (size_t)tensor->rows * (size_t)tensor->columns;
	for (size_t i = 0; i < count; i++)
		value[i] = (float)(spread * (kind == NORMAL ? gd_random_normal(key, i) : 2.0 * gd_random_uniform(key, i) - 1.0));
}

static void fill_constant(const gd_tensor *tensor, float constant, float *vector)
{
	size_t count = (size_t)tensor->rows * (size_t)tensor->columns;
	for (size_t i = 0; i < count; i++)
		vector[tensor->offset + i] = constant;
}

/* A feature's columns begin alike: with a sign where numbers enter as they are, with a normal number where they are embedded. */
static void fill_factors(const gd_network *network, const gd_tensor *tensor, uint64_t seed, float *parameters)
{
	const gd_network_options *options = gd_network_get_options(network);
	const gd_encoding *encoding = options->encoding;
	uint64_t key = gd_random_key(seed, GD_PURPOSE_INITIALISE, stream_of(tensor));
	bool embedded = options->periodic > 0 || (encoding && encoding->piecewise > 0);
	float *value = parameters + tensor->offset;
	for (int m = 0; m < tensor->rows; m++, value += tensor->columns) {
		int behind = encoding ? encoding->columns : options->inputs;
		for (int f = 0; f < options->inputs; f++) {
			uint64_t index = (uint64_t)m * (uint64_t)options->inputs + (uint64_t)f;
			float start = embedded ? (float)gd_random_normal(key, index) : gd_random_uniform(key, index) < 0.5 ? -1.0f : 1.0f;
			int first = encoding ? encoding->feature[f].first : f, columns = encoding ? encoding->feature[f].columns : 1;
			for (int c = 0; c < columns; c++)
				value[first + c] = start;
			for (int c = 0; options->periodic > 0 && encoding->feature[f].knots && c < options->periodic_width; c++)
				value[behind++] = start;
		}
	}
}

static void fill_weight(const gd_tensor *tensor, gd_initialisation kind, double output_deviation, uint64_t seed, float *parameters)
{
	double inputs = tensor->rows / (tensor->members ? tensor->members : 1), outputs = tensor->columns;
	if (output_deviation > 0.0) {
		fill(tensor, seed, NORMAL, output_deviation, parameters);
		return;
	}
	switch (kind) {
	case GD_INIT_TORCH:
		fill(tensor, seed, UNIFORM, 1.0 / sqrt(inputs), parameters);
		return;
	case GD_INIT_HE:
		fill(tensor, seed, NORMAL, sqrt(2.0 / inputs), parameters);
		return;
	case GD_INIT_GLOROT:
		fill(tensor, seed, NORMAL, sqrt(2.0 / (inputs + outputs)), parameters);
		return;
	}
}

void gd_initialise(const gd_network *network, gd_initialisation kind, double output_deviation, uint64_t seed,
	float *parameters, float *statistics)
{
	int output_layer = gd_network_get_options(network)->hidden_count;
	int inputs = 0; /* of the layer at hand: its weight comes before its bias */
	for (int t = 0; t < gd_network_model_tensors(network); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(network, t);
		switch (tensor->role) {
		case GD_TENSOR_PERIODIC_FREQUENCY:
			fill(tensor, seed, NORMAL, gd_network_get_options(network)->periodic_scale, parameters);
			break;
		case GD_TENSOR_PERIODIC_WEIGHT:
			fill(tensor, seed, NORMAL, 0.25, parameters);
			break;
		case GD_TENSOR_PERIODIC_BIAS:
			fill_constant(tensor, 0.0f, parameters);
			break;
		case GD_TENSOR_MEMBER_FACTOR:
			fill_factors(network, tensor, seed, parameters);
			break;
		case GD_TENSOR_DENSE_WEIGHT:
			inputs = tensor->rows / (tensor->members ? tensor->members : 1);
			fill_weight(tensor, kind, tensor->layer == output_layer ? output_deviation : 0.0, seed, parameters);
			break;
		case GD_TENSOR_DENSE_BIAS:
			if (kind == GD_INIT_TORCH)
				fill(tensor, seed, UNIFORM, 1.0 / sqrt((double)inputs), parameters);
			else
				fill_constant(tensor, 0.0f, parameters);
			break;
		case GD_TENSOR_NORM_SCALE:
			fill_constant(tensor, 1.0f, parameters);
			break;
		case GD_TENSOR_NORM_SHIFT:
			fill_constant(tensor, 0.0f, parameters);
			break;
		case GD_TENSOR_RUNNING_MEAN:
			fill_constant(tensor, 0.0f, statistics);
			break;
		case GD_TENSOR_RUNNING_VARIANCE:
			fill_constant(tensor, 1.0f, statistics);
			break;
		}
	}
}
