/* The network's definition in plain double precision, whole batch at once, rows major: what the tests differentiate numerically. */
#ifndef REFERENCE_NETWORK_H
#define REFERENCE_NETWORK_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/network/network.h"
#include "reference_activation.h"

enum { REFERENCE_LAYERS = 8, REFERENCE_WIDTH = 64 };

typedef struct reference_batch {
	int rows;
	const double *x;       /* [rows, inputs] */
	const int32_t *labels; /* [rows] */
	const double *factor[REFERENCE_LAYERS]; /* dropout factors: of the input's columns [rows, width], then behind each hidden layer [members * rows, width]; NULL: none */
	const float *statistics; /* running statistics to normalise with; NULL: the batch's own */
	double *probabilities; /* out, [rows, classes]; may be NULL */
	double *mean[REFERENCE_LAYERS], *variance[REFERENCE_LAYERS]; /* out, biased moments of each batch norm; may be NULL */
} reference_batch;

static inline const gd_tensor *reference_tensor(const gd_network *network, gd_tensor_role role, int layer)
{
	for (int t = 0; t < gd_network_model_tensors(network); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(network, t);
		if (tensor->role == role && tensor->layer == layer)
			return tensor;
	}
	abort();
}

/* The normal quantile of a value's rank, between a feature's knots. */
static inline double reference_rank(const gd_feature_encoding *feature, double x)
{
	int k = 0;
	if (x >= feature->knot[feature->knots - 1])
		return feature->normal[feature->knots - 1];
	if (x <= feature->knot[0])
		return feature->normal[0];
	while (x >= feature->knot[k + 1])
		k++;
	return feature->normal[k] + (x - feature->knot[k]) / ((double)feature->knot[k + 1] - feature->knot[k]) * ((double)feature->normal[k + 1] - feature->normal[k]);
}

static inline void reference_normalise(const gd_network *network, int layer, const double *parameters, const reference_batch *batch, int rows, int width, double *h)
{
	const double *scale = parameters + reference_tensor(network, GD_TENSOR_NORM_SCALE, layer)->offset;
	const double *shift = parameters + reference_tensor(network, GD_TENSOR_NORM_SHIFT, layer)->offset;
	for (int o = 0; o < width; o++) {
		double mean = 0.0, variance = 0.0;
		for (int r = 0; r < rows; r++)
			mean += h[r * width + o] / rows;
		for (int r = 0; r < rows; r++)
			variance += (h[r * width + o] - mean) * (h[r * width + o] - mean) / rows;
		if (batch->statistics) {
			mean = batch->statistics[reference_tensor(network, GD_TENSOR_RUNNING_MEAN, layer)->offset + (size_t)o];
			variance = batch->statistics[reference_tensor(network, GD_TENSOR_RUNNING_VARIANCE, layer)->offset + (size_t)o];
		}
		if (batch->mean[layer]) {
			batch->mean[layer][o] = mean;
			batch->variance[layer][o] = variance;
		}
		for (int r = 0; r < rows; r++)
			h[r * width + o] = scale[o] * (h[r * width + o] - mean) / sqrt(variance + 1e-5) + shift[o];
	}
}

/* A feature's columns for a value, from the formulas. */
static inline void reference_columns(const gd_feature_encoding *feature, double x, double *columns)
{
	if (feature->kind == GD_ENCODE_STANDARD)
		columns[0] = x;
	else if (feature->kind == GD_ENCODE_QUANTILE)
		columns[0] = reference_rank(feature, x);
	else
		for (int k = 0; k < feature->columns; k++)
			columns[k] = fmin(fmax((x - feature->edge[k]) / ((double)feature->edge[k + 1] - feature->edge[k]), 0.0), 1.0);
	for (int k = 0; feature->factor && k < feature->columns; k++)
		columns[k] = columns[k] * feature->factor[k] + feature->shift[k];
}

/* One row's periodic columns, behind the others. */
static inline void reference_waves(const gd_network *network, const double *parameters, const double *x, double *columns)
{
	const gd_network_options *options = gd_network_get_options(network);
	const double *frequency = parameters + reference_tensor(network, GD_TENSOR_PERIODIC_FREQUENCY, 0)->offset;
	const double *weight = parameters + reference_tensor(network, GD_TENSOR_PERIODIC_WEIGHT, 0)->offset;
	const double *bias = parameters + reference_tensor(network, GD_TENSOR_PERIODIC_BIAS, 0)->offset;
	for (int f = 0; f < options->inputs; f++) {
		if (!options->encoding->feature[f].knots)
			continue;
		double u = reference_rank(&options->encoding->feature[f], x[f]);
		for (int o = 0; o < options->periodic_width; o++) {
			double sum = bias[o];
			for (int k = 0; k < options->periodic; k++) {
				double angle = 2.0 * M_PI * frequency[k] * u;
				sum += cos(angle) * weight[k * options->periodic_width + o] + sin(angle) * weight[(options->periodic + k) * options->periodic_width + o];
			}
			*columns++ = fmax(sum, 0.0);
		}
		frequency += options->periodic;
		weight += 2 * options->periodic * options->periodic_width;
		bias += options->periodic_width;
	}
}

/* h [rows, gd_network_columns] from the features. */
static inline void reference_input(const gd_network *network, const double *parameters, const reference_batch *batch, double *h)
{
	const gd_network_options *options = gd_network_get_options(network);
	int width = gd_network_columns(network);
	for (int r = 0; r < batch->rows; r++) {
		const double *x = batch->x + r * options->inputs;
		double *columns = h + r * width;
		for (int f = 0; options->encoding && f < options->inputs; f++)
			reference_columns(&options->encoding->feature[f], x[f], columns + options->encoding->feature[f].first);
		if (!options->encoding)
			memcpy(columns, x, (size_t)width * sizeof *columns);
		if (options->periodic)
			reference_waves(network, parameters, x, columns + options->encoding->columns);
		for (int i = 0; batch->factor[0] && i < width; i++)
			columns[i] *= batch->factor[0][r * width + i];
	}
}

/* h [rows, width] once a member, each with its factors. */
static inline void reference_members(const gd_network *network, const double *parameters, int rows, int width, double *h)
{
	int members = gd_network_members(network);
	const double *factor = members > 1 ? parameters + reference_tensor(network, GD_TENSOR_MEMBER_FACTOR, 0)->offset : NULL;
	for (int m = members - 1; factor && m >= 0; m--)
		for (int i = 0; i < rows * width; i++)
			h[m * rows * width + i] = h[i] * factor[m * width + i % width];
}

/* The undivided loss of a batch, of all members. */
static inline double reference_loss(const gd_network *network, const double *parameters, const reference_batch *batch)
{
	const gd_network_options *options = gd_network_get_options(network);
	int members = gd_network_members(network), all = members * batch->rows;
	size_t room = (size_t)all * REFERENCE_WIDTH;
	double *h = malloc(room * sizeof *h), *next = malloc(room * sizeof *next), loss = 0.0;
	if (!h || !next)
		abort();
	int width = gd_network_columns(network);
	reference_input(network, parameters, batch, h);
	reference_members(network, parameters, batch->rows, width, h);
	for (int l = 0; l <= options->hidden_count; l++) {
		int outputs = l < options->hidden_count ? options->hidden[l] : options->classes;
		const double *weight = parameters + reference_tensor(network, GD_TENSOR_DENSE_WEIGHT, l)->offset;
		const double *bias = parameters + reference_tensor(network, GD_TENSOR_DENSE_BIAS, l)->offset;
		for (int r = 0; r < all; r++) {
			int own = l == options->hidden_count ? r / batch->rows : 0;
			for (int o = 0; o < outputs; o++) {
				double sum = bias[own * outputs + o];
				for (int i = 0; i < width; i++)
					sum += h[r * width + i] * weight[(own * width + i) * outputs + o];
				next[r * outputs + o] = sum;
			}
		}
		double *swap = h;
		h = next;
		next = swap;
		width = outputs;
		if (l == options->hidden_count)
			break;
		if (options->batch_norm)
			reference_normalise(network, l, parameters, batch, all, width, h);
		for (int i = 0; i < all * width; i++)
			h[i] = reference_activation(options->activation, h[i]) * (batch->factor[l + 1] ? batch->factor[l + 1][i] : 1.0);
	}
	if (batch->probabilities)
		memset(batch->probabilities, 0, (size_t)(batch->rows * width) * sizeof *batch->probabilities);
	for (int r = 0; r < all; r++) {
		int row = r % batch->rows;
		double total = 0.0;
		for (int c = 0; c < width; c++)
			total += exp(h[r * width + c]);
		for (int c = 0; c < width; c++) {
			double weight = options->class_weights[c], smoothing = options->label_smoothing;
			double target = smoothing / width * weight + (c == batch->labels[row] ? (1.0 - smoothing) * weight : 0.0);
			loss -= target * (h[r * width + c] - log(total));
			if (batch->probabilities)
				batch->probabilities[row * width + c] += exp(h[r * width + c]) / total / members;
		}
	}
	free(h);
	free(next);
	return loss;
}

#endif
