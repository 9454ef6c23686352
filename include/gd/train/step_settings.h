/* What the options of `train` mean for a step. Local. */
#ifndef GD_STEP_SETTINGS_H
#define GD_STEP_SETTINGS_H

#include "gd/run/train_options.h"
#include "gd/train/stepper.h"

gd_stepper_options gd_step_settings(const gd_train_options *options);

/* The slice of the parameters whose moments `rank` holds: all of them, or with --shard-optimizer its own. */
gd_slice gd_step_slice(const gd_train_options *options, size_t parameters, int rank, int ranks);

#endif
