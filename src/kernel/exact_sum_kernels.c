#include "gd/kernel/exact_sum_kernels.h"

#include <string.h>

/* The bits of non-negative floats are ordered as the floats are, with infinity and NaN above: one integer maximum finds range and NaN alike. */
static uint32_t add(size_t count, const float *restrict value, gd_quantum quantum, double *restrict sum)
{
	double magic = quantum.magic;
	int32_t largest = 0;
	for (size_t i = 0; i < count; i++) {
		int32_t bits;
		memcpy(&bits, &value[i], sizeof bits);
		bits &= 0x7fffffff;
		largest = bits > largest ? bits : largest;
		sum[i] += ((double)value[i] + magic) - magic;
	}
	return (uint32_t)largest;
}

const gd_exact_sum_kernels GD_TABLE(gd_exact_sum_kernels) = {
	.add = add,
};
