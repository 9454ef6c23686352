/* `train --folds`: one training for each fold that is held out, as one job, and what they come to. */
#ifndef GD_CROSS_VALIDATION_H
#define GD_CROSS_VALIDATION_H

#include <stdbool.h>

#include "gd/parallel/communicator.h"
#include "gd/run/train_options.h"

/*
 * Collective. Trains each of options->folds below the run directory (base-fold1 ...), groups of ranks side by side, prints their scores with means and deviations, and, with `refit`,
 * trains a model of all rows into `refit` beside them. `given` as gd_train has it. The same on any number of ranks; errors as of gd_sweep and gd_train.
 */
GD_CHECKED gd_status gd_cross_validate(gd_communicator *world, const gd_train_options *options, const bool *given, const char *command);

#endif
