#include "ranks.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/exact_sum.h"
#include "gd/parallel/reduce.h"

const char *const ranks_suite = "reduce";

#define BLOCKS 37

/* Addend i of a block: a multiple of 2^-20 of some 2^44 quanta, either sign. */
static int64_t quanta(int block, size_t i)
{
	return (int64_t)(gd_random_bits((uint64_t)block + 1, i) >> 19) - ((int64_t)1 << 44);
}

/* The integer sum over all blocks is the reference: exact by itself. */
static void test_sum(void)
{
	const size_t counts[] = {0, 1, 33, 1280, 200003};
	gd_share share = gd_share_of(BLOCKS, ranks.rank, ranks.size);
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		double *values = calloc(counts[c] + 1, sizeof *values);
		CU_ASSERT_PTR_NOT_NULL(values);
		if (!ranks_all(values != NULL))
			return free(values);
		for (int block = (int)share.first; block < share.first + share.count; block++)
			for (size_t i = 0; i < counts[c]; i++)
				values[i] += ldexp((double)quanta(block, i), -20);
		values[counts[c]] = 42;
		ranks_ok(gd_reduce_sum(&ranks, values, counts[c]));
		size_t wrong = 0;
		for (size_t i = 0; i < counts[c]; i++) {
			int64_t total = 0;
			for (int block = 0; block < BLOCKS; block++)
				total += quanta(block, i);
			double expected = ldexp((double)total, -20);
			wrong += memcmp(&values[i], &expected, sizeof expected) != 0;
		}
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(values[counts[c]], 42);
		free(values);
	}
}

/* Float gradients quantised by exact_sum, and wide sums limb by limb: the same bits as one rank alone has. */
static void test_sum_of_quantised(void)
{
	enum { COUNT = 500,
		WIDE = 5 };
	double mine[COUNT] = {0}, serial[COUNT] = {0};
	gd_wide_sum wide[WIDE] = {0}, serial_wide[WIDE] = {0};
	gd_quantum quantum = gd_quantum_of(-30, BLOCKS);
	gd_share share = gd_share_of(BLOCKS, ranks.rank, ranks.size);
	for (int block = 0; block < BLOCKS; block++) {
		bool own = block >= share.first && block < share.first + share.count;
		float gradient[COUNT];
		for (int i = 0; i < COUNT; i++)
			gradient[i] = (float)(gd_random_normal((uint64_t)block, (uint64_t)i) * exp2(-(i % 20)));
		CU_ASSERT(gd_exact_sum_add(COUNT, gradient, quantum, serial) <= quantum.limit_bits);
		if (own)
			gd_exact_sum_add(COUNT, gradient, quantum, mine);
		for (int i = 0; i < WIDE; i++) {
			double value = gd_random_normal((uint64_t)block, (uint64_t)(1000 + i)) * exp2(20 * (i - 2));
			gd_wide_sum_add(&serial_wide[i], value);
			if (own)
				gd_wide_sum_add(&wide[i], value);
		}
	}
	ranks_ok(gd_reduce_sum(&ranks, mine, COUNT));
	ranks_ok(gd_reduce_sum(&ranks, wide[0].limb, (size_t)WIDE * GD_WIDE_LIMBS));
	CU_ASSERT_EQUAL(memcmp(mine, serial, sizeof mine), 0);
	for (int i = 0; i < WIDE; i++) {
		double value = gd_wide_sum_value(&wide[i]), expected = gd_wide_sum_value(&serial_wide[i]);
		CU_ASSERT_EQUAL(memcmp(&value, &expected, sizeof value), 0);
	}
}

/* A flag that is not a number reaches every rank. */
static void test_sum_not_finite(void)
{
	double values[2] = {ranks.rank == ranks.size - 1 ? NAN : 1, 1};
	ranks_ok(gd_reduce_sum(&ranks, values, 2));
	CU_ASSERT(isnan(values[0]));
	CU_ASSERT_EQUAL(values[1], ranks.size);
}

static void test_sum_float(void)
{
	const size_t counts[] = {0, 1, 1000, 300007};
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		size_t bytes = (counts[c] + 1) * sizeof(float);
		float *values = malloc(bytes), *first = malloc(bytes);
		CU_ASSERT(values && first);
		if (!ranks_all(values && first)) {
			free(values);
			free(first);
			return;
		}
		for (size_t i = 0; i <= counts[c]; i++)
			values[i] = (float)gd_random_normal((uint64_t)ranks.rank, i);
		values[counts[c]] = 42;
		ranks_ok(gd_reduce_sum_float(&ranks, values, counts[c]));
		memcpy(first, values, bytes);
		MPI_Bcast(first, (int)counts[c], MPI_FLOAT, 0, MPI_COMM_WORLD);
		CU_ASSERT_EQUAL(memcmp(first, values, bytes), 0);
		size_t wrong = 0;
		for (size_t i = 0; i < counts[c]; i++) {
			double total = 0, magnitude = 0;
			for (int rank = 0; rank < ranks.size; rank++) {
				double value = (float)gd_random_normal((uint64_t)rank, i);
				total += value;
				magnitude += fabs(value);
			}
			wrong += !(fabs(values[i] - total) <= ranks.size * 0x1p-24 * magnitude);
		}
		CU_ASSERT_EQUAL(wrong, 0);
		free(values);
		free(first);
	}
}

/* Slices of unlike length, one empty: scattered, gathered again, and collected on rank 0. */
static void test_slices(void)
{
	/* More than one call takes, and not a multiple of it. */
	enum { UNIT = 600700 };
	int *counts = calloc((size_t)ranks.size, sizeof *counts), *starts = calloc((size_t)ranks.size, sizeof *starts), length = 0;
	for (int rank = 0; counts && starts && rank < ranks.size; rank++) {
		counts[rank] = rank == 1 ? 0 : UNIT / ranks.size * (rank + 2);
		starts[rank] = length;
		length += counts[rank];
	}
	double *values = calloc((size_t)length, sizeof *values);
	void *room = malloc(gd_reduce_scatter_room(ranks.size) * sizeof *values);
	float *all = calloc((size_t)length, sizeof *all), *collected = ranks.rank == 0 ? calloc((size_t)length, sizeof *collected) : NULL;
	bool made = counts && starts && values && room && all && (ranks.rank || collected);
	CU_ASSERT(made);
	if (!ranks_all(made))
		goto done;
	size_t mine = (size_t)starts[ranks.rank], own = (size_t)counts[ranks.rank], wrong = 0;
	for (int i = 0; i < length; i++)
		values[i] = i + 0.25 * ranks.rank;
	ranks_ok(gd_reduce_scatter(&ranks, values, counts, starts, GD_DOUBLES, room));
	for (size_t i = 0; i < own; i++)
		wrong += values[mine + i] != (double)(mine + i) * ranks.size + 0.125 * ranks.size * (ranks.size - 1);
	CU_ASSERT_EQUAL(wrong, 0);
	for (size_t i = 0; i < own; i++)
		all[mine + i] = (float)(mine + i);
	if (!ranks.rank)
		ranks_ok(gd_reduce_collect(&ranks, all, counts, starts, collected));
	else
		ranks_ok(gd_reduce_collect(&ranks, all + mine, counts, starts, NULL));
	ranks_ok(gd_reduce_gather(&ranks, all, counts, starts, GD_FLOATS));
	for (int i = 0; i < length; i++)
		wrong += all[i] != (float)i || (!ranks.rank && collected[i] != (float)i);
	CU_ASSERT_EQUAL(wrong, 0);
done:
	free(counts);
	free(starts);
	free(values);
	free(room);
	free(all);
	free(collected);
}

static void test_spread(void)
{
	gd_spread spread = {0};
	ranks_ok(gd_reduce_spread(&ranks, 3 - 2 * ranks.rank, &spread));
	CU_ASSERT_EQUAL(spread.maximum, 3);
	CU_ASSERT_EQUAL(spread.minimum, 3 - 2 * (ranks.size - 1));
	CU_ASSERT_DOUBLE_EQUAL(spread.mean, 3 - (ranks.size - 1), 1e-15);
}

static void check_same(const unsigned char digest[32], bool expected, int expected_odd)
{
	bool same = !expected;
	int odd = -2;
	ranks_ok(gd_reduce_same(&ranks, digest, &same, &odd));
	CU_ASSERT_EQUAL(same, expected);
	CU_ASSERT_EQUAL(odd, expected_odd);
}

static void test_same(void)
{
	unsigned char digest[32];
	for (int i = 0; i < 32; i++)
		digest[i] = (unsigned char)(i * 37);
	check_same(digest, true, -1);
	/* One rank differs, in one bit, at each place. */
	for (int odd = 0; odd < ranks.size; odd++)
		for (int i = 0; i < 32; i++) {
			digest[i] ^= ranks.rank == odd ? 1 << i % 8 : 0;
			check_same(digest, ranks.size == 1, ranks.size > 2 ? odd : -1);
			digest[i] ^= ranks.rank == odd ? 1 << i % 8 : 0;
		}
	if (ranks.size >= 3) {
		/* All differ. */
		digest[5] = (unsigned char)ranks.rank;
		check_same(digest, false, -1);
		/* The first and the last differ from the rest, and from each other: of five or more, the rest is the majority. */
		digest[5] = ranks.rank == 0 ? 1 : ranks.rank == ranks.size - 1 ? 2
									       : 3;
		check_same(digest, false, ranks.size >= 5 ? 0 : -1);
		/* Two halves, or as good as. */
		digest[5] = ranks.rank % 2;
		check_same(digest, false, ranks.size % 2 == 0 ? -1 : 1);
	}
}

const ranks_test ranks_tests[] = {
	{"sum of doubles", test_sum},
	{"sum of quantised values", test_sum_of_quantised},
	{"sum with a value that is not finite", test_sum_not_finite},
	{"sum of floats", test_sum_float},
	{"slices", test_slices},
	{"spread", test_spread},
	{"same", test_same},
	{0},
};
