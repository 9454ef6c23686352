#include "gd/report/describe.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gd/base/excerpt.h"
#include "gd/base/file.h"
#include "gd/base/number_text.h"
#include "gd/report/model_card.h"
#include "gd/run/run_directory.h"
#include "gd/run/run_status.h"
#include "gd/store/checkpoint.h"
#include "gd/store/dataset.h"
#include "gd/store/dataset_print.h"
#include "gd/store/file_kind.h"
#include "gd/store/history.h"
#include "gd/sweep/sweep_result.h"
#include "gd/sweep/tune.h"

enum { LISTED_FEATURES = 60, COLUMNS_OF_CLASSES = 10, CLASS_WIDTH = 10 };

/* A line a part. */
static void print_rows(FILE *out, const gd_dataset_header *h)
{
	const gd_preprocessing *p = &h->preprocessing;
	char room[GD_EXCERPT_ROOM];
	fprintf(out, "\n%-12s", "rows");
	for (int c = 0; c < p->classes; c++) {
		const char *name = gd_shorten(p->class_names[c], CLASS_WIDTH, room);
		fprintf(out, " %*s%s", CLASS_WIDTH - gd_text_width(name), "", name);
	}
	fprintf(out, " %10s\n", "all");
	for (int part = 0; part < GD_PARTS; part++) {
		fprintf(out, "%-12s", gd_part_names[part]);
		for (int c = 0; c < p->classes; c++)
			fprintf(out, " %10" PRId64, h->class_counts[part * p->classes + c]);
		fprintf(out, " %10" PRId64 "\n", h->rows[part]);
	}
}

static gd_status describe_dataset(FILE *out, const char *path)
{
	gd_dataset *dataset = NULL;
	gd_status status = gd_dataset_open(NULL, path, &dataset);
	if (gd_failed(&status))
		return status;
	const gd_dataset_header *h = gd_dataset_get_header(dataset);
	const gd_preprocessing *p = &h->preprocessing;
	fprintf(out, "dataset %s\nmade from %s (%" PRId64 " records read, %" PRId64 " dropped), sha256 %s\nsplit %s, seed %" PRId64 "\n", path, h->source, h->rows_read,
		h->rows_dropped, h->source_sha256, h->split, h->seed);
	char written[512];
	if (*gd_writing_options(&p->writing, written, sizeof written))
		fprintf(out, "written with %s\n", written);
	if (h->history && *h->history)
		fprintf(out, "made by: %s\n", h->history);
	if (*h->content_sha256)
		fprintf(out, "content sha256 %s\n", h->content_sha256);
	if (h->weight)
		fprintf(out, "weights from column %s\n", h->weight);
	fprintf(out, "%d features:", p->features);
	for (int f = 0; f < p->features && f < LISTED_FEATURES; f++)
		fprintf(out, "%s %s", f ? "," : "", p->feature_names[f]);
	if (p->features > LISTED_FEATURES)
		fprintf(out, " and %d more", p->features - LISTED_FEATURES);
	fputc('\n', out);
	if (p->classes > COLUMNS_OF_CLASSES)
		gd_dataset_print_classes(out, h, false);
	else
		print_rows(out, h);
	if (h->audit && *h->audit)
		fprintf(out, "\n%s", h->audit);
	gd_dataset_close(dataset);
	return gd_ok();
}

static void print_history(FILE *out, const gd_history *history, size_t most)
{
	size_t first = history->count > most ? history->count - most : 0;
	fprintf(out, "%6s %12s %14s %16s %20s %14s %14s\n", "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate", "samples/s");
	for (size_t i = first; i < history->count; i++) {
		const gd_epoch_metrics *m = &history->epochs[i];
		char loss[GD_NUMBER_TEXT_ROOM], accuracy[GD_NUMBER_TEXT_ROOM];
		fprintf(out, "%6" PRId64 " %12.4f %14.4f %16s %20s %14.4g %14.4g\n", m->epoch, m->train_loss, m->train_accuracy, gd_number_text_cell(m->validation_loss, 4, loss), gd_number_text_cell(m->validation_accuracy, 4, accuracy),
			m->learning_rate, m->samples_per_second);
	}
}

static void print_settings(FILE *out, const char *title, const gd_setting *settings, size_t count)
{
	fprintf(out, "%s:", title);
	size_t column = strlen(title) + 1;
	for (size_t i = 0; i < count; i++) {
		/* What is known about the dataset has its place in the model card. */
		if (!*settings[i].value || (!strncmp(settings[i].name, "dataset_", 8) && strcmp(settings[i].name, "dataset_sha256")))
			continue;
		size_t length = strlen(settings[i].name) + strlen(settings[i].value) + 2;
		if (column + length > 110) {
			fputs("\n   ", out);
			column = 3;
		}
		fprintf(out, " %s=%s", settings[i].name, settings[i].value);
		column += length;
	}
	fputc('\n', out);
}

static void print_network(FILE *out, const gd_checkpoint *c)
{
	const gd_network_options *o = gd_network_get_options(c->network);
	fprintf(out, "network %d", o->inputs);
	for (int l = 0; l < o->hidden_count; l++)
		fprintf(out, "-%d", o->hidden[l]);
	fprintf(out, "-%d", o->classes);
	if (gd_network_members(c->network) > 1)
		fprintf(out, " in %d members", gd_network_members(c->network));
	fprintf(out, ", %zu parameters, weights_sha256 %s\nclasses:", gd_network_parameters(c->network), c->weights_sha256);
	for (int i = 0; i < c->preprocessing.classes; i++)
		fprintf(out, "%s %s", i ? "," : "", c->preprocessing.class_names[i]);
	fputc('\n', out);
}

/* `run`: the history of the run that the file is of, which may have gone on since; NULL: the file's own. */
static gd_status describe_checkpoint(FILE *out, const char *path, const gd_history *run)
{
	gd_checkpoint c = {0};
	gd_status status = gd_checkpoint_read(path, &c);
	if (gd_failed(&status))
		return status;
	const gd_progress *p = &c.progress;
	fprintf(out, "checkpoint %s\n", path);
	print_network(out, &c);
	fprintf(out, "epoch %" PRId64 ", step %" PRId64 " (%" PRId64 " in the epoch under way), blocks of %" PRId64 " rows\n", p->epoch, p->step, p->step_in_epoch, p->block_rows);
	if (isfinite(p->best_validation_loss))
		fprintf(out, "best validation loss %.6f%s, after epoch %" PRId64 "\n", p->best_validation_loss, c.calibration.temperature > 0 ? " (with its temperature)" : "", p->best_epoch);
	fputc('\n', out);
	gd_model_card_print(out, path, &c);
	fputc('\n', out);
	print_settings(out, "configuration", c.config, c.config_count);
	print_settings(out, "computed with", c.provenance, c.provenance_count);
	if (c.command && *c.command)
		fprintf(out, "command: %s\n", c.command);
	if (!run || run->count < c.history.count)
		run = &c.history;
	if (run->count) {
		fputc('\n', out);
		print_history(out, run, 10);
	}
	gd_checkpoint_release(&c);
	return gd_ok();
}

static gd_status describe_metrics(FILE *out, const char *path)
{
	gd_history history = {0};
	gd_status status = gd_history_read(path, &history);
	if (!gd_failed(&status)) {
		fprintf(out, "metrics %s, %zu epochs\n", path, history.count);
		print_history(out, &history, history.count);
	}
	gd_history_release(&history);
	return status;
}

/* One of a run's states, and how the run went: its metrics, where they can be read. */
static gd_status describe_state(FILE *out, const char *directory, const char *path)
{
	char metrics[GD_PATH_ROOM];
	gd_history whole = {0};
	gd_run_path(directory, GD_RUN_METRICS, metrics);
	gd_status read = gd_file_exists(metrics) ? gd_history_read(metrics, &whole) : gd_ok();
	gd_status status = describe_checkpoint(out, path, gd_failed(&read) ? NULL : &whole);
	gd_history_release(&whole);
	return status;
}

static gd_status describe_run(FILE *out, const char *directory)
{
	char path[GD_PATH_ROOM], text[21];
	struct stat info;
	bool any = false;
	for (gd_run_file file = GD_RUN_CONFIG; file <= GD_RUN_MODEL; file++) {
		gd_run_path(directory, file, path);
		if (stat(path, &info))
			continue;
		if (!any)
			fprintf(out, "run directory %s\n", directory);
		any = true;
		gd_time_iso(info.st_mtime, text);
		fprintf(out, "  %-24s %10lld bytes  %s\n", strrchr(path, '/') + 1, (long long)info.st_size, text);
	}
	if (!any)
		return gd_error(GD_BAD_DATA, "'%s' is no run directory: it has none of a run's files", directory);
	fputc('\n', out);
	gd_run_status running;
	bool finished = false;
	if (gd_run_status_read(directory, &running)) {
		gd_run_status_print(out, directory, &running);
		fputc('\n', out);
		finished = !strcmp(running.state, "finished");
	}
	/* Of a run that is over the model to use, of any other the state that it goes on from. */
	const gd_run_file states[] = {finished ? GD_RUN_MODEL : GD_RUN_CHECKPOINT, GD_RUN_CHECKPOINT, GD_RUN_PREVIOUS, GD_RUN_MODEL};
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (gd_file_exists(gd_run_path(directory, states[i], path)))
			return describe_state(out, directory, path);
	fprintf(out, "no checkpoint yet\n");
	return gd_ok();
}

gd_status gd_describe(FILE *out, const char *path)
{
	struct stat info;
	if (!stat(path, &info) && S_ISDIR(info.st_mode)) {
		char sweep[GD_PATH_ROOM];
		snprintf(sweep, sizeof sweep, "%s/sweep.h5", path);
		if (gd_tune_is(path))
			return gd_tune_describe(out, path);
		return gd_file_exists(sweep) ? gd_sweep_describe(out, sweep) : describe_run(out, path);
	}
	gd_file_kind kind;
	gd_status status = gd_file_kind_of(path, &kind);
	if (gd_failed(&status))
		return status;
	switch (kind) {
	case GD_KIND_DATASET:
		return describe_dataset(out, path);
	case GD_KIND_CHECKPOINT:
		return describe_checkpoint(out, path, NULL);
	case GD_KIND_METRICS:
		return describe_metrics(out, path);
	case GD_KIND_SWEEP:
		return gd_sweep_describe(out, path);
	}
	return gd_error(GD_BAD_DATA, "'%s' is of a kind that this version does not know", path);
}
