#include "gd/train/stepper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/clock.h"
#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/parallel/reduce.h"
#include "gd/train/step_update.h"

struct gd_stepper {
	gd_communicator *communicator;
	const gd_network *network;
	gd_exchange *exchange;
	gd_stepper_options options;
	int segments;
	int room; /* blocks that are kept between passes */
	gd_arena arena;
	gd_step_message *message;
	gd_step_update *update;
	size_t *segment_start;    /* [segments] where the gradient of a segment's layers begins */
	double *norm_gradient;    /* of batch norms' scale and shift: [parameters], sparse */
	gd_wide_sum *sums;        /* [2 * widest batch norm] */
	float *tables;            /* [gd_network_tables] */
	float **x;                /* [room] blocks' features */
	float **workspace;        /* [room] */
	gd_block *block;          /* [room] */
	gd_norm_state norm;
	gd_step_times times;
	double lap, waited;       /* the clock, and the communicator's waiting, when the phase under way began */
};

static bool allocate(gd_stepper *s, int largest_block)
{
	int inputs = gd_network_get_options(s->network)->inputs;
	int channels = 0;
	for (int segment = 0; segment < s->segments; segment++)
		if (gd_network_segment_channels(s->network, segment) > channels)
			channels = gd_network_segment_channels(s->network, segment);
	size_t norms = gd_network_statistics(s->network) / 2;
	bool complete = (s->segment_start = gd_arena_take(&s->arena, (size_t)s->segments, sizeof *s->segment_start)) &&
		(s->sums = gd_arena_take(&s->arena, 2 * (size_t)channels + 1, sizeof *s->sums)) &&
		(s->x = gd_arena_take(&s->arena, (size_t)s->room, sizeof *s->x)) &&
		(s->workspace = gd_arena_take(&s->arena, (size_t)s->room, sizeof *s->workspace)) &&
		(s->block = gd_arena_take(&s->arena, (size_t)s->room, sizeof *s->block)) &&
		(s->tables = gd_allocate(gd_network_tables(s->network), sizeof(float)));
	if (complete && norms) {
		float **const vectors[] = {&s->norm.mean, &s->norm.inverse_deviation, &s->norm.unbiased_variance, &s->norm.gradient_mean, &s->norm.gradient_product};
		for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
			complete = (*vectors[i] = gd_arena_take(&s->arena, norms, sizeof(float))) && complete;
		complete = (s->norm_gradient = gd_allocate(gd_network_parameters(s->network), sizeof(double))) && complete;
	}
	for (int b = 0; complete && b < s->room; b++)
		complete = (s->x[b] = gd_allocate((size_t)inputs * (size_t)largest_block, sizeof(float))) &&
			(s->workspace[b] = gd_allocate(gd_network_workspace(s->network, largest_block), sizeof(float)));
	return complete;
}

static gd_status prepare(gd_stepper *s)
{
	/* An epoch has at most two lengths of batch: the first step's and the last one's. */
	int64_t last = gd_exchange_steps(s->exchange) - 1;
	int largest_block = 1, most_blocks = 1, addends = 1;
	for (int64_t step = 0; step <= last; step += last > 0 ? last : 1) {
		gd_step_plan plan = gd_exchange_step(s->exchange, step);
		int rows = gd_network_blocking(s->network, plan.rows).largest;
		largest_block = rows > largest_block ? rows : largest_block;
		most_blocks = plan.block_count > most_blocks ? plan.block_count : most_blocks;
		addends = plan.blocks > addends ? plan.blocks : addends;
	}
	s->room = s->segments > 1 ? most_blocks : 1;
	if (!allocate(s, largest_block))
		return gd_out_of_memory("a training step");
	for (int t = 0; t < gd_network_tensors(s->network) && s->segments > 1; t++) {
		const gd_tensor *tensor = gd_network_tensor(s->network, t);
		if (tensor->role == GD_TENSOR_DENSE_WEIGHT && tensor->layer > 0)
			s->segment_start[tensor->layer] = tensor->offset;
	}
	const gd_stepper_options *o = &s->options;
	gd_step_message_options message = {.fast = o->fast, .shard = o->shard, .addends = addends};
	gd_status status = gd_step_message_create(s->communicator, s->network, &message, &s->message);
	if (gd_failed(&status))
		return status;
	gd_step_update_options update = {.optimizer = o->optimizer, .weight_decay = o->weight_decay, .decay_weights_only = o->decay_weights_only, .average = o->average, .shard = o->shard};
	return gd_step_update_create(s->communicator, s->network, &update, &s->update);
}

gd_status gd_stepper_create(gd_communicator *communicator, const gd_network *network, gd_exchange *exchange,
	const gd_stepper_options *options, gd_stepper **stepper)
{
	gd_stepper *s = *stepper = gd_allocate(1, sizeof *s);
	gd_status mine = gd_out_of_memory("a training step");
	if (s) {
		s->communicator = communicator;
		s->network = network;
		s->exchange = exchange;
		s->options = *options;
		s->segments = gd_network_segments(network);
		mine = prepare(s);
	}
	gd_status status = gd_agree(communicator, &mine);
	if (gd_failed(&status)) {
		gd_stepper_free(s);
		*stepper = NULL;
	}
	return status;
}

void gd_stepper_free(gd_stepper *s)
{
	if (!s)
		return;
	for (int b = 0; s->x && s->workspace && b < s->room; b++) {
		free(s->x[b]);
		free(s->workspace[b]);
	}
	gd_step_message_free(s->message);
	gd_step_update_free(s->update);
	free(s->tables);
	free(s->norm_gradient);
	gd_arena_release(&s->arena);
	free(s);
}

int gd_stepper_pieces(const gd_stepper *s)
{
	return gd_step_message_pieces(s->message);
}

gd_step_times gd_stepper_times(const gd_stepper *s)
{
	return s->times;
}

/* What has passed since the last call goes to `phase`, but for the waiting. */
static void end_phase(gd_stepper *s, double *phase)
{
	double now = gd_seconds(), waited = s->communicator->waited - s->waited;
	*phase += now - s->lap - waited;
	s->times.reduce += waited;
	s->lap = now;
	s->waited += waited;
}

/* A network in one piece: each block forward and backward while it is in cache. */
static void run_whole(gd_stepper *s, const gd_pass *pass, const gd_step_plan *plan, int64_t step_in_epoch, gd_loss_sums *loss)
{
	for (int b = 0; b < plan->block_count; b++) {
		gd_block block = gd_exchange_block(s->exchange, step_in_epoch, plan->first_block + b, s->x[0]);
		end_phase(s, &s->times.input);
		gd_step_message_block(s->message, b == plan->block_count - 1);
		gd_network_forward_segment(s->network, pass, 0, &block, s->workspace[0], NULL, loss);
		gd_network_backward_segment(s->network, pass, 0, &block, s->workspace[0], gd_step_message_add, s->message, NULL);
		end_phase(s, &s->times.compute);
	}
}

/* All blocks through one segment after the other, with the sums over the ranks that batch norms need in between. */
static gd_status run_segments(gd_stepper *s, const gd_pass *pass, const gd_step_plan *plan, int64_t step_in_epoch, gd_loss_sums *loss)
{
	gd_status status;
	for (int b = 0; b < plan->block_count; b++)
		s->block[b] = gd_exchange_block(s->exchange, step_in_epoch, plan->first_block + b, s->x[b]);
	end_phase(s, &s->times.input);
	for (int segment = 0; segment < s->segments; segment++) {
		size_t sums = 2 * (size_t)gd_network_segment_channels(s->network, segment);
		memset(s->sums, 0, sums * sizeof *s->sums);
		for (int b = 0; b < plan->block_count; b++)
			gd_network_forward_segment(s->network, pass, segment, &s->block[b], s->workspace[b], s->sums, loss);
		if (segment == s->segments - 1)
			break;
		status = gd_reduce_sum(s->communicator, s->sums->limb, sums * GD_WIDE_LIMBS);
		if (gd_failed(&status))
			return status;
		gd_network_finish_moments(s->network, pass, segment, s->sums, plan->rows);
	}
	for (int segment = s->segments - 1; segment >= 0; segment--) {
		size_t sums = segment ? 2 * (size_t)gd_network_segment_channels(s->network, segment - 1) : 0;
		memset(s->sums, 0, sums * sizeof *s->sums);
		for (int b = 0; b < plan->block_count; b++) {
			gd_step_message_block(s->message, b == plan->block_count - 1);
			gd_network_backward_segment(s->network, pass, segment, &s->block[b], s->workspace[b], gd_step_message_add, s->message, segment ? s->sums : NULL);
		}
		/* A rank without blocks begins the same sums. */
		gd_step_message_reached(s->message, s->segment_start[segment]);
		if (!segment)
			break;
		status = gd_reduce_sum(s->communicator, s->sums->limb, sums * GD_WIDE_LIMBS);
		if (gd_failed(&status))
			return status;
		gd_network_finish_gradient_sums(s->network, pass, segment, s->sums, plan->rows, s->norm_gradient);
	}
	return gd_ok();
}

/* All blocks of the batch, over all ranks; again where a gradient has outgrown its quantum. */
static gd_status run_blocks(gd_stepper *s, const gd_pass *pass, int64_t step_in_epoch, gd_step_wishes wishes, int32_t *quantum)
{
	gd_step_plan plan = gd_exchange_step(s->exchange, step_in_epoch);
	do {
		gd_loss_sums loss = {0};
		gd_status status = gd_ok();
		gd_step_message_begin(s->message, quantum);
		if (s->segments == 1)
			run_whole(s, pass, &plan, step_in_epoch, &loss);
		else
			status = run_segments(s, pass, &plan, step_in_epoch, &loss);
		if (!gd_failed(&status))
			status = gd_step_message_finish(s->message, &loss, wishes);
		end_phase(s, &s->times.compute);
		if (gd_failed(&status))
			return status;
	} while (gd_step_message_coarsen(s->message, quantum));
	return gd_ok();
}

/* Batch norms' own gradients are sums over the ranks already. */
static void put_norm_gradients(gd_stepper *s)
{
	for (int t = 0; t < gd_network_tensors(s->network); t++) {
		const gd_tensor *tensor = gd_network_tensor(s->network, t);
		if (tensor->role == GD_TENSOR_NORM_SCALE || tensor->role == GD_TENSOR_NORM_SHIFT)
			gd_step_message_replace(s->message, tensor->offset, (size_t)tensor->columns, s->norm_gradient + tensor->offset);
	}
}

gd_status gd_stepper_step(gd_stepper *s, gd_training_state *state, int64_t step_in_epoch, int64_t step,
	const gd_step_scalars *scalars, gd_step_wishes wishes, gd_step_result *result)
{
	s->lap = gd_seconds();
	gd_status status = gd_exchange_reach(s->exchange, step_in_epoch);
	if (gd_failed(&status))
		return status;
	s->waited = s->communicator->waited;
	gd_pass pass = {
		.parameters = state->parameters,
		.tables = s->tables,
		.statistics = state->statistics,
		.dropout_key = gd_random_key(s->options.seed, GD_PURPOSE_DROPOUT, (uint64_t)step),
		.norm = s->norm,
	};
	gd_network_prepare(s->network, state->parameters, s->tables);
	status = run_blocks(s, &pass, step_in_epoch, wishes, state->quantum);
	if (!gd_failed(&status))
		status = gd_step_message_gradient(s->message);
	if (gd_failed(&status))
		return status;
	put_norm_gradients(s);
	gd_step_totals totals = gd_step_message_totals(s->message);
	/* A batch of rows that weigh nothing has no loss and no gradient. */
	if (totals.weight == 0)
		totals.weight = 1;
	*result = (gd_step_result){.loss = totals.loss / totals.weight, .rows = totals.rows, .correct = totals.correct / gd_network_members(s->network), .stop = totals.stop, .save = totals.save};
	status = gd_step_update_average(s->update, s->message, totals.weight, &result->norm);
	if (gd_failed(&status))
		return status;
	if (!totals.finite || !isfinite(result->loss) || !isfinite(result->norm))
		return gd_error(GD_DIVERGED, "training diverged at step %lld: the loss or a gradient is not finite; try a lower --learning-rate or --clip-norm 1",
			(long long)step);
	double factor = s->options.clip_norm > 0 ? gd_clip_factor(result->norm, s->options.clip_norm) : 1;
	status = gd_step_update_apply(s->update, scalars, factor, state);
	if (gd_failed(&status))
		return status;
	gd_network_update_statistics(s->network, &pass, state->statistics);
	gd_step_message_follow(s->message, state->quantum);
	end_phase(s, &s->times.update);
	s->times.steps++;
	return gd_ok();
}
