#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gd/hdf5_file.h"
#include "gd/sweep_result.h"

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

gd_status gd_sweep_describe(FILE *out, const char *path)
{
	static const gd_sweep_metric shown[] = {GD_SWEEP_TRAIN_LOSS, GD_SWEEP_VALIDATION_LOSS, GD_SWEEP_VALIDATION_ACCURACY, GD_SWEEP_TEST_ACCURACY, GD_SWEEP_SECONDS};
	enum { SHOWN = sizeof shown / sizeof shown[0] };
	gd_hdf5 hdf5;
	gd_arena arena = {0};
	size_t rows = 0;
	double *column[SHOWN];
	gd_hdf5_open(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, GD_KIND_SWEEP);
	char *sort = gd_hdf5_get_text(&hdf5, "/", "sort", &arena), *file = gd_hdf5_get_document(&hdf5, "sweep_file", &arena);
	char **names = gd_hdf5_get_texts(&hdf5, "trials/name", &rows, &arena);
	if (!rows)
		gd_hdf5_fail(&hdf5, "trials/name", "there are no trials");
	char **states = gd_hdf5_get_texts(&hdf5, "trials/status", &rows, &arena);
	for (int c = 0; c < SHOWN; c++)
		column[c] = get_column(&hdf5, gd_sweep_metric_names[shown[c]], rows, &arena);
	if (!gd_hdf5_failed(&hdf5)) {
		size_t width = 5;
		for (size_t r = 0; r < rows; r++)
			width = strlen(names[r]) > width ? strlen(names[r]) : width;
		fprintf(out, "sweep %s, %zu trials, sorted by %s\n\n%-*s %-9s", path, rows, sort, (int)width, "trial", "status");
		for (int c = 0; c < SHOWN; c++)
			fprintf(out, " %*s", (int)strlen(gd_sweep_metric_names[shown[c]]), gd_sweep_metric_names[shown[c]]);
		for (size_t r = 0; r < rows; r++) {
			fprintf(out, "\n%-*s %-9s", (int)width, names[r], states[r]);
			for (int c = 0; c < SHOWN; c++)
				fprintf(out, " %*.*f", (int)strlen(gd_sweep_metric_names[shown[c]]), shown[c] == GD_SWEEP_SECONDS ? 2 : 4, column[c][r]);
		}
		fprintf(out, "\n\nmade by the file:\n%s\n", file);
	}
	gd_arena_release(&arena);
	return gd_hdf5_close(&hdf5);
}
