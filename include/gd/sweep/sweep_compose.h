/* Sweeps that a command asks for, not a file: their text, and what came of them. Local. */
#ifndef GD_SWEEP_COMPOSE_H
#define GD_SWEEP_COMPOSE_H

#include <stdio.h>

#include "gd/sweep/sweep_result.h"

/* The options that are `given` [gd_train_option_table] as lines of [base], but for those about one call. */
void gd_sweep_compose_base(FILE *out, const gd_train_options *options, const bool *given);

/* gd_sweep_plan_parse of what was written into a stream of open_memstream, whose text is freed. `name` is for messages. */
GD_CHECKED gd_status gd_sweep_compose_plan(const char *name, char *text, gd_sweep_plan *plan);

/* results [plan->trials], allocated, from `directory`'s sweep.h5. */
GD_CHECKED gd_status gd_sweep_results_of(const gd_sweep_plan *plan, const char *directory, gd_sweep_result **results);

#endif
