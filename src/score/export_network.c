/* A network as nodes of a graph: what gd_network_infer computes. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "gd/score/export_parts.h"

typedef gd_onnx_value value;

#define APPLY(operator, ...) GD_ONNX_APPLY(graph, operator, __VA_ARGS__)

static value floats(gd_onnx *graph, int64_t rows, int64_t columns, const float *values)
{
	return gd_onnx_floats(graph, 2, (const int64_t[]){rows, columns}, values);
}

static value real(gd_onnx *graph, float number)
{
	return floats(graph, 1, 1, &number);
}

/* What each of the columns of all features of one encoding is made of. */
typedef struct tables {
	int count;
	int64_t *feature;
	float *edge, *steepness, *factor, *shift;
} tables;

static value apply_scale(gd_onnx *graph, value columns, const tables *t)
{
	value factor = floats(graph, 1, t->count, t->factor), shift = floats(graph, 1, t->count, t->shift);
	return APPLY("Add", APPLY("Mul", columns, factor), shift);
}

static value apply_bins(gd_onnx *graph, value features, const tables *t)
{
	value above = APPLY("Sub", gd_onnx_pick(graph, features, t->count, t->feature), floats(graph, 1, t->count, t->edge));
	value share = APPLY("Mul", above, floats(graph, 1, t->count, t->steepness));
	return apply_scale(graph, APPLY("Min", APPLY("Max", share, real(graph, 0)), real(graph, 1)), t);
}

/* The normal quantile of a feature's rank, [rows, 1]: in double, since it is a sum over all the pieces below. */
static gd_status apply_rank(gd_onnx *graph, value features, int f, const gd_feature_encoding *feature, value *rank)
{
	int pieces = feature->knots > 1 ? feature->knots - 1 : 1;
	double *room = gd_allocate(4 * (size_t)pieces, sizeof *room);
	bool steps = false;
	if (!room)
		return gd_out_of_memory("the graph's tables");
	double *low = room, *width = low + pieces, *slope = width + pieces, *step = slope + pieces;
	low[0] = (double)feature->knot[0];
	for (int k = 0; k + 1 < feature->knots; k++) {
		double rise = (double)feature->normal[k + 1] - (double)feature->normal[k];
		low[k] = (double)feature->knot[k];
		width[k] = (double)feature->knot[k + 1] - low[k];
		/* Knots that are one number in single precision make a step, which is taken on the number itself. */
		slope[k] = width[k] > 0 ? rise / width[k] : 0;
		step[k] = width[k] > 0 ? 0 : rise;
		steps = steps || step[k] > 0;
	}
	value axis = gd_onnx_integers(graph, 1, (const int64_t[]){1}), lows = gd_onnx_doubles(graph, pieces, low);
	value x = gd_onnx_cast(graph, gd_onnx_pick(graph, features, 1, (const int64_t[]){f}), GD_ONNX_DOUBLE);
	value above = APPLY("Max", APPLY("Sub", x, lows), gd_onnx_double(graph, 0));
	value parts = APPLY("Mul", APPLY("Min", above, gd_onnx_doubles(graph, pieces, width)), gd_onnx_doubles(graph, pieces, slope));
	if (steps) {
		value reached = APPLY("GreaterOrEqual", APPLY("Max", x, gd_onnx_double(graph, low[0])), lows);
		parts = APPLY("Add", parts, APPLY("Mul", gd_onnx_cast(graph, reached, GD_ONNX_DOUBLE), gd_onnx_doubles(graph, pieces, step)));
	}
	gd_onnx_set(graph, "keepdims", 1);
	value sum = APPLY("ReduceSum", parts, axis);
	*rank = gd_onnx_cast(graph, APPLY("Add", sum, gd_onnx_double(graph, (double)feature->normal[0])), GD_ONNX_FLOAT);
	free(room);
	return gd_ok();
}

/* Of features in order: the standard ones, the piecewise-linear ones' bins, the quantile ones; where the encoding has each column. */
static gd_status expand(gd_onnx *graph, const gd_encoding *encoding, value features, value *columns)
{
	size_t count = (size_t)encoding->columns, all = (size_t)encoding->features;
	int64_t *place = gd_allocate(count, sizeof *place), *picked = gd_allocate(2 * count, sizeof *picked);
	float *room = gd_allocate(6 * count, sizeof *room);
	value *ranks = gd_allocate(all, sizeof *ranks), groups[3];
	int standard = 0, group_count = 0;
	gd_status status = place && picked && room && ranks ? gd_ok() : gd_out_of_memory("the graph's tables");
	if (gd_failed(&status))
		goto done;
	tables bins = {0, picked + count, room, room + count, room + 2 * count, room + 3 * count}, quantiles = {.factor = room + 4 * count, .shift = room + 5 * count};
	for (int f = 0; f < encoding->features && !gd_failed(&status); f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		if (feature->kind == GD_ENCODE_STANDARD)
			picked[standard++] = f;
		for (int k = 0; k < feature->columns && feature->kind == GD_ENCODE_PIECEWISE_LINEAR; k++) {
			bins.feature[bins.count] = f;
			bins.edge[bins.count] = feature->edge[k];
			bins.steepness[bins.count] = feature->steepness[k];
			bins.factor[bins.count] = feature->factor[k];
			bins.shift[bins.count++] = feature->shift[k];
		}
		if (feature->kind != GD_ENCODE_QUANTILE)
			continue;
		status = apply_rank(graph, features, f, feature, &ranks[quantiles.count]);
		quantiles.factor[quantiles.count] = feature->factor[0];
		quantiles.shift[quantiles.count++] = feature->shift[0];
	}
	if (gd_failed(&status))
		goto done;
	if (standard)
		groups[group_count++] = gd_onnx_pick(graph, features, standard, picked);
	if (bins.count)
		groups[group_count++] = apply_bins(graph, features, &bins);
	if (quantiles.count)
		groups[group_count++] = apply_scale(graph, gd_onnx_join(graph, quantiles.count, ranks), &quantiles);
	int next[3] = {[GD_ENCODE_STANDARD] = 0, [GD_ENCODE_PIECEWISE_LINEAR] = standard, [GD_ENCODE_QUANTILE] = standard + bins.count};
	for (int f = 0; f < encoding->features; f++)
		for (int k = 0; k < encoding->feature[f].columns; k++)
			place[encoding->feature[f].first + k] = next[encoding->feature[f].kind]++;
	*columns = gd_onnx_pick(graph, gd_onnx_join(graph, group_count, groups), encoding->columns, place);
done:
	free(place);
	free(picked);
	free(room);
	free(ranks);
	return status;
}

/* The periodic embeddings of all numeric features, [rows, features * width]. */
static gd_status embed(gd_onnx *graph, const gd_network_options *options, const float *const tensors[3], value features, value *embedded)
{
	const gd_encoding *encoding = options->encoding;
	int64_t numeric = encoding->numeric, frequencies = options->periodic, width = options->periodic_width;
	value *ranks = gd_allocate((size_t)numeric, sizeof *ranks);
	gd_status status = ranks ? gd_ok() : gd_out_of_memory("the graph's tables");
	for (int f = 0, n = 0; f < encoding->features && !gd_failed(&status); f++)
		if (encoding->feature[f].knots)
			status = apply_rank(graph, features, f, &encoding->feature[f], &ranks[n++]);
	if (!gd_failed(&status)) {
		value shape = gd_onnx_integers(graph, 3, (const int64_t[]){-1, numeric, 1}), flat = gd_onnx_integers(graph, 2, (const int64_t[]){-1, numeric * width});
		value turns = APPLY("Mul", APPLY("Reshape", gd_onnx_join(graph, (int)numeric, ranks), shape),
			gd_onnx_floats(graph, 3, (const int64_t[]){1, numeric, frequencies}, tensors[0]));
		value angles = APPLY("Mul", APPLY("Sub", turns, APPLY("Round", turns)), real(graph, (float)(2 * M_PI)));
		value cosine = APPLY("Cos", angles), sine = APPLY("Sin", angles);
		gd_onnx_set(graph, "axis", 2);
		value waves = APPLY("Concat", cosine, sine);
		gd_onnx_set_list(graph, "perm", 3, (const int64_t[]){1, 0, 2});
		waves = APPLY("Transpose", waves);
		value product = APPLY("MatMul", waves, gd_onnx_floats(graph, 3, (const int64_t[]){numeric, 2 * frequencies, width}, tensors[1]));
		value outputs = APPLY("Relu", APPLY("Add", product, gd_onnx_floats(graph, 3, (const int64_t[]){numeric, 1, width}, tensors[2])));
		gd_onnx_set_list(graph, "perm", 3, (const int64_t[]){1, 0, 2});
		*embedded = APPLY("Reshape", APPLY("Transpose", outputs), flat);
	}
	free(ranks);
	return status;
}

static value activate(gd_onnx *graph, gd_activation activation, value z)
{
	switch (activation) {
	case GD_RELU:
		return APPLY("Relu", z);
	case GD_SIGMOID:
		return APPLY("Sigmoid", z);
	case GD_TANH:
		return APPLY("Tanh", z);
	case GD_GELU:
		return APPLY("Mul", APPLY("Mul", z, real(graph, 0.5f)), APPLY("Add", APPLY("Erf", APPLY("Mul", z, real(graph, (float)M_SQRT1_2))), real(graph, 1)));
	case GD_SILU:
		return APPLY("Mul", z, APPLY("Sigmoid", z));
	}
	return z;
}

/* As gd_temperature_apply: of probabilities and not of logits, since one that underflows counts as the smallest number. */
static value sharpen(gd_onnx *graph, value probabilities, double temperature)
{
	if (temperature <= 0 || temperature == 1)
		return probabilities;
	value logs = APPLY("Log", APPLY("Max", probabilities, real(graph, FLT_MIN)));
	value divided = APPLY("Mul", logs, real(graph, (float)(1.0 / temperature)));
	gd_onnx_set(graph, "axis", 1);
	return APPLY("Softmax", divided);
}

/* Members' output layers on x [members * rows, inputs], and the mean of their probabilities, with the model's temperature. weight [members, inputs, classes]. */
static value average_members(gd_onnx *graph, const gd_tensor *bias, int inputs, value x, value weight, const float *values, double temperature)
{
	int64_t members = bias->members, classes = bias->columns;
	value own = APPLY("Reshape", x, gd_onnx_integers(graph, 3, (const int64_t[]){members, -1, inputs}));
	value logits = APPLY("Add", APPLY("MatMul", own, weight), gd_onnx_floats(graph, 3, (const int64_t[]){members, 1, classes}, values));
	gd_onnx_set(graph, "axis", 2);
	value probabilities = APPLY("Softmax", logits), axis = gd_onnx_integers(graph, 1, (const int64_t[]){0});
	gd_onnx_set(graph, "keepdims", 0);
	value sum = APPLY("ReduceSum", probabilities, axis);
	value mean = APPLY("Div", sum, real(graph, (float)members));
	return sharpen(graph, mean, temperature);
}

gd_status gd_export_network(gd_onnx *graph, const gd_member *member, gd_onnx_value features, gd_onnx_value *probabilities)
{
	const gd_network *network = member->network;
	const gd_network_options *options = gd_network_get_options(network);
	gd_status status = gd_ok();
	value x = features, weight = -1, norm[4] = {-1, -1, -1, -1};
	const float *periodic[3] = {NULL, NULL, NULL};
	if (options->encoding)
		status = expand(graph, options->encoding, features, &x);
	for (int t = 0; t < gd_network_model_tensors(network) && !gd_failed(&status); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(network, t);
		const float *values = (gd_tensor_is_statistic(tensor) ? member->statistics : member->parameters) + tensor->offset;
		bool last = tensor->layer == options->hidden_count;
		switch (tensor->role) {
		case GD_TENSOR_PERIODIC_FREQUENCY:
			periodic[0] = values;
			continue;
		case GD_TENSOR_PERIODIC_WEIGHT:
			periodic[1] = values;
			continue;
		case GD_TENSOR_PERIODIC_BIAS:
			periodic[2] = values;
			value embedded = -1;
			status = embed(graph, options, periodic, features, &embedded);
			if (!gd_failed(&status))
				x = gd_onnx_join(graph, 2, (const value[]){x, embedded});
			continue;
		case GD_TENSOR_MEMBER_FACTOR:
			x = APPLY("Mul", x, gd_onnx_floats(graph, 3, (const int64_t[]){tensor->rows, 1, tensor->columns}, values));
			x = APPLY("Reshape", x, gd_onnx_integers(graph, 2, (const int64_t[]){-1, tensor->columns}));
			continue;
		case GD_TENSOR_DENSE_WEIGHT:
			weight = tensor->members ? gd_onnx_floats(graph, 3, (const int64_t[]){tensor->members, tensor->rows / tensor->members, tensor->columns}, values)
				: floats(graph, tensor->rows, tensor->columns, values);
			continue;
		case GD_TENSOR_DENSE_BIAS:
			if (tensor->members) {
				*probabilities = average_members(graph, tensor, options->hidden[options->hidden_count - 1], x, weight, values, member->temperature);
				return status;
			}
			x = APPLY("Gemm", x, weight, gd_onnx_floats(graph, 1, (const int64_t[]){tensor->columns}, values));
			if (!last && !options->batch_norm)
				x = activate(graph, options->activation, x);
			continue;
		case GD_TENSOR_NORM_SCALE:
		case GD_TENSOR_NORM_SHIFT:
		case GD_TENSOR_RUNNING_MEAN:
		case GD_TENSOR_RUNNING_VARIANCE:
			norm[tensor->role - GD_TENSOR_NORM_SCALE] = gd_onnx_floats(graph, 1, (const int64_t[]){tensor->columns}, values);
			if (tensor->role == GD_TENSOR_RUNNING_VARIANCE) {
				gd_onnx_set_real(graph, "epsilon", 1e-5f);
				x = activate(graph, options->activation, APPLY("BatchNormalization", x, norm[0], norm[1], norm[2], norm[3]));
			}
			continue;
		}
		status = gd_error(GD_FAILED, "cannot export the model: nothing in ONNX is known for its '%s/%s'", tensor->group, tensor->name);
	}
	gd_onnx_set(graph, "axis", 1);
	*probabilities = sharpen(graph, APPLY("Softmax", x), member->temperature);
	return status;
}
