#include "gd/train/step_update.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/reduce.h"

struct gd_step_update {
	gd_communicator *communicator;
	const gd_network *network;
	gd_step_update_options options;
	size_t parameters, segments;
	gd_slice slice;
	float *gradient; /* [slice.count] */
	double *squares; /* [segments] of the whole vector */
	gd_slices slices, segment_slices; /* with a sharded optimizer */
};

/* The segments that the ranks' slices are made of. */
static gd_status slice_segments(gd_step_update *u)
{
	int ranks = u->communicator->size;
	gd_status status = gd_slices_init(&u->slices, u->parameters, ranks);
	if (!gd_failed(&status))
		status = gd_slices_init(&u->segment_slices, u->parameters, ranks);
	for (int rank = 0; rank < ranks && !gd_failed(&status); rank++) {
		u->segment_slices.starts[rank] = (u->slices.starts[rank] + GD_NORM_SEGMENT - 1) / GD_NORM_SEGMENT;
		u->segment_slices.counts[rank] = (u->slices.counts[rank] + GD_NORM_SEGMENT - 1) / GD_NORM_SEGMENT;
	}
	return status;
}

gd_status gd_step_update_create(gd_communicator *communicator, const gd_network *network, const gd_step_update_options *options, gd_step_update **update)
{
	gd_step_update *u = *update = gd_allocate(1, sizeof *u);
	if (!u)
		return gd_out_of_memory("a step's update");
	u->communicator = communicator;
	u->network = network;
	u->options = *options;
	u->parameters = gd_network_parameters(network);
	u->segments = (u->parameters + GD_NORM_SEGMENT - 1) / GD_NORM_SEGMENT;
	u->slice = gd_slice_of(u->parameters, options->shard ? communicator->rank : 0, options->shard ? communicator->size : 1);
	u->gradient = gd_allocate(u->slice.count, sizeof *u->gradient);
	u->squares = gd_allocate(u->segments, sizeof *u->squares);
	gd_status status = u->gradient && u->squares ? gd_ok() : gd_out_of_memory("a step's update");
	if (!gd_failed(&status) && options->shard)
		status = slice_segments(u);
	if (gd_failed(&status)) {
		gd_step_update_free(u);
		*update = NULL;
	}
	return status;
}

void gd_step_update_free(gd_step_update *u)
{
	if (!u)
		return;
	gd_slices_release(&u->slices);
	gd_slices_release(&u->segment_slices);
	free(u->gradient);
	free(u->squares);
	free(u);
}

static size_t piece_of(size_t left)
{
	return left < GD_NORM_SEGMENT ? left : GD_NORM_SEGMENT;
}

gd_status gd_step_update_average(gd_step_update *u, const gd_step_message *message, double weight, double *norm)
{
	gd_status status = gd_ok();
	for (size_t done = 0; done < u->slice.count; done += GD_NORM_SEGMENT) {
		size_t place = u->slice.first + done, count = piece_of(u->slice.count - done);
		gd_step_message_average(message, place, count, weight, u->gradient + done);
		u->squares[place / GD_NORM_SEGMENT] = gd_vector_squares(count, u->gradient + done);
	}
	if (u->options.shard)
		status = gd_reduce_gather(u->communicator, u->squares, u->segment_slices.counts, u->segment_slices.starts, GD_DOUBLES);
	double squares = 0.0;
	for (size_t s = 0; s < u->segments; s++)
		squares += u->squares[s];
	*norm = sqrt(squares);
	return status;
}

/* Of one tensor, what lies in the slice. */
static void update_tensor(gd_step_update *u, const gd_tensor *tensor, const gd_step_scalars *scalars, double factor, gd_training_state *state)
{
	bool decays = !u->options.decay_weights_only || gd_tensor_is_weight(tensor);
	size_t place = tensor->offset, end = place + (size_t)tensor->rows * (size_t)tensor->columns, slice_end = u->slice.first + u->slice.count;
	if (place < u->slice.first)
		place = u->slice.first;
	if (end > slice_end)
		end = slice_end;
	for (size_t count; place < end; place += count) {
		count = piece_of(end - place);
		size_t in_slice = place - u->slice.first;
		float *gradient = u->gradient + in_slice, *moment[2] = {NULL, NULL};
		for (int m = 0; m < state->moments; m++)
			moment[m] = state->moment[m] + in_slice;
		if (factor < 1)
			for (size_t i = 0; i < count; i++)
				gradient[i] *= (float)factor;
		gd_optimizer_update(&u->options.optimizer, scalars, decays ? u->options.weight_decay : 0, count, state->parameters + place, gradient, moment);
	}
}

gd_status gd_step_update_apply(gd_step_update *u, const gd_step_scalars *scalars, double factor, gd_training_state *state)
{
	gd_status status = gd_ok();
	assert(state->slice.first == u->slice.first && state->slice.count == u->slice.count);
	for (int t = 0; t < gd_network_tensors(u->network); t++)
		update_tensor(u, gd_network_tensor(u->network, t), scalars, factor, state);
	if (u->options.shard)
		status = gd_reduce_gather(u->communicator, state->parameters, u->slices.counts, u->slices.starts, GD_FLOATS);
	if (state->average)
		gd_vector_average(u->parameters, u->options.average, state->parameters, state->average);
	return status;
}
