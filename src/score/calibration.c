#include "gd/score/calibration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/network/temperature.h"
#include "gd/parallel/reduce.h"
#include "gd/score/score_reduce.h"

enum { TILE = 256, STEPS = 24 };
#define PRIOR 4.0 /* inverse variance */

/* Derivative by the sharpness of what is minimised; `scale` makes the rows' weights 1 in the mean, so that the prior counts as it does without them. */
static gd_status slope_at(gd_communicator *communicator, double sharpness, double scale, int classes, const gd_score_rows *rows, const double *logs, double *slope)
{
	gd_wide_sum sums[2] = {0};
	gd_temperature_add(sharpness, classes, rows->count, logs, rows->labels, rows->weights, &sums[0], &sums[1]);
	gd_status status = gd_reduce_sum(communicator, sums[1].limb, GD_WIDE_LIMBS);
	*slope = scale * gd_wide_sum_value(&sums[1]) + PRIOR * (sharpness - 1.0);
	return status;
}

/* It rises with the sharpness. */
static gd_status bisect(gd_communicator *communicator, double scale, int classes, const gd_score_rows *rows, const double *logs, double *temperature)
{
	double low = 0.125, high = 8.0;
	gd_status status = gd_ok();
	for (int step = 0; step < STEPS && !gd_failed(&status); step++) {
		double middle = 0.5 * (low + high), slope;
		status = slope_at(communicator, middle, scale, classes, rows, logs, &slope);
		*(slope > 0.0 ? &high : &low) = middle;
	}
	*temperature = 2.0 / (low + high);
	return status;
}

static gd_calibration_scores summary(const gd_score_sums *sums)
{
	gd_scores scores;
	gd_scores_of(sums, &scores, NULL);
	return (gd_calibration_scores){scores.log_loss, scores.expected_calibration_error, scores.brier};
}

/* The rows' scores with a temperature. */
static gd_status score(gd_communicator *communicator, double temperature, bool weighted, int classes, const gd_score_rows *rows, gd_calibration_scores *scores)
{
	gd_score_sums sums;
	gd_status mine = gd_score_sums_init(&sums, classes);
	if (!gd_failed(&mine) && weighted)
		mine = gd_score_sums_weigh(&sums);
	float *tile = gd_allocate((size_t)classes * TILE, sizeof *tile);
	if (!gd_failed(&mine) && !tile)
		mine = gd_out_of_memory("the calibration");
	gd_status status = gd_agree(communicator, &mine);
	for (int64_t first = 0; first < rows->count && !gd_failed(&status); first += TILE) {
		int count = rows->count - first < TILE ? (int)(rows->count - first) : TILE;
		for (int r = 0; r < count; r++)
			for (int c = 0; c < classes; c++)
				tile[c * count + r] = rows->probabilities[(first + r) * classes + c];
		gd_temperature_apply(temperature, classes, count, (size_t)count, tile);
		gd_score_sums_add_weighted(&sums, count, tile, rows->labels + first, weighted ? rows->weights + first : NULL);
	}
	if (!gd_failed(&status))
		status = gd_score_reduce(communicator, &sums);
	if (!gd_failed(&status))
		*scores = summary(&sums);
	gd_score_sums_release(&sums);
	free(tile);
	return status;
}

gd_status gd_calibration_fit(gd_communicator *communicator, const gd_score_sums *sums, gd_calibration *calibration)
{
	const gd_score_rows *rows = sums->rows;
	size_t values = (size_t)rows->count * (size_t)sums->classes;
	double *logs = gd_allocate(values, sizeof *logs);
	gd_status mine = logs && !rows->lost ? gd_ok() : gd_out_of_memory("the calibration");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_temperature_logs(values, rows->probabilities, logs);
		gd_scores scores;
		gd_scores_of(sums, &scores, NULL);
		status = bisect(communicator, scores.weight > 0 ? (double)scores.rows / scores.weight : 1, sums->classes, rows, logs, &calibration->temperature);
	}
	if (!gd_failed(&status)) {
		calibration->before = summary(sums);
		status = score(communicator, calibration->temperature, sums->weights != NULL, sums->classes, rows, &calibration->after);
	}
	free(logs);
	return status;
}

gd_calibration gd_calibration_given(double temperature)
{
	const gd_calibration_scores unknown = {NAN, NAN, NAN};
	return (gd_calibration){temperature, unknown, unknown};
}

void gd_calibration_say(const gd_calibration *calibration, char text[GD_CALIBRATION_ROOM])
{
	const gd_calibration_scores *after = &calibration->after, *before = &calibration->before;
	if (isnan(after->log_loss))
		snprintf(text, GD_CALIBRATION_ROOM, "calibrated by temperature %.3f, which was given", calibration->temperature);
	else
		snprintf(text, GD_CALIBRATION_ROOM, "calibrated on the validation part: temperature %.3f; log-loss %.4f, before %.4f; calibration error %.4f, before %.4f; Brier score %.4f, before %.4f",
			calibration->temperature, after->log_loss, before->log_loss, after->calibration_error, before->calibration_error, after->brier, before->brier);
}
