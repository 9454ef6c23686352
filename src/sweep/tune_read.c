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

/* The plan, from the file of the sweep that sweep.h5 holds, and its results. */
static gd_status read_race(const char *path, gd_tune_race *race)
{
	gd_hdf5 hdf5;
	gd_arena arena = {0};
	char *text = NULL;
	gd_hdf5_open(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, GD_KIND_SWEEP);
	const char *document = gd_hdf5_get_document(&hdf5, "sweep_file", &arena);
	if (document && !gd_hdf5_failed(&hdf5))
		text = strdup(document);
	gd_status status = gd_hdf5_close(&hdf5);
	gd_arena_release(&arena);
	if (gd_failed(&status)) {
		free(text);
		return status;
	}
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

gd_status gd_tune_entries(const gd_tune_race *races, int count, gd_tune_entry **entries, int *entry_count)
{
	int room = 0;
	for (int r = 0; r < count; r++)
		room += races[r].plan.configurations;
	*entry_count = 0;
	*entries = gd_allocate((size_t)room, sizeof **entries);
	if (!*entries)
		return gd_out_of_memory("the leaderboard");
	*entry_count = gd_tune_rank(races, count, *entries);
	return gd_ok();
}

gd_status gd_tune_describe(FILE *out, const char *run)
{
	gd_tune_race *races;
	gd_tune_entry *entries = NULL;
	int count, entry_count = 0;
	gd_status status = gd_tune_read(run, &races, &count);
	if (!gd_failed(&status))
		status = gd_tune_entries(races, count, &entries, &entry_count);
	if (!gd_failed(&status)) {
		fprintf(out, "tuning %s, %d %s\n\n", run, count, count == 1 ? "race" : "races");
		gd_tune_print(out, races, count, entries, entry_count);
	}
	free(entries);
	gd_tune_release(races, count);
	free(races);
	return status;
}
