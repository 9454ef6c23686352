#include "gd/network/batch_norm_kernels.h"

#include "gd/kernel/lanes.h"

static void shifted_moments(int rows, const float *z, float shift, double *first, double *second)
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

static void forward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *scale, const float *shift, float *y)
{
	for (int c = 0; c < channels; c++, z += rows, y += rows) {
		float m = mean[c], v = inverse_deviation[c], s = scale[c], t = shift[c];
		GD_INDEPENDENT
		for (int r = 0; r < rows; r++)
			y[r] = (z[r] - m) * v * s + t;
	}
}

static void row_gradient_sums(int rows, const float *z, float mean, float inverse_deviation, const float *dy, double *plain, double *product)
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

static void backward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale,
	const float *gradient_mean, const float *gradient_product, const float *dy, float *dz)
{
	for (int c = 0; c < channels; c++, z += rows, dy += rows, dz += rows) {
		float m = mean[c], v = inverse_deviation[c], factor = scale[c] * inverse_deviation[c];
		float g = gradient_mean[c], p = gradient_product[c];
		GD_INDEPENDENT
		for (int r = 0; r < rows; r++)
			dz[r] = factor * (dy[r] - g - (z[r] - m) * v * p);
	}
}

const gd_batch_norm_kernels GD_TABLE(gd_batch_norm_kernels) = {
	.moments = shifted_moments,
	.forward = forward,
	.gradient_sums = row_gradient_sums,
	.backward = backward,
};
