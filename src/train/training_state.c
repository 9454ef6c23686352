#include "gd/train/training_state.h"

#include <limits.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/network/optimizer.h"
#include "gd/parallel/reduce.h"

/* A first guess at a gradient's quantum, 2^-30: addends up to 2^21 in the smallest batch. Every later one follows the gradients. */
enum { FIRST_QUANTUM = -30 };

gd_slice gd_slice_of(size_t parameters, int rank, int ranks)
{
	gd_share share = gd_share_of((long long)((parameters + GD_NORM_SEGMENT - 1) / GD_NORM_SEGMENT), rank, ranks);
	size_t first = (size_t)share.first * GD_NORM_SEGMENT, end = first + (size_t)share.count * GD_NORM_SEGMENT;
	return (gd_slice){.first = first < parameters ? first : parameters, .count = end < parameters ? end - first : parameters > first ? parameters - first : 0};
}

gd_status gd_training_state_init(gd_training_state *state, const gd_network *network, int moments, gd_slice slice, bool average)
{
	size_t parameters = gd_network_parameters(network);
	*state = (gd_training_state){.moments = moments, .slice = slice};
	state->parameters = gd_allocate(parameters, sizeof(float));
	state->statistics = gd_allocate(gd_network_statistics(network), sizeof(float));
	state->quantum = gd_allocate((size_t)gd_network_tensors(network), sizeof(int32_t));
	bool complete = state->parameters && state->statistics && state->quantum;
	for (int m = 0; m < moments; m++)
		complete = (state->moment[m] = gd_allocate(slice.count, sizeof(float))) && complete;
	if (average)
		complete = (state->average = gd_allocate(parameters, sizeof(float))) && complete;
	if (!complete) {
		gd_training_state_release(state);
		return gd_out_of_memory("the training state");
	}
	for (int t = 0; t < gd_network_tensors(network); t++)
		state->quantum[t] = FIRST_QUANTUM;
	return gd_ok();
}

void gd_training_state_release(gd_training_state *state)
{
	free(state->parameters);
	free(state->statistics);
	free(state->quantum);
	free(state->moment[0]);
	free(state->moment[1]);
	free(state->average);
	*state = (gd_training_state){0};
}

gd_status gd_slices_init(gd_slices *slices, size_t parameters, int ranks)
{
	*slices = (gd_slices){0};
	if (parameters > INT_MAX)
		return gd_error(GD_USAGE, "--shard-optimizer: a network of %zu parameters is more than MPI can count (2^31 - 1)", parameters);
	slices->counts = gd_allocate((size_t)ranks, sizeof *slices->counts);
	slices->starts = gd_allocate((size_t)ranks, sizeof *slices->starts);
	if (!slices->counts || !slices->starts) {
		gd_slices_release(slices);
		return gd_out_of_memory("the slices of all ranks");
	}
	for (int rank = 0; rank < ranks; rank++) {
		gd_slice slice = gd_slice_of(parameters, rank, ranks);
		slices->starts[rank] = (int)slice.first;
		slices->counts[rank] = (int)slice.count;
	}
	return gd_ok();
}

void gd_slices_release(gd_slices *slices)
{
	free(slices->counts);
	free(slices->starts);
	*slices = (gd_slices){0};
}

gd_status gd_training_state_collect(gd_communicator *communicator, const gd_training_state *state, size_t parameters, int index, float **moment)
{
	gd_slices slices;
	*moment = NULL;
	gd_status mine = gd_slices_init(&slices, parameters, communicator->size);
	if (!gd_failed(&mine) && communicator->rank == 0 && !(*moment = gd_allocate(parameters, sizeof **moment)))
		mine = gd_out_of_memory("the optimizer's state for a checkpoint");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_reduce_collect(communicator, state->moment[index], slices.counts, slices.starts, *moment);
	gd_slices_release(&slices);
	if (gd_failed(&status)) {
		free(*moment);
		*moment = NULL;
	}
	return status;
}
