#include "gd/network/cross_entropy.h"

#include <stdbool.h>

#include "gd/base/vector.h"
#include "gd/kernel/lanes.h"
#include "gd/kernel/vector_math.h"

/* Rows that go through all classes together: their running values stay in the first-level cache. */
enum { CHUNK = 128 };

/* The sum of `count` floats, element i in lane i mod 8. */
GD_INLINE double lane_sum(int count, const float *value)
{
	gd_double4 low = {0}, high = {0}, next;
	int i = 0;
	for (; i + 8 <= count; i += 8) {
		gd_double4_load(&next, value + i);
		low += next;
		gd_double4_load(&next, value + i + 4);
		high += next;
	}
	double lane[8];
	gd_double4_store(lane, &low, &high);
	for (int l = 0; i + l < count; l++)
		lane[l] += value[i + l];
	return gd_lanes_total(lane);
}

/* Largest logit of each row, and the first class that has it; by masks, since gcc makes a branch of a choice that is stored. */
GD_INLINE void find_largest(int classes, int rows, int count, const float *logits, float *largest, int32_t *best)
{
	for (int r = 0; r < count; r++) {
		largest[r] = logits[r];
		best[r] = 0;
	}
	for (int c = 1; c < classes; c++) {
		const float *logit = logits + (size_t)c * (size_t)rows;
		for (int r = 0; r < count; r++) {
			int32_t larger = -(int32_t)(logit[r] > largest[r]);
			best[r] = (best[r] & ~larger) | (c & larger);
			largest[r] = logit[r] > largest[r] ? logit[r] : largest[r];
		}
	}
}

/*
 * chunk_pass() where all classes weigh one and labels are not smoothed: what is multiplied by zero there is left out here, with the same bits.
 */
GD_VECTOR static void plain_chunk_pass(int classes, int rows, int count, const float *logits, const int32_t *labels, float *gradient, gd_cross_entropy_sums *sums)
{
	float largest[CHUNK], total[CHUNK], at_label[CHUNK];
	int32_t best[CHUNK];
	find_largest(classes, rows, count, logits, largest, best);
	for (int r = 0; r < count; r++)
		total[r] = at_label[r] = 0.0f;
	for (int c = 0; c < classes; c++) {
		const float *logit = logits + (size_t)c * (size_t)rows;
		float *exponential = gradient + (size_t)c * (size_t)rows;
#pragma GCC ivdep
		for (int r = 0; r < count; r++) {
			float below = logit[r] - largest[r];
			at_label[r] += labels[r] == c ? below : 0.0f;
			exponential[r] = gd_float_exp_negative(below);
			total[r] += exponential[r];
		}
	}
	int32_t correct = 0;
	for (int r = 0; r < count; r++) {
		correct += best[r] == labels[r];
		largest[r] = gd_float_log(total[r]) - at_label[r]; /* the row's loss */
		total[r] = 1.0f / total[r];
	}
	for (int c = 0; c < classes; c++) {
		float *out = gradient + (size_t)c * (size_t)rows;
#pragma GCC ivdep
		for (int r = 0; r < count; r++)
			out[r] = out[r] * total[r] - (labels[r] == c ? 1.0f : 0.0f);
	}
	sums->loss += lane_sum(count, largest);
	sums->weight += count;
	sums->correct += correct;
}

/* One chunk of rows, of blocks whose feature rows are `rows` apart. */
GD_VECTOR static void chunk_pass(int classes, int rows, int count, const float *logits, const int32_t *labels,
	const float *class_weights, double smoothing, float *gradient, gd_cross_entropy_sums *sums)
{
	float largest[CHUNK], total[CHUNK], target_total[CHUNK], target_product[CHUNK], weight[CHUNK];
	int32_t best[CHUNK];
	find_largest(classes, rows, count, logits, largest, best);
	for (int r = 0; r < count; r++)
		total[r] = target_total[r] = target_product[r] = weight[r] = 0.0f;
	for (int c = 0; c < classes; c++) {
		const float *logit = logits + (size_t)c * (size_t)rows;
		float *exponential = gradient + (size_t)c * (size_t)rows;
		float w = class_weights[c];
		float everywhere = (float)(smoothing / classes * w), at_label = (float)((1.0 - smoothing) * w);
#pragma GCC ivdep
		for (int r = 0; r < count; r++) {
			float below = logit[r] - largest[r];
			float target = everywhere + (labels[r] == c ? at_label : 0.0f);
			weight[r] += labels[r] == c ? w : 0.0f;
			target_total[r] += target;
			target_product[r] += target * below;
			exponential[r] = gd_float_exp_negative(below);
			total[r] += exponential[r];
		}
	}
	int32_t correct = 0;
	for (int r = 0; r < count; r++) {
		correct += best[r] == labels[r];
		largest[r] = target_total[r] * gd_float_log(total[r]) - target_product[r]; /* the row's loss */
		total[r] = target_total[r] / total[r];
	}
	for (int c = 0; c < classes; c++) {
		float *out = gradient + (size_t)c * (size_t)rows;
		float w = class_weights[c];
		float everywhere = (float)(smoothing / classes * w), at_label = (float)((1.0 - smoothing) * w);
#pragma GCC ivdep
		for (int r = 0; r < count; r++)
			out[r] = out[r] * total[r] - (everywhere + (labels[r] == c ? at_label : 0.0f));
	}
	sums->loss += lane_sum(count, largest);
	sums->weight += lane_sum(count, weight);
	sums->correct += correct;
}

gd_cross_entropy_sums gd_cross_entropy(int classes, int rows, const float *logits, const int32_t *labels,
	const float *class_weights, double smoothing, float *gradient)
{
	gd_cross_entropy_sums sums = {0};
	bool plain = smoothing == 0;
	for (int c = 0; c < classes; c++)
		plain = plain && class_weights[c] == 1.0f;
	for (int first = 0; first < rows; first += CHUNK) {
		int count = rows - first < CHUNK ? rows - first : CHUNK;
		if (plain)
			plain_chunk_pass(classes, rows, count, logits + first, labels + first, gradient + first, &sums);
		else
			chunk_pass(classes, rows, count, logits + first, labels + first, class_weights, smoothing, gradient + first, &sums);
	}
	return sums;
}

GD_VECTOR static void softmax_chunk(int classes, int rows, int count, const float *logits, float *probabilities)
{
	float largest[CHUNK], total[CHUNK];
	int32_t best[CHUNK];
	find_largest(classes, rows, count, logits, largest, best);
	for (int r = 0; r < count; r++)
		total[r] = 0.0f;
	for (int c = 0; c < classes; c++) {
		const float *logit = logits + (size_t)c * (size_t)rows;
		float *exponential = probabilities + (size_t)c * (size_t)rows;
#pragma GCC ivdep
		for (int r = 0; r < count; r++) {
			exponential[r] = gd_float_exp_negative(logit[r] - largest[r]);
			total[r] += exponential[r];
		}
	}
	for (int c = 0; c < classes; c++) {
		float *probability = probabilities + (size_t)c * (size_t)rows;
#pragma GCC ivdep
		for (int r = 0; r < count; r++)
			probability[r] /= total[r];
	}
}

void gd_softmax(int classes, int rows, const float *logits, float *probabilities)
{
	for (int first = 0; first < rows; first += CHUNK)
		softmax_chunk(classes, rows, rows - first < CHUNK ? rows - first : CHUNK, logits + first, probabilities + first);
}

/* log p_c of row r is logits[c, r] minus this. */
static double log_total_ref(int classes, int rows, int r, const float *logits)
{
	double largest = logits[r], total = 0.0;
	for (int c = 1; c < classes; c++)
		largest = fmax(largest, logits[(size_t)c * (size_t)rows + (size_t)r]);
	for (int c = 0; c < classes; c++)
		total += exp(logits[(size_t)c * (size_t)rows + (size_t)r] - largest);
	return largest + log(total);
}

gd_cross_entropy_sums gd_cross_entropy_ref(int classes, int rows, const float *logits, const int32_t *labels,
	const float *class_weights, double smoothing, float *gradient)
{
	gd_cross_entropy_sums sums = {0};
	for (int r = 0; r < rows; r++) {
		double log_sum = log_total_ref(classes, rows, r, logits), target_total = 0.0;
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
			sums.loss -= target * log_probability;
			gradient[at] = (float)(target_total * exp(log_probability) - target);
		}
		sums.weight += class_weights[labels[r]];
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
