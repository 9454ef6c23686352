/* A tuning as one page: its leaderboard, what mattered, and the models that came of it. */
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/report/html.h"
#include "gd/report/report_page.h"
#include "gd/run/run_directory.h"
#include "gd/store/hdf5_file.h"
#include "gd/sweep/tune.h"

enum { LISTED = 100, MOST_BEST = 1000 };

static void put_leaderboard(FILE *out, const gd_tune_race *races, const gd_tune_entry *entries, int count)
{
	const gd_sweep_plan *first = &races[0].plan;
	fputs("<section id=\"leaderboard\"><h2>Leaderboard</h2>\n<div class=\"wide\"><table><caption>Log-loss and accuracy on the held-out rows of the folds, mean and standard deviation over them; "
	      "least loss first.",
		out);
	if (count > LISTED)
		fprintf(out, " The first %d of %d configurations.", LISTED, count);
	fputs("</caption>\n<thead><tr><th>rank</th><th class=\"text\">configuration</th><th>log-loss</th><th>deviation</th><th>accuracy</th>", out);
	for (int v = 0; v < first->varied; v++)
		fprintf(out, "<th>%s</th>", first->option[v]->name);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (int e = 0; e < count && e < LISTED; e++) {
		const gd_sweep_plan *plan = &races[entries[e].race].plan;
		const gd_sweep_configuration *configuration = &plan->configuration[entries[e].configuration];
		fprintf(out, "<tr><td>%d</td><th scope=\"row\">race-%d/", e + 1, entries[e].race + 1);
		gd_html_shorten(out, configuration->name, 40);
		fprintf(out, "</th><td>%.4f</td><td>%.4f</td><td>%.4f</td>", entries[e].loss, entries[e].deviation, entries[e].accuracy);
		for (int v = 0; v < first->varied; v++) {
			fputs("<td>", out);
			gd_html_shorten(out, v < plan->varied && *configuration->values[v] ? configuration->values[v] : "none", 30);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div></section>\n", out);
}

static int by_share(const void *a, const void *b)
{
	const gd_tune_effect *x = a, *y = b;
	return x->share != y->share ? (x->share > y->share ? -1 : 1) : strcmp(x->option, y->option);
}

static gd_status put_effects(FILE *out, const gd_tune_race *races, int count)
{
	gd_tune_effect *effects = gd_allocate((size_t)races[0].plan.varied, sizeof *effects);
	if (!effects)
		return gd_out_of_memory("what mattered");
	int found = gd_tune_effects(races, count, effects);
	qsort(effects, (size_t)found, sizeof *effects, by_share);
	fputs("<section id=\"mattered\"><h2>What mattered</h2>\n<div class=\"wide\"><table><caption>After the first rung, which every configuration ran: the share of the spread of log-losses that lies between an option's "
	      "values, and the mean log-loss with each. Of few configurations chance makes some of it.</caption>\n"
	      "<thead><tr><th class=\"text\">option</th><th>share</th><th class=\"text\">values and mean log-loss</th></tr></thead>\n<tbody>\n",
		out);
	for (int e = 0; e < found; e++) {
		fprintf(out, "<tr><th scope=\"row\">%s</th>", effects[e].option);
		gd_report_heat(out, effects[e].share, "%.2f", effects[e].share);
		fputs("<td class=\"text\">", out);
		gd_html_text(out, effects[e].groups);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div></section>\n", out);
	free(effects);
	return gd_ok();
}

/* The models that were trained on everything, as far as they are there. */
static void put_best(FILE *out, const char *directory, const gd_tune_race *races, const gd_tune_entry *entries, int count)
{
	char run[GD_PATH_ROOM + 32], path[2 * GD_PATH_ROOM];
	int there = 0;
	fputs("<section id=\"best\"><h2>The best, trained on the whole training part</h2>\n<ul>\n", out);
	for (int b = 1; b <= MOST_BEST; b++) {
		snprintf(run, sizeof run, "%s/best/best-%d", directory, b);
		snprintf(path, sizeof path, "%s/model.h5", run);
		if (!gd_file_exists(path))
			break;
		fputs("<li><code>", out);
		gd_html_text(out, path);
		fputs("</code></li>\n", out);
		there++;
	}
	fputs("</ul>\n<p>Chosen:", out);
	for (int e = 0; e < count; e++)
		if (entries[e].chosen) {
			fprintf(out, " race-%d/", entries[e].race + 1);
			gd_html_shorten(out, races[entries[e].race].plan.configuration[entries[e].configuration].name, 40);
		}
	fputs(". The defaults give way to what is better than they are by more than the standard error of the differences, fold by fold.</p>\n", out);
	if (!there)
		fputs("<p class=\"notice\">None yet: the search goes on, or was stopped; <code>tune --resume</code> finishes it.</p>\n", out);
	else
		gd_html_format(out, "Given together to predict, evaluate or export, their probabilities are averaged: genre-dist evaluate %s/best/best-*/model.h5", directory);
	fputs("</section>\n", out);
}

static void put_repeat(FILE *out, const char *directory)
{
	char path[GD_PATH_ROOM + 32];
	gd_hdf5 hdf5;
	gd_arena arena = {0};
	snprintf(path, sizeof path, "%s/race-1/sweep.h5", directory);
	gd_hdf5_open(&hdf5, path);
	const char *command = gd_hdf5_get_text(&hdf5, "/", "history", &arena);
	gd_status status = gd_hdf5_close(&hdf5);
	fputs("<section id=\"repeat\"><h2>How to get it again</h2>\n<pre id=\"command-given\">", out);
	gd_html_text(out, !gd_failed(&status) && command ? command : "");
	gd_html_format(out, "\n\nThe trials of a race, with their curves: genre-dist report %s/race-1", directory);
	fputs("</pre></section>\n", out);
	gd_arena_release(&arena);
}

gd_status gd_report_tune(gd_report_page *page, const gd_report_options *options)
{
	FILE *out = page->out;
	gd_tune_race *races;
	gd_tune_entry *entries = NULL;
	char title[300];
	int count, entry_count = 0;
	gd_status status = gd_tune_read(options->directory, &races, &count);
	if (!gd_failed(&status))
		status = gd_tune_entries(options->directory, races, count, &entries, &entry_count);
	if (!gd_failed(&status)) {
		snprintf(title, sizeof title, "Tuning %s", options->directory);
		gd_report_head(out, title);
		fputs("<header><h1>", out);
		gd_html_text(out, title);
		fputs("</h1>\n<nav aria-label=\"sections\"><a href=\"#leaderboard\">leaderboard</a>"
		      "<a href=\"#mattered\">what mattered</a><a href=\"#best\">the best</a><a href=\"#repeat\">repeat</a></nav></header>\n<main>\n", out);
		put_leaderboard(out, races, entries, entry_count);
		status = put_effects(out, races, count);
		put_best(out, options->directory, races, entries, entry_count);
		put_repeat(out, options->directory);
	}
	free(entries);
	gd_tune_release(races, count);
	free(races);
	return status;
}
