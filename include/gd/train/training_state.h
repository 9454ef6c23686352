/* What training changes, and which part of it a rank holds. */
#ifndef GD_TRAINING_STATE_H
#define GD_TRAINING_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/network/network.h"
#include "gd/parallel/communicator.h"

/* A stretch of the parameter vector. */
typedef struct gd_slice {
	size_t first, count;
} gd_slice;
/* Local. Rank `rank`'s of `ranks` near-equal slices, cut at multiples of GD_NORM_SEGMENT so that norms are the same bits; maybe empty. Of one rank: the whole. */
gd_slice gd_slice_of(size_t parameters, int rank, int ranks);

/* Every rank holds the same bits, but for moments of its slice alone. */
typedef struct gd_training_state {
	float *parameters; /* [gd_network_parameters] */
	float *statistics; /* [gd_network_statistics] */
	gd_slice slice;
	int moments;
	float *moment[2];  /* each [slice.count], of these parameters; NULL beyond `moments` */
	float *average;    /* exponential average of the parameters; NULL without */
	int32_t *quantum;  /* [gd_network_tensors] exponents of the gradient quanta */
} gd_training_state;

/* Local. Zeroed; quanta at their start. */
GD_CHECKED gd_status gd_training_state_init(gd_training_state *state, const gd_network *network, int moments, gd_slice slice, bool average);
void gd_training_state_release(gd_training_state *state);

/* How many parameters each rank's slice has, and where it starts: for the calls of gd/parallel/reduce.h. */
typedef struct gd_slices {
	int *counts, *starts; /* [ranks] */
} gd_slices;
/* Local. Errors: out of memory; GD_USAGE beyond 2^31 - 1 parameters. */
GD_CHECKED gd_status gd_slices_init(gd_slices *slices, size_t parameters, int ranks);
void gd_slices_release(gd_slices *slices);

/* Collective. Moment `index` of all slices, in a fresh vector [gd_network_parameters] on rank 0 (free()), NULL on the others and on failure. */
GD_CHECKED gd_status gd_training_state_collect(gd_communicator *communicator, const gd_training_state *state, size_t parameters, int index, float **moment);

#endif
