#include "unit.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/exact_moments.h"

const char *const unit_suite = "exact moments";

/* Expected: from whole fractions (Python's), each rounded once. */
static const struct known {
	const char *name;
	int count;
	double value[7], mean, deviation;
} known[] = {
	{"one value", 1, {0x1.999999999999ap-4}, 0x1.999999999999ap-4, 0.0},
	{"the same value", 7, {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 0.1, 0.0},
	{"a large mean", 5, {1e9, 1e9 + 0.125, 1e9 + 0.25, 1e9 + 0.375, 1e9 + 0.5}, 0x1.dcd6500200000p+29, 0x1.6a09e667f3bcdp-3},
	{"a spread of the last place", 3, {1.0, 0x1.0000000000001p+0, 1.0}, 1.0, 0x1.e2b7dddfefa66p-54},
	{"sums that cancel", 5, {1e300, 1.0, -1e300, 1e-300, 3.0}, 0x1.999999999999ap-1, 0x1.e387ec290d92dp+995},
	{"magnitudes that meet nowhere", 5, {1e300, 1e-300, -1e-150, 1e150, 1.0}, 0x1.31cfd3999f7b0p+994, 0x1.31cfd3999f7b0p+995},
	{"the largest", 3, {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023}, 0x1.5555555555555p+1022, 0x1.e2b7dddfefa65p+1023},
	{"the smallest", 4, {0x1p-1074, 0.0, -0x1p-1074, 0x1p-1073}, 0.0, 0x1p-1074},
	{"halves of the smallest", 2, {0x1p-1074, 0.0}, 0.0, 0.0},
	{"signs of zero", 3, {-0.0, 0.0, -0.0}, 0.0, 0.0},
	{"thirds", 3, {0.0, 0.0, 1.0}, 0x1.5555555555555p-2, 0x1.e2b7dddfefa66p-2},
};

static bool same(double a, double b)
{
	return !memcmp(&a, &b, sizeof a);
}

static void test_known(void)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct known *k = &known[i];
		gd_exact_moments forwards = {0}, backwards = {0}, manifold = {0};
		for (int j = 0; j < k->count; j++) {
			gd_exact_moments_add(&forwards, k->value[j], 1);
			gd_exact_moments_add(&backwards, k->value[k->count - 1 - j], 1);
			/* Asking between additions changes nothing. */
			gd_exact_moments_deviation(&backwards);
			for (int half = 0; half < 2; half++)
				gd_exact_moments_add(&manifold, k->value[j], GD_EXACT_MOST_TIMES - half);
			gd_exact_moments_add(&manifold, k->value[j], 1);
		}
		bool right = same(gd_exact_moments_mean(&forwards), k->mean) && same(gd_exact_moments_deviation(&forwards), k->deviation) &&
			same(gd_exact_moments_mean(&backwards), k->mean) && same(gd_exact_moments_deviation(&backwards), k->deviation) &&
			same(gd_exact_moments_mean(&manifold), k->mean) && same(gd_exact_moments_deviation(&manifold), k->deviation);
		if (!right)
			printf("%s: %a %a\n", k->name, gd_exact_moments_mean(&forwards), gd_exact_moments_deviation(&forwards));
		CU_ASSERT(right);
	}
}

enum { VALUES = 5000, RANKS = 7 };

/* Values of all sizes and signs, of which many nearly cancel. */
static double drawn(uint64_t i)
{
	double value = ldexp(gd_random_uniform(1, i / 2) + 0.5, (int)(gd_random_bits(2, i / 2) % 2000) - 1000);
	return i % 2 ? -value : value * (1.0 + 0x1p-50 * (double)(i % 5));
}

/* A permutation of the values, and one of the ranks that they go to, at random. */
static void test_order(void)
{
	static double value[VALUES], flat[GD_EXACT_MOMENTS_LENGTH], sum[GD_EXACT_MOMENTS_LENGTH];
	gd_exact_moments whole = {0}, joined;
	for (int i = 0; i < VALUES; i++)
		gd_exact_moments_add(&whole, value[i] = drawn((uint64_t)i), 1);
	double mean = gd_exact_moments_mean(&whole), deviation = gd_exact_moments_deviation(&whole);
	CU_ASSERT(isfinite(mean) && isfinite(deviation) && deviation > 0.0);
	for (uint64_t round = 0; round < 5; round++) {
		gd_exact_moments *rank = calloc(RANKS, sizeof *rank);
		CU_ASSERT_PTR_NOT_NULL_FATAL(rank);
		for (int i = VALUES - 1; i > 0; i--) {
			int j = (int)(gd_random_bits(10 + round, (uint64_t)i) % (uint64_t)(i + 1));
			double other = value[j];
			value[j] = value[i];
			value[i] = other;
		}
		memset(sum, 0, sizeof sum);
		for (int i = 0; i < VALUES; i++)
			gd_exact_moments_add(&rank[gd_random_bits(20 + round, (uint64_t)i) % RANKS], value[i], 1);
		for (int r = 0; r < RANKS; r++) {
			gd_exact_moments_pack(&rank[r], flat);
			for (int i = 0; i < GD_EXACT_MOMENTS_LENGTH; i++)
				sum[i] += flat[i];
		}
		gd_exact_moments_unpack(&joined, sum);
		CU_ASSERT_EQUAL(joined.count, VALUES);
		CU_ASSERT(same(gd_exact_moments_mean(&joined), mean) && same(gd_exact_moments_deviation(&joined), deviation));
		free(rank);
	}
}

static void test_broken(void)
{
	gd_exact_moments moments = {0};
	CU_ASSERT(isnan(gd_exact_moments_mean(&moments)) && isnan(gd_exact_moments_deviation(&moments)));
	gd_exact_moments_add(&moments, 1.0, 3);
	gd_exact_moments_add(&moments, INFINITY, 0);
	CU_ASSERT(gd_exact_moments_mean(&moments) == 1.0);
	gd_exact_moments_add(&moments, -INFINITY, 1);
	CU_ASSERT(isnan(gd_exact_moments_mean(&moments)) && isnan(gd_exact_moments_deviation(&moments)));
	double flat[GD_EXACT_MOMENTS_LENGTH];
	gd_exact_moments_pack(&moments, flat);
	gd_exact_moments joined;
	gd_exact_moments_unpack(&joined, flat);
	CU_ASSERT(isnan(gd_exact_moments_mean(&joined)));
}

const unit_test unit_tests[] = {
	{"against whole fractions", test_known},
	{"any order, any ranks", test_order},
	{"values that are not finite", test_broken},
	{NULL, NULL},
};
