#include "gd/kernel/gemm.h"

#include <assert.h>
#include <blis.h>

void gd_gemm(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, const float *b, float *c)
{
	assert(m > 0 && n > 0 && k > 0);
	float one = 1.0f, zero = 0.0f; /* with a beta of zero BLIS does not read c */
	/* BLIS takes pointers to what it only reads without const. */
	bli_sgemm(a_orientation == GD_TRANSPOSED ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE,
		b_orientation == GD_TRANSPOSED ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, m, n, k, &one,
		(float *)(uintptr_t)a, a_orientation == GD_TRANSPOSED ? m : k, 1,
		(float *)(uintptr_t)b, b_orientation == GD_TRANSPOSED ? k : n, 1, &zero, c, n, 1);
}

void gd_gemm_ref(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, const float *b, float *c)
{
	size_t a_row = a_orientation == GD_TRANSPOSED ? 1 : (size_t)k, a_column = a_orientation == GD_TRANSPOSED ? (size_t)m : 1;
	size_t b_row = b_orientation == GD_TRANSPOSED ? 1 : (size_t)n, b_column = b_orientation == GD_TRANSPOSED ? (size_t)k : 1;
	for (size_t i = 0; i < (size_t)m; i++) {
		for (size_t j = 0; j < (size_t)n; j++) {
			double sum = 0.0;
			for (size_t l = 0; l < (size_t)k; l++)
				sum += (double)a[i * a_row + l * a_column] * b[l * b_row + j * b_column];
			c[i * (size_t)n + j] = (float)sum;
		}
	}
}

const char *gd_gemm_version(void)
{
	return bli_info_get_version_str();
}

const char *gd_gemm_kernel(void)
{
	return bli_arch_string(bli_arch_query_id());
}

void gd_gemm_single_thread(void)
{
	bli_thread_set_num_threads(1);
}
