#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/store/hdf5_file.h"
#include "gd/sweep/sweep_result.h"

static const char *const metric_sentences[GD_SWEEP_METRICS] = {
	[GD_SWEEP_VALIDATION_LOSS] = "cross-entropy of the validation part, of the model that is kept",
	[GD_SWEEP_VALIDATION_ACCURACY] = "accuracy on the validation part, of the model that is kept",
	[GD_SWEEP_TRAIN_LOSS] = "what was minimised, in the last epoch",
	[GD_SWEEP_TRAIN_ACCURACY] = "accuracy on the training rows, in the last epoch",
	[GD_SWEEP_TEST_LOSS] = "cross-entropy of the test part, of the model that is kept",
	[GD_SWEEP_TEST_ACCURACY] = "accuracy on the test part, of the model that is kept",
	[GD_SWEEP_SECONDS] = "time of the epochs",
};
static const char *const metric_units[GD_SWEEP_METRICS] = {"nat", "1", "nat", "1", "nat", "1", "s"};

/* Columns of text: what a row says, by number. */
enum { NAME, CONFIGURATION, STATUS, MESSAGE, WEIGHTS, OPTIONS, TEXTS };
static const struct {
	const char *name, *sentence;
} texts[TEXTS] = {
	[NAME] = {"name", "the trial's run directory, within the sweep's"},
	[CONFIGURATION] = {"configuration", "what repeats have in common"},
	[STATUS] = {"status", "waiting, paused, dropped, done, diverged or failed"},
	[MESSAGE] = {"message", "why a trial failed"},
	[WEIGHTS] = {"weights_sha256", "of model.h5"},
	[OPTIONS] = {"options_sha256", "of every option that decides the trial's bits"},
};

static const char *text_of(const gd_sweep_plan *plan, const gd_sweep_result *results, int trial, int column)
{
	switch (column) {
	case NAME:
		return plan->trial[trial].name;
	case CONFIGURATION:
		return plan->configuration[plan->trial[trial].configuration].name;
	case STATUS:
		return gd_trial_state_names[results[trial].state];
	case MESSAGE:
		return results[trial].message;
	case WEIGHTS:
		return results[trial].weights_sha256;
	default:
		return plan->trial[trial].options_sha256;
	}
}

static void put_columns(gd_hdf5 *hdf5, const gd_sweep_plan *plan, const gd_sweep_result *results)
{
	size_t count = (size_t)plan->trials;
	char path[160];
	char **text = gd_allocate(count, sizeof *text);
	double *real = gd_allocate(count, sizeof *real);
	int64_t *integer = gd_allocate(count, sizeof *integer);
	if (!text || !real || !integer) {
		gd_hdf5_fail_out_of_memory(hdf5, "the sweep's results");
		goto done;
	}
	for (int column = 0; column < TEXTS; column++) {
		for (int t = 0; t < plan->trials; t++)
			text[t] = (char *)text_of(plan, results, t, column);
		snprintf(path, sizeof path, "trials/%s", texts[column].name);
		gd_hdf5_put_texts(hdf5, path, count, text, texts[column].sentence);
	}
	for (int v = 0; v < plan->varied; v++) {
		for (int t = 0; t < plan->trials; t++)
			text[t] = (char *)plan->configuration[plan->trial[t].configuration].values[v];
		snprintf(path, sizeof path, "options/%s", plan->option[v]->name);
		gd_hdf5_put_texts(hdf5, path, count, text, plan->option[v]->help);
	}
	gd_hdf5_array array = {.element = GD_INT64, .rank = 1, .shape = {count}, .chunk = {count}, .units = "1"};
	for (int column = 0; column < 3; column++) {
		static const char *const names[] = {"seed", "epochs", "best_epoch"};
		static const char *const sentences[] = {"of everything random", "finished", "with the lowest validation loss; 0: none"};
		for (int t = 0; t < plan->trials; t++)
			integer[t] = column == 0 ? plan->trial[t].seed : column == 1 ? results[t].epochs : results[t].best_epoch;
		array.long_name = sentences[column];
		snprintf(path, sizeof path, "trials/%s", names[column]);
		gd_hdf5_put_array(hdf5, path, &array, integer);
	}
	array.element = GD_FLOAT64;
	for (int m = 0; m < GD_SWEEP_METRICS; m++) {
		for (int t = 0; t < plan->trials; t++)
			real[t] = results[t].metric[m];
		array.units = metric_units[m];
		array.long_name = metric_sentences[m];
		snprintf(path, sizeof path, "trials/%s", gd_sweep_metric_names[m]);
		gd_hdf5_put_array(hdf5, path, &array, real);
	}
done:
	free(text);
	free(real);
	free(integer);
}

gd_status gd_sweep_file_write(const char *path, const gd_sweep_plan *plan, const gd_sweep_result *results, const char *command)
{
	gd_hdf5 hdf5;
	void *bytes = NULL;
	size_t size = 0;
	gd_hdf5_create_image(&hdf5, path);
	gd_hdf5_put_root(&hdf5, GD_KIND_SWEEP, command);
	gd_hdf5_put_text(&hdf5, "/", "sort", gd_sweep_metric_names[plan->settings.sort]);
	gd_hdf5_put_document(&hdf5, "sweep_file", plan->text, "the file that asked for all this");
	gd_hdf5_put_group(&hdf5, "trials");
	gd_hdf5_put_group(&hdf5, "options");
	put_columns(&hdf5, plan, results);
	gd_status status = gd_hdf5_finish_image(&hdf5, &bytes, &size);
	if (!gd_failed(&status))
		status = gd_file_write(path, bytes, size);
	free(bytes);
	return status;
}

static int find_trial(const gd_sweep_plan *plan, const char *name)
{
	for (int t = 0; t < plan->trials; t++)
		if (!strcmp(plan->trial[t].name, name))
			return t;
	return -1;
}

static int state_of(const char *word)
{
	int state = 0;
	while (state < GD_TRIAL_STATES && strcmp(gd_trial_state_names[state], word))
		state++;
	return state;
}

/* Column by column into the results of the trials that row `r` is about: place [rows]. */
static void get_numbers(gd_hdf5 *hdf5, hsize_t rows, const int *place, gd_sweep_result *results)
{
	hsize_t shape[2] = {rows, 0};
	char path[160];
	int64_t *integer = gd_allocate(rows, sizeof *integer);
	double *real = gd_allocate(rows, sizeof *real);
	if (!integer || !real)
		gd_hdf5_fail_out_of_memory(hdf5, "the sweep's results");
	gd_hdf5_get_array(hdf5, "trials/epochs", GD_INT64, 1, shape, integer);
	for (hsize_t r = 0; r < rows && !gd_hdf5_failed(hdf5); r++)
		results[place[r]].epochs = integer[r];
	gd_hdf5_get_array(hdf5, "trials/best_epoch", GD_INT64, 1, shape, integer);
	for (hsize_t r = 0; r < rows && !gd_hdf5_failed(hdf5); r++)
		results[place[r]].best_epoch = integer[r];
	for (int m = 0; m < GD_SWEEP_METRICS; m++) {
		snprintf(path, sizeof path, "trials/%s", gd_sweep_metric_names[m]);
		gd_hdf5_get_array(hdf5, path, GD_FLOAT64, 1, shape, real);
		for (hsize_t r = 0; r < rows && !gd_hdf5_failed(hdf5); r++)
			results[place[r]].metric[m] = real[r];
	}
	free(integer);
	free(real);
}

gd_status gd_sweep_file_read(const char *path, const gd_sweep_plan *plan, gd_sweep_result *results)
{
	gd_hdf5 hdf5;
	gd_arena arena = {0};
	size_t rows = 0;
	char **column[TEXTS] = {NULL};
	gd_status other = gd_ok();
	gd_hdf5_open(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, GD_KIND_SWEEP);
	for (int c = 0; c < TEXTS; c++) {
		char name[64];
		snprintf(name, sizeof name, "trials/%s", texts[c].name);
		column[c] = gd_hdf5_get_texts(&hdf5, name, &rows, &arena);
		if (!rows)
			gd_hdf5_fail(&hdf5, name, "there are no trials");
	}
	int *place = gd_arena_take(&arena, rows + 1, sizeof *place);
	if (!place)
		gd_hdf5_fail_out_of_memory(&hdf5, "the sweep's results");
	for (size_t r = 0; r < rows && !gd_hdf5_failed(&hdf5) && !gd_failed(&other); r++) {
		int t = place[r] = find_trial(plan, column[NAME][r]);
		int state = state_of(column[STATUS][r]);
		if (t < 0 || strcmp(plan->trial[t].options_sha256, column[OPTIONS][r]))
			other = gd_error(GD_USAGE, t < 0 ? "'%s' is of another sweep: it has a trial '%.100s', which the file lacks; name another --run directory"
				: "'%s' is of another sweep: its trial '%.100s' has other options; name another --run directory", path, column[NAME][r]);
		else if (state == GD_TRIAL_STATES)
			gd_hdf5_fail(&hdf5, "trials/status", "unknown word '%.40s'", column[STATUS][r]);
		else
			results[t].state = state;
		if (t >= 0) {
			snprintf(results[t].message, sizeof results[t].message, "%s", column[MESSAGE][r]);
			snprintf(results[t].weights_sha256, sizeof results[t].weights_sha256, "%s", column[WEIGHTS][r]);
		}
	}
	if (!gd_failed(&other))
		get_numbers(&hdf5, rows, place, results);
	gd_arena_release(&arena);
	gd_status status = gd_hdf5_close(&hdf5);
	for (int t = 0; t < plan->trials; t++)
		results[t].code = results[t].state == GD_TRIAL_DIVERGED ? GD_DIVERGED : results[t].state == GD_TRIAL_FAILED ? GD_FAILED : GD_OK;
	return gd_failed(&status) ? status : other;
}
