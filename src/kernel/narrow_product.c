#include "gd/kernel/narrow_product.h"

#include <math.h>
#include <stdbool.h>

#include "gd/kernel/narrow_product_kernels.h"
#include "gd/kernel/outer_kernels.h"

enum { LANES = 8, OUTER_COLUMNS = 8 };
enum { PANEL_BYTES = 16 << 10 };

void gd_narrow_product(int m, int n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	GD_CHOSEN(gd_narrow_kernels)->product(m, (size_t)n, k, a, a_row, a_column, b, b_row, c, c_row);
}

void gd_narrow_product_ref(int m, int n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	for (size_t i = 0; i < (size_t)m; i++) {
		for (size_t j = 0; j < (size_t)n; j++) {
			float sum = 0.0f;
			for (size_t l = 0; l < (size_t)k; l++)
				sum = fmaf(a[i * a_row + l * a_column], b[l * b_row + j], sum);
			c[i * c_row + j] = sum;
		}
	}
}

/* As many rows of b at once as stay in the first-level cache while strips of a pass by. */
void gd_narrow_outer(int m, bool sums, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c)
{
	size_t width = (size_t)n, depth = (size_t)k, most = PANEL_BYTES / (depth * sizeof *b) / OUTER_COLUMNS * OUTER_COLUMNS;
	if (most < OUTER_COLUMNS)
		most = OUTER_COLUMNS;
	for (size_t j = 0; j < width; j += most)
		GD_CHOSEN(gd_outer_kernels)->outer((size_t)m, sums, width - j < most ? width - j : most, width, depth, a, a_row, b + j * b_row, b_row, c + j);
}

void gd_narrow_outer_ref(int m, bool sums, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c)
{
	size_t whole = (size_t)k / LANES * LANES;
	for (size_t i = 0; i < (size_t)m + sums; i++) {
		for (size_t j = 0; j < (size_t)n; j++) {
			float lane[LANES] = {0};
			for (size_t l = 0; l < (size_t)k; l++) {
				float *sum = &lane[l < whole ? l % LANES : l + LANES - (size_t)k];
				*sum = fmaf(i < (size_t)m ? a[i * a_row + l] : 1.0f, b[j * b_row + l], *sum);
			}
			c[i * (size_t)n + j] = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
		}
	}
}
