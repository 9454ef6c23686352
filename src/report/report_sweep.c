/* A sweep as one page: its configurations, its trials, and a curve for each. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/report/html.h"
#include "gd/report/report_page.h"
#include "gd/run/run_directory.h"
#include "gd/store/hdf5_file.h"
#include "gd/sweep/sweep_result.h"

enum { MOST_PLOTS = 6, CURVES = 8, LISTED_TRIALS = 400, MOST_OPTIONS = 32, HASH_LETTERS = 12 };

static const gd_sweep_metric shown[] = {GD_SWEEP_VALIDATION_LOSS, GD_SWEEP_VALIDATION_ACCURACY, GD_SWEEP_TEST_ACCURACY, GD_SWEEP_TRAIN_LOSS, GD_SWEEP_SECONDS};
enum { SHOWN = sizeof shown / sizeof *shown };

/* sweep.h5, column by column. */
typedef struct table {
	gd_arena arena;
	size_t rows;
	size_t *order;           /* [rows], best first */
	char **name, **configuration, **status, **message, **weights;
	double *metric[GD_SWEEP_METRICS];
	int options;
	char *option[MOST_OPTIONS], **value[MOST_OPTIONS];
	char *sort, *file, *command;
	gd_sweep_metric by;
} table;

static gd_status read_table(const char *path, table *t)
{
	gd_hdf5 hdf5;
	char place[160];
	struct {
		const char *name;
		char ***column;
	} texts[] = {{"name", &t->name}, {"configuration", &t->configuration}, {"status", &t->status}, {"message", &t->message}, {"weights_sha256", &t->weights}};
	gd_hdf5_open(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, GD_KIND_SWEEP);
	t->sort = gd_hdf5_get_text(&hdf5, "/", "sort", &t->arena);
	t->command = gd_hdf5_get_text(&hdf5, "/", "history", &t->arena);
	t->file = gd_hdf5_get_document(&hdf5, "sweep_file", &t->arena);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		snprintf(place, sizeof place, "trials/%s", texts[i].name);
		*texts[i].column = gd_hdf5_get_texts(&hdf5, place, &t->rows, &t->arena);
		if (!t->rows)
			gd_hdf5_fail(&hdf5, place, "there are no trials");
	}
	for (int m = 0; m < GD_SWEEP_METRICS; m++) {
		const hsize_t shape[2] = {t->rows, 0};
		t->metric[m] = gd_arena_take(&t->arena, t->rows + 1, sizeof(double));
		if (!t->metric[m])
			gd_hdf5_fail_out_of_memory(&hdf5, "the sweep's results");
		snprintf(place, sizeof place, "trials/%s", gd_sweep_metric_names[m]);
		gd_hdf5_get_array(&hdf5, place, GD_FLOAT64, 1, shape, t->metric[m]);
	}
	for (size_t o = 0; o < gd_train_option_table.count && t->options < MOST_OPTIONS && !gd_hdf5_failed(&hdf5); o++) {
		snprintf(place, sizeof place, "options/%s", gd_train_option_table.options[o].name);
		if (!gd_hdf5_has(&hdf5, place))
			continue;
		t->option[t->options] = (char *)gd_train_option_table.options[o].name;
		t->value[t->options++] = gd_hdf5_get_texts(&hdf5, place, &t->rows, &t->arena);
	}
	return gd_hdf5_close(&hdf5);
}

/* Whether a is to stand before b; what has no value stands last. */
static bool before(const table *t, size_t a, size_t b)
{
	double x = t->metric[t->by][a], y = t->metric[t->by][b];
	if (!isfinite(x) || !isfinite(y))
		return isfinite(x);
	return gd_sweep_metric_is_better_low(t->by) ? x < y : x > y;
}

static bool sort_table(table *t)
{
	bool any = false;
	while (t->by < GD_SWEEP_METRICS - 1 && strcmp(gd_sweep_metric_names[t->by], t->sort) != 0)
		t->by++;
	for (size_t r = 0; r < t->rows; r++)
		any = any || isfinite(t->metric[t->by][r]);
	if (!any)
		t->by = GD_SWEEP_TRAIN_LOSS;
	t->order = gd_arena_take(&t->arena, t->rows + 1, sizeof *t->order);
	for (size_t r = 0; t->order && r < t->rows; r++) {
		size_t at = r;
		for (; at > 0 && before(t, r, t->order[at - 1]); at--)
			t->order[at] = t->order[at - 1];
		t->order[at] = r;
	}
	return t->order != NULL;
}

static void put_number(FILE *out, gd_sweep_metric metric, double value)
{
	if (isfinite(value))
		fprintf(out, "<td>%.*f</td>", metric == GD_SWEEP_SECONDS ? 2 : 4, value);
	else
		fputs("<td>–</td>", out);
}

static void put_text_cell(FILE *out, const char *element, const char *text, int most)
{
	fprintf(out, "<%s>", element);
	gd_html_shorten(out, *text ? text : "–", most);
	fprintf(out, "</%.2s>", element);
}

/* Repeats of a configuration stand in one row, where its best trial comes in the order. */
static void put_configurations(FILE *out, const table *t)
{
	bool *listed = calloc(t->rows + 1, sizeof *listed);
	fputs("<section id=\"configurations\"><h2>Configurations</h2>\n<div class=\"wide\"><table><caption>", out);
	gd_html_format(out, "%s over the repeats of each configuration", gd_sweep_metric_names[t->by]);
	fputs("; standard deviation of the sample.</caption>\n<thead><tr><th class=\"text\">configuration</th><th>trials</th><th>mean</th><th>deviation</th><th>worst</th><th>best</th><th>seconds</th>", out);
	for (int o = 0; o < t->options; o++)
		put_text_cell(out, "th", t->option[o], 30);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; listed && i < t->rows; i++) {
		size_t first = t->order[i];
		if (listed[first])
			continue;
		double sum = 0, squares = 0, seconds = 0, worst = NAN, best = NAN;
		int count = 0, runs = 0;
		for (size_t j = i; j < t->rows; j++) {
			size_t r = t->order[j];
			if (strcmp(t->configuration[r], t->configuration[first]) != 0)
				continue;
			listed[r] = true;
			runs++;
			double value = t->metric[t->by][r];
			if (strcmp(t->status[r], gd_trial_state_names[GD_TRIAL_DONE]) || !isfinite(value))
				continue;
			best = count ? best : value;
			worst = value;
			sum += value;
			seconds += t->metric[GD_SWEEP_SECONDS][r];
			count++;
		}
		for (size_t j = i; j < t->rows; j++) {
			size_t r = t->order[j];
			double value = t->metric[t->by][r];
			if (!strcmp(t->configuration[r], t->configuration[first]) && !strcmp(t->status[r], gd_trial_state_names[GD_TRIAL_DONE]) && isfinite(value))
				squares += (value - sum / count) * (value - sum / count);
		}
		fputs("<tr>", out);
		put_text_cell(out, "th scope=\"row\"", t->configuration[first], 40);
		fprintf(out, "<td>%d of %d</td>", count, runs);
		put_number(out, t->by, count ? sum / count : NAN);
		put_number(out, t->by, count > 1 ? sqrt(squares / (count - 1)) : NAN);
		put_number(out, t->by, worst);
		put_number(out, t->by, best);
		put_number(out, GD_SWEEP_SECONDS, count ? seconds / count : NAN);
		for (int o = 0; o < t->options; o++)
			put_text_cell(out, "td", t->value[o][first], 30);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div></section>\n", out);
	free(listed);
}

static void put_trials(FILE *out, const table *t)
{
	size_t listed = t->rows < LISTED_TRIALS ? t->rows : LISTED_TRIALS;
	fputs("<section id=\"trials\"><h2>Trials</h2>\n<div class=\"wide\"><table><caption>", out);
	gd_html_format(out, "Sorted by %s, best first.", gd_sweep_metric_names[t->by]);
	if (listed < t->rows)
		gd_html_format(out, " The first %zu of %zu; all are in sweep.h5.", listed, t->rows);
	fputs(" Each is a run directory with a report of its own to be had.</caption>\n<thead><tr><th class=\"text\">trial</th><th class=\"text\">status</th>", out);
	for (int m = 0; m < SHOWN; m++)
		put_text_cell(out, "th", gd_sweep_metric_names[shown[m]], 40);
	fputs("<th class=\"text\">weights</th></tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; i < listed; i++) {
		size_t r = t->order[i];
		fputs("<tr>", out);
		put_text_cell(out, "th scope=\"row\"", t->name[r], 48);
		fputs("<td class=\"word\">", out);
		gd_html_text(out, t->status[r]);
		if (*t->message[r]) {
			fputs("<small>", out);
			gd_html_shorten(out, t->message[r], 250);
			fputs("</small>", out);
		}
		fputs("</td>", out);
		for (int m = 0; m < SHOWN; m++)
			put_number(out, shown[m], t->metric[shown[m]][r]);
		fprintf(out, "<td class=\"text\"><code>%.*s</code></td></tr>\n", HASH_LETTERS, t->weights[r]);
	}
	fputs("</tbody></table></div></section>\n", out);
}

/* The curves of trials [first, first + count) of the order, from their metrics files. */
static void put_curves(gd_report_page *page, const char *directory, const table *t, size_t first, size_t count, int number)
{
	gd_history history[CURVES] = {{0}};
	char path[GD_PATH_ROOM], run[GD_PATH_ROOM], id[16];
	size_t longest = 0;
	bool validated = false;
	double *values = NULL;
	for (size_t s = 0; s < count; s++) {
		snprintf(run, sizeof run, "%s/%s", directory, t->name[t->order[first + s]]);
		if (!gd_file_exists(gd_run_path(run, GD_RUN_METRICS, path)))
			continue;
		/* A file that cannot be read is a curve that is not drawn: its trial is in the table. */
		gd_status status = gd_history_read(path, &history[s]);
		if (gd_failed(&status))
			continue;
		longest = history[s].count > longest ? history[s].count : longest;
		for (size_t e = 0; e < history[s].count; e++)
			validated = validated || isfinite(history[s].epochs[e].validation_loss);
	}
	if (longest && (values = calloc((count + 1) * longest, sizeof *values))) {
		snprintf(id, sizeof id, "trials%c", 'a' + number);
		gd_plot plot = {.id = id, .title = "loss of each trial by epoch", .x_label = "epoch", .y_label = validated ? "validation loss" : "training loss", .count = longest, .x = values,
			.series_count = (int)count};
		for (size_t e = 0; e < longest; e++) {
			values[e] = (double)(e + 1);
			for (size_t s = 0; s < count; s++) {
				const gd_epoch_metrics *m = e < history[s].count ? &history[s].epochs[e] : NULL;
				values[(s + 1) * longest + e] = !m ? NAN : validated ? m->validation_loss : m->train_loss;
			}
		}
		for (size_t s = 0; s < count; s++)
			plot.series[s] = (gd_plot_series){t->name[t->order[first + s]], values + (s + 1) * longest};
		snprintf(path, sizeof path, "Trials %zu to %zu of the table.", first + 1, first + count);
		gd_report_plot(page, &plot, path);
	}
	free(values);
	for (size_t s = 0; s < count; s++)
		gd_history_release(&history[s]);
}

static void put_status(FILE *out, const table *t)
{
	int counts[GD_TRIAL_STATES] = {0};
	for (size_t r = 0; r < t->rows; r++)
		for (int s = 0; s < GD_TRIAL_STATES; s++)
			counts[s] += !strcmp(t->status[r], gd_trial_state_names[s]);
	fputs(counts[GD_TRIAL_WAITING] + counts[GD_TRIAL_PAUSED] ? "<p id=\"status\" class=\"notice\">" : "<p id=\"status\">", out);
	gd_html_format(out, "%zu trials:", t->rows);
	const char *separator = "";
	for (int s = 0; s < GD_TRIAL_STATES; s++)
		if (counts[s]) {
			gd_html_format(out, "%s %d %s", separator, counts[s], gd_trial_state_names[s]);
			separator = ",";
		}
	fputs(counts[GD_TRIAL_WAITING] + counts[GD_TRIAL_PAUSED] ? ". The sweep goes on, or was stopped; sweep --resume finishes it.</p>\n" : ".</p>\n", out);
}

gd_status gd_report_sweep(gd_report_page *page, const gd_report_options *options, const char *path)
{
	FILE *out = page->out;
	table t = {.by = 0};
	char title[300];
	gd_status status = read_table(path, &t);
	if (!gd_failed(&status) && !sort_table(&t))
		status = gd_out_of_memory("the sweep's results");
	if (gd_failed(&status)) {
		gd_arena_release(&t.arena);
		return status;
	}
	snprintf(title, sizeof title, "Sweep %s", options->directory);
	gd_report_head(out, title);
	fputs("<header><h1>", out);
	gd_html_text(out, title);
	fputs("</h1>\n<nav aria-label=\"sections\"><a href=\"#configurations\">configurations</a><a href=\"#curves\">curves</a><a href=\"#trials\">trials</a><a href=\"#repeat\">repeat</a></nav></header>\n<main>\n", out);
	put_status(out, &t);
	put_configurations(out, &t);
	fputs("<section id=\"curves\"><h2>A curve for each trial</h2>\n<div class=\"plots\">\n", out);
	for (int p = 0; p < MOST_PLOTS && (size_t)p * CURVES < t.rows; p++) {
		size_t first = (size_t)p * CURVES;
		put_curves(page, options->directory, &t, first, t.rows - first < CURVES ? t.rows - first : CURVES, p);
	}
	fputs("</div>\n", out);
	if (t.rows > (size_t)MOST_PLOTS * CURVES)
		gd_html_format(out, "The curves of the %d best trials are shown.", MOST_PLOTS * CURVES);
	fputs("</section>\n", out);
	put_trials(out, &t);
	fputs("<section id=\"repeat\"><h2>How to get it again</h2>\n<p>The command, and the file that it names:</p>\n<pre id=\"command-given\">", out);
	gd_html_text(out, t.command);
	fputs("</pre>\n<pre id=\"sweep-file\">", out);
	gd_html_text(out, t.file);
	fputs("</pre></section>\n", out);
	gd_arena_release(&t.arena);
	return gd_ok();
}
