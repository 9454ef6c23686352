/* One trial of a sweep. */
#ifndef GD_SWEEP_TRIAL_H
#define GD_SWEEP_TRIAL_H

#include "gd/sweep/sweep_dispatch.h"

/*
 * Collective over `group`. Trains (or goes on with) the trial in its run directory below `directory`, and scores it if the sweep asks for that; `result` is rank 0's.
 * `seconds` (0: no limit) are left. Whatever fails is the result's: a group that left would be waited for.
 */
void gd_sweep_trial_run(gd_communicator *group, const gd_sweep_plan *plan, const gd_sweep_task *task, const char *directory, double seconds, const char *command,
	gd_sweep_result *result);

#endif
