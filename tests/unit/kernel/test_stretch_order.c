#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/stretch_order.h"
#include "unit.h"

const char *const unit_suite = "stretch order";

static void test_stretches(void)
{
	const int64_t expected[][2] = {{1, 1}, {31, 1}, {32, 2}, {1000, 32}, {4096, 256}, {(int64_t)1 << 20, 1 << 16}, {(int64_t)1 << 40, 1 << 16}};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		CU_ASSERT_EQUAL(gd_stretch_rows(expected[i][0]), expected[i][1]);
}

/* Every row once, from run to run, whatever the stretch leaves over and however short runs are cut. */
static void test_every_row(void)
{
	for (int64_t rows = 1; rows < 130; rows++) {
		for (int64_t stretch = 1; stretch < 20; stretch += 3) {
			for (uint64_t epoch = 0; epoch < 3; epoch++) {
				gd_stretch_order order;
				char met[130] = {0};
				int64_t twice = 0, place = 0;
				gd_stretch_order_init(&order, rows, stretch, gd_random_key(7, GD_PURPOSE_STRETCHES, epoch));
				while (place < rows) {
					gd_run run = gd_stretch_order_run(&order, place, 1 + (place * 5 + (int64_t)epoch) % 7);
					CU_ASSERT_FATAL(run.count >= 1 && run.first >= 0 && run.first + run.count <= rows);
					for (int64_t i = 0; i < run.count; i++) {
						twice += met[run.first + i]++;
						/* A place by itself, and within a run. */
						CU_ASSERT_EQUAL(gd_stretch_order_run(&order, place + i, 1).first, run.first + i);
					}
					place += run.count;
				}
				CU_ASSERT_EQUAL(place, rows);
				CU_ASSERT_EQUAL(twice, 0);
			}
		}
	}
}

/* A run that is not cut is a stretch; epochs have orders of their own. */
static void test_runs(void)
{
	int different = 0;
	gd_stretch_order first, second;
	gd_stretch_order_init(&first, 10000, 64, gd_random_key(7, GD_PURPOSE_STRETCHES, 0));
	gd_stretch_order_init(&second, 10000, 64, gd_random_key(7, GD_PURPOSE_STRETCHES, 1));
	for (int64_t place = 0; place < 10000;) {
		gd_run run = gd_stretch_order_run(&first, place, 10000);
		CU_ASSERT_EQUAL(run.first % 64, 0);
		CU_ASSERT_EQUAL(run.count, run.first == 9984 ? 16 : 64);
		different += gd_stretch_order_run(&second, place, 1).first != run.first;
		place += run.count;
	}
	CU_ASSERT(different > 100);
}

const unit_test unit_tests[] = {
	{"length of stretches", test_stretches},
	{"every row once", test_every_row},
	{"runs are stretches", test_runs},
	{0},
};
