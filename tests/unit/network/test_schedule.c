#include <math.h>
#include <stdio.h>

#include "gd/network/schedule.h"
#include "../golden/golden.h"
#include "unit.h"

const char *const unit_suite = "schedule";

static void check_close(double value, double expected)
{
	CU_ASSERT_DOUBLE_EQUAL(value, expected, 1e-12 * expected + 1e-17);
}

static void test_constant(void)
{
	gd_schedule schedule = {.kind = GD_CONSTANT, .learning_rate = 0.3, .steps_per_epoch = 5, .steps = 20};
	for (int64_t t = 1; t <= 20; t++)
		CU_ASSERT_EQUAL(gd_schedule_rate(&schedule, t), 0.3);
}

static void test_step(void)
{
	gd_schedule schedule = {.kind = GD_STEP, .learning_rate = 0.05, .gamma = 0.3, .step_epochs = 2, .steps_per_epoch = 5, .steps = 35};
	double expected[35];
	golden_file file = golden_open("schedules");
	golden_doubles(&file, "step", 35, expected);
	golden_close(&file);
	for (int64_t t = 1; t <= 35; t++)
		CU_ASSERT_EQUAL(gd_schedule_rate(&schedule, t), expected[t - 1]);
}

static void test_one_cycle(void)
{
	const int lengths[] = {1, 2, 3, 4, 10, 35};
	golden_file file = golden_open("schedules");
	for (int i = 0; i < 6; i++) {
		char name[GOLDEN_WORD];
		double expected[35];
		snprintf(name, sizeof name, "one_cycle_%d", lengths[i]);
		golden_doubles(&file, name, (size_t)lengths[i], expected);
		for (int64_t warmup = 0; warmup <= 8; warmup += 4) {
			gd_schedule schedule = {.kind = GD_ONE_CYCLE, .learning_rate = 0.05, .steps_per_epoch = 5,
				.steps = lengths[i] + warmup, .warmup = warmup};
			for (int t = 1; t <= lengths[i]; t++)
				check_close(gd_schedule_rate(&schedule, warmup + t), expected[t - 1]);
		}
	}
	golden_close(&file);
}

static void test_cosine(void)
{
	double expected[30];
	golden_file file = golden_open("schedules");
	golden_doubles(&file, "cosine", 30, expected);
	golden_close(&file);
	for (int64_t warmup = 0; warmup <= 14; warmup += 7) {
		gd_schedule schedule = {.kind = GD_COSINE, .learning_rate = 0.05, .steps_per_epoch = 5, .steps = 30 + warmup, .warmup = warmup};
		for (int64_t t = 1; t <= 30; t++)
			check_close(gd_schedule_rate(&schedule, warmup + t), expected[t - 1]);
	}
}

static void test_warmup(void)
{
	for (gd_schedule_kind kind = GD_CONSTANT; kind <= GD_ONE_CYCLE; kind++) {
		gd_schedule schedule = {.kind = kind, .learning_rate = 0.4, .gamma = 0.5, .step_epochs = 1, .steps_per_epoch = 3, .steps = 20, .warmup = 8};
		for (int64_t t = 1; t <= 8; t++)
			check_close(gd_schedule_rate(&schedule, t), 0.05 * (double)t);
		/* The kind's own formula from there on. */
		const double next[] = {0.4, 0.1, 0.2 * (1.0 + cos(M_PI / 12.0)), 0.016};
		check_close(gd_schedule_rate(&schedule, 9), next[kind]);
		/* A training of nothing but warm-up. */
		schedule.warmup = schedule.steps;
		check_close(gd_schedule_rate(&schedule, 20), 0.4);
	}
}

const unit_test unit_tests[] = {
	{"constant", test_constant},
	{"step is StepLR", test_step},
	{"one-cycle is OneCycleLR", test_one_cycle},
	{"cosine is CosineAnnealingLR", test_cosine},
	{"every kind warms up linearly", test_warmup},
	{NULL, NULL},
};
