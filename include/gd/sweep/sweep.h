/* Many trainings in one job: the ranks split into groups, each of which trains one trial after the other. */
#ifndef GD_SWEEP_H
#define GD_SWEEP_H

#include <stdbool.h>

#include "gd/parallel/communicator.h"
#include "gd/sweep/sweep_plan.h"

typedef struct gd_sweep_options {
	const char *run;   /* the sweep's directory; NULL: a new one under ./runs */
	bool resume, json;
	bool silent;       /* no table */
	char *directory;   /* out, [GD_PATH_ROOM]: the sweep's directory; NULL: not wanted */
	double time_limit; /* seconds; 0: none */
} gd_sweep_options;

/*
 * Collective over `world`. Trains every trial of the plan that is not finished, each in its own run directory below the sweep's and to the bits that `train` alone gives it,
 * and prints the table. Rank 0 keeps sweep.h5. GD_OK also where trials diverged, unless all did (GD_DIVERGED); another failure of trials is the sweep's in the end;
 * GD_STOPPED when a signal or the time limit left some of them.
 */
GD_CHECKED gd_status gd_sweep(gd_communicator *world, gd_sweep_plan *plan, const gd_sweep_options *options, const char *command);

#endif
