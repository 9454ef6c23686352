#include "unit.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/real.h"

const char *const unit_suite = "real";

enum { DRAWS = 60000 };
/* What the references in long double may be wrong by themselves. */
#define SLACK 0.002

static_assert(LDBL_MANT_DIG >= 64, "references need more digits than what they judge");

/* The largest error so far, in units in the last place of what is right. */
typedef struct judge {
	double worst, at, with;
} judge;

static void compare(judge *j, double found, long double expected, double x, double y)
{
	double rounded = fabs((double)expected);
	int exponent;
	frexp(rounded < DBL_MIN ? DBL_MIN : rounded, &exponent);
	double error = isinf(rounded) ? (found == (double)expected ? 0.0 : INFINITY) : (double)fabsl(ldexpl(found - expected, DBL_MANT_DIG - exponent));
	if (!(error <= j->worst))
		*j = (judge){error, x, y};
}

static void expect_within(const judge *j, const char *name, double bound)
{
	if (!(j->worst <= bound + SLACK))
		printf("%s: off by %.4f units at %a, %a\n", name, j->worst, j->at, j->with);
	CU_ASSERT(j->worst <= bound + SLACK);
	/* It was a comparison: some result of many is nearly half a unit off. */
	CU_ASSERT(j->worst > 0.45);
}

static double uniform(uint64_t stream, uint64_t i)
{
	return gd_random_uniform(stream, i);
}

/* Any finite number above 0, every exponent as often as the others, subnormal ones included. */
static double any(uint64_t i)
{
	double value;
	uint64_t bits = gd_random_bits(1, i) >> 1;
	memcpy(&value, &bits, sizeof value);
	return isfinite(value) ? value : 1.5;
}

/* A number near 1, at distances of all sizes. */
static double near_one(uint64_t i)
{
	return 1.0 + (uniform(2, i) - 0.5) * ldexp(1.0, -(int)(i % 50));
}

static void test_logarithms(void)
{
	judge natural = {0}, binary = {0};
	for (uint64_t i = 0; i < DRAWS; i++) {
		const double draws[] = {any(i), near_one(i), 0.25 + 4.0 * uniform(3, i)};
		for (size_t k = 0; k < 3; k++) {
			compare(&natural, gd_real_log(draws[k]), logl(draws[k]), draws[k], 0);
			compare(&binary, gd_real_log2(draws[k]), log2l(draws[k]), draws[k], 0);
		}
	}
	expect_within(&natural, "log", 0.51);
	expect_within(&binary, "log2", 0.51);
	for (int power = -1074; power <= 1023; power++)
		CU_ASSERT_EQUAL(gd_real_log2(ldexp(1.0, power)), power);
	CU_ASSERT(gd_real_log(1.0) == 0.0 && !signbit(gd_real_log(1.0)));
	CU_ASSERT(gd_real_log(0.0) == -INFINITY && gd_real_log2(-0.0) == -INFINITY && gd_real_log(INFINITY) == INFINITY);
	CU_ASSERT(isnan(gd_real_log(-1.0)) && isnan(gd_real_log2(-INFINITY)) && isnan(gd_real_log(NAN)));
}

static void test_exponential(void)
{
	judge all = {0}, subnormal = {0};
	for (uint64_t i = 0; i < DRAWS; i++) {
		double wide = -746.0 + 1456.0 * uniform(4, i), narrow = (uniform(5, i) - 0.5) * ldexp(1.0, 2 - (int)(i % 60)), low = -708.0 - 38.0 * uniform(6, i);
		compare(&all, gd_real_exp(wide), expl(wide), wide, 0);
		compare(&all, gd_real_exp(narrow), expl(narrow), narrow, 0);
		compare(&subnormal, gd_real_exp(low), expl(low), low, 0);
	}
	expect_within(&all, "exp", 0.54);
	expect_within(&subnormal, "exp of numbers below -708", 0.54);
	CU_ASSERT(gd_real_exp(0.0) == 1.0 && gd_real_exp(-0.0) == 1.0);
	CU_ASSERT(gd_real_exp(709.782712893384) < INFINITY && gd_real_exp(709.782712893385) == INFINITY && gd_real_exp(INFINITY) == INFINITY);
	CU_ASSERT(gd_real_exp(-745.13) == 0x1p-1074 && gd_real_exp(-745.14) == 0.0 && gd_real_exp(-INFINITY) == 0.0);
	CU_ASSERT(isnan(gd_real_exp(NAN)));
}

static void test_powers(void)
{
	judge all = {0}, decays = {0};
	for (uint64_t i = 0; i < DRAWS; i++) {
		double exponent = -745.0 + 1454.0 * uniform(7, i), x = any(i), y = exponent / log(x), u = near_one(i), v = exponent / log(u);
		compare(&all, gd_real_pow(x, y), powl(x, y), x, y);
		if (isfinite(v))
			compare(&all, gd_real_pow(u, v), powl(u, v), u, v);
		/* As the optimizer has it: how much of a moving average's start is left after many steps. */
		double beta = 1.0 - ldexp(uniform(8, i), -(int)(i % 14)), step = 1.0 + floor(uniform(9, i) * ldexp(1.0, (int)(i % 24)));
		compare(&decays, gd_real_pow(beta, step), powl(beta, step), beta, step);
	}
	expect_within(&all, "pow", 0.54);
	expect_within(&decays, "pow of a whole number", 0.54);
	for (int n = 0; n < 20; n++)
		CU_ASSERT_EQUAL(gd_real_pow(5.0, n), (double)(int64_t)powl(5.0L, n));
	CU_ASSERT(gd_real_pow(0.0, 0.0) == 1.0 && gd_real_pow(0.0, 3.0) == 0.0 && gd_real_pow(0.0, -3.0) == INFINITY);
	CU_ASSERT(gd_real_pow(1.0, INFINITY) == 1.0 && gd_real_pow(0.5, INFINITY) == 0.0 && gd_real_pow(2.0, -INFINITY) == 0.0 && gd_real_pow(2.0, 1e300) == INFINITY);
	CU_ASSERT(gd_real_pow(0.5, 1e300) == 0.0 && gd_real_pow(0.5, -1e300) == INFINITY && gd_real_pow(INFINITY, -0.5) == 0.0 && gd_real_pow(INFINITY, 0.5) == INFINITY);
	CU_ASSERT(isnan(gd_real_pow(-2.0, 2.0)) && isnan(gd_real_pow(NAN, 2.0)) && isnan(gd_real_pow(2.0, NAN)));
}

/* The sine of `turns`, a quarter turn further on or not, by way of an eighth of a turn at most. */
static long double reference_wave(double turns, int more)
{
	long double quarters = rintl(4.0L * fmodl(turns, 1.0L)), angle = 8.0L * atanl(1.0L) * (fmodl(turns, 1.0L) - quarters / 4.0L);
	switch (((int)quarters + more) & 3) {
	case 0: return sinl(angle);
	case 1: return cosl(angle);
	case 2: return -sinl(angle);
	default: return -cosl(angle);
	}
}

static void test_waves(void)
{
	judge sine = {0}, cosine = {0}, tiny = {0};
	for (uint64_t i = 0; i < DRAWS; i++) {
		const double draws[] = {uniform(10, i), (uniform(11, i) - 0.5) * ldexp(1.0, (int)(i % 100) - 50), i % 2 ? any(i) : -any(i), 0.125 * (double)(i % 64) * near_one(i)};
		for (size_t k = 0; k < 4; k++) {
			compare(fabs(draws[k]) < 0x1p-1000 ? &tiny : &sine, gd_real_sine(draws[k]), reference_wave(draws[k], 0), draws[k], 0);
			compare(&cosine, gd_real_cosine(draws[k]), reference_wave(draws[k], 1), draws[k], 0);
		}
	}
	expect_within(&sine, "sine", 0.58);
	expect_within(&tiny, "sine of next to nothing", 0.51);
	expect_within(&cosine, "cosine", 0.58);
	for (int quarters = -9; quarters <= 9; quarters++) {
		static const int values[] = {0, 1, 0, -1};
		CU_ASSERT_EQUAL(gd_real_sine(0.25 * quarters), values[quarters & 3]);
		CU_ASSERT_EQUAL(gd_real_cosine(0.25 * quarters), values[(quarters + 1) & 3]);
	}
	CU_ASSERT(gd_real_cosine(0x1p52 + 1.0) == 1.0 && gd_real_cosine(0x1p51 + 0.5) == -1.0 && gd_real_sine(DBL_MAX) == 0.0);
	CU_ASSERT(isnan(gd_real_sine(INFINITY)) && isnan(gd_real_cosine(-INFINITY)) && isnan(gd_real_sine(NAN)));
}

/* Bits that were computed once, on one machine: another that has others is wrong, however near. */
static void test_bits(void)
{
	uint64_t mixed = 0;
	for (uint64_t i = 0; i < 4000; i++) {
		const double results[] = {gd_real_log(any(i)), gd_real_log2(near_one(i)), gd_real_exp(1400.0 * uniform(12, i) - 700.0),
			gd_real_pow(any(i), 2.0 * uniform(13, i) - 1.0), gd_real_sine(100.0 * uniform(14, i)), gd_real_cosine(100.0 * uniform(15, i))};
		for (size_t k = 0; k < sizeof results / sizeof *results; k++) {
			uint64_t bits;
			memcpy(&bits, &results[k], sizeof bits);
			mixed = (mixed ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
			mixed ^= mixed >> 29;
		}
	}
	CU_ASSERT_EQUAL(mixed, UINT64_C(0xbba5c10d173d1f53));
}

const unit_test unit_tests[] = {
	{"logarithms against long double", test_logarithms},
	{"the exponential against long double", test_exponential},
	{"powers against long double", test_powers},
	{"sine and cosine against long double", test_waves},
	{"the same bits everywhere", test_bits},
	{NULL, NULL},
};
