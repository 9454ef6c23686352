#include "gd/stepper.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/clock.h"
#include "gd/memory.h"
#include "gd/random.h"
#include "gd/reduce.h"

/* A first guess at a gradient's quantum, 2^-30: addends up to 2^21 in the smallest batch. Every later one follows the gradients. */
enum { FIRST_QUANTUM = -30, COARSER = 16 };
#define LARGEST_FINITE_BITS 0x7f7fffffu

/*
 * The step's message: gradient [parameters], then these, then for each tensor a wide sum of its blocks' largest
 * magnitudes, then for each tensor the number of blocks out of its range.
 */
enum { LOSS = 0, WEIGHT = LOSS + GD_WIDE_LIMBS, CORRECT = WEIGHT + GD_WIDE_LIMBS, ROWS, STOP, SAVE, NON_FINITE, SCALARS };

struct gd_stepper {
	gd_communicator *communicator;
	const gd_network *network;
	gd_exchange *exchange;
	gd_stepper_options options;
	size_t parameters, statistics;
	int tensors, segments, addends;
	int room; /* blocks that are kept between passes */
	gd_arena arena;
	double *message;
	size_t message_length;
	float *fast_message;  /* --reduction fast: gradient sums, then the scalars */
	float *gradient;      /* averaged */
	double *norm_gradient; /* of batch norms' scale and shift: [parameters], sparse */
	gd_wide_sum *sums;    /* [2 * widest batch norm] */
	float **x;            /* [room] blocks' features */
	float **workspace;    /* [room] */
	gd_block *block;      /* [room] */
	gd_quantum *quantum;  /* [tensors] */
	gd_norm_state norm;
	gd_step_times times;
	double lap; /* when the phase under way began */
};

gd_status gd_training_state_init(gd_training_state *state, const gd_network *network, int moments, bool average)
{
	size_t parameters = gd_network_parameters(network);
	*state = (gd_training_state){.moments = moments};
	state->parameters = gd_allocate(parameters, sizeof(float));
	state->statistics = gd_allocate(gd_network_statistics(network), sizeof(float));
	state->quantum = gd_allocate((size_t)gd_network_tensors(network), sizeof(int32_t));
	bool complete = state->parameters && state->statistics && state->quantum;
	for (int m = 0; m < moments; m++)
		complete = (state->moment[m] = gd_allocate(parameters, sizeof(float))) && complete;
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

static bool allocate(gd_stepper *s, int largest_block)
{
	int inputs = gd_network_get_options(s->network)->inputs;
	int channels = 0;
	for (int segment = 0; segment < s->segments; segment++)
		if (gd_network_segment_channels(s->network, segment) > channels)
			channels = gd_network_segment_channels(s->network, segment);
	size_t norms = s->statistics / 2;
	bool complete = (s->message = gd_allocate(s->message_length, sizeof(double))) && (s->gradient = gd_allocate(s->parameters, sizeof(float))) &&
		(s->quantum = gd_arena_take(&s->arena, (size_t)s->tensors, sizeof *s->quantum)) &&
		(s->sums = gd_arena_take(&s->arena, 2 * (size_t)channels + 1, sizeof *s->sums)) &&
		(s->x = gd_arena_take(&s->arena, (size_t)s->room, sizeof *s->x)) &&
		(s->workspace = gd_arena_take(&s->arena, (size_t)s->room, sizeof *s->workspace)) &&
		(s->block = gd_arena_take(&s->arena, (size_t)s->room, sizeof *s->block));
	if (complete && s->options.fast)
		complete = (s->fast_message = gd_allocate(s->parameters + SCALARS, sizeof(float))) != NULL;
	if (complete && norms) {
		float **const vectors[] = {&s->norm.mean, &s->norm.inverse_deviation, &s->norm.unbiased_variance, &s->norm.gradient_mean, &s->norm.gradient_product};
		for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
			complete = (*vectors[i] = gd_arena_take(&s->arena, norms, sizeof(float))) && complete;
		complete = (s->norm_gradient = gd_allocate(s->parameters, sizeof(double))) && complete;
	}
	for (int b = 0; complete && b < s->room; b++)
		complete = (s->x[b] = gd_allocate((size_t)inputs * (size_t)largest_block, sizeof(float))) &&
			(s->workspace[b] = gd_allocate(gd_network_workspace(s->network, largest_block), sizeof(float)));
	return complete;
}

gd_status gd_stepper_create(gd_communicator *communicator, const gd_network *network, gd_exchange *exchange,
	const gd_stepper_options *options, gd_stepper **stepper)
{
	gd_stepper *s = gd_allocate(1, sizeof *s);
	*stepper = s;
	bool complete = s != NULL;
	if (complete) {
		s->communicator = communicator;
		s->network = network;
		s->exchange = exchange;
		s->options = *options;
		s->parameters = gd_network_parameters(network);
		s->statistics = gd_network_statistics(network);
		s->tensors = gd_network_tensors(network);
		s->segments = gd_network_segments(network);
		s->message_length = s->parameters + SCALARS + (size_t)s->tensors * (GD_WIDE_LIMBS + 1);
		/* An epoch has at most two lengths of batch: the first step's and the last one's. */
		int64_t last = gd_exchange_steps(exchange) - 1;
		int largest_block = 1, most_blocks = 1;
		s->addends = 1;
		for (int64_t step = 0; step <= last; step += last > 0 ? last : 1) {
			gd_step_plan plan = gd_exchange_step(exchange, step);
			int rows = gd_network_blocking(network, plan.rows).largest;
			largest_block = rows > largest_block ? rows : largest_block;
			most_blocks = plan.block_count > most_blocks ? plan.block_count : most_blocks;
			s->addends = plan.blocks > s->addends ? plan.blocks : s->addends;
		}
		s->room = s->segments > 1 ? most_blocks : 1;
		complete = allocate(s, largest_block);
	}
	gd_status mine = complete ? gd_ok() : gd_out_of_memory("a training step");
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
	free(s->message);
	free(s->fast_message);
	free(s->gradient);
	free(s->norm_gradient);
	gd_arena_release(&s->arena);
	free(s);
}

gd_step_times gd_stepper_times(const gd_stepper *s)
{
	return s->times;
}

void gd_stepper_reset_times(gd_stepper *s)
{
	s->times = (gd_step_times){0};
}

/* What has passed since the last call goes to `phase`. */
static void end_phase(gd_stepper *s, double *phase)
{
	double now = gd_seconds();
	*phase += now - s->lap;
	s->lap = now;
}

static double *scalars_of(gd_stepper *s)
{
	return s->message + s->parameters;
}

static gd_wide_sum *maxima_of(gd_stepper *s)
{
	return (gd_wide_sum *)(scalars_of(s) + SCALARS);
}

static double *overflows_of(gd_stepper *s)
{
	return scalars_of(s) + SCALARS + (size_t)s->tensors * GD_WIDE_LIMBS;
}

static float float_of(uint32_t bits)
{
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* A block's gradient of a dense layer, weight and bias: into the message, each tensor at its own quantum. */
static void add_exactly(void *context, size_t offset, size_t count, const float *gradient)
{
	gd_stepper *s = context;
	for (int t = 0; t < s->tensors; t++) {
		const gd_tensor *tensor = gd_network_tensor(s->network, t);
		if (tensor->offset < offset || tensor->offset >= offset + count)
			continue;
		size_t length = (size_t)tensor->rows * (size_t)tensor->columns;
		uint32_t bits = gd_fixed_point_add(length, gradient + (tensor->offset - offset), s->quantum[t], s->message + tensor->offset);
		if (bits > LARGEST_FINITE_BITS) {
			scalars_of(s)[NON_FINITE]++;
			continue;
		}
		gd_wide_sum_add(&maxima_of(s)[t], float_of(bits));
		if (bits > s->quantum[t].limit_bits)
			overflows_of(s)[t]++;
	}
}

static void add_fast(void *context, size_t offset, size_t count, const float *gradient)
{
	gd_stepper *s = context;
	float *sum = s->fast_message + offset;
	for (size_t i = 0; i < count; i++)
		sum[i] += gradient[i];
}

/* Forward and backward through all segments of this rank's blocks; leaves the sums in the message. */
static gd_status run_blocks(gd_stepper *s, const gd_pass *pass, const gd_step_plan *plan, int64_t step_in_epoch, gd_loss_sums *loss)
{
	gd_gradient_sink *sink = s->options.fast ? add_fast : add_exactly;
	gd_status status;
	if (s->segments == 1) {
		for (int b = 0; b < plan->block_count; b++) {
			gd_block block = gd_exchange_block(s->exchange, step_in_epoch, plan->first_block + b, s->x[0]);
			end_phase(s, &s->times.input);
			gd_network_forward_segment(s->network, pass, 0, &block, s->workspace[0], NULL, loss);
			gd_network_backward_segment(s->network, pass, 0, &block, s->workspace[0], sink, s, NULL);
			end_phase(s, &s->times.compute);
		}
		return gd_ok();
	}
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
		end_phase(s, &s->times.compute);
		status = gd_reduce_sum(s->communicator, s->sums->limb, sums * GD_WIDE_LIMBS);
		if (gd_failed(&status))
			return status;
		end_phase(s, &s->times.reduce);
		gd_network_finish_moments(s->network, pass, segment, s->sums, plan->rows);
	}
	for (int segment = s->segments - 1; segment >= 0; segment--) {
		size_t sums = segment ? 2 * (size_t)gd_network_segment_channels(s->network, segment - 1) : 0;
		memset(s->sums, 0, sums * sizeof *s->sums);
		for (int b = 0; b < plan->block_count; b++)
			gd_network_backward_segment(s->network, pass, segment, &s->block[b], s->workspace[b], sink, s, segment ? s->sums : NULL);
		end_phase(s, &s->times.compute);
		if (!segment)
			break;
		status = gd_reduce_sum(s->communicator, s->sums->limb, sums * GD_WIDE_LIMBS);
		if (gd_failed(&status))
			return status;
		end_phase(s, &s->times.reduce);
		gd_network_finish_gradient_sums(s->network, pass, segment, s->sums, plan->rows, s->norm_gradient);
	}
	return gd_ok();
}

static gd_status reduce_message(gd_stepper *s, const gd_loss_sums *loss, gd_step_wishes wishes)
{
	double *scalars = scalars_of(s);
	memcpy(scalars + LOSS, loss->loss.limb, sizeof loss->loss.limb);
	memcpy(scalars + WEIGHT, loss->weight.limb, sizeof loss->weight.limb);
	scalars[CORRECT] = (double)loss->correct;
	scalars[ROWS] = (double)loss->rows;
	scalars[STOP] = wishes.stop;
	scalars[SAVE] = wishes.save;
	if (!s->options.fast)
		return gd_reduce_sum(s->communicator, s->message, s->message_length);

	float *tail = s->fast_message + s->parameters;
	for (int i = 0; i < SCALARS; i++)
		tail[i] = (float)scalars[i];
	gd_status status = gd_reduce_sum_float(s->communicator, s->fast_message, s->parameters + SCALARS);
	for (int i = 0; i < SCALARS; i++)
		scalars[i] = tail[i];
	for (size_t i = 0; i < s->parameters; i++)
		s->message[i] = s->fast_message[i];
	return status;
}

/* Whether a tensor was out of its quantum's range on some rank: then it gets a coarser one. */
static bool coarsen(gd_stepper *s, gd_training_state *state)
{
	bool any = false;
	for (int t = 0; t < s->tensors && !s->options.fast; t++)
		if (overflows_of(s)[t] > 0) {
			state->quantum[t] += COARSER;
			any = true;
		}
	return any;
}

static double wide_value(const double *limbs)
{
	gd_wide_sum sum;
	memcpy(sum.limb, limbs, sizeof sum.limb);
	return gd_wide_sum_value(&sum);
}

static void average_gradient(gd_stepper *s, double weight)
{
	for (int t = 0; t < s->tensors; t++) {
		const gd_tensor *tensor = gd_network_tensor(s->network, t);
		bool norm = tensor->role == GD_TENSOR_NORM_SCALE || tensor->role == GD_TENSOR_NORM_SHIFT;
		const double *sum = (norm ? s->norm_gradient : s->message) + tensor->offset;
		float *average = s->gradient + tensor->offset;
		size_t length = (size_t)tensor->rows * (size_t)tensor->columns;
		for (size_t i = 0; i < length; i++)
			average[i] = (float)(sum[i] / weight);
	}
}

static void update(gd_stepper *s, gd_training_state *state, const gd_step_scalars *scalars)
{
	for (int t = 0; t < s->tensors; t++) {
		const gd_tensor *tensor = gd_network_tensor(s->network, t);
		bool decays = !s->options.decay_weights_only || gd_tensor_is_weight(tensor);
		float *moment[2] = {NULL, NULL};
		for (int m = 0; m < state->moments; m++)
			moment[m] = state->moment[m] + tensor->offset;
		gd_optimizer_update(&s->options.optimizer, scalars, decays ? s->options.weight_decay : 0, (size_t)tensor->rows * (size_t)tensor->columns,
			state->parameters + tensor->offset, s->gradient + tensor->offset, moment);
	}
	if (state->average)
		gd_vector_average(s->parameters, s->options.average, state->parameters, state->average);
}

gd_status gd_stepper_step(gd_stepper *s, gd_training_state *state, int64_t step_in_epoch, int64_t step,
	const gd_step_scalars *scalars, gd_step_wishes wishes, gd_step_result *result)
{
	gd_status reached = gd_exchange_reach(s->exchange, step_in_epoch);
	if (gd_failed(&reached))
		return reached;
	gd_step_plan plan = gd_exchange_step(s->exchange, step_in_epoch);
	gd_pass pass = {
		.parameters = state->parameters,
		.statistics = state->statistics,
		.dropout_key = gd_random_key(s->options.seed, GD_PURPOSE_DROPOUT, (uint64_t)step),
		.norm = s->norm,
	};
	s->lap = gd_seconds();
	do {
		memset(s->message, 0, s->message_length * sizeof *s->message);
		if (s->options.fast)
			memset(s->fast_message, 0, s->parameters * sizeof *s->fast_message);
		for (int t = 0; t < s->tensors; t++)
			s->quantum[t] = gd_quantum_of(state->quantum[t], s->addends);
		gd_loss_sums loss = {0};
		gd_status status = run_blocks(s, &pass, &plan, step_in_epoch, &loss);
		if (gd_failed(&status))
			return status;
		end_phase(s, &s->times.compute);
		status = reduce_message(s, &loss, wishes);
		if (gd_failed(&status))
			return status;
		end_phase(s, &s->times.reduce);
		/* Infinities are past every quantum: they end the training before any coarsening. */
		if (scalars_of(s)[NON_FINITE] > 0)
			break;
	} while (coarsen(s, state));

	const double *sums = scalars_of(s);
	double weight = s->options.fast ? sums[WEIGHT] : wide_value(sums + WEIGHT);
	double total = s->options.fast ? sums[LOSS] : wide_value(sums + LOSS);
	if (s->options.fast)
		for (int i = 1; i < GD_WIDE_LIMBS; i++) {
			weight += sums[WEIGHT + i];
			total += sums[LOSS + i];
		}
	*result = (gd_step_result){
		.loss = total / weight,
		.rows = sums[ROWS],
		.correct = sums[CORRECT],
		.stop = sums[STOP] > 0,
		.save = sums[SAVE] > 0,
	};
	average_gradient(s, weight);
	result->norm = gd_vector_norm(s->parameters, s->gradient);
	if (sums[NON_FINITE] > 0 || !isfinite(result->loss) || !isfinite(result->norm))
		return gd_error(GD_DIVERGED, "training diverged at step %lld: the loss or a gradient is not finite; try a lower --learning-rate or --clip-norm 1",
			(long long)step);
	double factor = s->options.clip_norm > 0 ? gd_clip_factor(result->norm, s->options.clip_norm) : 1;
	if (factor < 1)
		for (size_t i = 0; i < s->parameters; i++)
			s->gradient[i] *= (float)factor;
	update(s, state, scalars);
	if (s->statistics > 0)
		gd_network_update_statistics(s->network, &pass, state->statistics);
	for (int t = 0; t < s->tensors && !s->options.fast; t++)
		state->quantum[t] = gd_quantum_exponent(gd_wide_sum_value(&maxima_of(s)[t]), s->addends, state->quantum[t]);
	end_phase(s, &s->times.update);
	s->times.steps++;
	return gd_ok();
}
