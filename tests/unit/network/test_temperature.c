#include <float.h>
#include <math.h>

#include "gd/network/temperature.h"
#include "unit.h"

const char *const unit_suite = "temperature";

enum { CLASSES = 4, ROWS = 37 };

/* Probabilities [ROWS, CLASSES], some of them 0, and labels. */
static void draw(float *probabilities, int32_t *labels)
{
	for (int r = 0; r < ROWS; r++) {
		double total = 0.0, weight[CLASSES];
		for (int c = 0; c < CLASSES; c++)
			total += weight[c] = (r + c) % 7 ? exp(3.0 * sin(r * 12.9898 + c * 78.233)) : 0.0;
		for (int c = 0; c < CLASSES; c++)
			probabilities[r * CLASSES + c] = (float)(weight[c] / total);
		labels[r] = (r * 5) % CLASSES;
	}
}

/* The definition, by libm. */
static double scaled(const float *row, int class, double temperature)
{
	double total = 0.0;
	for (int c = 0; c < CLASSES; c++)
		total += pow(fmax(row[c], FLT_MIN), 1.0 / temperature);
	return pow(fmax(row[class], FLT_MIN), 1.0 / temperature) / total;
}

static void test_apply(void)
{
	float probabilities[ROWS * CLASSES], rows[ROWS * CLASSES], columns[CLASSES * ROWS];
	int32_t labels[ROWS];
	const double temperatures[] = {0.125, 0.7, 1.6, 8.0};
	draw(probabilities, labels);
	for (int t = 0; t < 4; t++) {
		for (int r = 0; r < ROWS; r++)
			for (int c = 0; c < CLASSES; c++)
				rows[r * CLASSES + c] = columns[c * ROWS + r] = probabilities[r * CLASSES + c];
		gd_temperature_apply(temperatures[t], CLASSES, ROWS, 1, CLASSES, rows);
		gd_temperature_apply(temperatures[t], CLASSES, ROWS, ROWS, 1, columns);
		for (int r = 0; r < ROWS; r++)
			for (int c = 0; c < CLASSES; c++) {
				CU_ASSERT(fabs(rows[r * CLASSES + c] - scaled(probabilities + r * CLASSES, c, temperatures[t])) < 1e-6);
				CU_ASSERT(rows[r * CLASSES + c] == columns[c * ROWS + r]);
			}
	}
	for (int i = 0; i < ROWS * CLASSES; i++)
		rows[i] = probabilities[i];
	gd_temperature_apply(0.0, CLASSES, ROWS, 1, CLASSES, rows);
	gd_temperature_apply(1.0, CLASSES, ROWS, 1, CLASSES, rows);
	for (int i = 0; i < ROWS * CLASSES; i++)
		CU_ASSERT(rows[i] == probabilities[i]);
}

static double loss_at(double sharpness, const double *logs, const int32_t *labels, int first, int rows, double *slope)
{
	gd_wide_sum loss = {0}, by_sharpness = {0};
	gd_temperature_add(sharpness, CLASSES, rows, logs + first * CLASSES, labels + first, NULL, &loss, &by_sharpness);
	if (slope)
		*slope = gd_wide_sum_value(&by_sharpness);
	return gd_wide_sum_value(&loss);
}

static void test_slope(void)
{
	float probabilities[ROWS * CLASSES];
	double logs[ROWS * CLASSES], slope, step = 1e-4;
	int32_t labels[ROWS];
	draw(probabilities, labels);
	gd_temperature_logs(ROWS * CLASSES, probabilities, logs);
	for (double sharpness = 0.25; sharpness < 5.0; sharpness *= 2.0) {
		double expected = 0.0, loss = loss_at(sharpness, logs, labels, 0, ROWS, &slope);
		for (int r = 0; r < ROWS; r++)
			expected -= log(scaled(probabilities + r * CLASSES, labels[r], 1.0 / sharpness));
		CU_ASSERT(fabs(loss - expected) < 1e-8 * fabs(expected) + 1e-8);
		double difference = (loss_at(sharpness + step, logs, labels, 0, ROWS, NULL) - loss_at(sharpness - step, logs, labels, 0, ROWS, NULL)) / (2.0 * step);
		CU_ASSERT(fabs(slope - difference) < 1e-3);
		/* In parts, the other one first: the same bits. */
		gd_wide_sum parts = {0}, slopes = {0};
		gd_temperature_add(sharpness, CLASSES, ROWS - 11, logs + 11 * CLASSES, labels + 11, NULL, &parts, &slopes);
		gd_temperature_add(sharpness, CLASSES, 11, logs, labels, NULL, &parts, &slopes);
		CU_ASSERT(gd_wide_sum_value(&parts) == loss && gd_wide_sum_value(&slopes) == slope);
	}
}

const unit_test unit_tests[] = {
	{"probabilities agree with the definition", test_apply},
	{"losses agree with it, slopes with their differences, and parts add up", test_slope},
	{NULL, NULL},
};
