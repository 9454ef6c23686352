#include "gd/bench/bench_model.h"

#include <math.h>
#include <stdlib.h>

#include "gd/base/clock.h"
#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/train/step_settings.h"

static gd_status make_network(gd_bench_model *m)
{
	gd_arena arena = {0};
	gd_encoding encoding;
	gd_status status = gd_ok();
	if (m->dataset) {
		gd_preprocessing encoded = {0};
		const gd_preprocessing *preprocessing = &gd_dataset_get_header(m->dataset)->preprocessing;
		m->inputs = preprocessing->features;
		m->classes = preprocessing->classes;
		status = gd_train_options_encode(m->options, preprocessing, &encoded);
		if (!gd_failed(&status))
			status = gd_preprocessing_encoding(&encoded, &arena, &encoding);
		gd_preprocessing_release(&encoded);
		if (!gd_failed(&status) && m->options->periodic && !encoding.numeric)
			status = gd_error(GD_BAD_DATA, "--periodic needs numeric features, and '%s' has none", m->options->data);
	} else if (m->options->periodic) {
		status = gd_error(GD_USAGE, "--periodic needs to know which features are numbers: name a dataset with --data");
	}
	if (!gd_failed(&status)) {
		gd_network_options shape = gd_train_options_network(m->options, m->inputs, m->classes, NULL, m->dataset ? &encoding : NULL);
		status = gd_network_create(&shape, &m->network);
	}
	gd_arena_release(&arena);
	return status;
}

static gd_plan_batch batch_of(const gd_network *network, int64_t rows)
{
	return (gd_plan_batch){(int)rows, gd_network_blocking(network, (int)rows).blocks};
}

static void add_message(gd_plan_work *work, bool slices, double bytes)
{
	work->message[work->messages++] = (gd_plan_message){slices, bytes};
}

/* Steps and messages of an epoch, as gd_exchange and gd_stepper make them. */
static void plan_work(gd_bench_model *m)
{
	const gd_train_options *o = m->options;
	gd_plan_work *work = &m->work;
	int64_t batch = o->batch_size < m->rows ? o->batch_size : m->rows, rest = m->rows % batch;
	bool norms = o->batch_norm && o->hidden.count > 0;
	work->full = batch_of(m->network, batch);
	work->full_steps = m->rows / batch;
	if (rest > 0 && !o->drop_last && !(norms && rest == 1))
		work->last = batch_of(m->network, rest);
	for (int segment = 0; segment + 1 < gd_network_segments(m->network); segment++)
		for (int way = 0; way < 2; way++)
			add_message(work, false, 2.0 * gd_network_segment_channels(m->network, segment) * sizeof(gd_wide_sum));
	m->message_bytes = (double)gd_step_message_bytes(m->network, o->reduction == GD_REDUCTION_FAST);
	double parameters = (double)gd_network_parameters(m->network), gradient = parameters * (double)gd_sum_type_size(o->reduction == GD_REDUCTION_FAST ? GD_FLOATS : GD_DOUBLES);
	add_message(work, false, m->message_bytes - (o->shard_optimizer ? gradient : 0));
	if (o->shard_optimizer) {
		add_message(work, true, gradient);
		add_message(work, true, parameters / GD_NORM_SEGMENT * sizeof(double));
		add_message(work, true, parameters * sizeof(float));
	}
	work->row_bytes = (m->inputs + 2.0 + (m->dataset && gd_dataset_get_header(m->dataset)->weight)) * sizeof(float);
	work->epochs = o->epochs;
	work->algorithm = GD_ALLREDUCES;
}

gd_status gd_bench_model_describe(gd_communicator *communicator, const gd_train_options *options, int inputs, int classes, int64_t rows, gd_bench_model *m)
{
	*m = (gd_bench_model){.communicator = communicator, .options = options, .inputs = inputs, .classes = classes, .rows = rows};
	gd_status status = options->data ? gd_dataset_open(communicator, options->data, &m->dataset) : gd_ok();
	if (gd_failed(&status))
		return status;
	if (m->dataset)
		m->rows = gd_dataset_get_header(m->dataset)->rows[GD_TRAIN];
	/* Batch normalisation has no use for a batch of one row. */
	int fewest = options->batch_norm && options->hidden.count > 0 ? 2 : 1;
	gd_status mine = gd_ok();
	if (m->rows < fewest)
		mine = gd_error(GD_BAD_DATA, "%lld rows leave no batch to train on", (long long)m->rows);
	else if (options->batch_size < fewest)
		mine = gd_error(GD_USAGE, "--batch-norm needs a --batch-size of at least 2");
	else
		mine = make_network(m);
	status = gd_agree(communicator, &mine);
	if (gd_failed(&status))
		return status;
	plan_work(m);
	m->blocking = gd_network_blocking(m->network, m->work.full.rows);
	m->flops = gd_network_flops(m->network);
	m->bytes = gd_network_bytes(m->network);
	m->workspace_bytes = (double)gd_network_workspace(m->network, m->blocking.largest) * sizeof(float);
	return gd_ok();
}

/* Uniform features of variance 1 and uniform labels: a row is a function of its index. */
static void draw_rows(gd_bench_model *m)
{
	const gd_shard *shard = &m->shard;
	uint64_t key = gd_random_key((uint64_t)m->options->seed, GD_PURPOSE_SYNTH, 0);
	size_t inputs = (size_t)m->inputs;
	for (size_t row = 0; row < (size_t)shard->share.count; row++) {
		uint64_t position = ((uint64_t)shard->share.first + row) * (inputs + 1);
		for (size_t f = 0; f < inputs; f++)
			shard->features[row * inputs + f] = (float)(sqrt(12) * (gd_random_uniform(key, position + f) - 0.5));
		shard->labels[row] = (int32_t)(gd_random_bits(key, position + inputs) % (uint64_t)m->classes);
	}
}

static gd_status make_rows(gd_bench_model *m)
{
	const gd_shard *shard = &m->shard;
	const bool weighted = m->dataset && gd_dataset_get_header(m->dataset)->weight;
	gd_status status = gd_shard_create(m->communicator, m->rows, m->inputs, weighted, &m->shard);
	if (gd_failed(&status))
		return status;
	if (!m->dataset) {
		draw_rows(m);
		return gd_ok();
	}
	double start = gd_seconds();
	status = gd_dataset_read(m->dataset, GD_TRAIN, shard->share.first, shard->share.count, shard->features, shard->labels, NULL);
	if (!gd_failed(&status) && weighted)
		status = gd_dataset_read_weights(m->dataset, GD_TRAIN, shard->share.first, shard->share.count, shard->weights);
	return gd_failed(&status) ? status : gd_reduce_spread(m->communicator, gd_seconds() - start, &m->read_seconds);
}

static gd_status make_steps(gd_bench_model *m)
{
	const gd_train_options *o = m->options;
	gd_exchange_options exchange = {
		.rows = m->rows,
		.features = m->inputs,
		.batch_rows = (int)o->batch_size,
		.drop_last = o->drop_last,
		.skip_single = o->batch_norm && o->hidden.count > 0,
		.seed = (uint64_t)o->seed,
		.network = m->network,
		.shard = &m->shard,
	};
	gd_stepper_options stepper = gd_step_settings(o);
	gd_status status = gd_exchange_create(m->communicator, &exchange, &m->exchange);
	if (!gd_failed(&status))
		status = gd_stepper_create(m->communicator, m->network, m->exchange, &stepper, &m->stepper);
	if (gd_failed(&status))
		return status;
	gd_slice slice = gd_step_slice(o, gd_network_parameters(m->network), m->communicator->rank, m->communicator->size);
	gd_status mine = gd_training_state_init(&m->state, m->network, gd_optimizer_moments(&stepper.optimizer), slice, o->ema > 0);
	status = gd_agree(m->communicator, &mine);
	if (gd_failed(&status))
		return status;
	if (m->communicator->rank == 0)
		gd_initialise(m->network, (gd_initialisation)o->init, o->output_std, (uint64_t)o->seed, m->state.parameters, m->state.statistics);
	status = gd_broadcast(m->communicator, m->state.parameters, gd_network_parameters(m->network) * sizeof(float));
	size_t statistics = gd_network_statistics(m->network);
	return gd_failed(&status) || !statistics ? status : gd_broadcast(m->communicator, m->state.statistics, statistics * sizeof(float));
}

gd_status gd_bench_model_prepare(gd_bench_model *m)
{
	m->communicator->phase = "setting up the model";
	gd_status status = make_rows(m);
	if (!gd_failed(&status))
		status = make_steps(m);
	/* The second time, when all memory has been touched. */
	for (int time = 0; !gd_failed(&status) && time < 2; time++) {
		double start = gd_seconds();
		status = gd_exchange_run(m->exchange, time);
		for (int64_t step = 1; !gd_failed(&status) && step < gd_exchange_steps(m->exchange); step++)
			status = gd_exchange_reach(m->exchange, step);
		if (!gd_failed(&status))
			status = gd_reduce_spread(m->communicator, gd_seconds() - start, &m->exchange_seconds);
	}
	return status;
}

void gd_bench_model_release(gd_bench_model *m)
{
	gd_stepper_free(m->stepper);
	gd_exchange_free(m->exchange);
	gd_training_state_release(&m->state);
	gd_network_free(m->network);
	if (m->dataset)
		gd_dataset_close(m->dataset);
	gd_shard_release(&m->shard);
}

/* The parts of a step whose times are kept. */
enum { STEP, INPUT, COMPUTE, REDUCE, UPDATE, OTHER, PARTS };

/* What a step took, by the difference of two readings. */
static void keep_times(double seconds, const gd_step_times *before, const gd_step_times *after, double *part, int64_t stride)
{
	const double phase[] = {after->input - before->input, after->compute - before->compute, after->reduce - before->reduce, after->update - before->update};
	part[STEP * stride] = part[OTHER * stride] = seconds;
	for (int i = 0; i < 4; i++) {
		part[(INPUT + i) * stride] = phase[i];
		part[OTHER * stride] -= phase[i];
	}
}

/* `count` steps more, over the epoch's full batches again and again; the seconds of each into part [PARTS, count], if that is wanted. */
static gd_status run_steps(gd_bench_model *m, int64_t *done, int64_t count, double *part)
{
	gd_optimizer_options optimizer = gd_train_options_optimizer(m->options);
	gd_step_times before = gd_stepper_times(m->stepper), after;
	gd_status status = gd_ok();
	double start = gd_seconds();
	m->communicator->phase = "a training step";
	for (int64_t i = 0; !gd_failed(&status) && i < count; i++, ++*done) {
		gd_step_result result;
		/* A rate of 0 keeps the model where it is. */
		gd_step_scalars scalars = gd_optimizer_scalars(&optimizer, 0, 1);
		status = gd_stepper_step(m->stepper, &m->state, *done % m->work.full_steps, *done + 1, &scalars, (gd_step_wishes){false, false}, &result);
		double now = gd_seconds();
		after = gd_stepper_times(m->stepper);
		if (part)
			keep_times(now - start, &before, &after, part + i, count);
		start = now;
		before = after;
	}
	return status;
}

/* Collective. Medians of the parts [PARTS, steps], which are put in order. */
static gd_status spread_parts(gd_communicator *communicator, double *part, gd_bench_steps *result)
{
	gd_spread step, least, *const spread[PARTS] = {&step, &result->input, &result->compute, &result->reduce, &result->update, &result->other};
	gd_status status = gd_ok();
	for (int i = 0; !gd_failed(&status) && i < PARTS; i++)
		status = gd_reduce_spread(communicator, gd_bench_median(part + i * result->steps, (int)result->steps), spread[i]);
	if (!gd_failed(&status))
		status = gd_reduce_spread(communicator, part[0], &least);
	if (!gd_failed(&status)) {
		result->seconds = step.maximum;
		result->least = least.maximum;
	}
	return status;
}

/* Collective. How many steps fit into `budget`, by rank 0's clock. */
static gd_status count_steps(gd_bench_model *m, int64_t *done, double budget, int64_t *count)
{
	enum { TRIED = 2, FEWEST = 5, MOST = 100000 };
	double start = gd_seconds();
	gd_status status = run_steps(m, done, TRIED, NULL);
	if (gd_failed(&status))
		return status;
	double wanted = budget * TRIED / (gd_seconds() - start);
	*count = wanted < FEWEST ? FEWEST : wanted > MOST ? MOST : (int64_t)wanted;
	return gd_broadcast(m->communicator, count, sizeof *count);
}

gd_status gd_bench_model_run(gd_bench_model *m, int64_t steps, double budget, gd_bench_steps *result)
{
	int64_t done = 0;
	*result = (gd_bench_steps){.steps = steps};
	/* The first steps touch memory and find the gradients' quanta. */
	gd_status status = run_steps(m, &done, 2, NULL);
	if (!gd_failed(&status) && steps == 0)
		status = count_steps(m, &done, budget, &result->steps);
	if (gd_failed(&status))
		return status;
	double *part = gd_allocate(PARTS * (size_t)result->steps, sizeof *part);
	gd_status mine = part ? gd_ok() : gd_out_of_memory("the steps' times");
	status = gd_agree(m->communicator, &mine);
	if (!gd_failed(&status))
		status = run_steps(m, &done, result->steps, part);
	if (!gd_failed(&status))
		status = spread_parts(m->communicator, part, result);
	free(part);
	return status;
}
