#include "gd/kernel/real.h"

#include <math.h>

#include "gd/kernel/double_pair.h"

/* Results are found as pairs (gd/kernel/double_pair.h) and rounded at the end. */
typedef gd_pair pair;

static const pair two_pi = {0x1.921fb54442d18p+2, 0x1.1a62633145c07p-52};

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
	return gd_pair_log_near_one(m);
}

/* ln x, for finite x above 0. */
static pair log_of(double x)
{
	double exponent;
	pair mantissa = log_of_mantissa(x, &exponent);
	return gd_pair_add(gd_pair_multiply((pair){exponent, 0.0}, GD_PAIR_LN2), mantissa);
}

/* 2^power (high + low), rounded once, also where the result is subnormal. high in [1/2, 2), power not below -1080. */
static double scale(pair y, int power)
{
	if (power >= -1021 || (power == -1022 && y.high + y.low >= 1.0))
		return ldexp(y.high + y.low, power);
	/* The smallest number is the last place of this one; a sum with it is rounded there. */
	double unit = ldexp(1.0, -1022 - power);
	pair sum = gd_pair_sum(unit, y.high);
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
	double power = rint(x.high * GD_PAIR_LOG2_E.high);
	return scale(gd_pair_exp_part(x, power), (int)power);
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
	pair result = gd_pair_add((pair){exponent, 0.0}, gd_pair_multiply(mantissa, GD_PAIR_LOG2_E));
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
	return exp_of(gd_pair_multiply(logarithm, (pair){y, 0.0}));
}

/* Quarters of a turn, counted from 0 to 3, and the angle that is left, at most an eighth of a turn. For finite turns. */
static pair angle_of(double turns, int *quarter)
{
	/* Each of these steps is exact. */
	double part = fmod(turns, 1.0), quarters = rint(4.0 * part);
	*quarter = (int)quarters & 3;
	return gd_pair_multiply((pair){part - 0.25 * quarters, 0.0}, two_pi);
}

static double sine_of(pair angle)
{
	double z = angle.high * angle.high;
	double rest = 1.0;
	for (int n = 20; n >= 4; n -= 2)
		rest = 1.0 - z / (n * (n + 1)) * rest;
	/* sin a = a - a^3 / 6 (1 - ...): the first two as pairs. */
	pair cube = gd_pair_multiply(gd_pair_multiply(angle, gd_pair_multiply(angle, angle)), (pair){GD_PAIR_THIRD.high * 0.5, GD_PAIR_THIRD.low * 0.5});
	pair sum = gd_pair_sum(angle.high, -cube.high);
	return sum.high + (sum.low + (angle.low - cube.low - cube.high * (rest - 1.0)));
}

static double cosine_of(pair angle)
{
	pair z = gd_pair_multiply(angle, angle);
	double rest = 1.0;
	for (int n = 19; n >= 5; n -= 2)
		rest = 1.0 - z.high / (n * (n + 1)) * rest;
	/* cos a = 1 - a^2 / 2 + a^4 / 24 (1 - ...). */
	pair sum = gd_pair_sum(1.0, -0.5 * z.high);
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
		pair angle = gd_pair_multiply((pair){0.25 * frexp(fabs(turns), &power), 0.0}, two_pi);
		return copysign(scale(angle, power + 2), turns);
	}
	return turned(turns, 0);
}

double gd_real_cosine(double turns)
{
	return turned(turns, 1);
}
