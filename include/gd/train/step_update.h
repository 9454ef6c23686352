/*
 * The end of a step: average, norm, clip and optimizer, in pieces that stay in cache. With a sharded optimizer each rank
 * does this for its slice, and the slices' parameters are gathered; the bits are the same.
 */
#ifndef GD_STEP_UPDATE_H
#define GD_STEP_UPDATE_H

#include <stdbool.h>

#include "gd/network/optimizer.h"
#include "gd/train/step_message.h"

typedef struct gd_step_update_options {
	gd_optimizer_options optimizer;
	double weight_decay;
	bool decay_weights_only;
	double average; /* decay of the exponential average; 0: off */
	bool shard;
} gd_step_update_options;

typedef struct gd_step_update gd_step_update;

/* Local. Allocates all; the network must outlive it. */
GD_CHECKED gd_status gd_step_update_create(gd_communicator *communicator, const gd_network *network, const gd_step_update_options *options, gd_step_update **update);
void gd_step_update_free(gd_step_update *update);

/* Collective. The averaged gradient of this rank's slice, kept for what follows, and the norm of all of it. */
GD_CHECKED gd_status gd_step_update_average(gd_step_update *update, const gd_step_message *message, double weight, double *norm);
/* Collective. The optimizer's step with that gradient times `factor`, then the average. Parameters are whole again on all ranks. */
GD_CHECKED gd_status gd_step_update_apply(gd_step_update *update, const gd_step_scalars *scalars, double factor, gd_training_state *state);

#endif
