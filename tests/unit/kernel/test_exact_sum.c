#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/exact_sum.h"
#include "unit.h"

const char *const unit_suite = "exact_sum";

enum { ADDENDS = 48, COUNT = 333 };

static uint32_t bits_of(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static float random_float(uint64_t position, double spread)
{
	return (float)(gd_random_normal(17, position) * pow(2.0, spread * (gd_random_uniform(18, position) - 1.0)));
}

static void fill(float (*value)[COUNT], double spread)
{
	for (uint64_t a = 0; a < ADDENDS; a++)
		for (uint64_t i = 0; i < COUNT; i++)
			value[a][i] = random_float(a * COUNT + i, spread);
}

static void test_matches_reference(void)
{
	static float value[ADDENDS][COUNT];
	fill(value, 60.0);
	for (int exponent = -60; exponent <= -10; exponent += 5) {
		gd_quantum quantum = gd_quantum_of(exponent, ADDENDS);
		double sum[COUNT] = {0.0}, expected[COUNT] = {0.0};
		for (int a = 0; a < ADDENDS; a++) {
			size_t count = (size_t)(COUNT - a); /* every remainder of the vector length */
			uint32_t largest = gd_exact_sum_add(count, value[a], quantum, sum);
			CU_ASSERT_EQUAL(largest, gd_exact_sum_add_ref(count, value[a], quantum, expected));
		}
		CU_ASSERT_EQUAL(memcmp(sum, expected, sizeof sum), 0);
	}
}

static void test_any_order_and_grouping(void)
{
	static float value[ADDENDS][COUNT];
	fill(value, 40.0);
	gd_quantum quantum = gd_quantum_of(gd_quantum_exponent(8.0, ADDENDS, 0), ADDENDS);
	double first[COUNT] = {0.0};
	for (int a = 0; a < ADDENDS; a++)
		CU_ASSERT(gd_exact_sum_add(COUNT, value[a], quantum, first) <= quantum.limit_bits);
	for (int ranks = 1; ranks <= 11; ranks++) {
		double total[COUNT] = {0.0};
		for (int rank = ranks - 1; rank >= 0; rank--) {
			double part[COUNT] = {0.0};
			for (int a = 0; a < ADDENDS; a++) {
				int shuffled = (a * 29 + 7) % ADDENDS;
				if (shuffled % ranks == rank)
					gd_exact_sum_add(COUNT, value[shuffled], quantum, part);
			}
			for (int i = 0; i < COUNT; i++)
				total[i] += part[i];
		}
		CU_ASSERT_EQUAL(memcmp(first, total, sizeof first), 0);
	}
}

static void test_error_bound(void)
{
	static float value[ADDENDS][COUNT];
	fill(value, 30.0);
	int exponent = gd_quantum_exponent(8.0, ADDENDS, 0);
	gd_quantum quantum = gd_quantum_of(exponent, ADDENDS);
	double sum[COUNT] = {0.0};
	for (int a = 0; a < ADDENDS; a++)
		gd_exact_sum_add(COUNT, value[a], quantum, sum);
	for (int i = 0; i < COUNT; i++) {
		long double exact = 0.0L;
		for (int a = 0; a < ADDENDS; a++)
			exact += value[a][i];
		CU_ASSERT(fabsl(exact - sum[i]) <= ADDENDS * ldexpl(0.5L, exponent));
		CU_ASSERT_EQUAL(sum[i], ldexp(rint(ldexp(sum[i], -exponent)), exponent));
	}
}

static void test_addends_at_the_limit(void)
{
	/* As many addends as allowed, as large as allowed, but for one small one: still exact. */
	for (int addends = 1; addends <= 5000; addends = addends * 3 + 1) {
		gd_quantum quantum = gd_quantum_of(-30, addends);
		float limit;
		memcpy(&limit, &quantum.limit_bits, sizeof limit);
		float small = 0x1p-30f;
		double sum = 0.0, expected = (double)limit * (addends - 1) + 0x1p-30;
		gd_exact_sum_add(1, &small, quantum, &sum);
		for (int a = 1; a < addends; a++)
			CU_ASSERT(gd_exact_sum_add(1, &limit, quantum, &sum) <= quantum.limit_bits);
		CU_ASSERT_EQUAL(sum, expected);
		CU_ASSERT_EQUAL(sum - (double)limit * (addends - 1), 0x1p-30);
		CU_ASSERT_EQUAL(limit, ldexp(1.0, -30 + (int)fmin(51.0, 53.0 - ceil(log2(addends)))));
	}
}

static void test_range_is_flagged(void)
{
	gd_quantum quantum = gd_quantum_of(-30, 8);
	float limit;
	memcpy(&limit, &quantum.limit_bits, sizeof limit);
	const float odd[] = {limit, nextafterf(limit, INFINITY), -nextafterf(limit, INFINITY), INFINITY, -INFINITY, NAN, -NAN, FLT_MAX};
	for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
		for (int at = 0; at < 40; at++) {
			float value[40] = {0.0f};
			double sum[40] = {0.0};
			for (int i = 0; i < 40; i++)
				value[i] = (float)i - 20.0f;
			value[at] = odd[k];
			uint32_t largest = gd_exact_sum_add(40, value, quantum, sum);
			CU_ASSERT_EQUAL(largest, bits_of(fabsf(odd[k])));
			CU_ASSERT_EQUAL(largest > quantum.limit_bits, k > 0);
			CU_ASSERT_EQUAL(largest > 0x7f7fffff, !isfinite(odd[k]));
		}
	}
	CU_ASSERT_EQUAL(gd_exact_sum_add(0, odd, quantum, NULL), 0);
}

static void test_exponent(void)
{
	for (int addends = 1; addends <= 512; addends *= 2) {
		for (int power = -60; power < 60; power += 7) {
			for (int part = 0; part < 4; part++) {
				double largest = ldexp(1.0 + part / 4.0, power);
				gd_quantum quantum = gd_quantum_of(gd_quantum_exponent(largest, addends, 0), addends);
				float limit;
				memcpy(&limit, &quantum.limit_bits, sizeof limit);
				CU_ASSERT(limit >= 256.0 * largest);
				CU_ASSERT(addends == 1 || limit <= 512.0 * largest);
				float faint = nextafterf((float)ldexp(largest, -12), INFINITY);
				double sum = 0.0;
				gd_exact_sum_add(1, &faint, quantum, &sum);
				CU_ASSERT_EQUAL(sum, faint);
			}
		}
	}
	CU_ASSERT_EQUAL(gd_quantum_exponent(0.0, 8, -40), -40);
	CU_ASSERT_EQUAL(gd_quantum_exponent(INFINITY, 8, -40), gd_quantum_coarsest(8));
	CU_ASSERT_EQUAL(gd_quantum_exponent(NAN, 8, -40), gd_quantum_coarsest(8));
	CU_ASSERT_EQUAL(gd_quantum_exponent(1e-300, 8, -40), GD_QUANTUM_FINEST);
	CU_ASSERT_EQUAL(gd_quantum_exponent(1e300, 8, -40), gd_quantum_coarsest(8));
}

static void test_extreme_quanta(void)
{
	/* At the coarsest, every finite float is within range; beyond either bound nothing changes. */
	for (int addends = 1; addends <= 100000; addends *= 10) {
		gd_quantum coarsest = gd_quantum_of(gd_quantum_coarsest(addends), addends);
		gd_quantum beyond = gd_quantum_of(100000, addends);
		CU_ASSERT_EQUAL(coarsest.limit_bits, 0x7f7fffff);
		CU_ASSERT_EQUAL(coarsest.magic, beyond.magic);
		CU_ASSERT(gd_quantum_of(gd_quantum_coarsest(addends) - 1, addends).limit_bits < 0x7f7fffff);
		CU_ASSERT_EQUAL(gd_quantum_of(-100000, addends).magic, gd_quantum_of(GD_QUANTUM_FINEST, addends).magic);
	}
	/* At the finest, the smallest denormal is kept. */
	gd_quantum finest = gd_quantum_of(GD_QUANTUM_FINEST, 4);
	const float tiny[] = {FLT_TRUE_MIN, -3.0f * FLT_TRUE_MIN, FLT_MIN, 1.5f * FLT_MIN};
	for (int i = 0; i < 4; i++) {
		double sum = 0.0;
		CU_ASSERT(gd_exact_sum_add(1, &tiny[i], finest, &sum) <= finest.limit_bits);
		CU_ASSERT_EQUAL(sum, tiny[i]);
	}
}

static double wide_sum_of(size_t count, const double *value)
{
	gd_wide_sum sum = {{0.0}};
	for (size_t i = 0; i < count; i++)
		gd_wide_sum_add(&sum, value[i]);
	return gd_wide_sum_value(&sum);
}

static void test_wide_exact(void)
{
	CU_ASSERT_EQUAL(wide_sum_of(0, NULL), 0.0);
	CU_ASSERT_EQUAL(wide_sum_of(3, (double[]){1e30, 1.0, -1e30}), 1.0);
	CU_ASSERT_EQUAL(wide_sum_of(3, (double[]){0x1p130, 0x1p-110, -0x1p130}), 0x1p-110);
	CU_ASSERT_EQUAL(wide_sum_of(4, (double[]){0x1p130, 3.0 * 0x1p-110, -0x1p130, -0x1p-109}), 0x1p-110);
	CU_ASSERT_EQUAL(wide_sum_of(2, (double[]){0x1p-111, 0x1p-112}), 0.0);
	CU_ASSERT_EQUAL(wide_sum_of(1, (double[]){-M_PI}), -M_PI);
	CU_ASSERT_EQUAL(wide_sum_of(1, (double[]){FLT_MAX}), FLT_MAX);
	for (uint64_t i = 0; i < 2000; i++) {
		/* Doubles whose last bit is at 2^-110 or above come back as they are. */
		double value = ldexp(gd_random_normal(3, i), (int)(i % 170) - 55);
		CU_ASSERT_EQUAL(wide_sum_of(1, &value), value);
	}
}

/* sum += value over ranks is limb by limb. */
static void merge(gd_wide_sum *sum, const gd_wide_sum *other)
{
	for (int k = 0; k < GD_WIDE_LIMBS; k++)
		sum->limb[k] += other->limb[k];
}

static void test_wide_any_order_and_grouping(void)
{
	enum { VALUES = 4096 };
	static double value[VALUES];
	for (int kind = 0; kind < 4; kind++) {
		const double spreads[] = {1.0, 40.0, 200.0, 300.0};
		for (uint64_t i = 0; i < VALUES; i++) {
			double drawn = gd_random_normal(5, i) * exp2(spreads[kind] * (gd_random_uniform(6, i) - 0.6));
			/* The second half cancels the first but for small remainders. */
			value[i] = i < VALUES / 2 ? drawn : -value[i - VALUES / 2] + ldexp(drawn, -50);
			value[i] = fmin(fmax(value[i], -0x1p130), 0x1p130);
		}
		double first = wide_sum_of(VALUES, value);
		for (int ranks = 1; ranks <= 1024; ranks *= 4) {
			gd_wide_sum total = {{0.0}};
			for (int rank = 0; rank < ranks; rank++) {
				gd_wide_sum part = {{0.0}};
				for (int i = 0; i < VALUES; i++) {
					int shuffled = (i * 1023 + 5) % VALUES;
					if (shuffled % ranks == rank)
						gd_wide_sum_add(&part, value[shuffled]);
				}
				merge(&total, &part);
			}
			double value_of_total = gd_wide_sum_value(&total);
			CU_ASSERT_EQUAL(memcmp(&first, &value_of_total, sizeof first), 0);
		}
	}
}

static void test_wide_error(void)
{
	/* Against 128-bit integers in units of 2^-60. */
	for (uint64_t trial = 0; trial < 500; trial++) {
		gd_wide_sum sum = {{0.0}};
		__int128 exact = 0;
		for (uint64_t i = 0; i < 20; i++) {
			int64_t units = (int64_t)gd_random_bits(trial, 2 * i) >> 11;
			int shift = (int)(gd_random_bits(trial, 2 * i + 1) % 60);
			exact += (__int128)units * ((int64_t)1 << shift);
			gd_wide_sum_add(&sum, ldexp((double)units, shift - 60));
		}
		double value = gd_wide_sum_value(&sum);
		__int128 found = (__int128)ldexp(value, 60);
		double off = fabs((double)(found - exact)), unit = ldexp(nextafter(fabs(value), INFINITY) - fabs(value), 60);
		CU_ASSERT(off <= unit);
	}
}

static void test_wide_many_addends(void)
{
	/* Far more addends than would fit without carries, and negative totals. */
	gd_wide_sum sum = {{0.0}};
	for (int i = 0; i < 300000; i++) {
		gd_wide_sum_add(&sum, -0x1.fffffffp39);
		gd_wide_sum_add(&sum, -0x1p-100);
	}
	CU_ASSERT_EQUAL(gd_wide_sum_value(&sum), -0x1.fffffffp39 * 300000);
	for (int i = 0; i < 300000; i++)
		gd_wide_sum_add(&sum, 0x1.fffffffp39);
	CU_ASSERT_EQUAL(gd_wide_sum_value(&sum), -300000 * 0x1p-100);
	gd_wide_sum full = {{0.0}};
	for (int i = 0; i < 4096; i++)
		gd_wide_sum_add(&full, 0x1p130);
	CU_ASSERT_EQUAL(gd_wide_sum_value(&full), 0x1p142);
	gd_wide_sum_add(&full, 0x1p130);
	CU_ASSERT(isnan(gd_wide_sum_value(&full)));
}

static void test_wide_out_of_range(void)
{
	const double odd[] = {NAN, INFINITY, -INFINITY, nextafter(0x1p130, INFINITY), -DBL_MAX};
	for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
		gd_wide_sum sum = {{0.0}}, other = {{0.0}};
		gd_wide_sum_add(&sum, 1.0);
		gd_wide_sum_add(&sum, odd[k]);
		gd_wide_sum_add(&sum, -1.0);
		CU_ASSERT(isnan(gd_wide_sum_value(&sum)));
		gd_wide_sum_add(&other, 2.0);
		merge(&other, &sum);
		CU_ASSERT(isnan(gd_wide_sum_value(&other)));
	}
}

const unit_test unit_tests[] = {
	{"the vector code is the reference", test_matches_reference},
	{"any order and grouping gives the same bits", test_any_order_and_grouping},
	{"half a quantum an addend is lost at most", test_error_bound},
	{"the largest addends still sum exactly", test_addends_at_the_limit},
	{"range and non-finite values are found", test_range_is_flagged},
	{"an exponent keeps 2^8 of headroom and 2^-12 of fineness", test_exponent},
	{"the finest and the coarsest quantum", test_extreme_quanta},
	{"wide sums are exact", test_wide_exact},
	{"wide sums in any order and grouping give the same bits", test_wide_any_order_and_grouping},
	{"a wide sum's value is within a unit in the last place", test_wide_error},
	{"wide sums of many addends", test_wide_many_addends},
	{"wide sums out of range are NaN", test_wide_out_of_range},
	{NULL, NULL},
};
