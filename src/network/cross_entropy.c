#include "gd/network/cross_entropy.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "gd/network/cross_entropy_kernels.h"

gd_cross_entropy_sums gd_cross_entropy(int classes, int rows, const float *logits, const int32_t *labels,
	const float *class_weights, const float *row_weights, double smoothing, float *gradient)
{
	const gd_cross_entropy_kernels *kernels = GD_CHOSEN(gd_cross_entropy_kernels);
	gd_cross_entropy_sums sums = {0};
	bool plain = smoothing == 0 && !row_weights;
	for (int c = 0; c < classes; c++)
		plain = plain && class_weights[c] == 1.0f;
	for (int first = 0; first < rows; first += GD_CROSS_ENTROPY_CHUNK) {
		int count = rows - first < GD_CROSS_ENTROPY_CHUNK ? rows - first : GD_CROSS_ENTROPY_CHUNK;
		if (plain)
			kernels->plain_pass(classes, rows, count, logits + first, labels + first, gradient + first, &sums);
		else
			kernels->pass(classes, rows, count, logits + first, labels + first, class_weights, row_weights ? row_weights + first : NULL, smoothing, gradient + first, &sums);
	}
	return sums;
}

void gd_softmax(int classes, int rows, const float *logits, float *probabilities)
{
	for (int first = 0; first < rows; first += GD_CROSS_ENTROPY_CHUNK)
		GD_CHOSEN(gd_cross_entropy_kernels)->softmax(classes, rows, rows - first < GD_CROSS_ENTROPY_CHUNK ? rows - first : GD_CROSS_ENTROPY_CHUNK, logits + first, probabilities + first);
}

/* log p_c of row r is logits[c, r] minus this. */
static double log_total_ref(int classes, int rows, int r, const float *logits)
{
	/* In float: fmax() of doubles made of floats is an internal error of gcc 12 on arm64. */
	float largest = logits[r];
	double total = 0.0;
	for (int c = 1; c < classes; c++)
		largest = fmaxf(largest, logits[(size_t)c * (size_t)rows + (size_t)r]);
	for (int c = 0; c < classes; c++)
		total += exp((double)logits[(size_t)c * (size_t)rows + (size_t)r] - (double)largest);
	return (double)largest + log(total);
}

gd_cross_entropy_sums gd_cross_entropy_ref(int classes, int rows, const float *logits, const int32_t *labels,
	const float *class_weights, const float *row_weights, double smoothing, float *gradient)
{
	gd_cross_entropy_sums sums = {0};
	for (int r = 0; r < rows; r++) {
		double log_sum = log_total_ref(classes, rows, r, logits), target_total = 0.0, weight = row_weights ? (double)row_weights[r] : 1.0;
		int best = 0;
		for (int c = 0; c < classes; c++)
			target_total += smoothing / classes * class_weights[c] + (c == labels[r] ? (1.0 - smoothing) * class_weights[c] : 0.0);
		for (int c = 0; c < classes; c++) {
			size_t at = (size_t)c * (size_t)rows + (size_t)r;
			if (logits[at] > logits[(size_t)best * (size_t)rows + (size_t)r])
				best = c;
		}
		for (int c = 0; c < classes; c++) {
			size_t at = (size_t)c * (size_t)rows + (size_t)r;
			double target = smoothing / classes * class_weights[c] + (c == labels[r] ? (1.0 - smoothing) * class_weights[c] : 0.0);
			double log_probability = logits[at] - log_sum;
			sums.loss -= weight * target * log_probability;
			gradient[at] = (float)(weight * (target_total * exp(log_probability) - target));
		}
		sums.weight += weight * (double)class_weights[labels[r]];
		sums.correct += best == labels[r];
	}
	return sums;
}

void gd_softmax_ref(int classes, int rows, const float *logits, float *probabilities)
{
	for (int r = 0; r < rows; r++) {
		double log_sum = log_total_ref(classes, rows, r, logits);
		for (int c = 0; c < classes; c++) {
			size_t at = (size_t)c * (size_t)rows + (size_t)r;
			probabilities[at] = (float)exp(logits[at] - log_sum);
		}
	}
}
