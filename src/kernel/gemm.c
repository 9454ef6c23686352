#include "gd/kernel/gemm.h"

#include <assert.h>

#include "gd/kernel/engine.h"

void gd_gemm(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	assert(m > 0 && n > 0 && k > 0);
	gd_engine()->multiply(a_orientation, b_orientation, m, n, k, a, a_row, b, b_row, c, c_row);
}
