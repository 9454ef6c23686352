#include "gd/network/batch_norm.h"

#include <stddef.h>

void gd_batch_norm_moments_ref(int channels, int rows, const float *z, const float *shift, gd_wide_sum *moments)
{
	for (int c = 0; c < channels; c++) {
		double first = 0.0, second = 0.0;
		for (int r = 0; r < rows; r++) {
			double d = (double)z[(size_t)c * (size_t)rows + (size_t)r] - shift[c];
			first += d;
			second += d * d;
		}
		gd_wide_sum_add(&moments[c], first);
		gd_wide_sum_add(&moments[channels + c], second);
	}
}

void gd_batch_norm_forward_ref(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *scale, const float *shift, float *y)
{
	for (int c = 0; c < channels; c++)
		for (size_t i = (size_t)c * (size_t)rows, end = i + (size_t)rows; i < end; i++)
			y[i] = (float)(((double)z[i] - mean[c]) * inverse_deviation[c] * scale[c] + shift[c]);
}

void gd_batch_norm_gradient_sums_ref(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *dy, gd_wide_sum *sums)
{
	for (int c = 0; c < channels; c++) {
		double plain = 0.0, product = 0.0;
		for (size_t i = (size_t)c * (size_t)rows, end = i + (size_t)rows; i < end; i++) {
			plain += dy[i];
			product += dy[i] * (((double)z[i] - mean[c]) * inverse_deviation[c]);
		}
		gd_wide_sum_add(&sums[c], plain);
		gd_wide_sum_add(&sums[channels + c], product);
	}
}

void gd_batch_norm_backward_ref(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale,
	const float *gradient_mean, const float *gradient_product, const float *dy, float *dz)
{
	for (int c = 0; c < channels; c++) {
		double factor = (double)scale[c] * inverse_deviation[c];
		for (size_t i = (size_t)c * (size_t)rows, end = i + (size_t)rows; i < end; i++) {
			double normalised = ((double)z[i] - mean[c]) * inverse_deviation[c];
			dz[i] = (float)(factor * (dy[i] - gradient_mean[c] - normalised * gradient_product[c]));
		}
	}
}
