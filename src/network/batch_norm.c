#include "gd/network/batch_norm.h"

#include <math.h>

#include "gd/base/vector.h"
#include "gd/kernel/lanes.h"

static const double epsilon = 1e-5, momentum = 0.1;

static double inverse_deviation_of(double variance)
{
	return 1.0 / sqrt(variance + epsilon);
}

GD_VECTOR static void shifted_moments(int rows, const float *z, float shift, double *first, double *second)
{
	gd_double4 next, k = {shift, shift, shift, shift};
	gd_double4 low = {0}, high = {0}, low_squares = {0}, high_squares = {0};
	int r = 0;
	for (; r + 8 <= rows; r += 8) {
		gd_double4_load(&next, z + r);
		next -= k;
		low += next;
		low_squares += next * next;
		gd_double4_load(&next, z + r + 4);
		next -= k;
		high += next;
		high_squares += next * next;
	}
	double lane[8], squares[8];
	gd_double4_store(lane, &low, &high);
	gd_double4_store(squares, &low_squares, &high_squares);
	for (int l = 0; r + l < rows; l++) {
		double d = (double)z[r + l] - shift;
		lane[l] += d;
		squares[l] += d * d;
	}
	*first = gd_lanes_total(lane);
	*second = gd_lanes_total(squares);
}

void gd_batch_norm_moments(int channels, int rows, const float *z, const float *shift, gd_wide_sum *moments)
{
	for (int c = 0; c < channels; c++) {
		double first, second;
		shifted_moments(rows, z + (size_t)c * (size_t)rows, shift[c], &first, &second);
		gd_wide_sum_add(&moments[c], first);
		gd_wide_sum_add(&moments[channels + c], second);
	}
}

void gd_batch_norm_finish_moments(int channels, double rows, const gd_wide_sum *moments, const float *shift,
	float *mean, float *inverse_deviation, float *unbiased_variance)
{
	for (int c = 0; c < channels; c++) {
		double offset = gd_wide_sum_value(&moments[c]) / rows;
		double variance = gd_wide_sum_value(&moments[channels + c]) / rows - offset * offset;
		variance = variance < 0.0 ? 0.0 : variance; /* rounding; NaN stays */
		mean[c] = (float)(shift[c] + offset);
		inverse_deviation[c] = (float)inverse_deviation_of(variance);
		unbiased_variance[c] = (float)(rows > 1.0 ? variance * (rows / (rows - 1.0)) : variance);
	}
}

GD_VECTOR void gd_batch_norm_forward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *scale, const float *shift, float *y)
{
	for (int c = 0; c < channels; c++, z += rows, y += rows) {
		float m = mean[c], v = inverse_deviation[c], s = scale[c], t = shift[c];
#pragma GCC ivdep
		for (int r = 0; r < rows; r++)
			y[r] = (z[r] - m) * v * s + t;
	}
}

GD_VECTOR static void row_gradient_sums(int rows, const float *z, float mean, float inverse_deviation, const float *dy, double *plain, double *product)
{
	gd_double4 value, gradient;
	gd_double4 m = {mean, mean, mean, mean}, v = {inverse_deviation, inverse_deviation, inverse_deviation, inverse_deviation};
	gd_double4 low = {0}, high = {0}, low_products = {0}, high_products = {0};
	int r = 0;
	for (; r + 8 <= rows; r += 8) {
		gd_double4_load(&value, z + r);
		gd_double4_load(&gradient, dy + r);
		low += gradient;
		low_products += gradient * ((value - m) * v);
		gd_double4_load(&value, z + r + 4);
		gd_double4_load(&gradient, dy + r + 4);
		high += gradient;
		high_products += gradient * ((value - m) * v);
	}
	double lane[8], products[8];
	gd_double4_store(lane, &low, &high);
	gd_double4_store(products, &low_products, &high_products);
	for (int l = 0; r + l < rows; l++) {
		double g = dy[r + l];
		lane[l] += g;
		products[l] += g * (((double)z[r + l] - mean) * inverse_deviation);
	}
	*plain = gd_lanes_total(lane);
	*product = gd_lanes_total(products);
}

void gd_batch_norm_gradient_sums(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *dy, gd_wide_sum *sums)
{
	for (int c = 0; c < channels; c++) {
		size_t first = (size_t)c * (size_t)rows;
		double plain, product;
		row_gradient_sums(rows, z + first, mean[c], inverse_deviation[c], dy + first, &plain, &product);
		gd_wide_sum_add(&sums[c], plain);
		gd_wide_sum_add(&sums[channels + c], product);
	}
}

void gd_batch_norm_finish_gradient_sums(int channels, double rows, const gd_wide_sum *sums,
	float *gradient_mean, float *gradient_product, double *scale_gradient, double *shift_gradient)
{
	for (int c = 0; c < channels; c++) {
		shift_gradient[c] = gd_wide_sum_value(&sums[c]);
		scale_gradient[c] = gd_wide_sum_value(&sums[channels + c]);
		gradient_mean[c] = (float)(shift_gradient[c] / rows);
		gradient_product[c] = (float)(scale_gradient[c] / rows);
	}
}

GD_VECTOR void gd_batch_norm_backward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale,
	const float *gradient_mean, const float *gradient_product, const float *dy, float *dz)
{
	for (int c = 0; c < channels; c++, z += rows, dy += rows, dz += rows) {
		float m = mean[c], v = inverse_deviation[c], factor = scale[c] * inverse_deviation[c];
		float g = gradient_mean[c], p = gradient_product[c];
#pragma GCC ivdep
		for (int r = 0; r < rows; r++)
			dz[r] = factor * (dy[r] - g - (z[r] - m) * v * p);
	}
}

void gd_batch_norm_inverse_deviation(int channels, const float *variance, float *inverse_deviation)
{
	for (int c = 0; c < channels; c++)
		inverse_deviation[c] = (float)inverse_deviation_of(variance[c]);
}

void gd_batch_norm_update_running(int count, const float *batch, float *running)
{
	for (int c = 0; c < count; c++)
		running[c] = (float)((1.0 - momentum) * running[c] + momentum * batch[c]);
}
