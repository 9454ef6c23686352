/*
 * gd_real_log() and gd_real_exp() for loops that a compiler turns into vector code: the same bits, without a branch, in the range that probabilities need. Local.
 */
#ifndef GD_REAL_LANES_H
#define GD_REAL_LANES_H

#include <stdint.h>
#include <string.h>

#include "gd/kernel/double_pair.h"

/* As gd_real_log, for normal x above 0; NaN stays. */
static inline double gd_lane_log(double x)
{
	uint64_t bits, split;
	double m, exponent;
	memcpy(&bits, &x, sizeof bits);
	split = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3fe0000000000000); /* in [1/2, 1) */
	memcpy(&m, &split, sizeof m);
	split = (bits >> 52) | UINT64_C(0x4330000000000000); /* 2^52 and the biased exponent */
	memcpy(&exponent, &split, sizeof exponent);
	exponent -= 0x1p52 + 1022.0;
	const _Bool small = m < 0x1.6a09e667f3bcdp-1;
	m = small ? 2.0 * m : m;
	exponent = small ? exponent - 1.0 : exponent;
	gd_pair result = gd_pair_add(gd_pair_multiply((gd_pair){exponent, 0.0}, GD_PAIR_LN2), gd_pair_log_near_one(m));
	return x == x ? result.high + result.low : x;
}

/* As gd_real_exp, for x from -700 to 700, and what it gives for -700 below; NaN stays. */
static inline double gd_lane_exp(double x)
{
	const double bounded = x < -700.0 ? -700.0 : x, shift = 0x1.8p52;
	double shifted = bounded * GD_PAIR_LOG2_E.high + shift, factor;
	gd_pair y = gd_pair_exp_part((gd_pair){bounded, 0.0}, shifted - shift);
	uint64_t bits;
	memcpy(&bits, &shifted, sizeof bits);
	bits = (bits + 1023) << 52; /* the shifted number's low bits are the power */
	memcpy(&factor, &bits, sizeof factor);
	return x == x ? (y.high + y.low) * factor : x;
}

#endif
