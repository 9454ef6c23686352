/* Training: from a dataset and options to a run directory. */
#ifndef GD_TRAINER_H
#define GD_TRAINER_H

#include <stdbool.h>

#include "gd/parallel/communicator.h"
#include "gd/run/train_options.h"

/*
 * Collective. Trains as `options` say; `given` [options of gd_train_option_table] tells which of them the user set (the others come from the run's own
 * configuration on --resume). `command` is the command line for the files' `history`.
 * GD_OK: done, or --max-steps reached. GD_STOPPED: stopped early with a checkpoint. GD_DIVERGED; GD_FAILED also if the last checkpoint could not be written.
 */
GD_CHECKED gd_status gd_train(gd_communicator *communicator, const gd_train_options *options, const bool *given, const char *command);

#endif
