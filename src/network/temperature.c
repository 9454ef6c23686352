#include "gd/network/temperature.h"

#include <float.h>

#include "gd/kernel/real.h"

#define MAGIC (6755399441055744.0 * 0x1p-36) /* rounds to 2^-36, as scores do */

static double log_of(float probability)
{
	return gd_real_log(probability < FLT_MIN ? FLT_MIN : probability);
}

void gd_temperature_apply(double temperature, int classes, int rows, size_t class_stride, size_t row_stride, float *probabilities)
{
	if (temperature == 0.0 || temperature == 1.0)
		return;
	const double sharpness = 1.0 / temperature;
	for (int r = 0; r < rows; r++) {
		float *row = probabilities + (size_t)r * row_stride, largest = row[0];
		double total = 0.0;
		for (int c = 1; c < classes; c++)
			largest = row[(size_t)c * class_stride] > largest ? row[(size_t)c * class_stride] : largest;
		const double top = log_of(largest);
		for (int c = 0; c < classes; c++)
			total += gd_real_exp(sharpness * (log_of(row[(size_t)c * class_stride]) - top));
		for (int c = 0; c < classes; c++) {
			float *p = row + (size_t)c * class_stride;
			*p = (float)(gd_real_exp(sharpness * (log_of(*p) - top)) / total);
		}
	}
}

void gd_temperature_logs(size_t count, const float *probabilities, double *logs)
{
	for (size_t i = 0; i < count; i++)
		logs[i] = log_of(probabilities[i]);
}

void gd_temperature_add(double sharpness, int classes, int64_t rows, const double *logs, const int32_t *labels, const float *weights, gd_wide_sum *loss, gd_wide_sum *slope)
{
	for (int64_t r = 0; r < rows; r++) {
		const double *row = logs + r * classes, mine = row[labels[r]];
		double top = row[0], total = 0.0, mean = 0.0, counts = weights ? (double)weights[r] : 1.0;
		for (int c = 1; c < classes; c++)
			top = row[c] > top ? row[c] : top;
		for (int c = 0; c < classes; c++) {
			double weight = gd_real_exp(sharpness * (row[c] - top));
			total += weight;
			mean += weight * row[c];
		}
		gd_wide_sum_add(loss, counts * ((gd_real_log(total) - sharpness * (mine - top) + MAGIC) - MAGIC));
		gd_wide_sum_add(slope, counts * ((mean / total - mine + MAGIC) - MAGIC));
	}
}
