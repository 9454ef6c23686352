#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/store/hdf5_file.h"
#include "gd/sweep/sweep_result.h"

static double *get_column(gd_hdf5 *hdf5, const char *name, size_t rows, gd_arena *arena)
{
	char path[64];
	hsize_t shape[2] = {rows, 0};
	double *values = gd_arena_take(arena, rows + 1, sizeof *values);
	snprintf(path, sizeof path, "trials/%s", name);
	if (!values)
		gd_hdf5_fail_out_of_memory(hdf5, "the sweep's results");
	gd_hdf5_get_array(hdf5, path, GD_FLOAT64, 1, shape, values);
	return values;
}

/* Best first, those without a value last; of equals the earlier in the file. */
static bool sort_rows(const double *value, gd_sweep_metric metric, size_t rows, size_t *order)
{
	double sign = gd_sweep_metric_is_better_low(metric) ? 1 : -1;
	bool any = false;
	for (size_t r = 0; r < rows; r++) {
		size_t at = r;
		any = any || !isnan(value[r]);
		for (; at > 0 && !isnan(value[r]) && !(sign * value[order[at - 1]] <= sign * value[r]); at--)
			order[at] = order[at - 1];
		order[at] = r;
	}
	return any;
}

static void print_number(FILE *out, gd_sweep_metric metric, double value)
{
	int width = (int)strlen(gd_sweep_metric_names[metric]);
	if (isnan(value))
		fprintf(out, " %*s", width, "-");
	else
		fprintf(out, " %*.*f", width, metric == GD_SWEEP_SECONDS ? 2 : 4, value);
}

gd_status gd_sweep_describe(FILE *out, const char *path)
{
	static const gd_sweep_metric shown[] = {GD_SWEEP_TRAIN_LOSS, GD_SWEEP_VALIDATION_LOSS, GD_SWEEP_VALIDATION_ACCURACY, GD_SWEEP_TEST_ACCURACY, GD_SWEEP_SECONDS};
	enum { SHOWN = sizeof shown / sizeof shown[0] };
	gd_hdf5 hdf5;
	gd_arena arena = {0};
	size_t rows = 0;
	double *column[GD_SWEEP_METRICS];
	gd_hdf5_open(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, GD_KIND_SWEEP);
	char *sort = gd_hdf5_get_text(&hdf5, "/", "sort", &arena), *file = gd_hdf5_get_document(&hdf5, "sweep_file", &arena);
	char **names = gd_hdf5_get_texts(&hdf5, "trials/name", &rows, &arena);
	if (!rows)
		gd_hdf5_fail(&hdf5, "trials/name", "there are no trials");
	char **states = gd_hdf5_get_texts(&hdf5, "trials/status", &rows, &arena);
	for (int m = 0; m < GD_SWEEP_METRICS; m++)
		column[m] = get_column(&hdf5, gd_sweep_metric_names[m], rows, &arena);
	int metric = 0;
	while (!gd_hdf5_failed(&hdf5) && metric < GD_SWEEP_METRICS && strcmp(gd_sweep_metric_names[metric], sort))
		metric++;
	if (metric == GD_SWEEP_METRICS)
		gd_hdf5_fail(&hdf5, "sort", "unknown word '%.40s'", sort);
	size_t *order = gd_arena_take(&arena, rows + 1, sizeof *order);
	if (!order)
		gd_hdf5_fail_out_of_memory(&hdf5, "the sweep's results");
	if (!gd_hdf5_failed(&hdf5)) {
		size_t width = 5;
		if (!sort_rows(column[metric], (gd_sweep_metric)metric, rows, order)) {
			metric = GD_SWEEP_TRAIN_LOSS; /* as the sweep does without a validation part */
			(void)sort_rows(column[metric], GD_SWEEP_TRAIN_LOSS, rows, order);
		}
		for (size_t r = 0; r < rows; r++)
			width = strlen(names[r]) > width ? strlen(names[r]) : width;
		fprintf(out, "sweep %s, %zu trial%s, sorted by %s\n\n%-*s %-9s", path, rows, rows > 1 ? "s" : "", gd_sweep_metric_names[metric], (int)width, "trial", "status");
		for (int c = 0; c < SHOWN; c++)
			fprintf(out, " %s", gd_sweep_metric_names[shown[c]]);
		for (size_t i = 0; i < rows; i++) {
			size_t r = order[i];
			fprintf(out, "\n%-*s %-9s", (int)width, names[r], states[r]);
			for (int c = 0; c < SHOWN; c++)
				print_number(out, shown[c], column[shown[c]][r]);
		}
		fprintf(out, "\n\nmade by the file:\n%s\n", file);
	}
	gd_arena_release(&arena);
	return gd_hdf5_close(&hdf5);
}
