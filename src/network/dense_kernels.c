#include "gd/network/dense_kernels.h"

#include <stddef.h>

#include "gd/kernel/lanes.h"

static void add_bias(int outputs, int rows, const float *bias, float *z)
{
	for (int o = 0; o < outputs; o++) {
		float *row = z + (size_t)o * (size_t)rows;
		float b = bias[o];
		for (int r = 0; r < rows; r++)
			row[r] += b;
	}
}

static void bias_gradient(int outputs, int rows, const float *dz, size_t dz_row, float *gradient)
{
	for (int o = 0; o < outputs; o++) {
		const float *row = dz + (size_t)o * dz_row;
		gd_float8 low = {0}, high = {0}, next;
		int r = 0;
		for (; r + 16 <= rows; r += 16) {
			gd_float8_load(&next, row + r);
			low += next;
			gd_float8_load(&next, row + r + 8);
			high += next;
		}
		float lane[16];
		memcpy(lane, &low, sizeof low);
		memcpy(lane + 8, &high, sizeof high);
		for (int l = 0; r + l < rows; l++)
			lane[l] += row[r + l];
		for (int width = 8; width > 0; width /= 2)
			for (int l = 0; l < width; l++)
				lane[l] += lane[l + width];
		gradient[o] = lane[0];
	}
}

const gd_dense_kernels GD_TABLE(gd_dense_kernels) = {
	.add_bias = add_bias,
	.bias_gradient = bias_gradient,
};
