#include "gd/kernel/product.h"

#include <assert.h>

static const gd_product_kernel *find_kernel(gd_instructions instructions)
{
#ifdef __x86_64__
	if (instructions == GD_AVX512)
		return &gd_product_avx512;
	if (instructions == GD_AVX2)
		return &gd_product_avx2;
#endif
	(void)instructions;
	return &gd_product_plain;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Rows in the next panel of those that are left: panels of about the same height, since a low one's few sums would wait for one another. */
static int panel_height(int left, int most)
{
	int panels = (left + most - 1) / most;
	return (left + panels - 1) / panels;
}

/* Element (i, l) of an operand at from[i*across + l*along]. */
typedef struct operand {
	const float *from;
	size_t across, along;
} operand;

static void pack_columns(const gd_product_kernel *kernel, int columns, int depth, operand b, float *packed)
{
	for (int j = 0; j < columns; j += kernel->width, packed += (size_t)kernel->width * GD_GEMM_CHAIN)
		kernel->pack_right(least(kernel->width, columns - j), depth, b.from + (size_t)j * b.across, b.across, b.along, packed);
}

/*
 * One cut of k and `columns` columns of c. A panel of a stays in the first-level cache while panels of b pass by. Where one panel of a is all there is, b
 * is read where it lies.
 */
static void multiply(const gd_product_kernel *kernel, int m, int columns, int depth, operand a, operand b, bool add, float *c, size_t c_row)
{
	static _Alignas(64) float left[GD_PRODUCT_HEIGHT * GD_GEMM_CHAIN + GD_PRODUCT_SPILL], right[GD_PRODUCT_COLUMNS * GD_GEMM_CHAIN + GD_PRODUCT_SPILL];
	const bool packed = m > kernel->height || b.across != 1;
	if (packed)
		pack_columns(kernel, columns, depth, b, right);
	for (int i = 0, height; i < m; i += height) {
		height = panel_height(m - i, kernel->height);
		kernel->pack_left(height, depth, a.from + (size_t)i * a.across, a.across, a.along, left);
		for (int j = 0; j < columns; j += kernel->width) {
			const float *panel = packed ? right + (size_t)j * GD_GEMM_CHAIN : b.from + j;
			kernel->tile(height, least(kernel->width, columns - j), depth, left, panel, packed ? (size_t)kernel->width : b.along, packed, add,
				c + (size_t)i * c_row + j, c_row);
		}
	}
}

void gd_product(gd_instructions instructions, gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	assert(m > 0 && n > 0 && k > 0);
	const gd_product_kernel *kernel = find_kernel(instructions);
	const bool a_turned = a_orientation == GD_TRANSPOSED, b_turned = b_orientation == GD_TRANSPOSED;
	operand left = {a, a_turned ? 1 : a_row, a_turned ? a_row : 1}, right = {b, b_turned ? b_row : 1, b_turned ? 1 : b_row};
	for (int j = 0; j < n; j += kernel->columns) {
		for (int l = 0; l < k; l += GD_GEMM_CHAIN) {
			operand a_cut = left, b_cut = right;
			a_cut.from += (size_t)l * left.along;
			b_cut.from += (size_t)l * right.along + (size_t)j * right.across;
			multiply(kernel, m, least(kernel->columns, n - j), least(GD_GEMM_CHAIN, k - l), a_cut, b_cut, l > 0, c + j, c_row);
		}
	}
}
