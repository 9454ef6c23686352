#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/store/hdf5_file.h"
#include "gd/sweep/sweep_compose.h"
#include "gd/sweep/tune.h"

static char *race_file(const char *run, int race, char path[GD_PATH_ROOM + 32])
{
	snprintf(path, GD_PATH_ROOM + 32, "%.*s/race-%d/sweep.h5", GD_PATH_ROOM - 1, run, race + 1);
	return path;
}

bool gd_tune_is(const char *run)
{
	char path[GD_PATH_ROOM + 32];
	return gd_file_exists(race_file(run, 0, path));
}

gd_status gd_tune_read_text(const char *path, char **text, size_t *size)
{
	gd_hdf5 hdf5;
	gd_arena arena = {0};
	gd_hdf5_open(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, GD_KIND_SWEEP);
	const char *document = gd_hdf5_get_document(&hdf5, "sweep_file", &arena);
	*text = document && !gd_hdf5_failed(&hdf5) ? strdup(document) : NULL;
	*size = *text ? strlen(*text) : 0;
	gd_status status = gd_hdf5_close(&hdf5);
	gd_arena_release(&arena);
	if (gd_failed(&status)) {
		free(*text);
		*text = NULL;
		return status;
	}
	return *text ? status : gd_out_of_memory("the plan of a sweep");
}

/* The plan, from the file of the sweep that sweep.h5 holds, and its results. */
static gd_status read_race(const char *path, gd_tune_race *race)
{
	char *text;
	size_t size;
	gd_status status = gd_tune_read_text(path, &text, &size);
	if (gd_failed(&status))
		return status;
	status = gd_sweep_compose_plan(path, text, &race->plan);
	return gd_failed(&status) ? status : gd_sweep_results_of(&race->plan, race->directory, &race->results);
}

gd_status gd_tune_read(const char *run, gd_tune_race **races, int *count)
{
	char path[GD_PATH_ROOM + 32];
	gd_status status = gd_ok();
	*races = NULL;
	*count = 0;
	if (strlen(run) + 64 > GD_PATH_ROOM)
		return gd_error(GD_USAGE, "the run directory's name is too long");
	int there = 0;
	while (gd_file_exists(race_file(run, there, path)))
		there++;
	*races = gd_allocate((size_t)there, sizeof **races);
	if (!*races)
		return gd_out_of_memory("the races of a tuning");
	for (int r = 0; r < there && !gd_failed(&status); r++) {
		gd_tune_race *race = &(*races)[(*count)++];
		snprintf(race->directory, sizeof race->directory, "%s/race-%d", run, r + 1);
		status = read_race(race_file(run, r, path), race);
	}
	return status;
}

void gd_tune_release(gd_tune_race *races, int count)
{
	for (int r = 0; r < count; r++) {
		gd_sweep_plan_release(&races[r].plan);
		free(races[r].results);
	}
}

/* How many configurations are trained in the end; 0: not chosen yet. */
static gd_status read_best(const char *run, int *best)
{
	char path[GD_PATH_ROOM + 32], *text;
	size_t size;
	gd_sweep_plan plan;
	snprintf(path, sizeof path, "%.*s/best/sweep.h5", GD_PATH_ROOM - 1, run);
	*best = 0;
	if (!gd_file_exists(path))
		return gd_ok();
	gd_status status = gd_tune_read_text(path, &text, &size);
	if (gd_failed(&status))
		return status;
	status = gd_sweep_compose_plan(path, text, &plan);
	if (!gd_failed(&status))
		*best = plan.configurations;
	gd_sweep_plan_release(&plan);
	return status;
}

gd_status gd_tune_entries(const char *run, const gd_tune_race *races, int count, gd_tune_entry **entries, int *entry_count)
{
	int room = 0, best = 0;
	for (int r = 0; r < count; r++)
		room += races[r].plan.configurations;
	*entry_count = 0;
	*entries = gd_allocate((size_t)room, sizeof **entries);
	if (!*entries)
		return gd_out_of_memory("the leaderboard");
	*entry_count = gd_tune_rank(races, count, *entries);
	gd_status status = run ? read_best(run, &best) : gd_ok();
	if (best)
		gd_tune_choose(races, *entries, *entry_count, best);
	return status;
}

gd_status gd_tune_describe(FILE *out, const char *run)
{
	gd_tune_race *races;
	gd_tune_entry *entries = NULL;
	int count, entry_count = 0;
	gd_status status = gd_tune_read(run, &races, &count);
	if (!gd_failed(&status))
		status = gd_tune_entries(run, races, count, &entries, &entry_count);
	if (!gd_failed(&status)) {
		fprintf(out, "tuning %s, %d %s\n\n", run, count, count == 1 ? "race" : "races");
		gd_tune_print(out, races, count, entries, entry_count);
	}
	free(entries);
	gd_tune_release(races, count);
	free(races);
	return status;
}
