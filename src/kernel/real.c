#include "gd/kernel/real.h"

#include <math.h>

/*
 * Results are found as a sum of two doubles, some ten to twenty bits more exact than one, and rounded at the end.
 * Source of this arithmetic: T. Dekker, "A floating-point technique for extending the available precision", Numerische
 * Mathematik 18 (1971). Series are those of Taylor, long enough that what is left out does not matter.
 */
typedef struct pair {
	double high, low; /* the low part is at most about half a unit in the last place of the high one */
} pair;

static const pair ln2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
static const pair log2_e = {0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
static const pair two_pi = {0x1.921fb54442d18p+2, 0x1.1a62633145c07p-52};
static const pair third = {0x1.5555555555555p-2, 0x1.5555555555555p-56};
static const pair fifth = {0x1.999999999999ap-3, -0x1.999999999999ap-57};
/* ln 2 once more, in a part of 42 bits, of which whole multiples are exact, and the rest. */
#define LN2_HEAD 0x1.62e42fefa3800p-1
#define LN2_TAIL 0x1.ef35793c76730p-45

/* Exact, for |a| >= |b| or a = 0. */
static pair ordered_sum(double a, double b)
{
	double sum = a + b;
	return (pair){sum, b - (sum - a)};
}

/* Exact. */
static pair sum_of(double a, double b)
{
	double sum = a + b, from_b = sum - a;
	return (pair){sum, (a - (sum - from_b)) + (b - from_b)};
}

/* Exact, but for what lies below the smallest number. */
static pair product_of(double a, double b)
{
	double product = a * b;
	return (pair){product, fma(a, b, -product)};
}

static pair add(pair a, pair b)
{
	pair sum = sum_of(a.high, b.high);
	return ordered_sum(sum.high, sum.low + (a.low + b.low));
}

static pair multiply(pair a, pair b)
{
	pair product = product_of(a.high, b.high);
	return ordered_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

/* x = 2^*exponent m with m in [sqrt(1/2), sqrt(2)); returns ln m. For finite x above 0. */
static pair log_of_mantissa(double x, double *exponent)
{
	int power;
	double m = frexp(x, &power);
	if (m < 0x1.6a09e667f3bcdp-1) {
		m *= 2.0;
		power--;
	}
	*exponent = power;
	/* ln m = 2 artanh t with t = (m - 1) / (m + 1), |t| < 0.172. */
	double f = m - 1.0;
	pair below = sum_of(2.0, f);
	double quotient = f / below.high;
	pair t = ordered_sum(quotient, (fma(-quotient, below.high, f) - quotient * below.low) / below.high);
	pair z = multiply(t, t);
	double rest = 1.0 / 27.0;
	for (int n = 25; n >= 7; n -= 2)
		rest = 1.0 / n + z.high * rest;
	pair series = add(third, multiply(z, add(fifth, (pair){z.high * rest, 0.0})));
	series = multiply(z, series);
	pair whole = add(t, multiply(t, series));
	return (pair){2.0 * whole.high, 2.0 * whole.low};
}

/* ln x, for finite x above 0. */
static pair log_of(double x)
{
	double exponent;
	pair mantissa = log_of_mantissa(x, &exponent);
	return add(multiply((pair){exponent, 0.0}, ln2), mantissa);
}

/* 2^power (high + low), rounded once, also where the result is subnormal. high in [1/2, 2), power not below -1080. */
static double scale(pair y, int power)
{
	if (power >= -1021 || (power == -1022 && y.high + y.low >= 1.0))
		return ldexp(y.high + y.low, power);
	/* The smallest number is the last place of this one; a sum with it is rounded there. */
	double unit = ldexp(1.0, -1022 - power);
	pair sum = sum_of(unit, y.high);
	double rounded = sum.high + (sum.low + y.low);
	return ldexp(rounded - unit, power);
}

/* e^x, rounded; NaN stays. */
static double exp_of(pair x)
{
	if (x.high > 710.0)
		return INFINITY;
	if (x.high < -746.0)
		return 0.0;
	if (isnan(x.high))
		return x.high;
	double power = rint(x.high * log2_e.high);
	pair r = sum_of(fma(-power, LN2_HEAD, x.high), x.low - power * LN2_TAIL);
	/* e^r = 1 + (r + r^2 / 2 + r^3 ...) for |r| < 0.35: the last part in double, which is small enough. */
	double rest = 1.0 / 15.0;
	for (int n = 14; n >= 4; n--)
		rest = (1.0 + r.high * rest) / n;
	double cube = r.high * r.high * r.high / 6.0;
	pair square = product_of(r.high, r.high);
	pair y = sum_of(1.0, r.high);
	pair half = sum_of(y.high, 0.5 * square.high);
	half.low += y.low + (0.5 * square.low + r.low + r.high * r.low + (cube + cube * (r.high * rest)));
	return scale(ordered_sum(half.high, half.low), (int)power);
}

double gd_real_log(double x)
{
	if (!(x > 0.0))
		return x == 0.0 ? -INFINITY : NAN;
	if (isinf(x))
		return x;
	pair result = log_of(x);
	return result.high + result.low;
}

double gd_real_log2(double x)
{
	if (!(x > 0.0))
		return x == 0.0 ? -INFINITY : NAN;
	if (isinf(x))
		return x;
	double exponent;
	pair mantissa = log_of_mantissa(x, &exponent);
	pair result = add((pair){exponent, 0.0}, multiply(mantissa, log2_e));
	return result.high + result.low;
}

double gd_real_exp(double x)
{
	return exp_of((pair){x, 0.0});
}

double gd_real_pow(double x, double y)
{
	if (y == 0.0 || x == 1.0)
		return 1.0;
	if (!(x >= 0.0) || isnan(y))
		return NAN;
	if (x == 0.0 || isinf(x))
		return (x == 0.0) == (y > 0.0) ? 0.0 : INFINITY;
	if (isinf(y))
		return (x < 1.0) == (y > 0.0) ? 0.0 : INFINITY;
	pair logarithm = log_of(x);
	/* So far out that the product need not be one. */
	if (fabs(y) > 0x1p70)
		return (x < 1.0) == (y > 0.0) ? 0.0 : INFINITY;
	return exp_of(multiply(logarithm, (pair){y, 0.0}));
}

/* Quarters of a turn, counted from 0 to 3, and the angle that is left, at most an eighth of a turn. For finite turns. */
static pair angle_of(double turns, int *quarter)
{
	/* Each of these steps is exact. */
	double part = fmod(turns, 1.0), quarters = rint(4.0 * part);
	*quarter = (int)quarters & 3;
	return multiply((pair){part - 0.25 * quarters, 0.0}, two_pi);
}

static double sine_of(pair angle)
{
	double z = angle.high * angle.high;
	double rest = 1.0;
	for (int n = 20; n >= 4; n -= 2)
		rest = 1.0 - z / (n * (n + 1)) * rest;
	/* sin a = a - a^3 / 6 (1 - ...): the first two as pairs. */
	pair cube = multiply(multiply(angle, multiply(angle, angle)), (pair){third.high * 0.5, third.low * 0.5});
	pair sum = sum_of(angle.high, -cube.high);
	return sum.high + (sum.low + (angle.low - cube.low - cube.high * (rest - 1.0)));
}

static double cosine_of(pair angle)
{
	pair z = multiply(angle, angle);
	double rest = 1.0;
	for (int n = 19; n >= 5; n -= 2)
		rest = 1.0 - z.high / (n * (n + 1)) * rest;
	/* cos a = 1 - a^2 / 2 + a^4 / 24 (1 - ...). */
	pair sum = sum_of(1.0, -0.5 * z.high);
	return sum.high + (sum.low + (z.high * z.high / 24.0 * rest - 0.5 * z.low));
}

static double turned(double turns, int more)
{
	int quarter;
	if (!isfinite(turns))
		return NAN;
	pair angle = angle_of(turns, &quarter);
	switch ((quarter + more) % 4) {
	case 0: return sine_of(angle);
	case 1: return cosine_of(angle);
	case 2: return -sine_of(angle);
	default: return -cosine_of(angle);
	}
}

double gd_real_sine(double turns)
{
	if (fabs(turns) < 0x1p-900 && turns != 0.0) {
		/* The angle itself; found near 1, where no digit of a product is lost, and rounded once. */
		int power;
		pair angle = multiply((pair){0.25 * frexp(fabs(turns), &power), 0.0}, two_pi);
		return copysign(scale(angle, power + 2), turns);
	}
	return turned(turns, 0);
}

double gd_real_cosine(double turns)
{
	return turned(turns, 1);
}
