/*
 * Numbers as sums of two doubles, some ten to twenty bits more exact than one, and what gd/kernel/real.h and vector code (gd/kernel/real_lanes.h) share of
 * logarithm and exponential: additions, multiplications, divisions and fused multiply-adds alone, without a branch, so that both give the same bits.
 * Series are those of Taylor, long enough that what is left out does not matter. Local.
 * Source of this arithmetic: T. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18 (1971).
 */
#ifndef GD_DOUBLE_PAIR_H
#define GD_DOUBLE_PAIR_H

#include "gd/base/vector.h"

typedef struct gd_pair {
	double high, low; /* the low part is at most about half a unit in the last place of the high one */
} gd_pair;

#define GD_PAIR_LN2 ((gd_pair){0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56})
#define GD_PAIR_LOG2_E ((gd_pair){0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56})
#define GD_PAIR_THIRD ((gd_pair){0x1.5555555555555p-2, 0x1.5555555555555p-56})

/* Exact, for |a| >= |b| or a = 0. */
static inline gd_pair gd_pair_ordered_sum(double a, double b)
{
	double sum = a + b;
	return (gd_pair){sum, b - (sum - a)};
}

/* Exact. */
static inline gd_pair gd_pair_sum(double a, double b)
{
	double sum = a + b, from_b = sum - a;
	return (gd_pair){sum, (a - (sum - from_b)) + (b - from_b)};
}

/* Exact, but for what lies below the smallest number. */
static inline gd_pair gd_pair_product(double a, double b)
{
	double product = a * b;
	return (gd_pair){product, __builtin_fma(a, b, -product)};
}

static inline gd_pair gd_pair_add(gd_pair a, gd_pair b)
{
	gd_pair sum = gd_pair_sum(a.high, b.high);
	return gd_pair_ordered_sum(sum.high, sum.low + (a.low + b.low));
}

static inline gd_pair gd_pair_multiply(gd_pair a, gd_pair b)
{
	gd_pair product = gd_pair_product(a.high, b.high);
	return gd_pair_ordered_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

/* ln m for m in [sqrt(1/2), sqrt(2)). */
static inline gd_pair gd_pair_log_near_one(double m)
{
	const gd_pair fifth = {0x1.999999999999ap-3, -0x1.999999999999ap-57};
	/* ln m = 2 artanh t with t = (m - 1) / (m + 1), |t| < 0.172. */
	double f = m - 1.0;
	gd_pair below = gd_pair_sum(2.0, f);
	double quotient = f / below.high;
	gd_pair t = gd_pair_ordered_sum(quotient, (__builtin_fma(-quotient, below.high, f) - quotient * below.low) / below.high);
	gd_pair z = gd_pair_multiply(t, t);
	double rest = 1.0 / 27.0;
	GD_UNROLL(10)
	for (int n = 25; n >= 7; n -= 2)
		rest = 1.0 / n + z.high * rest;
	gd_pair series = gd_pair_add(GD_PAIR_THIRD, gd_pair_multiply(z, gd_pair_add(fifth, (gd_pair){z.high * rest, 0.0})));
	series = gd_pair_multiply(z, series);
	gd_pair whole = gd_pair_add(t, gd_pair_multiply(t, series));
	return (gd_pair){2.0 * whole.high, 2.0 * whole.low};
}

/* e^x without its power of two: e^x = 2^power (high + low), `power` being x.high log2(e) rounded to a whole number. For |x| < 2^20. */
static inline gd_pair gd_pair_exp_part(gd_pair x, double power)
{
	/* ln 2 once more, in a part of 42 bits, of which whole multiples are exact, and the rest. */
	const double head = 0x1.62e42fefa3800p-1, tail = 0x1.ef35793c76730p-45;
	gd_pair r = gd_pair_sum(__builtin_fma(-power, head, x.high), x.low - power * tail);
	/* e^r = 1 + (r + r^2 / 2 + r^3 ...) for |r| < 0.35: the last part in double, which is small enough. */
	double rest = 1.0 / 15.0;
	GD_UNROLL(11)
	for (int n = 14; n >= 4; n--)
		rest = (1.0 + r.high * rest) / n;
	double cube = r.high * r.high * r.high / 6.0;
	gd_pair square = gd_pair_product(r.high, r.high);
	gd_pair y = gd_pair_sum(1.0, r.high);
	gd_pair half = gd_pair_sum(y.high, 0.5 * square.high);
	half.low += y.low + (0.5 * square.low + r.low + r.high * r.low + (cube + cube * (r.high * rest)));
	return gd_pair_ordered_sum(half.high, half.low);
}

#endif
