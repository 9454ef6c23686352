#include <stdbool.h>
#include <stddef.h>

#include "gd/kernel/fused.h"
#include "gd/kernel/gemm.h"

float gd_gemm_element(int k, const float *a, size_t a_step, const float *b, size_t b_step)
{
	float total = 0.0f;
	for (size_t first = 0; first < (size_t)k; first += GD_GEMM_CHAIN) {
		float chain = 0.0f;
		for (size_t l = first; l < (size_t)k && l < first + GD_GEMM_CHAIN; l++)
			chain = gd_fused(a[l * a_step], b[l * b_step], chain);
		total = first ? total + chain : chain; /* 0 + chain would lose the sign of a negative zero */
	}
	return total;
}

void gd_gemm_ref(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	bool a_turned = a_orientation == GD_TRANSPOSED, b_turned = b_orientation == GD_TRANSPOSED;
	for (size_t i = 0; i < (size_t)m; i++)
		for (size_t j = 0; j < (size_t)n; j++)
			c[i * c_row + j] = gd_gemm_element(k, a_turned ? a + i : a + i * a_row, a_turned ? a_row : 1, b_turned ? b + j * b_row : b + j, b_turned ? 1 : b_row);
}
