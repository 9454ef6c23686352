/* What a tuning stands on (its options, what the table leaves to the preset), and the plans of its sweeps as texts, which follow from that. */
#ifndef GD_TUNE_GROUND_H
#define GD_TUNE_GROUND_H

#include "gd/sweep/tune.h"

/* Configurations that a race draws under a budget, if there is time for so many. */
enum { GD_TUNE_DRAWN = 26 };

typedef struct gd_tune_ground {
	const gd_tune_options *options;
	gd_train_options base;     /* what the user's --config says */
	bool *given;               /* [gd_train_option_table] */
	bool numbers;              /* the dataset has numeric features */
	int64_t rows;              /* of its training part */
	bool validation;           /* and rows to validate on */
	gd_train_options defaults; /* on the folds */
	gd_arena arena;
} gd_tune_ground;

/* Collective. Released by the caller even after a failure. */
GD_CHECKED gd_status gd_tune_ground_read(gd_communicator *world, const gd_tune_options *options, gd_tune_ground *ground);
void gd_tune_ground_release(gd_tune_ground *ground);
/* How many configurations are trained in the end at least, where so many came through. */
int gd_tune_best(const gd_tune_options *options);

/*
 * Local. The text of a race behind `race_count` others, allocated; size without the terminator. Of the first, without parents, `drawn` configurations and the defaults: they are the first to run, so that they are there
 * whenever the clock ends it, and that nothing is chosen that is behind them on the folds. Of a further one configurations around the parents in turn, of which one searched option in three
 * is drawn anew: what is far from them was tried in the first. None that was tried is drawn again, where another is found in some attempts.
 */
GD_CHECKED gd_status gd_tune_compose_race(const gd_tune_ground *ground, const gd_tune_race *races, int race_count, const gd_tune_entry *parents, int parent_count, uint64_t seed, int64_t drawn, char **text, size_t *size);
/* The last sweep: the chosen entries on all of the training part. */
GD_CHECKED gd_status gd_tune_compose_best(const gd_tune_ground *ground, const gd_tune_race *races, const gd_tune_entry *entries, int count, char **text, size_t *size);

#endif
