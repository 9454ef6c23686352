/* `tune`: options found by successive halving on folds of the training part, then the best few trained on all of it. */
#ifndef GD_TUNE_H
#define GD_TUNE_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/parallel/communicator.h"
#include "gd/run/run_directory.h"
#include "gd/sweep/sweep_result.h"

/* An option that is searched, its values as a sweep draws them (gd/sweep/sweep_values.h), and why these. */
typedef struct gd_tune_range {
	const char *option, *values, *reason;
	bool numbers; /* needs numeric features */
	int64_t from, below; /* of the training part's rows; 0: no bound */
} gd_tune_range;
extern const gd_tune_range gd_tune_space[];
extern const int gd_tune_space_size;
/* The preset's own configuration, in the first race. */
#define GD_TUNE_DEFAULTS "defaults"

typedef struct gd_tune_options {
	const char *data, *run, *config;
	int64_t trials;  /* configurations drawn, besides the defaults; 0: as many as the budget lets */
	double budget;   /* seconds; 0: none */
	int64_t folds, seed;
	int64_t best;    /* configurations that are trained in the end; 0: three, and under a budget more where time is left */
	bool resume;
} gd_tune_options;

/* One call of gd_sweep: a race of configurations, and what came of it. */
typedef struct gd_tune_race {
	char directory[GD_PATH_ROOM];
	gd_sweep_plan plan;
	gd_sweep_result *results; /* rank 0 */
} gd_tune_race;

/* A configuration that came through. */
typedef struct gd_tune_entry {
	int race, configuration;
	double loss, deviation, accuracy; /* over the folds */
	double seconds; /* the mean of their trainings */
	bool finished;  /* all folds came to their end */
	bool chosen;    /* trained on all of the training part in the end */
} gd_tune_entry;

/* What an option had to do with the losses at the end of the first rung. */
typedef struct gd_tune_effect {
	const char *option;
	double share;     /* of the spread of the losses, what lies between groups of its values: in [0, 1] */
	char groups[512]; /* each group's values and mean loss */
} gd_tune_effect;

/*
 * Collective. Races below `run` (race-1 ...), then the best into best/best-1 ...; leaderboard and what mattered on stdout and in tune.txt. With `trials` the same on any number of ranks,
 * and after a kill with `resume`; with `budget` the clock decides how many races there are, and how far the last one comes.
 */
GD_CHECKED gd_status gd_tune(gd_communicator *world, const gd_tune_options *options, const char *command);

/* Local (rank 0). entries [all configurations of all races], best first; how many. */
int gd_tune_rank(const gd_tune_race *races, int count, gd_tune_entry *entries);
/* The same, allocated: released by free(). Chosen are as many as `run` has trained in the end; NULL: none. */
GD_CHECKED gd_status gd_tune_entries(const char *run, const gd_tune_race *races, int count, gd_tune_entry **entries, int *entry_count);
/*
 * Local (rank 0). Chooses the first `best`; where the defaults are not among them, the last that is not better than they are by more than the standard error of its differences to them,
 * fold by fold, makes way for them.
 */
void gd_tune_choose(const gd_tune_race *races, gd_tune_entry *entries, int entry_count, int best);
/* Local (rank 0). effects [varied options of the first race]; how many options took two values. */
int gd_tune_effects(const gd_tune_race *races, int count, gd_tune_effect *effects);
/* Local (rank 0). The leaderboard, what is trained in the end, and each option's share of the differences between configurations at the end of the first rung. */
void gd_tune_print(FILE *out, const gd_tune_race *races, int count, const gd_tune_entry *entries, int entry_count);

/* Local. The text that a sweep.h5 was made from, allocated; size without the terminator. */
GD_CHECKED gd_status gd_tune_read_text(const char *path, char **text, size_t *size);
/* Local. Whether a directory is a tuning's. */
bool gd_tune_is(const char *run);
/* Local. A tuning's races as far as they have come: released by gd_tune_release and free(), after a failure, too. Errors: GD_BAD_DATA for a damaged file. */
GD_CHECKED gd_status gd_tune_read(const char *run, gd_tune_race **races, int *count);
void gd_tune_release(gd_tune_race *races, int count);
/* Local. gd_tune_print of what gd_tune_read finds, with a heading. */
GD_CHECKED gd_status gd_tune_describe(FILE *out, const char *run);

#endif
