#include "ranks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/parallel/host_sum.h"

const char *const ranks_suite = "node";

enum { MOST = 100003 };

static float float_of(int rank, uint64_t round, size_t i)
{
	return (float)gd_random_normal(round * 1000 + (uint64_t)rank, i);
}

/* The sum in the order of ranks, which rounds as it does. */
static size_t count_wrong(const void *values, gd_sum_type number, uint64_t round, size_t count)
{
	size_t wrong = 0;
	for (size_t i = 0; i < count; i++) {
		float single = float_of(0, round, i);
		double sum = single;
		for (int rank = 1; rank < ranks.size; rank++) {
			single += float_of(rank, round, i);
			sum += (double)float_of(rank, round, i);
		}
		wrong += number == GD_DOUBLES ? memcmp((const double *)values + i, &sum, sizeof sum) != 0 : memcmp((const float *)values + i, &single, sizeof single) != 0;
	}
	return wrong;
}

/* Lengths that all add up at once and lengths that are cut, by turns, on a node of its own; now and then a rank comes late, so that the others sleep. */
static void test_sums(void)
{
	const size_t counts[] = {1, 870, 0, 33, 1280, 60000, 17, 65537, 3, MOST, MOST, 40000, 9};
	gd_host_sum *node = NULL;
	double *values = gd_allocate(MOST + 1, sizeof *values);
	bool made = ranks_ok(gd_host_sum_create(ranks.mpi, &node)) && values;
	CU_ASSERT_EQUAL(node != NULL, ranks.size > 1);
	if (!ranks_all(made && node)) {
		gd_host_sum_free(node);
		return free(values);
	}
	for (uint64_t round = 0; round < 2 * sizeof counts / sizeof *counts; round++) {
		size_t count = counts[round / 2];
		gd_sum_type number = round % 2 ? GD_FLOATS : GD_DOUBLES;
		for (size_t i = 0; i < count; i++) {
			float value = float_of(ranks.rank, round, i);
			if (number == GD_DOUBLES)
				values[i] = (double)value;
			else
				((float *)values)[i] = value;
		}
		float end = 42;
		memcpy((char *)values + count * gd_sum_type_size(number), &end, sizeof end);
		if ((int)round % ranks.size == ranks.rank && round % 3 == 0)
			nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		gd_host_sum_add(node, values, count, number);
		CU_ASSERT_EQUAL(count_wrong(values, number, round, count), 0);
		CU_ASSERT_EQUAL(memcmp((char *)values + count * gd_sum_type_size(number), &end, sizeof end), 0);
	}
	gd_host_sum_free(node);
	free(values);
}

/* Many small sums in a row: a slot or a count that is used too early would show. */
static void test_rows_of_sums(void)
{
	enum { TIMES = 2000, LENGTH = 40 };
	gd_host_sum *node = NULL;
	bool made = ranks_ok(gd_host_sum_create(ranks.mpi, &node));
	size_t wrong = 0;
	if (ranks_all(made && node))
		for (int time = 0; time < TIMES; time++) {
			double values[LENGTH];
			for (int i = 0; i < LENGTH; i++)
				values[i] = time + ranks.rank * i;
			gd_host_sum_add(node, values, LENGTH, GD_DOUBLES);
			for (int i = 0; i < LENGTH; i++)
				wrong += values[i] != (double)time * ranks.size + (double)i * ranks.size * (ranks.size - 1) / 2;
		}
	CU_ASSERT_EQUAL(wrong, 0);
	gd_host_sum_free(node);
}

/* What one rank writes all see; more than /dev/shm has is refused on all alike, without an error. */
static void test_memory(void)
{
	gd_shared_memory memory = {0}, none = {0};
	if (!ranks.node)
		return;
	bool made = ranks_ok(gd_host_sum_share(ranks.node, (size_t)ranks.size * sizeof(int), &memory));
	CU_ASSERT_PTR_NOT_NULL(memory.start);
	if (ranks_all(made && memory.start)) {
		int *numbers = memory.start, wrong = 0;
		CU_ASSERT_EQUAL((uintptr_t)numbers % GD_ALIGNMENT, 0);
		wrong += numbers[ranks.rank] != 0;
		numbers[ranks.rank] = ranks.rank + 1;
		MPI_Barrier(MPI_COMM_WORLD);
		for (int rank = 0; rank < ranks.size; rank++)
			wrong += numbers[rank] != rank + 1;
		CU_ASSERT_EQUAL(wrong, 0);
	}
	gd_shared_memory_free(&memory);
	ranks_ok(gd_host_sum_share(ranks.node, (size_t)1 << 50, &none));
	CU_ASSERT_PTR_NULL(none.start);
	gd_shared_memory_free(&none);
}

const ranks_test ranks_tests[] = {
	{"sums", test_sums},
	{"many sums", test_rows_of_sums},
	{"memory", test_memory},
	{0},
};
