#include "gd/bench/bench_plan.h"
#include "unit.h"

const char *const unit_suite = "bench_plan";

static void close_to(double value, double expected)
{
	CU_ASSERT_DOUBLE_EQUAL(value, expected, 1e-12 * expected);
}

/* 1 us a message, 1 GB/s. */
static const gd_link link = {1e-6, 1e-9};

static void test_allreduce(void)
{
	for (gd_allreduce a = 0; a < GD_ALLREDUCES; a++)
		CU_ASSERT_EQUAL(gd_allreduce_seconds(a, 1, 1000, link), 0);
	/* 8 ranks: lg 8 = 3; volume 2 * 7/8 = 1.75. */
	close_to(gd_allreduce_seconds(GD_RECURSIVE_DOUBLING, 8, 1000, link), 3e-6 + 3e-6);
	close_to(gd_allreduce_seconds(GD_RABENSEIFNER, 8, 1000, link), 6e-6 + 1.75e-6);
	close_to(gd_allreduce_seconds(GD_RING, 8, 1000, link), 14e-6 + 1.75e-6);
	/* 6 ranks: lg 6 rounded down is 2; volume 2 * 5/6 = 5/3, and two more where the extra ranks hand in and get back. */
	close_to(gd_allreduce_seconds(GD_RECURSIVE_DOUBLING, 6, 3000, link), 4e-6 + 12e-6);
	close_to(gd_allreduce_seconds(GD_RABENSEIFNER, 6, 3000, link), 6e-6 + 11e-6);
	close_to(gd_allreduce_seconds(GD_RING, 6, 3000, link), 10e-6 + 5e-6);
	close_to(gd_allreduce_seconds(GD_RABENSEIFNER, 1024, 1e6, link), 20e-6 + 1023e-3 / 512);
}

static void test_cheapest(void)
{
	CU_ASSERT_EQUAL(gd_allreduce_cheapest(8, 8, link), GD_RECURSIVE_DOUBLING);
	CU_ASSERT_EQUAL(gd_allreduce_cheapest(8, 1e6, link), GD_RABENSEIFNER);
	/* No power of two: the ring has no ranks to spare. */
	CU_ASSERT_EQUAL(gd_allreduce_cheapest(6, 8, link), GD_RECURSIVE_DOUBLING);
	CU_ASSERT_EQUAL(gd_allreduce_cheapest(6, 1e6, link), GD_RING);
	/* Two ranks: one message either way costs less than two. */
	CU_ASSERT_EQUAL(gd_allreduce_cheapest(2, 1e6, link), GD_RECURSIVE_DOUBLING);
}

static void test_fit(void)
{
	const int ranks[] = {2, 3, 8, 12};
	const double bytes[] = {500, 1e4, 1e6};
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 3; j++) {
			double seconds = gd_allreduce_seconds(gd_allreduce_cheapest(ranks[i], bytes[j], link), ranks[i], bytes[j], link);
			gd_link fitted = gd_link_fit(ranks[i], gd_allreduce_seconds(GD_RECURSIVE_DOUBLING, ranks[i], 0, link), bytes[j], seconds);
			CU_ASSERT_DOUBLE_EQUAL(fitted.alpha, 1e-6, 1e-15);
			CU_ASSERT_DOUBLE_EQUAL(fitted.beta, 1e-9, 1e-15);
		}
	/* 2 ranks: one round of 5 us, and 3 us for 100 bytes; then a message faster than an empty one. */
	close_to(gd_link_fit(2, 5e-6, 100, 8e-6).beta, 3e-8);
	CU_ASSERT_EQUAL(gd_link_fit(2, 5e-6, 100, 4e-6).beta, 0);
}

/* 1024 rows in 8 blocks of 128, 1 ms a row, 10 ms an update; two epochs of three batches and one of 288 rows in 2 blocks. */
static const gd_plan_work work = {
	.row_seconds = 1e-3,
	.fixed_seconds = 10e-3,
	.message = {{false, 1e6}, {false, 100}},
	.messages = 2,
	.full = {1024, 8},
	.last = {288, 2},
	.full_steps = 3,
	.row_bytes = 100,
	.epochs = 2,
	.algorithm = GD_ALLREDUCES,
};

static void test_one_rank(void)
{
	gd_plan_line line = gd_plan_predict(&work, link, 1);
	CU_ASSERT(line.ranks == 1 && line.busy == 1 && line.rows == 1024);
	close_to(line.compute, 1.034);
	CU_ASSERT(line.reduce == 0 && line.exchange == 0);
	close_to(line.step, 1.034);
	close_to(line.efficiency, 1);
	close_to(line.total, 2 * (3 * 1.034 + 0.298));
}

static void test_some_ranks(void)
{
	/* Three ranks share eight blocks as 2, 3, 3: the busiest has 384 rows; of the last batch's two blocks, one. */
	gd_plan_line line = gd_plan_predict(&work, link, 3);
	CU_ASSERT(line.busy == 3 && line.rows == 384);
	CU_ASSERT_EQUAL(line.algorithm, GD_RING);
	/* Ring for the long one: 4 alpha + 4/3 n beta; recursive doubling for the short one: 3 alpha + 3 n beta. */
	double reduce = 4e-6 + 4e-3 / 3 + 3e-6 + 0.3e-6;
	close_to(line.reduce, reduce);
	close_to(line.step, 0.394 + reduce);
	close_to(line.efficiency, 1.034 / (3 * (0.394 + reduce)));
	/* 3360 rows, 1120 on each rank, two thirds of them sent. */
	double exchange = 2e-6 + 1120.0 * 2 / 3 * 100 * 1e-9;
	close_to(line.exchange, exchange);
	/* It travels while steps are computed, unless it takes longer. */
	close_to(line.total, 2 * (3 * (0.394 + reduce) + 0.154 + reduce));
	gd_plan_work rows_alone = work;
	rows_alone.row_seconds = rows_alone.fixed_seconds = rows_alone.messages = 0;
	close_to(gd_plan_predict(&rows_alone, link, 3).total, 2 * exchange);
}

static void test_slices(void)
{
	CU_ASSERT_EQUAL(gd_slices_seconds(1, 1000, link), 0);
	close_to(gd_slices_seconds(8, 1000, link), 3e-6 + 0.875e-6);
	close_to(gd_slices_seconds(6, 3000, link), 3e-6 + 2.5e-6);
	/* A short sum, then slices of the gradient and of the parameters; each of 4 ranks updates a quarter. */
	gd_plan_work sliced = {.row_seconds = 1e-3, .shared_seconds = 8e-3, .message = {{false, 100}, {true, 8e5}, {true, 4e5}}, .messages = 3, .full = {1024, 8}, .algorithm = GD_ALLREDUCES};
	gd_plan_line line = gd_plan_predict(&sliced, link, 4);
	close_to(line.compute, 0.256 + 2e-3);
	close_to(line.reduce, 2e-6 + 0.2e-6 + 2e-6 + 6e-4 + 2e-6 + 3e-4);
	CU_ASSERT_EQUAL(line.algorithm, GD_RECURSIVE_DOUBLING);
	close_to(line.efficiency, 1.032 / (4 * line.step));
}

static void test_more_ranks_than_blocks(void)
{
	gd_plan_line eight = gd_plan_predict(&work, link, 8), sixteen = gd_plan_predict(&work, link, 16);
	CU_ASSERT(eight.busy == 8 && eight.rows == 128 && sixteen.busy == 8 && sixteen.rows == 128);
	close_to(sixteen.compute, eight.compute);
	CU_ASSERT(sixteen.reduce > eight.reduce && sixteen.efficiency < eight.efficiency / 1.9);
}

static void test_algorithm(void)
{
	gd_plan_work ring = work;
	ring.algorithm = GD_RING;
	close_to(gd_plan_predict(&ring, link, 8).reduce, 14e-6 + 1.75e-3 + 14e-6 + 0.175e-6);
	CU_ASSERT_EQUAL(gd_plan_predict(&ring, link, 8).algorithm, GD_RING);
}

static void test_advice(void)
{
	enum { COUNT = 6 };
	const int ranks[COUNT] = {16, 1, 2, 4, 8, 32};
	gd_plan_line lines[COUNT];
	for (int i = 0; i < COUNT; i++)
		lines[i] = gd_plan_predict(&work, link, ranks[i]);
	CU_ASSERT_EQUAL(lines[gd_plan_best(lines, COUNT)].ranks, 8);
	CU_ASSERT_EQUAL(lines[gd_plan_enough(lines, COUNT)].ranks, 8);
	/* With nothing but updates no second rank helps. */
	gd_plan_work updates = work;
	updates.row_seconds = 0;
	for (int i = 0; i < COUNT; i++)
		lines[i] = gd_plan_predict(&updates, (gd_link){0, 0}, ranks[i]);
	CU_ASSERT_EQUAL(lines[gd_plan_best(lines, COUNT)].ranks, 1);
	updates.row_seconds = 1e-5;
	for (int i = 0; i < COUNT; i++)
		lines[i] = gd_plan_predict(&updates, (gd_link){0, 0}, ranks[i]);
	CU_ASSERT_EQUAL(lines[gd_plan_best(lines, COUNT)].ranks, 8);
	/* 1: 20.2 ms, 2: 15.1, 4: 12.6, 8: 11.3 a full step; the last batch 12.9, 11.4, 11.4, 11.4: in all 73.6, 56.8, 49.1, 45.3. */
	CU_ASSERT_EQUAL(lines[gd_plan_enough(lines, COUNT)].ranks, 4);
	/* No epochs: the step decides. */
	updates.epochs = 0;
	for (int i = 0; i < COUNT; i++)
		lines[i] = gd_plan_predict(&updates, (gd_link){0, 0}, ranks[i]);
	CU_ASSERT_EQUAL(lines[gd_plan_best(lines, COUNT)].ranks, 8);
}

const unit_test unit_tests[] = {
	{"sums over ranks by their formulas", test_allreduce},
	{"the cheapest algorithm", test_cheapest},
	{"a link from two measurements", test_fit},
	{"one rank", test_one_rank},
	{"blocks that do not share evenly", test_some_ranks},
	{"slices", test_slices},
	{"more ranks than blocks", test_more_ranks_than_blocks},
	{"one algorithm", test_algorithm},
	{"how many ranks", test_advice},
	{NULL, NULL},
};
