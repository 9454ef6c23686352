/* The fused multiply-add, where the compiler has no instruction for it. Local. */
#ifndef GD_FUSED_H
#define GD_FUSED_H

#include <stdint.h>
#include <string.h>

/*
 * fmaf(a, b, c) to the last bit. The product is exact in double; the sum is rounded to odd there, after which rounding to single precision gives what one
 * rounding would. Source: S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE Trans. Computers 57(4), 2008.
 */
static inline float gd_fused(float a, float b, float c)
{
#ifdef __FP_FAST_FMAF
	return __builtin_fmaf(a, b, c);
#else
	double product = (double)a * b, sum = product + c, part = sum - product;
	double error = (product - (sum - part)) + (c - part);
	int64_t bits;
	memcpy(&bits, &sum, sizeof bits);
	/* NaN and infinity, whose error is none, stay as they are. */
	int64_t inexact = (error < 0) | (error > 0), away = (error > 0) == (sum > 0);
	bits += (inexact & ~bits & 1) * (2 * away - 1);
	memcpy(&sum, &bits, sizeof sum);
	return (float)sum;
#endif
}

#endif
