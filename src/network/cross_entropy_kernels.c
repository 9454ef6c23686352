#include "gd/network/cross_entropy_kernels.h"

#include "gd/kernel/lanes.h"
#include "gd/kernel/vector_math.h"

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
 * chunk_pass() where all classes and rows weigh one and labels are not smoothed: what is multiplied by zero there is left out here, with the same bits.
 */
static void plain_chunk_pass(int classes, int rows, int count, const float *logits, const int32_t *labels, float *gradient, gd_cross_entropy_sums *sums)
{
	float largest[GD_CROSS_ENTROPY_CHUNK], total[GD_CROSS_ENTROPY_CHUNK], at_label[GD_CROSS_ENTROPY_CHUNK];
	int32_t best[GD_CROSS_ENTROPY_CHUNK];
	find_largest(classes, rows, count, logits, largest, best);
	for (int r = 0; r < count; r++)
		total[r] = at_label[r] = 0.0f;
	for (int c = 0; c < classes; c++) {
		const float *logit = logits + (size_t)c * (size_t)rows;
		float *exponential = gradient + (size_t)c * (size_t)rows;
		GD_INDEPENDENT
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
		GD_INDEPENDENT
		for (int r = 0; r < count; r++)
			out[r] = out[r] * total[r] - (labels[r] == c ? 1.0f : 0.0f);
	}
	sums->loss += lane_sum(count, largest);
	sums->weight += count;
	sums->correct += correct;
}

/* One chunk of rows, of blocks whose feature rows are `rows` apart. */
static void chunk_pass(int classes, int rows, int count, const float *logits, const int32_t *labels,
	const float *class_weights, const float *row_weights, double smoothing, float *gradient, gd_cross_entropy_sums *sums)
{
	float row_weight[GD_CROSS_ENTROPY_CHUNK], largest[GD_CROSS_ENTROPY_CHUNK], total[GD_CROSS_ENTROPY_CHUNK], target_total[GD_CROSS_ENTROPY_CHUNK], target_product[GD_CROSS_ENTROPY_CHUNK], weight[GD_CROSS_ENTROPY_CHUNK];
	int32_t best[GD_CROSS_ENTROPY_CHUNK];
	find_largest(classes, rows, count, logits, largest, best);
	for (int r = 0; r < count; r++)
		total[r] = target_total[r] = target_product[r] = weight[r] = 0.0f;
	for (int r = 0; r < count; r++)
		row_weight[r] = row_weights ? row_weights[r] : 1.0f;
	for (int c = 0; c < classes; c++) {
		const float *logit = logits + (size_t)c * (size_t)rows;
		float *exponential = gradient + (size_t)c * (size_t)rows;
		float w = class_weights[c];
		float everywhere = (float)(smoothing / classes * w), at_label = (float)((1.0 - smoothing) * w);
		GD_INDEPENDENT
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
		largest[r] = (target_total[r] * gd_float_log(total[r]) - target_product[r]) * row_weight[r]; /* the row's loss */
		total[r] = target_total[r] / total[r];
		weight[r] *= row_weight[r];
	}
	for (int c = 0; c < classes; c++) {
		float *out = gradient + (size_t)c * (size_t)rows;
		float w = class_weights[c];
		float everywhere = (float)(smoothing / classes * w), at_label = (float)((1.0 - smoothing) * w);
		GD_INDEPENDENT
		for (int r = 0; r < count; r++)
			out[r] = (out[r] * total[r] - (everywhere + (labels[r] == c ? at_label : 0.0f))) * row_weight[r];
	}
	sums->loss += lane_sum(count, largest);
	sums->weight += lane_sum(count, weight);
	sums->correct += correct;
}

static void softmax_chunk(int classes, int rows, int count, const float *logits, float *probabilities)
{
	float largest[GD_CROSS_ENTROPY_CHUNK], total[GD_CROSS_ENTROPY_CHUNK];
	int32_t best[GD_CROSS_ENTROPY_CHUNK];
	find_largest(classes, rows, count, logits, largest, best);
	for (int r = 0; r < count; r++)
		total[r] = 0.0f;
	for (int c = 0; c < classes; c++) {
		const float *logit = logits + (size_t)c * (size_t)rows;
		float *exponential = probabilities + (size_t)c * (size_t)rows;
		GD_INDEPENDENT
		for (int r = 0; r < count; r++) {
			exponential[r] = gd_float_exp_negative(logit[r] - largest[r]);
			total[r] += exponential[r];
		}
	}
	for (int c = 0; c < classes; c++) {
		float *probability = probabilities + (size_t)c * (size_t)rows;
		GD_INDEPENDENT
		for (int r = 0; r < count; r++)
			probability[r] /= total[r];
	}
}

const gd_cross_entropy_kernels GD_TABLE(gd_cross_entropy_kernels) = {
	.pass = chunk_pass,
	.plain_pass = plain_chunk_pass,
	.softmax = softmax_chunk,
};
