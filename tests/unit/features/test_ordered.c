/* Values in order: against the C library's sort, and found by place and by value. */
#include "unit.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gd/features/ordered.h"

const char *const unit_suite = "ordered";

enum { MOST = 5000 };

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static uint64_t state = 1;

static double draw(int kind)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	uint64_t bits = state ^ state >> 29;
	double value;
	if (kind == 0)
		return (double)(int64_t)(bits % 7) - 3;
	if (kind == 1)
		return (double)(int64_t)bits / 1e6;
	/* Any finite number, those below the least normal one included. */
	memcpy(&value, &bits, sizeof value);
	return isfinite(value) ? value : -0.0;
}

static void test_sort(void)
{
	static double values[MOST], expected[MOST];
	const int64_t counts[] = {0, 1, 2, 100, MOST};
	for (int kind = 0; kind < 3; kind++) {
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
			gd_ordered ordered;
			gd_status status = {0};
			int64_t count = counts[c];
			for (int64_t i = 0; i < count; i++)
				expected[i] = values[i] = draw(kind);
			qsort(expected, (size_t)count, sizeof *expected, compare);
			status = gd_ordered_init(&ordered, &status, values, count, NULL);
			CU_ASSERT_FALSE(gd_failed(&status));
			CU_ASSERT_EQUAL(ordered.total, count);
			for (int64_t i = 0; i < count; i++)
				CU_ASSERT_EQUAL(values[i], expected[i]);
		}
	}
}

/* One holder, who asks all the same. */
static gd_status add_nothing(void *context, const gd_status *mine, int64_t *counts, size_t count)
{
	(void)context;
	(void)counts;
	(void)count;
	return mine ? *mine : gd_ok();
}

/* Bit by bit the same as by index, where all are held here. */
static void test_places(void)
{
	static double values[MOST];
	const gd_together alone = {.sum = add_nothing};
	for (int kind = 0; kind < 3; kind++) {
		gd_ordered plain, counted;
		gd_status status = {0};
		int64_t places[50], below[50], up_to[50];
		double direct[50], found[50];
		for (int i = 0; i < MOST; i++)
			values[i] = draw(kind);
		status = gd_ordered_init(&plain, &status, values, MOST, NULL);
		counted = plain;
		counted.together = &alone;
		for (int i = 0; i < 50; i++)
			places[i] = i < 25 ? i : MOST - 1 - 97 * (i - 25);
		CU_ASSERT_FALSE(gd_failed(&status));
		status = gd_ordered_at(&plain, 50, places, direct);
		CU_ASSERT_FALSE(gd_failed(&status));
		status = gd_ordered_at(&counted, 50, places, found);
		CU_ASSERT_FALSE(gd_failed(&status));
		CU_ASSERT_EQUAL(memcmp(direct, found, sizeof found), 0);
		status = gd_ordered_count(&plain, 50, direct, below, up_to);
		CU_ASSERT_FALSE(gd_failed(&status));
		for (int i = 0; i < 50; i++)
			CU_ASSERT_TRUE(below[i] <= places[i] && places[i] < up_to[i] && values[below[i]] == direct[i] && values[up_to[i] - 1] == direct[i]);
	}
}

/* Runs that are merged in a file have the same answers as an array, whatever the runs' and the chunks' sizes. */
static void test_piles(void)
{
	static double values[MOST];
	const gd_together alone = {.sum = add_nothing};
	gd_ordered_room room = {0};
	const size_t works[] = {24, 24 * 7, 24 * 1000, 24 * MOST}, chunks[] = {8, 800, 1 << 16};
	for (int kind = 0; kind < 3; kind++)
		for (size_t w = 0; w < 4; w++)
			for (size_t c = 0; c < 3; c++) {
				/* A value a run: fewer of them. */
				int64_t count = w ? MOST : 300, places[50], below[2][50], up_to[2][50];
				double expected[50], found[50];
				gd_ordered plain, piled;
				gd_spill spill;
				gd_pile pile;
				gd_status status = {0};
				gd_spill_init(&spill, unit_path("."), "a test", 4000, chunks[c]);
				spill.work = works[w];
				gd_pile_init(&pile, &spill, sizeof(double));
				for (int64_t i = 0; i < count; i++) {
					double *added = gd_pile_add(&pile);
					CU_ASSERT_PTR_NOT_NULL_FATAL(added);
					*added = values[i] = draw(kind);
				}
				status = gd_ordered_sort(&piled, &status, &pile, &room, c ? &alone : NULL);
				CU_ASSERT_FALSE(gd_failed(&status));
				CU_ASSERT((piled.pile != NULL) == (w < 3));
				status = gd_ordered_init(&plain, &status, values, count, NULL);
				CU_ASSERT_FALSE(gd_failed(&status));
				CU_ASSERT_EQUAL(piled.total, count);
				int64_t same = 0;
				for (int64_t i = 0; i < count; i++)
					same += gd_ordered_value(&piled, i) == values[i];
				CU_ASSERT_EQUAL(same, count);
				for (int i = 0; i < 50; i++)
					places[i] = i < 25 ? i : count - 1 - (i - 25) * (count / 60);
				status = gd_ordered_at(&plain, 50, places, expected);
				CU_ASSERT_FALSE(gd_failed(&status));
				status = gd_ordered_at(&piled, 50, places, found);
				CU_ASSERT_FALSE(gd_failed(&status));
				CU_ASSERT_EQUAL(memcmp(expected, found, sizeof found), 0);
				for (int i = 0; i < 50; i += 3)
					expected[i] += 0.5;
				status = gd_ordered_count(&plain, 50, expected, below[0], up_to[0]);
				CU_ASSERT_FALSE(gd_failed(&status));
				status = gd_ordered_count(&piled, 50, expected, below[1], up_to[1]);
				CU_ASSERT_FALSE(gd_failed(&status));
				CU_ASSERT(!memcmp(below[0], below[1], sizeof below[0]) && !memcmp(up_to[0], up_to[1], sizeof up_to[0]));
				gd_ordered_release(&piled);
				CU_ASSERT_EQUAL(spill.held, 0);
				gd_spill_release(&spill);
			}
	gd_ordered_room_release(&room);
}

const unit_test unit_tests[] = {
	{"sort", test_sort},
	{"places", test_places},
	{"piles", test_piles},
	{0},
};
