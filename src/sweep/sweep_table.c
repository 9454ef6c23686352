#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/sweep/sweep_result.h"

/* Metrics that any finished trial has: the one sorted by first. */
static int metrics_shown(const gd_sweep_plan *plan, const gd_sweep_result *results, gd_sweep_metric shown[GD_SWEEP_METRICS])
{
	static const gd_sweep_metric wanted[] = {GD_SWEEP_VALIDATION_LOSS, GD_SWEEP_VALIDATION_ACCURACY, GD_SWEEP_TRAIN_LOSS, GD_SWEEP_TEST_ACCURACY, GD_SWEEP_SECONDS};
	int count = 0;
	shown[count++] = (gd_sweep_metric)plan->settings.sort;
	for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++) {
		bool any = wanted[w] == GD_SWEEP_SECONDS;
		for (int t = 0; t < plan->trials && !any; t++)
			any = results[t].state == GD_TRIAL_DONE && !isnan(results[t].metric[wanted[w]]);
		if (any && wanted[w] != shown[0])
			shown[count++] = wanted[w];
	}
	return count;
}

/* Without a validation part there is none of its metrics to sort by. */
static gd_sweep_plan sortable(const gd_sweep_plan *plan, const gd_sweep_result *results)
{
	gd_sweep_plan copy = *plan;
	bool any = false, done = false;
	for (int t = 0; t < plan->trials; t++) {
		done = done || results[t].state == GD_TRIAL_DONE;
		any = any || (results[t].state == GD_TRIAL_DONE && !isnan(results[t].metric[plan->settings.sort]));
	}
	if (done && !any)
		copy.settings.sort = GD_SWEEP_TRAIN_LOSS;
	return copy;
}

static void print_options(FILE *out, const gd_sweep_plan *plan, int configuration)
{
	for (int v = 0; v < plan->varied; v++) {
		const char *value = plan->configuration[configuration].values[v];
		fprintf(out, "%s%s=%s", v ? " " : "", plan->option[v]->name, *value ? value : "none");
	}
}

static void print_number(FILE *out, gd_sweep_metric metric, double value, int width)
{
	if (isnan(value))
		fprintf(out, " %*s", width, "-");
	else
		fprintf(out, " %*.*f", width, metric == GD_SWEEP_SECONDS ? 2 : 4, value);
}

/* States of a configuration that did not come through. */
static void print_failures(FILE *out, const gd_sweep_plan *plan, const gd_sweep_result *results)
{
	for (int t = 0; t < plan->trials; t++)
		if (results[t].state == GD_TRIAL_DIVERGED || results[t].state == GD_TRIAL_FAILED)
			fprintf(out, "%s %s: %s\n", plan->trial[t].name, gd_trial_state_names[results[t].state], results[t].message);
}

void gd_sweep_print_table(FILE *out, const gd_sweep_plan *given, const gd_sweep_result *results)
{
	gd_sweep_plan adapted = sortable(given, results);
	const gd_sweep_plan *plan = &adapted;
	gd_sweep_metric shown[GD_SWEEP_METRICS];
	int metrics = metrics_shown(plan, results, shown), width = 5;
	int *order = gd_allocate((size_t)plan->configurations, sizeof *order);
	if (!order)
		return;
	gd_sweep_sort(plan, results, shown[0], order);
	for (int c = 0; c < plan->configurations; c++)
		if ((int)strlen(plan->configuration[c].name) > width)
			width = (int)strlen(plan->configuration[c].name);
	fprintf(out, "sorted by %s: its mean over the repeats, their standard deviation, the worst and the best; of other figures the mean\n\n", gd_sweep_metric_names[shown[0]]);
	int first = (int)strlen(gd_sweep_metric_names[shown[0]]) > 10 ? (int)strlen(gd_sweep_metric_names[shown[0]]) : 10;
	fprintf(out, "%-*s %6s %*s %8s %8s %8s", width, "trial", "done", first, gd_sweep_metric_names[shown[0]], "sd", "worst", "best");
	for (int m = 1; m < metrics; m++)
		fprintf(out, " %*s", (int)strlen(gd_sweep_metric_names[shown[m]]), gd_sweep_metric_names[shown[m]]);
	fprintf(out, "%s\n", plan->varied ? "  options" : "");
	for (int i = 0; i < plan->configurations; i++) {
		int c = order[i];
		gd_sweep_summary s = gd_sweep_summarise(plan, results, c, shown[0]);
		char done[32];
		snprintf(done, sizeof done, "%d/%d", s.done, s.runs);
		fprintf(out, "%-*s %6s", width, plan->configuration[c].name, done);
		print_number(out, shown[0], s.mean, first);
		print_number(out, shown[0], s.deviation, 8);
		print_number(out, shown[0], s.worst, 8);
		print_number(out, shown[0], s.best, 8);
		for (int m = 1; m < metrics; m++)
			print_number(out, shown[m], gd_sweep_summarise(plan, results, c, shown[m]).mean, (int)strlen(gd_sweep_metric_names[shown[m]]));
		fputs("  ", out);
		print_options(out, plan, c);
		fputc('\n', out);
	}
	print_failures(out, plan, results);
	free(order);
}

/* Names and values are printable, but for quotes and backslashes in texts. */
static void print_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void print_json_number(FILE *out, const char *name, double value)
{
	if (isfinite(value))
		fprintf(out, "\"%s\": %.17g", name, value);
	else
		fprintf(out, "\"%s\": null", name);
}

void gd_sweep_print_json(FILE *out, const gd_sweep_plan *given, const gd_sweep_result *results)
{
	gd_sweep_plan adapted = sortable(given, results);
	const gd_sweep_plan *plan = &adapted;
	int *order = gd_allocate((size_t)plan->configurations, sizeof *order);
	if (!order)
		return;
	gd_sweep_sort(plan, results, (gd_sweep_metric)plan->settings.sort, order);
	for (int i = 0; i < plan->configurations; i++) {
		int c = order[i];
		gd_sweep_summary runs = gd_sweep_summarise(plan, results, c, GD_SWEEP_SECONDS);
		fputs("{\"trial\": ", out);
		print_string(out, plan->configuration[c].name);
		fprintf(out, ", \"runs\": %d, \"done\": %d, \"options\": {", runs.runs, runs.done);
		for (int v = 0; v < plan->varied; v++) {
			fprintf(out, "%s\"%s\": ", v ? ", " : "", plan->option[v]->name);
			print_string(out, plan->configuration[c].values[v]);
		}
		fputc('}', out);
		for (int m = 0; m < GD_SWEEP_METRICS; m++) {
			gd_sweep_summary s = gd_sweep_summarise(plan, results, c, (gd_sweep_metric)m);
			fprintf(out, ", \"%s\": {", gd_sweep_metric_names[m]);
			print_json_number(out, "mean", s.mean);
			fputs(", ", out);
			print_json_number(out, "sd", s.deviation);
			fputs(", ", out);
			print_json_number(out, "worst", s.worst);
			fputs(", ", out);
			print_json_number(out, "best", s.best);
			fputc('}', out);
		}
		fputs("}\n", out);
	}
	free(order);
}
