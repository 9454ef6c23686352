#include "ranks.h"

#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/buckets.h"

const char *const ranks_suite = "buckets";

#define LENGTH ((size_t)1500000)

/* Small enough a multiple of a power of two that any sum of them is exact. */
static double value(int rank, size_t i)
{
	return (double)((i * 40503 + (size_t)rank * 9973) % 65521) * 0x1p-20;
}

static void fill(void *values, gd_sum_type number, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (number == GD_DOUBLES)
			((double *)values)[i] = value(ranks.rank, i);
		else
			((float *)values)[i] = (float)value(ranks.rank, i);
}

static size_t count_wrong(const void *values, gd_sum_type number, size_t length)
{
	size_t wrong = 0;
	for (size_t i = 0; i < length; i++) {
		double sum = 0;
		for (int rank = 0; rank < ranks.size; rank++)
			sum += value(rank, i);
		wrong += (number == GD_DOUBLES ? ((const double *)values)[i] : (double)((const float *)values)[i]) != sum;
	}
	return wrong;
}

/*
 * Filled from the end, and told as it is: what lies below a place is written only after reached(), so that a bucket that travels too
 * early carries the value of the round before. On the last rank all becomes final at once, as where a rank has no block.
 */
static void run(gd_sum_type number, size_t length, const size_t *cut, int cuts, int expected)
{
	void *values = gd_allocate(length, gd_sum_type_size(number));
	gd_buckets *buckets = NULL;
	gd_buckets_options options = {.number = number, .values = values, .length = length, .cut = cut, .cuts = cuts};
	bool made = values && ranks_ok(gd_buckets_create(&ranks, &options, &buckets));
	if (ranks_all(made)) {
		CU_ASSERT_EQUAL(gd_buckets_count(buckets), ranks.node ? 1 : expected);
		for (int round = 0; round < 2; round++) {
			size_t done = length;
			for (int c = 0; c < cuts && (ranks.rank < ranks.size - 1 || ranks.size == 1); c++) {
				fill(values, number, cut[c], done);
				done = cut[c];
				gd_buckets_reached(buckets, done);
				gd_buckets_progress(buckets);
			}
			fill(values, number, 0, done);
			ranks_ok(gd_buckets_finish(buckets));
			CU_ASSERT_EQUAL(count_wrong(values, number, length), 0);
		}
	}
	gd_buckets_free(buckets);
	free(values);
}

static void test_sums(void)
{
	const size_t cut[] = {LENGTH - 10, LENGTH - 40000, LENGTH - 41000, LENGTH - 300000, 5000, 10};
	/* Whole where it is short. */
	run(GD_DOUBLES, 0, NULL, 0, 1);
	run(GD_DOUBLES, 1000, (const size_t[]){900, 200}, 2, 1);
	run(GD_FLOATS, 262144, (const size_t[]){260000, 2}, 2, 1);
	/* 41000 values do not make a bucket; 1195000 doubles are more than 8 MiB. */
	run(GD_DOUBLES, LENGTH, cut, 6, 4);
	run(GD_FLOATS, LENGTH, cut, 6, 3);
	/* Without places the whole is cut by size alone. */
	run(GD_DOUBLES, LENGTH, NULL, 0, 2);
}

/* Other collective calls in between, where all ranks have come as far. */
static void test_between(void)
{
	const size_t cut[] = {260000, 120000, 40000};
	double *values = gd_allocate(400000, sizeof *values);
	gd_buckets *buckets = NULL;
	gd_buckets_options options = {.number = GD_DOUBLES, .values = values, .length = 400000, .cut = cut, .cuts = 3};
	bool made = values && ranks_ok(gd_buckets_create(&ranks, &options, &buckets));
	if (ranks_all(made)) {
		fill(values, GD_DOUBLES, 0, 400000);
		for (int c = 0; c < 3; c++) {
			double one = 1;
			if (ranks.rank % 2)
				gd_buckets_reached(buckets, cut[c] + 1);
			gd_buckets_reached(buckets, cut[c]);
			ranks_ok(gd_reduce_sum(&ranks, &one, 1));
			CU_ASSERT_EQUAL(one, ranks.size);
		}
		ranks_ok(gd_buckets_finish(buckets));
		CU_ASSERT_EQUAL(count_wrong(values, GD_DOUBLES, 400000), 0);
	}
	gd_buckets_free(buckets);
	free(values);
}

const ranks_test ranks_tests[] = {
	{"sums", test_sums},
	{"other calls in between", test_between},
	{0},
};
