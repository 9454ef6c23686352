#include "gd/sweep/tune.h"

#include <stdlib.h>
#include <string.h>

#include "gd/run/preset.h"
#include "gd/sweep/sweep_compose.h"
#include "gd/sweep/tune_ground.h"
#include "store/store_fixture.h"

const char *const unit_suite = "tune";

enum { FOLDS = 3, CONFIGURATIONS = 5 };

/* The defaults and four others on three folds, each with the loss that it has there. */
static void make_race(gd_tune_race *race, const double loss[CONFIGURATIONS][FOLDS])
{
	static const char text[] = "[base]\nfolds = 3\n[trial defaults]\ndropout = 0.5\n[trial 01]\ndropout = 0.1\n[trial 02]\ndropout = 0.2\n[trial 03]\ndropout = 0.3\n[trial 04]\ndropout = 0.4\n";
	memset(race, 0, sizeof *race);
	CHECK_OK(gd_sweep_compose_plan("a race", strdup(text), &race->plan));
	CU_ASSERT_FATAL(race->plan.trials == CONFIGURATIONS * FOLDS);
	race->results = gd_allocate((size_t)race->plan.trials, sizeof *race->results);
	CU_ASSERT_FATAL(race->results != NULL);
	for (int t = 0; t < race->plan.trials; t++) {
		race->results[t] = gd_sweep_result_none();
		race->results[t].state = GD_TRIAL_DONE;
		race->results[t].best_epoch = 6;
		race->results[t].metric[GD_SWEEP_VALIDATION_LOSS] = loss[t / FOLDS][t % FOLDS];
		race->results[t].metric[GD_SWEEP_VALIDATION_ACCURACY] = 0.5;
		race->results[t].metric[GD_SWEEP_SECONDS] = 2;
	}
}

/* The numbers of the configurations that are chosen; 0: the defaults. */
static void check_chosen(const double loss[CONFIGURATIONS][FOLDS], int best, const char *expected)
{
	gd_tune_race race;
	gd_tune_entry *entries;
	int count;
	char chosen[16] = "";
	make_race(&race, loss);
	CHECK_OK(gd_tune_entries(NULL, &race, 1, &entries, &count));
	CU_ASSERT_FATAL(count == CONFIGURATIONS);
	CU_ASSERT(entries[0].seconds == 2 && entries[0].finished && !entries[0].chosen);
	gd_tune_choose(&race, entries, count, best);
	for (int e = 0, used = 0; e < count; e++)
		if (entries[e].chosen)
			used += snprintf(chosen + used, sizeof chosen - (size_t)used, "%d", entries[e].configuration);
	CU_ASSERT_STRING_EQUAL(chosen, expected);
	free(entries);
	gd_tune_release(&race, 1);
}

static void test_choose(void)
{
	/* 02 is better on every fold, 01 and 03 on one by luck. */
	const double noisy[CONFIGURATIONS][FOLDS] = {{0.50, 0.52, 0.54}, {0.20, 0.60, 0.64}, {0.48, 0.50, 0.52}, {0.25, 0.62, 0.65}, {0.9, 0.9, 0.9}};
	check_chosen(noisy, 1, "0"); /* 01 has the least loss, by luck */
	check_chosen(noisy, 2, "20"); /* 02 is not luck; the last that may be, makes way */
	check_chosen(noisy, 4, "1230");
	check_chosen(noisy, 5, "12304");
	/* All better beyond chance: the defaults are not needed. */
	const double clear[CONFIGURATIONS][FOLDS] = {{0.50, 0.52, 0.54}, {0.40, 0.42, 0.44}, {0.41, 0.43, 0.45}, {0.42, 0.44, 0.46}, {0.9, 0.9, 0.9}};
	check_chosen(clear, 1, "1");
	check_chosen(clear, 3, "123");
	/* The defaults are the best. */
	const double best[CONFIGURATIONS][FOLDS] = {{0.30, 0.32, 0.34}, {0.40, 0.42, 0.44}, {0.41, 0.43, 0.45}, {0.42, 0.44, 0.46}, {0.9, 0.9, 0.9}};
	check_chosen(best, 2, "01");
}

/* A ground without a dataset. */
static void make_ground(gd_tune_ground *ground, const gd_tune_options *options)
{
	*ground = (gd_tune_ground){.options = options, .rows = 1000, .numbers = true};
	ground->given = gd_arena_take(&ground->arena, gd_train_option_table.count, sizeof *ground->given);
	CU_ASSERT_FATAL(ground->given != NULL);
	gd_options_initialise(&gd_train_option_table, &ground->base);
	ground->defaults = ground->base;
	char line[GD_PRESET_ROOM];
	gd_preset_fill(&ground->defaults, ground->given, &(gd_preset_facts){.rows = 700, .classes = 2, .numbers = 4, .open = true, .validation = true}, line);
}

/* How many options two configurations have in common. */
static int common(const gd_tune_race *a, int i, const gd_tune_race *b, int j)
{
	int same = 0;
	for (int v = 0; v < a->plan.varied; v++)
		same += !strcmp(a->plan.configuration[i].values[v], b->plan.configuration[j].values[v]);
	return same;
}

static void test_races(void)
{
	const gd_tune_options options = {.data = "songs.h5", .budget = 60, .folds = 3, .seed = 5};
	gd_tune_ground ground;
	gd_tune_race race[2] = {0}, again = {0};
	char *text;
	size_t size;
	make_ground(&ground, &options);
	CHECK_OK(gd_tune_compose_race(&ground, NULL, 0, NULL, 0, 5, 26, &text, &size));
	CU_ASSERT(size == strlen(text));
	CHECK_OK(gd_sweep_compose_plan("race 1", text, &race[0].plan));
	CU_ASSERT_FATAL(race[0].plan.configurations == 27 && race[0].plan.trials == 27 * 3);
	CU_ASSERT_STRING_EQUAL(race[0].plan.configuration[0].name, "defaults"); /* the first to run */
	CU_ASSERT_STRING_EQUAL(race[0].plan.configuration[1].name, "01");
	/* Around the defaults and the ninth: two thirds of the options are theirs, but for single values. */
	const gd_tune_entry parents[2] = {{.race = 0, .configuration = 0}, {.race = 0, .configuration = 9}};
	CHECK_OK(gd_tune_compose_race(&ground, race, 1, parents, 2, 6, 8, &text, &size));
	CHECK_OK(gd_sweep_compose_plan("race 2", text, &race[1].plan));
	CU_ASSERT_FATAL(race[1].plan.configurations == 8 && race[1].plan.varied == race[0].plan.varied);
	CU_ASSERT(race[1].plan.settings.first_epochs == race[0].plan.settings.first_epochs && race[1].plan.settings.halving == race[0].plan.settings.halving);
	int near = 0, far = 0;
	for (int c = 0; c < 8; c++) {
		near += common(&race[1], c, &race[0], parents[c % 2].configuration);
		far += common(&race[1], c, &race[0], 20);
		CU_ASSERT(common(&race[1], c, &race[0], parents[c % 2].configuration) >= 5);
	}
	CU_ASSERT(near > far + 16 && near < 8 * race[0].plan.varied - 8);
	/* Nothing is tried twice: a third of the options drawn anew may all come out as they were. */
	CHECK_OK(gd_tune_compose_race(&ground, race, 1, parents, 2, 6, 400, &text, &size));
	CHECK_OK(gd_sweep_compose_plan("many", text, &again.plan));
	int twice = 0;
	for (int c = 0; c < 400; c++) {
		for (int i = 0; i < c; i++)
			twice += common(&again, c, &again, i) == again.plan.varied;
		for (int i = 0; i < 27; i++)
			twice += common(&again, c, &race[0], i) == again.plan.varied;
	}
	CU_ASSERT_EQUAL(twice, 0);
	gd_tune_release(&again, 1);
	again = (gd_tune_race){0};
	/* A function of parents and seed. */
	CHECK_OK(gd_tune_compose_race(&ground, race, 1, parents, 2, 6, 8, &text, &size));
	CU_ASSERT_STRING_EQUAL(text, race[1].plan.text);
	free(text);
	CHECK_OK(gd_tune_compose_race(&ground, race, 1, parents, 2, 7, 8, &text, &size));
	CHECK_OK(gd_sweep_compose_plan("another", text, &again.plan));
	CU_ASSERT(strcmp(again.plan.text, race[1].plan.text) != 0);
	gd_tune_release(race, 2);
	gd_tune_release(&again, 1);
	gd_tune_ground_release(&ground);
}

const unit_test unit_tests[] = {
	{"the defaults make way for what is better beyond chance alone", test_choose},
	{"further races are drawn around the best so far", test_races},
	{NULL, NULL},
};
