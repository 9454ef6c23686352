#include "gd/network/dense.h"

#include <stdbool.h>
#include <stddef.h>

#include "gd/kernel/gemm.h"
#include "gd/kernel/narrow_product.h"
#include "gd/network/dense_kernels.h"

/* Where packing operands costs more than it brings: measured on products of 16 to 512 rows. */
enum { NARROW = 256, SHORT = 32, PACKED = 48, PACKED_ROWS = 32 };

/* Of c [m, n] with k products an element. Up to k = NARROW both ways have the same bits. */
static bool is_narrow(int m, int n, int k)
{
	return k <= SHORT || (k <= NARROW && (m < PACKED || n < PACKED_ROWS || k < PACKED));
}

void gd_dense_forward(int inputs, int outputs, int rows, const float *weight, const float *x, size_t x_row, float *z, size_t z_row)
{
	const size_t width = (size_t)outputs;
	if (is_narrow(outputs, rows, inputs))
		gd_narrow_product(outputs, rows, inputs, weight, 1, width, x, x_row, z, z_row);
	else
		gd_gemm(GD_TRANSPOSED, GD_AS_STORED, outputs, rows, inputs, weight, width, x, x_row, z, z_row);
}

void gd_dense_forward_rows(int inputs, int outputs, int rows, const float *weight, const float *x, float *z)
{
	const size_t width = (size_t)outputs;
	if (is_narrow(rows, outputs, inputs))
		gd_narrow_product(rows, outputs, inputs, x, 1, (size_t)rows, weight, width, z, width);
	else
		gd_gemm(GD_TRANSPOSED, GD_AS_STORED, rows, outputs, inputs, x, (size_t)rows, weight, width, z, width);
}

void gd_dense_add_bias(int outputs, int rows, const float *bias, float *z)
{
	GD_CHOSEN(gd_dense_kernels)->add_bias(outputs, rows, bias, z);
}

void gd_dense_weight_gradient(int inputs, int outputs, int rows, const float *x, size_t x_row, const float *dz, size_t dz_row, float *gradient)
{
	if (inputs <= NARROW && outputs <= NARROW)
		gd_narrow_outer(inputs, false, outputs, rows, x, x_row, dz, dz_row, gradient);
	else
		gd_gemm(GD_AS_STORED, GD_TRANSPOSED, inputs, outputs, rows, x, x_row, dz, dz_row, gradient, (size_t)outputs);
}

void gd_dense_backward_parameters(int inputs, int outputs, int rows, const float *x, size_t x_row, const float *dz, size_t dz_row, float *gradient)
{
	if (inputs <= NARROW && outputs <= NARROW) {
		gd_narrow_outer(inputs, true, outputs, rows, x, x_row, dz, dz_row, gradient);
		return;
	}
	gd_dense_weight_gradient(inputs, outputs, rows, x, x_row, dz, dz_row, gradient);
	gd_dense_bias_gradient(outputs, rows, dz, dz_row, gradient + (size_t)inputs * (size_t)outputs);
}

void gd_dense_bias_gradient(int outputs, int rows, const float *dz, size_t dz_row, float *gradient)
{
	GD_CHOSEN(gd_dense_kernels)->bias_gradient(outputs, rows, dz, dz_row, gradient);
}

void gd_dense_bias_gradient_ref(int outputs, int rows, const float *dz, size_t dz_row, float *gradient)
{
	for (int o = 0; o < outputs; o++) {
		float lane[16] = {0};
		for (int r = 0; r < rows; r++)
			lane[r % 16] += dz[(size_t)o * dz_row + (size_t)r];
		for (int width = 8; width > 0; width /= 2)
			for (int l = 0; l < width; l++)
				lane[l] += lane[l + width];
		gradient[o] = lane[0];
	}
}

void gd_dense_backward_input(int inputs, int outputs, int rows, const float *weight, const float *dz, size_t dz_row, float *dx, size_t dx_row)
{
	if (is_narrow(inputs, rows, outputs))
		gd_narrow_product(inputs, rows, outputs, weight, (size_t)outputs, 1, dz, dz_row, dx, dx_row);
	else
		gd_gemm(GD_AS_STORED, GD_AS_STORED, inputs, rows, outputs, weight, (size_t)outputs, dz, dz_row, dx, dx_row);
}
