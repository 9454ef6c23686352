#include "gd/network/temperature.h"

#include "gd/network/temperature_kernels.h"

void gd_temperature_apply(double temperature, int classes, int rows, size_t stride, float *probabilities)
{
	if (temperature == 0.0 || temperature == 1.0)
		return;
	for (int r = 0; r < rows; r += GD_TEMPERATURE_TILE) {
		int count = rows - r < GD_TEMPERATURE_TILE ? rows - r : GD_TEMPERATURE_TILE;
		GD_CHOSEN(gd_temperature_kernels)->apply(1.0 / temperature, classes, count, stride, probabilities + r);
	}
}

void gd_temperature_logs(size_t count, const float *probabilities, double *logs)
{
	GD_CHOSEN(gd_temperature_kernels)->logs(count, probabilities, logs);
}

void gd_temperature_add(double sharpness, int classes, int64_t rows, const double *logs, const int32_t *labels, const float *weights, gd_wide_sum *loss, gd_wide_sum *slope)
{
	double losses[GD_TEMPERATURE_TILE], slopes[GD_TEMPERATURE_TILE];
	for (int64_t first = 0; first < rows; first += GD_TEMPERATURE_TILE) {
		int count = rows - first < GD_TEMPERATURE_TILE ? (int)(rows - first) : GD_TEMPERATURE_TILE;
		GD_CHOSEN(gd_temperature_kernels)->losses(sharpness, classes, count, logs + first * classes, labels + first, losses, slopes);
		for (int r = 0; r < count; r++) {
			double counts = weights ? (double)weights[first + r] : 1.0;
			gd_wide_sum_add(loss, counts * losses[r]);
			gd_wide_sum_add(slope, counts * slopes[r]);
		}
	}
}
