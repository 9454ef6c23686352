#include "gd/sweep/sweep_result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/store/digest.h"
#include "store/store_fixture.h"

const char *const unit_suite = "sweep result";

enum { TRIALS = 8, CONFIGURATIONS = 4 };

/* Four configurations of two seeds: 01 and 02 of a grid, then two by name. */
static const char text[] = "[sweep]\nrepeats = 2\nsort = validation_accuracy\n[vary]\nlearning-rate = 0.1 0.2\n[trial wild]\nlearning-rate = 9\n[trial half]\nhidden = none\n";

static gd_sweep_plan make_plan(const char *file)
{
	gd_sweep_plan plan;
	write_bytes(unit_path("sweep.ini"), file, strlen(file));
	CHECK_OK(gd_sweep_plan_read(unit_path("sweep.ini"), &plan));
	CU_ASSERT_FATAL(plan.trials > 0);
	return plan;
}

/* Of `wild` both diverged, of `half` one failed; 02 is better than 01. */
static void make_results(gd_sweep_result results[TRIALS])
{
	static const double accuracy[TRIALS] = {0.5, 0.5625, 0.75, 0.625, NAN, NAN, 0.6875, 0.99};
	for (int t = 0; t < TRIALS; t++) {
		results[t] = gd_sweep_result_none();
		results[t].state = t == 4 || t == 5 ? GD_TRIAL_DIVERGED : t == 7 ? GD_TRIAL_FAILED : GD_TRIAL_DONE;
		results[t].epochs = t + 10;
		results[t].best_epoch = t;
		results[t].metric[GD_SWEEP_VALIDATION_ACCURACY] = accuracy[t];
		results[t].metric[GD_SWEEP_TRAIN_LOSS] = 2.0 - accuracy[t];
		results[t].metric[GD_SWEEP_SECONDS] = 0.25 * t;
		snprintf(results[t].weights_sha256, sizeof results[t].weights_sha256, "%064d", t);
		snprintf(results[t].message, sizeof results[t].message, "%s", t == 7 ? "no \"room\" on the disk" : "");
	}
}

static void test_summary(void)
{
	gd_sweep_plan plan = make_plan(text);
	gd_sweep_result results[TRIALS];
	make_results(results);
	CU_ASSERT_EQUAL_FATAL(plan.trials, TRIALS);
	gd_sweep_summary s = gd_sweep_summarise(&plan, results, 1, GD_SWEEP_VALIDATION_ACCURACY);
	CU_ASSERT(s.runs == 2 && s.done == 2 && s.best == 0.75 && s.worst == 0.625 && s.mean == 0.6875);
	CU_ASSERT(fabs(s.deviation - 0.125 / sqrt(2)) < 1e-15); /* of the sample */
	s = gd_sweep_summarise(&plan, results, 1, GD_SWEEP_TRAIN_LOSS); /* the lower the better */
	CU_ASSERT(s.best == 1.25 && s.worst == 1.375);
	s = gd_sweep_summarise(&plan, results, 2, GD_SWEEP_VALIDATION_ACCURACY);
	CU_ASSERT(s.runs == 2 && s.done == 0 && isnan(s.mean) && isnan(s.deviation) && isnan(s.worst) && isnan(s.best));
	/* What a failed trial left behind does not count. */
	s = gd_sweep_summarise(&plan, results, 3, GD_SWEEP_VALIDATION_ACCURACY);
	CU_ASSERT(s.runs == 2 && s.done == 1 && s.mean == 0.6875 && s.deviation == 0 && s.worst == 0.6875 && s.best == 0.6875);
	s = gd_sweep_summarise(&plan, results, 0, GD_SWEEP_TEST_ACCURACY);
	CU_ASSERT(s.done == 2 && isnan(s.mean));
	gd_sweep_plan_release(&plan);
}

static void expect_order(const gd_sweep_plan *plan, const gd_sweep_result *results, gd_sweep_metric metric, int a, int b, int c, int d)
{
	int order[CONFIGURATIONS];
	gd_sweep_sort(plan, results, metric, order);
	CU_ASSERT(order[0] == a && order[1] == b && order[2] == c && order[3] == d);
}

static void test_sort(void)
{
	gd_sweep_plan plan = make_plan(text);
	gd_sweep_result results[TRIALS];
	make_results(results);
	/* 02 and `half` are equal: the file's order. Without a number: last. */
	expect_order(&plan, results, GD_SWEEP_VALIDATION_ACCURACY, 1, 3, 0, 2);
	expect_order(&plan, results, GD_SWEEP_TRAIN_LOSS, 1, 3, 0, 2);
	expect_order(&plan, results, GD_SWEEP_TEST_LOSS, 0, 1, 2, 3);
	results[6].metric[GD_SWEEP_VALIDATION_ACCURACY] = 0.6880;
	expect_order(&plan, results, GD_SWEEP_VALIDATION_ACCURACY, 3, 1, 0, 2);
	expect_order(&plan, results, GD_SWEEP_SECONDS, 0, 1, 3, 2);
	gd_sweep_plan_release(&plan);
}

/* What a printer makes of the results, until the next call. */
static const char *printed(void (*print)(FILE *, const gd_sweep_plan *, const gd_sweep_result *), const gd_sweep_plan *plan, const gd_sweep_result *results)
{
	static char bytes[16384];
	FILE *out = fmemopen(bytes, sizeof bytes, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	print(out, plan, results);
	fclose(out);
	return bytes;
}

static void test_print(void)
{
	gd_sweep_plan plan = make_plan(text);
	gd_sweep_result results[TRIALS];
	make_results(results);
	const char *table = printed(gd_sweep_print_table, &plan, results);
	const char *second = strstr(table, "\n02 "), *half = strstr(table, "\nhalf "), *first = strstr(table, "\n01 "), *wild = strstr(table, "\nwild ");
	CU_ASSERT(second && half && first && wild && second < half && half < first && first < wild);
	CU_ASSERT(wild && strstr(wild, "0/2") && strstr(table, "wild-seed1 diverged: ") && strstr(table, "half-seed1 failed: no \"room\" on the disk\n"));
	CU_ASSERT_PTR_NULL(strstr(table, "nan"));
	const char *json = printed(gd_sweep_print_json, &plan, results);
	CU_ASSERT(!strncmp(json, "{\"trial\": \"02\", \"runs\": 2, \"done\": 2, \"options\": {\"learning-rate\": \"0.2\", \"hidden\": \"256,256\"}, ", 90));
	CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"validation_accuracy\": {\"mean\": null, \"sd\": null, \"worst\": null, \"best\": null}"));
	CU_ASSERT_PTR_NULL(strstr(json, "nan"));
	/* Nothing of what is sorted by: the training's loss instead. */
	for (int t = 0; t < TRIALS; t++)
		results[t].metric[GD_SWEEP_VALIDATION_ACCURACY] = NAN;
	table = printed(gd_sweep_print_table, &plan, results);
	CU_ASSERT(!strncmp(table, "sorted by train_loss", 20));
	gd_sweep_plan_release(&plan);
}

static bool same(const gd_sweep_result *a, const gd_sweep_result *b)
{
	return a->state == b->state && a->epochs == b->epochs && a->best_epoch == b->best_epoch && !memcmp(a->metric, b->metric, sizeof a->metric) &&
		!strcmp(a->weights_sha256, b->weights_sha256) && !strcmp(a->message, b->message);
}

static void test_file(void)
{
	gd_sweep_plan plan = make_plan(text);
	gd_sweep_result results[TRIALS], again[TRIALS];
	char path[256];
	snprintf(path, sizeof path, "%s", unit_path("sweep.h5"));
	make_results(results);
	results[0].state = GD_TRIAL_WAITING;
	results[1].state = GD_TRIAL_PAUSED;
	results[2].state = GD_TRIAL_DROPPED;
	CHECK_OK(gd_sweep_file_write(path, &plan, results, "genre-dist sweep"));
	for (int t = 0; t < TRIALS; t++)
		again[t] = gd_sweep_result_none();
	CHECK_OK(gd_sweep_file_read(path, &plan, again));
	for (int t = 0; t < TRIALS; t++)
		CU_ASSERT(same(&results[t], &again[t]));
	CU_ASSERT(again[4].code == GD_DIVERGED && again[7].code == GD_FAILED && again[0].code == GD_OK);
	CU_ASSERT_EQUAL(run_tool("h5dump", path), 0);
	/* A plan that has grown takes what it knows. */
	gd_sweep_plan_release(&plan);
	plan = make_plan("[sweep]\nrepeats = 2\n[vary]\nlearning-rate = 0.1 0.2\n[trial new]\nepochs = 3\n[trial wild]\nlearning-rate = 9\n[trial half]\nhidden = none\n");
	CU_ASSERT_EQUAL_FATAL(plan.trials, TRIALS + 2);
	gd_sweep_result grown[TRIALS + 2];
	for (int t = 0; t < TRIALS + 2; t++)
		grown[t] = gd_sweep_result_none();
	CHECK_OK(gd_sweep_file_read(path, &plan, grown));
	CU_ASSERT(same(&grown[3], &results[3]) && same(&grown[6], &results[4]) && same(&grown[9], &results[7]) && grown[4].state == GD_TRIAL_WAITING && !grown[4].weights_sha256[0]);
	gd_sweep_plan_release(&plan);
	/* One of other options, and one that lacks a trial, are other sweeps. */
	plan = make_plan("[sweep]\nrepeats = 2\n[vary]\nlearning-rate = 0.1 0.3\n[trial wild]\nlearning-rate = 9\n[trial half]\nhidden = none\n");
	CU_ASSERT(says(gd_sweep_file_read(path, &plan, again), GD_USAGE, "another sweep", "'02-seed0' has other options"));
	gd_sweep_plan_release(&plan);
	plan = make_plan("[sweep]\nrepeats = 2\n[vary]\nlearning-rate = 0.1 0.2\n[trial half]\nhidden = none\n");
	CU_ASSERT(says(gd_sweep_file_read(path, &plan, again), GD_USAGE, "another sweep", "'wild-seed0', which the file lacks"));
	gd_sweep_plan_release(&plan);
}

static void put_words(hid_t file, const char *name, size_t count, const char *word)
{
	const hsize_t shape[1] = {count};
	hid_t type = H5Tcopy(H5T_C_S1);
	H5Tset_size(type, H5T_VARIABLE);
	H5Tset_cset(type, H5T_CSET_UTF8);
	edit_dataset(file, name, type, 1, shape);
	const char *words[2 * TRIALS];
	for (size_t i = 0; i < count; i++)
		words[i] = word;
	hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
	CU_ASSERT(!count || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words) >= 0);
	H5Dclose(dataset);
	H5Tclose(type);
}

static void no_status(hid_t file)
{
	CU_ASSERT(H5Ldelete(file, "trials/status", H5P_DEFAULT) >= 0);
}

static void unknown_status(hid_t file)
{
	put_words(file, "trials/status", TRIALS, "excellent");
}

static void no_names(hid_t file)
{
	put_words(file, "trials/name", 0, "");
}

static void more_messages(hid_t file)
{
	put_words(file, "trials/message", TRIALS + 1, "");
}

static void fewer_epochs(hid_t file)
{
	const hsize_t shape[1] = {TRIALS - 1};
	edit_dataset(file, "trials/epochs", H5T_STD_I64LE, 1, shape);
}

static void losses_of_integers(hid_t file)
{
	const hsize_t shape[1] = {TRIALS};
	edit_dataset(file, "trials/train_loss", H5T_STD_I64LE, 1, shape);
}

static void table_of_seconds(hid_t file)
{
	const hsize_t shape[2] = {TRIALS, 1};
	edit_dataset(file, "trials/seconds", H5T_IEEE_F64LE, 2, shape);
}

static void unknown_metric(hid_t file)
{
	CU_ASSERT(H5Adelete(file, "sort") >= 0);
	hid_t space = H5Screate(H5S_SCALAR), type = H5Tcopy(H5T_C_S1);
	H5Tset_size(type, 5);
	hid_t attribute = H5Acreate2(file, "sort", type, space, H5P_DEFAULT, H5P_DEFAULT);
	CU_ASSERT(attribute >= 0 && H5Awrite(attribute, type, "tempo") >= 0);
	H5Aclose(attribute);
	H5Tclose(type);
	H5Sclose(space);
}

/* The file without its digest, for other tools. */
static void copy_open(const char *path, const char *to)
{
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	write_bytes(to, bytes, size - GD_DIGEST_BYTES);
	free(bytes);
}

static void test_describe(void)
{
	static char shown[16384];
	gd_sweep_plan plan = make_plan(text);
	gd_sweep_result results[TRIALS];
	char path[256], damaged[256];
	snprintf(path, sizeof path, "%s", unit_path("sweep.h5"));
	snprintf(damaged, sizeof damaged, "%s", unit_path("damaged.h5"));
	make_results(results);
	results[7].metric[GD_SWEEP_VALIDATION_ACCURACY] = NAN;
	CHECK_OK(gd_sweep_file_write(path, &plan, results, "genre-dist sweep"));
	FILE *out = fmemopen(shown, sizeof shown, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CHECK_OK(gd_sweep_describe(out, path));
	/* The best trial first, then down; without a number in the file's order. */
	rewind(out);
	static const char *const order[TRIALS] = {"02-seed0", "half-seed0", "02-seed1", "01-seed1", "01-seed0", "wild-seed0", "wild-seed1", "half-seed1"};
	const char *at = shown;
	for (int t = 0; t < TRIALS && at; t++) {
		at = strstr(at, order[t]);
		CU_ASSERT_PTR_NOT_NULL(at);
	}
	CU_ASSERT(strstr(shown, "8 trials, sorted by validation_accuracy") && !strstr(shown, "nan"));
	copy_open(path, damaged);
	hid_t file = edit_begin(damaged);
	unknown_metric(file);
	edit_end(file);
	CU_ASSERT(says(gd_sweep_describe(out, damaged), GD_BAD_DATA, "sort", "tempo"));
	fclose(out);
	gd_sweep_plan_release(&plan);
}

/* Each refused with a sentence that names the object, by whoever reads the file. */
static void test_malformed(void)
{
	static const struct {
		void (*edit)(hid_t);
		const char *object, *words;
		bool described; /* `info` looks at it as well */
	} damages[] = {
		{no_status, "trials/status", "", true}, {unknown_status, "trials/status", "excellent", false}, {no_names, "trials/name", "no trials", true},
		{more_messages, "trials/message", "expected 8 texts, found 9", false}, {fewer_epochs, "trials/epochs", "", false},
		{losses_of_integers, "trials/train_loss", "", true}, {table_of_seconds, "trials/seconds", "", true},
	};
	gd_sweep_plan plan = make_plan(text);
	gd_sweep_result results[TRIALS], again[TRIALS];
	char path[256], damaged[256];
	snprintf(path, sizeof path, "%s", unit_path("sweep.h5"));
	snprintf(damaged, sizeof damaged, "%s", unit_path("damaged.h5"));
	make_results(results);
	CHECK_OK(gd_sweep_file_write(path, &plan, results, "genre-dist sweep"));
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		copy_open(path, damaged);
		hid_t file = edit_begin(damaged);
		damages[i].edit(file);
		edit_end(file);
		CU_ASSERT(says(gd_sweep_file_read(damaged, &plan, again), GD_BAD_DATA, damages[i].object, damages[i].words));
		FILE *out = fopen("/dev/null", "w");
		CU_ASSERT_PTR_NOT_NULL_FATAL(out);
		gd_status status = gd_sweep_describe(out, damaged);
		CU_ASSERT(!damages[i].described || says(status, GD_BAD_DATA, damages[i].object, ""));
		fclose(out);
	}
	/* Damage that the digest tells, no file, and another kind of file. */
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	((unsigned char *)bytes)[size / 2] ^= 4;
	write_bytes(damaged, bytes, size);
	CU_ASSERT(says(gd_sweep_file_read(damaged, &plan, again), GD_BAD_DATA, "damaged.h5", ""));
	write_bytes(damaged, bytes, size / 2);
	CU_ASSERT(says(gd_sweep_file_read(damaged, &plan, again), GD_BAD_DATA, "damaged.h5", ""));
	free(bytes);
	CU_ASSERT(says(gd_sweep_file_read(unit_path("absent.h5"), &plan, again), GD_BAD_DATA, "absent.h5", ""));
	gd_sweep_plan_release(&plan);
}

const unit_test unit_tests[] = {
	{"repeats are summed up", test_summary},
	{"the best mean first, none last", test_sort},
	{"the table and its JSON", test_print},
	{"what is written is read back by the same sweep alone", test_file},
	{"a person sees the best first", test_describe},
	{"malformed files are refused", test_malformed},
	{NULL, NULL},
};
