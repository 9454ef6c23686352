#include "gd/kernel/gemm.h"

#include <assert.h>

#include "gd/kernel/engine.h"

void gd_gemm(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, const float *b, float *c)
{
	assert(m > 0 && n > 0 && k > 0);
	gd_engine()->multiply(a_orientation, b_orientation, m, n, k, a, b, c);
}
