#include "gd/network/temperature_kernels.h"

#include <float.h>

#include "gd/kernel/real_lanes.h"
#include "gd/network/scores.h"

enum { TILE = GD_TEMPERATURE_TILE,
	KEPT = 256 }; /* classes whose weights are kept; those of others are worked out twice */

static inline double log_of(float probability)
{
	return gd_lane_log(probability < FLT_MIN ? FLT_MIN : probability);
}

/* Exponents below -700, which are taken for -700, add nothing to a row's total of at least 1, and are 0 in float32. */
static void apply(double sharpness, int classes, int rows, size_t stride, float *probabilities)
{
	double top[TILE], total[TILE], kept[KEPT + 1][TILE];
	float largest[TILE];
	for (int r = 0; r < rows; r++)
		largest[r] = probabilities[r];
	for (int c = 1; c < classes; c++)
		for (int r = 0; r < rows; r++) {
			float p = probabilities[(size_t)c * stride + (size_t)r];
			largest[r] = p > largest[r] ? p : largest[r];
		}
	for (int r = 0; r < rows; r++) {
		top[r] = log_of(largest[r]);
		total[r] = 0.0;
	}
	for (int c = 0; c < classes; c++) {
		const float *p = probabilities + (size_t)c * stride;
		double *weight = kept[c < KEPT ? c : KEPT];
		for (int r = 0; r < rows; r++) {
			weight[r] = gd_lane_exp(sharpness * (log_of(p[r]) - top[r]));
			total[r] += weight[r];
		}
	}
	for (int c = 0; c < classes && c < KEPT; c++) {
		float *p = probabilities + (size_t)c * stride;
		for (int r = 0; r < rows; r++)
			p[r] = (float)(kept[c][r] / total[r]);
	}
	for (int c = KEPT; c < classes; c++) {
		float *p = probabilities + (size_t)c * stride;
		for (int r = 0; r < rows; r++)
			p[r] = (float)(gd_lane_exp(sharpness * (log_of(p[r]) - top[r])) / total[r]);
	}
}

static void logs_of(size_t count, const float *restrict probabilities, double *restrict logs)
{
	for (size_t i = 0; i < count; i++)
		logs[i] = log_of(probabilities[i]);
}

static void losses(double sharpness, int classes, int rows, const double *restrict logs, const int32_t *restrict labels, double *restrict loss, double *restrict slope)
{
	double top[TILE], total[TILE], mean[TILE];
	const size_t stride = (size_t)classes;
	for (int r = 0; r < rows; r++) {
		top[r] = logs[(size_t)r * stride];
		total[r] = mean[r] = 0.0;
	}
	for (size_t c = 1; c < stride; c++)
		for (int r = 0; r < rows; r++) {
			double next = logs[(size_t)r * stride + c];
			top[r] = next > top[r] ? next : top[r];
		}
	for (size_t c = 0; c < stride; c++)
		for (int r = 0; r < rows; r++) {
			double next = logs[(size_t)r * stride + c], weight = gd_lane_exp(sharpness * (next - top[r]));
			total[r] += weight;
			mean[r] += weight * next;
		}
	for (int r = 0; r < rows; r++) {
		double mine = logs[(size_t)r * stride + (size_t)labels[r]];
		loss[r] = gd_score_round(gd_lane_log(total[r]) - sharpness * (mine - top[r]));
		slope[r] = gd_score_round(mean[r] / total[r] - mine);
	}
}

const gd_temperature_kernels GD_TABLE(gd_temperature_kernels) = {
	.apply = apply,
	.logs = logs_of,
	.losses = losses,
};
