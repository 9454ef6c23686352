/*
 * One training step over all ranks: blocks forward and backward, one all-reduce (gd/train/step_message.h), clip, update (gd/train/step_update.h). (A batch normalisation costs two
 * collectives more; a gradient that outgrew its quantum, a repetition; a sharded optimizer, four instead of one.)
 */
#ifndef GD_STEPPER_H
#define GD_STEPPER_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/network/network.h"
#include "gd/network/optimizer.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/exchange.h"
#include "gd/train/step_message.h"
#include "gd/train/training_state.h"

typedef struct gd_stepper_options {
	gd_optimizer_options optimizer;
	double weight_decay;
	bool decay_weights_only;
	double clip_norm;   /* 0: off */
	double average;     /* decay of the exponential average; 0: off */
	uint64_t seed;
	bool fast;          /* float32 sums */
	bool shard;         /* each rank has the optimizer's moments of its slice alone */
} gd_stepper_options;

/* The same on every rank. */
typedef struct gd_step_result {
	double loss;   /* mean over the batch of what was minimised, by the rows' weights; 0 where none weighs anything */
	double rows, correct;
	double norm;   /* of the averaged gradient, before clipping */
	bool stop, save; /* some rank wished so */
} gd_step_result;

typedef struct gd_stepper gd_stepper;

/* Collective (to agree on failure). Allocates all that a step needs; the referenced objects must outlive it. */
GD_CHECKED gd_status gd_stepper_create(gd_communicator *communicator, const gd_network *network, gd_exchange *exchange,
	const gd_stepper_options *options, gd_stepper **stepper);
void gd_stepper_free(gd_stepper *stepper);

/*
 * Collective. Step `step_in_epoch` (from 0) of the exchange's current epoch; `step` (from 1) counts over the whole training. GD_DIVERGED on every rank
 * where a loss or gradient is not finite; the state is then unchanged.
 */
GD_CHECKED gd_status gd_stepper_step(gd_stepper *stepper, gd_training_state *state, int64_t step_in_epoch, int64_t step,
	const gd_step_scalars *scalars, gd_step_wishes wishes, gd_step_result *result);

/* Where this rank's time went, in seconds since the last reset. */
typedef struct gd_step_times {
	double input;   /* fetching blocks, and waiting for an epoch's next rows */
	double compute; /* forward, backward, and the exact sums of the blocks' gradients */
	double reduce;  /* in collective calls: messages, and waiting for other ranks */
	double update;  /* average, norm, clip, optimizer */
	int64_t steps;
} gd_step_times;
/* Local. */
gd_step_times gd_stepper_times(const gd_stepper *stepper);
/* Local. Of how many sums over the ranks a step's message is made, from the last layer down. */
int gd_stepper_pieces(const gd_stepper *stepper);

#endif
