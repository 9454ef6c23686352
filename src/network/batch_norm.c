#include "gd/network/batch_norm.h"

#include <math.h>

#include "gd/network/batch_norm_kernels.h"

static const double epsilon = 1e-5, momentum = 0.1;

static double inverse_deviation_of(double variance)
{
	return 1.0 / sqrt(variance + epsilon);
}

void gd_batch_norm_moments(int channels, int rows, const float *z, const float *shift, gd_wide_sum *moments)
{
	for (int c = 0; c < channels; c++) {
		double first, second;
		GD_CHOSEN(gd_batch_norm_kernels)->moments(rows, z + (size_t)c * (size_t)rows, shift[c], &first, &second);
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

void gd_batch_norm_forward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *scale, const float *shift, float *y)
{
	GD_CHOSEN(gd_batch_norm_kernels)->forward(channels, rows, z, mean, inverse_deviation, scale, shift, y);
}

void gd_batch_norm_gradient_sums(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *dy, gd_wide_sum *sums)
{
	for (int c = 0; c < channels; c++) {
		size_t first = (size_t)c * (size_t)rows;
		double plain, product;
		GD_CHOSEN(gd_batch_norm_kernels)->gradient_sums(rows, z + first, mean[c], inverse_deviation[c], dy + first, &plain, &product);
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

void gd_batch_norm_backward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale,
	const float *gradient_mean, const float *gradient_product, const float *dy, float *dz)
{
	GD_CHOSEN(gd_batch_norm_kernels)->backward(channels, rows, z, mean, inverse_deviation, scale, gradient_mean, gradient_product, dy, dz);
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
