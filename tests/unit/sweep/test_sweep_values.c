#include "gd/sweep/sweep_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "sweep values";

static const char *const words[] = {"step", "cosine", NULL};
static const gd_option
	real = {.name = "dropout", .type = GD_OPTION_REAL}, integer = {.name = "batch-size", .type = GD_OPTION_INTEGER}, text = {.name = "data", .type = GD_OPTION_TEXT},
	widths = {.name = "hidden", .type = GD_OPTION_WIDTHS}, choice = {.name = "schedule", .type = GD_OPTION_CHOICE, .choices = words}, flag = {.name = "batch-norm", .type = GD_OPTION_FLAG};

static gd_arena arena;

static gd_sweep_values read_values(const gd_option *option, const char *line, bool drawn)
{
	gd_sweep_values values;
	gd_status status = gd_sweep_values_read(option, line, drawn, &arena, &values);
	if (gd_failed(&status))
		fprintf(stderr, "%s: %s\n", line, status.message);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	return values;
}

/* The values joined by |. */
static void expect(const gd_option *option, const char *line, const char *joined)
{
	char found[512] = "";
	gd_sweep_values values = read_values(option, line, false);
	for (int i = 0; i < values.count; i++)
		snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i ? "|" : "", values.value[i]);
	CU_ASSERT_STRING_EQUAL(found, joined);
	gd_arena_release(&arena);
}

static void refuse(const gd_option *option, const char *line, bool drawn, const char *message)
{
	gd_sweep_values values;
	gd_status status = gd_sweep_values_read(option, line, drawn, &arena, &values);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	if (!gd_failed(&status) || !strstr(status.message, message))
		fprintf(stderr, "%s: '%s' lacks '%s'\n", line, status.message, message);
	CU_ASSERT(gd_failed(&status) && strstr(status.message, message));
	gd_arena_release(&arena);
}

static void test_lists(void)
{
	expect(&real, "0.1 0.2", "0.1|0.2");
	expect(&real, " 0.1,0.2 ,\t0.3,", "0.1|0.2|0.3");
	expect(&real, "5e-1", "5e-1");
	expect(&choice, "step, cosine", "step|cosine");
	expect(&flag, "on off", "on|off");
	/* Commas belong to widths and to names of files. */
	expect(&widths, "64 128,64 none", "64|128,64|none");
	expect(&text, "a,b.h5 c.h5", "a,b.h5|c.h5");
	refuse(&real, "", false, "an empty list");
	refuse(&real, " , ,\t", false, "an empty list");
	refuse(&widths, " \t ", true, "an empty list");
}

static void test_ranges(void)
{
	expect(&real, "uniform 0 0.5 3", "0|0.25|0.5");
	expect(&real, "uniform -1 1 2", "-1|1");
	expect(&real, "log 0.001 1 4", "0.001|0.01|0.1|1");
	expect(&integer, "log 16 256 5", "16|32|64|128|256");
	expect(&integer, "uniform 1 10 4", "1|4|7|10");
	expect(&real, "uniform 0 1 4", "0|0.333333|0.666667|1"); /* six digits */
	refuse(&real, "uniform 0 0.5", false, "expected 'uniform LOW HIGH POINTS'");
	refuse(&real, "log 1 2 3 4", false, "expected 'log LOW HIGH POINTS'");
	refuse(&real, "uniform 0 1 3", true, "expected 'uniform LOW HIGH'");
	refuse(&real, "uniform 1 1 3", false, "the lower first");
	refuse(&real, "uniform 2 1", true, "the lower first");
	refuse(&real, "uniform a 1 3", false, "found 'a 1'");
	refuse(&real, "uniform 0 inf 3", false, "expected two numbers");
	refuse(&real, "uniform nan 1 3", false, "expected two numbers");
	refuse(&real, "log 0 1 3", false, "begins above 0");
	refuse(&real, "log -1 1", true, "begins above 0");
	refuse(&real, "uniform 0 1 1", false, "2 to 10000 points");
	refuse(&real, "uniform 0 1 10001", false, "2 to 10000 points");
	refuse(&real, "uniform 0 1 x", false, "found 'x'");
	refuse(&widths, "uniform 1 8 2", false, "no number");
	refuse(&choice, "log 1 8", true, "no number");
}

static void test_draws(void)
{
	enum { DRAWS = 4000 };
	gd_sweep_values uniform = read_values(&real, "uniform -1 3", true), logarithmic = read_values(&real, "log 1e-4 1", true),
		whole = read_values(&integer, "uniform 1 4", true), list = read_values(&choice, "step cosine", true);
	CU_ASSERT(uniform.count == 2 && !strcmp(uniform.value[0], "-1") && !strcmp(uniform.value[1], "3"));
	double mean = 0, low = 0;
	int seen[5] = {0}, steps = 0;
	for (uint64_t i = 0; i < DRAWS; i++) {
		double u = atof(gd_sweep_values_draw(&uniform, 7, i, 0, &arena)), l = atof(gd_sweep_values_draw(&logarithmic, 7, i, 1, &arena));
		int w = atoi(gd_sweep_values_draw(&whole, 7, i, 2, &arena));
		CU_ASSERT(u >= -1 && u <= 3 && l >= 1e-4 && l <= 1 && w >= 1 && w <= 4);
		mean += u / DRAWS;
		low += l < 0.01;
		seen[w >= 1 && w <= 4 ? w : 0]++;
		steps += !strcmp(gd_sweep_values_draw(&list, 7, i, 3, &arena), "step");
	}
	CU_ASSERT(fabs(mean - 1.0) < 0.1);
	CU_ASSERT(fabs(low / DRAWS - 0.5) < 0.05); /* half of the range of the logarithm */
	CU_ASSERT(seen[1] && seen[2] && seen[3] && seen[4]);
	CU_ASSERT(fabs(steps / (double)DRAWS - 0.5) < 0.05);
	/* A function of seed, configuration and entry; of each of them. */
	const char *first = gd_sweep_values_draw(&uniform, 7, 3, 0, &arena);
	CU_ASSERT_STRING_EQUAL(first, gd_sweep_values_draw(&uniform, 7, 3, 0, &arena));
	CU_ASSERT_STRING_NOT_EQUAL(first, gd_sweep_values_draw(&uniform, 8, 3, 0, &arena));
	CU_ASSERT_STRING_NOT_EQUAL(first, gd_sweep_values_draw(&uniform, 7, 4, 0, &arena));
	CU_ASSERT_STRING_NOT_EQUAL(first, gd_sweep_values_draw(&uniform, 7, 3, 1, &arena));
	gd_arena_release(&arena);
}

const unit_test unit_tests[] = {
	{"lists", test_lists},
	{"ranges, their ends included", test_ranges},
	{"draws stay in their range and depend on what they should", test_draws},
	{NULL, NULL},
};
