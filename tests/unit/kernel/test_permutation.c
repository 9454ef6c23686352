#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/permutation.h"
#include "unit.h"

const char *const unit_suite = "permutation";

static gd_permutation permutation_of(uint64_t count, uint64_t epoch)
{
	gd_permutation permutation;
	gd_permutation_init(&permutation, count, gd_random_key(42, GD_PURPOSE_SHUFFLE, epoch));
	return permutation;
}

static void test_bijection(void)
{
	for (uint64_t count = 1; count <= 300; count++) {
		for (uint64_t epoch = 0; epoch < 3; epoch++) {
			gd_permutation permutation = permutation_of(count, epoch);
			char met[300] = {0};
			for (uint64_t t = 0; t < count; t++) {
				uint64_t row = gd_permutation_at(&permutation, t);
				CU_ASSERT_FATAL(row < count);
				CU_ASSERT_EQUAL(met[row], 0);
				met[row] = 1;
				CU_ASSERT_EQUAL(gd_permutation_position(&permutation, row), t);
			}
		}
	}
}

static void test_inverse_of_large(void)
{
	const uint64_t counts[] = {65536, 65537, 1000003, UINT64_C(1) << 32, (UINT64_C(1) << 40) + 1, UINT64_MAX};
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		gd_permutation permutation = permutation_of(counts[c], c);
		for (uint64_t i = 0; i < 2000; i++) {
			uint64_t t = i < 2 ? i * (counts[c] - 1) : gd_random_bits(9, i) % counts[c];
			uint64_t row = gd_permutation_at(&permutation, t);
			CU_ASSERT(row < counts[c]);
			CU_ASSERT_EQUAL(gd_permutation_position(&permutation, row), t);
		}
	}
}

static void test_domain(void)
{
	/* No larger than need be: less than a row of it is left unused. */
	const uint64_t counts[] = {241, 256, 257, 1024, 1025, 22979, 65537, 1000003, UINT64_C(1) << 62, (UINT64_C(1) << 62) + 1, UINT64_MAX};
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		gd_permutation permutation = permutation_of(counts[c], 0);
		CU_ASSERT(permutation.columns >= 16 && permutation.rows >= 16);
		CU_ASSERT(permutation.columns <= UINT64_C(1) << 32 && permutation.rows <= UINT64_C(1) << 32);
		CU_ASSERT(permutation.columns * permutation.rows - counts[c] < permutation.columns);
	}
}

static void test_many_at_once(void)
{
	/* The vectorised directions against the plain ones, across chunks and from anywhere. */
	const uint64_t counts[] = {1, 5, 300, 22979, 1000003, (UINT64_C(1) << 40) + 1, UINT64_C(1) << 63, UINT64_MAX};
	enum { MOST = 3000 };
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		gd_permutation permutation = permutation_of(counts[c], 7 + c);
		uint64_t first = counts[c] > MOST ? counts[c] - MOST - 1 : 0, positions[MOST];
		size_t count = counts[c] > MOST ? MOST : (size_t)counts[c];
		gd_permutation_positions(&permutation, first, count, positions);
		for (size_t i = 0; i < count; i++)
			CU_ASSERT_EQUAL(positions[i], gd_permutation_position(&permutation, first + i));
		gd_permutation_rows(&permutation, first, count, positions);
		for (size_t i = 0; i < count; i++)
			CU_ASSERT_EQUAL(positions[i], gd_permutation_at(&permutation, first + i));
	}
}

static void test_keys_differ(void)
{
	enum { COUNT = 1000 };
	gd_permutation one = permutation_of(COUNT, 0), other = permutation_of(COUNT, 1), again = permutation_of(COUNT, 0);
	int same = 0, fixed = 0;
	for (uint64_t t = 0; t < COUNT; t++) {
		same += gd_permutation_at(&one, t) == gd_permutation_at(&other, t);
		fixed += gd_permutation_at(&one, t) == t;
		CU_ASSERT_EQUAL(gd_permutation_at(&one, t), gd_permutation_at(&again, t));
	}
	/* One match is expected of unrelated permutations; ten have a chance of 1e-7. */
	CU_ASSERT(same < 10);
	CU_ASSERT(fixed < 10);
}

/* Chi-square over `cells` counts, as a multiple of its standard deviation from its mean. */
static double deviation(int cells, const int *count, double expected)
{
	double sum = 0.0;
	for (int i = 0; i < cells; i++)
		sum += (count[i] - expected) * (count[i] - expected) / expected;
	return (sum - (cells - 1)) / sqrt(2.0 * (cells - 1));
}

static void test_rows_are_uniform(void)
{
	/* Over many keys each position meets each row equally often. */
	enum { LARGEST = 24, KEYS = 20000 };
	for (int count = 2; count <= LARGEST; count += count < 8 ? 1 : 5) {
		static int met[LARGEST][LARGEST];
		memset(met, 0, sizeof met);
		for (uint64_t key = 0; key < KEYS; key++) {
			gd_permutation permutation = permutation_of((uint64_t)count, key);
			for (int t = 0; t < count; t++)
				met[t][gd_permutation_at(&permutation, (uint64_t)t)]++;
		}
		for (int t = 0; t < count; t++)
			CU_ASSERT(fabs(deviation(count, met[t], (double)KEYS / count)) < 6.0);
	}
}

static void test_neighbours_are_unrelated(void)
{
	/* The rows of two neighbouring positions fall into an 8 x 8 table of their eighths evenly. */
	enum { COUNT = 100000, PARTS = 8 };
	for (uint64_t epoch = 0; epoch < 4; epoch++) {
		gd_permutation permutation = permutation_of(COUNT, epoch);
		int met[PARTS * PARTS] = {0};
		uint64_t last = gd_permutation_at(&permutation, 0);
		for (uint64_t t = 1; t < COUNT; t++) {
			uint64_t row = gd_permutation_at(&permutation, t);
			met[last * PARTS / COUNT * PARTS + row * PARTS / COUNT]++;
			last = row;
		}
		CU_ASSERT(fabs(deviation(PARTS * PARTS, met, (COUNT - 1.0) / (PARTS * PARTS))) < 6.0);
	}
}

const unit_test unit_tests[] = {
	{"a bijection with its inverse for every small count", test_bijection},
	{"the inverse for large counts", test_inverse_of_large},
	{"the domain is hardly larger than the count", test_domain},
	{"many rows at once", test_many_at_once},
	{"keys give unlike permutations", test_keys_differ},
	{"rows are uniform over keys", test_rows_are_uniform},
	{"neighbours are unrelated", test_neighbours_are_unrelated},
	{NULL, NULL},
};
