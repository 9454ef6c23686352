/* How a training's rows come into memory: all of them before the first step, or a window at a time. Private to the trainer. */
#ifndef GD_TRAINING_ROWS_H
#define GD_TRAINING_ROWS_H

#include "gd/train/training.h"

/* Collective. Before anything of the rows' size is allocated: GD_FAILED where the rows, or the window, do not fit the memory, which names the largest window that does. */
GD_CHECKED gd_status gd_training_check_memory(gd_training *training);
/* Collective. The exchange, the stepper, and room for the shard and an epoch's scalars, in place of those that are there. */
GD_CHECKED gd_status gd_training_make_steps(gd_training *training);
/* Collective. This rank's rows, where there is no window; the validation part. Rows that are not what the recipe makes of a record are held as they are, for which the steps are made anew. */
GD_CHECKED gd_status gd_training_read_rows(gd_training *training);

#endif
