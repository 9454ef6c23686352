/*
 * One training step over all ranks: blocks forward and backward, one all-reduce, clip, update. (A batch normalisation costs two
 * collectives more; a gradient that outgrew its quantum, a repetition.)
 */
#ifndef GD_STEPPER_H
#define GD_STEPPER_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/communicator.h"
#include "gd/exchange.h"
#include "gd/network.h"
#include "gd/optimizer.h"

/* What training changes. Every rank holds the same bits. */
typedef struct gd_training_state {
	float *parameters; /* [gd_network_parameters] */
	float *statistics; /* [gd_network_statistics] */
	int moments;
	float *moment[2];  /* each [gd_network_parameters]; NULL beyond `moments` */
	float *average;    /* exponential average of the parameters; NULL without */
	int32_t *quantum;  /* [gd_network_tensors] exponents of the gradient quanta */
} gd_training_state;

/* Local. Zeroed; quanta at their start. */
GD_CHECKED gd_status gd_training_state_init(gd_training_state *state, const gd_network *network, int moments, bool average);
void gd_training_state_release(gd_training_state *state);

typedef struct gd_stepper_options {
	gd_optimizer_options optimizer;
	double weight_decay;
	bool decay_weights_only;
	double clip_norm;   /* 0: off */
	double average;     /* decay of the exponential average; 0: off */
	uint64_t seed;
	bool fast;          /* float32 sums */
} gd_stepper_options;

/* A rank's wishes, which travel in the step's own message. */
typedef struct gd_step_wishes {
	bool stop, save;
} gd_step_wishes;

/* The same on every rank. */
typedef struct gd_step_result {
	double loss;   /* mean over the batch of what was minimised */
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
	double input;   /* fetching blocks */
	double compute; /* forward, backward, and the exact sums of the blocks' gradients */
	double reduce;  /* in collective calls: messages, and waiting for other ranks */
	double update;  /* average, norm, clip, optimizer */
	int64_t steps;
} gd_step_times;
/* Local. */
gd_step_times gd_stepper_times(const gd_stepper *stepper);
void gd_stepper_reset_times(gd_stepper *stepper);

#endif
