#include "gd/parallel/exchange.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/kernel/permutation.h"
#include "gd/kernel/transpose.h"
#include "gd/parallel/epoch_plan.h"
#include "gd/parallel/transit.h"

enum { TOGETHER = 512 }; /* rows whose places are computed at once */

struct gd_exchange {
	gd_communicator *communicator;
	int features;
	uint64_t seed;
	int64_t rows; /* of the dataset */
	int64_t epochs;
	const gd_shard *shard;
	bool whole;                /* no row travels: a slot is a position of the epoch, and all rows are within reach */
	const float *row_features; /* all ranks' */
	const int32_t *row_labels;
	const float *row_weights;  /* NULL: all 1 */
	gd_epoch_plan plan;
	int64_t epoch;              /* that is trained on */
	gd_permutation permutation; /* of `epoch` */
	int32_t *labels;            /* [rows of this rank's largest batch] of one step */
	float *weights;             /* likewise; NULL: all 1 */
	gd_transit *transit;        /* NULL: no row travels */
};

static gd_status allocate(gd_exchange *exchange)
{
	const gd_epoch_plan *plan = &exchange->plan;
	if (exchange->shard->share.count > INT_MAX || plan->slots > INT_MAX)
		return gd_error(GD_FAILED, "%lld rows on one rank are more than the exchange can count; use more ranks",
			exchange->shard->share.count > plan->slots ? exchange->shard->share.count : (long long)plan->slots);
	int most = plan->full.local_rows > plan->last.local_rows ? plan->full.local_rows : plan->last.local_rows;
	exchange->labels = gd_allocate((size_t)most, sizeof *exchange->labels);
	exchange->weights = exchange->shard->weights ? gd_allocate((size_t)most, sizeof *exchange->weights) : NULL;
	if (!exchange->labels || !exchange->weights != !exchange->shard->weights)
		return gd_out_of_memory("the labels of a step");
	if (exchange->whole || plan->pieces == 0)
		return gd_ok();
	gd_transit_room room = {.features = exchange->features, .weighted = exchange->shard->weights != NULL, .shard_rows = exchange->shard->share.count, .pieces = plan->pieces, .piece_slots = plan->piece_slots};
	return gd_transit_create(exchange->communicator, &room, &exchange->transit);
}

gd_status gd_exchange_create(gd_communicator *communicator, const gd_exchange_options *options, gd_exchange **result)
{
	assert(options->rows >= 0 && options->features > 0 && options->batch_rows > 0);
	*result = NULL;
	gd_status status = gd_ok();
	gd_exchange *exchange = gd_allocate(1, sizeof *exchange);
	if (!exchange) {
		status = gd_out_of_memory("the exchange of rows");
		goto done;
	}
	exchange->communicator = communicator;
	exchange->features = options->features;
	exchange->seed = options->seed;
	exchange->rows = options->rows;
	exchange->epochs = options->epochs;
	exchange->shard = options->shard;
	exchange->whole = options->shard->whole || communicator->size == 1;
	exchange->epoch = -1;
	gd_epoch_shape shape = {
		.rows = options->rows,
		.batch_rows = options->batch_rows,
		.drop_last = options->drop_last,
		.skip_single = options->skip_single,
		.piece_rows = gd_transit_piece_rows(communicator->size, options->features, options->shard->weights != NULL, options->piece_bytes),
	};
	status = gd_epoch_plan_init(&exchange->plan, &shape, options->network, communicator->rank, communicator->size);
	if (!gd_failed(&status))
		status = allocate(exchange);
done:
	status = gd_agree(communicator, &status);
	if (gd_failed(&status)) {
		gd_exchange_free(exchange);
		exchange = NULL;
	}
	*result = exchange;
	return status;
}

void gd_exchange_free(gd_exchange *exchange)
{
	if (!exchange)
		return;
	gd_transit_free(exchange->transit);
	gd_epoch_plan_release(&exchange->plan);
	free(exchange->labels);
	free(exchange->weights);
	free(exchange);
}

int64_t gd_exchange_steps(const gd_exchange *exchange)
{
	return exchange->plan.steps;
}

static gd_permutation permutation_of(const gd_exchange *exchange, int64_t epoch)
{
	gd_permutation permutation;
	gd_permutation_init(&permutation, (uint64_t)exchange->rows, gd_random_key(exchange->seed, GD_PURPOSE_SHUFFLE, (uint64_t)epoch));
	return permutation;
}

/* Collective. Sends a piece on its way. */
static gd_status send_piece(gd_exchange *exchange, int64_t epoch, int64_t piece)
{
	gd_round round = {.number = epoch, .plan = &exchange->plan, .permutation = permutation_of(exchange, epoch), .shard = exchange->shard};
	return gd_transit_begin(exchange->transit, &round, piece);
}

gd_status gd_exchange_reach(gd_exchange *exchange, int64_t step)
{
	const gd_epoch_plan *plan = &exchange->plan;
	gd_transit *transit = exchange->transit;
	assert(exchange->epoch >= 0 && step >= 0 && step < plan->steps);
	if (!transit)
		return gd_ok();
	int64_t epoch = exchange->epoch, piece = step / plan->piece_steps;
	if (gd_transit_present(transit, epoch, piece))
		return gd_transit_attend(transit);
	const char *phase = exchange->communicator->phase;
	exchange->communicator->phase = "the epoch's exchange";
	gd_status status = gd_transit_coming(transit) ? gd_transit_finish(transit) : gd_ok();
	if (!gd_failed(&status) && !gd_transit_present(transit, epoch, piece)) {
		status = send_piece(exchange, epoch, piece);
		if (!gd_failed(&status))
			status = gd_transit_finish(transit);
	}
	bool over = piece + 1 == plan->pieces;
	if (!gd_failed(&status) && (!over || epoch + 1 < exchange->epochs))
		status = send_piece(exchange, over ? epoch + 1 : epoch, over ? 0 : piece + 1);
	exchange->communicator->phase = phase;
	return status;
}

/* Collective, the first time. */
static gd_status find_rows(gd_exchange *exchange)
{
	const gd_shard *shard = exchange->shard;
	int64_t before = shard->whole ? shard->share.first : 0;
	gd_status status = gd_ok();
	if (exchange->row_features)
		return status;
	exchange->row_features = shard->features - before * exchange->features;
	exchange->row_labels = shard->labels - before;
	exchange->row_weights = shard->weights ? shard->weights - before : NULL;
	/* The others have read theirs. */
	return shard->whole ? gd_agree(exchange->communicator, &status) : status;
}

gd_status gd_exchange_run(gd_exchange *exchange, int64_t epoch)
{
	if (exchange->plan.used == 0)
		return gd_ok();
	gd_status status = find_rows(exchange);
	if (gd_failed(&status))
		return status;
	exchange->epoch = epoch;
	exchange->permutation = permutation_of(exchange, epoch);
	return gd_exchange_reach(exchange, 0);
}

gd_step_plan gd_exchange_step(const gd_exchange *exchange, int64_t step)
{
	const gd_batch_plan *batch = gd_epoch_plan_batch(&exchange->plan, step);
	return (gd_step_plan){.rows = batch->rows, .blocks = batch->blocks, .first_block = batch->first_block, .block_count = batch->block_count};
}

/* Rows from position `position` of the epoch on, where all are within reach: x [features, rows], labels and weights [rows]. */
static void fetch_rows(const gd_exchange *exchange, int64_t position, int rows, float *x, int32_t *labels, float *weights)
{
	uint64_t index[TOGETHER];
	size_t features = (size_t)exchange->features;
	for (int first = 0; first < rows; first += TOGETHER) {
		int count = rows - first < TOGETHER ? rows - first : TOGETHER;
		gd_permutation_rows(&exchange->permutation, (uint64_t)(position + first), (size_t)count, index);
		gd_transpose_chosen((size_t)count, features, exchange->row_features, features, index, x + first, (size_t)rows);
		for (int i = 0; i < count; i++)
			labels[first + i] = exchange->row_labels[index[i]];
		for (int i = 0; i < count && weights; i++)
			weights[first + i] = exchange->row_weights[index[i]];
	}
}

gd_block gd_exchange_block(const gd_exchange *exchange, int64_t step, int block, float *x)
{
	const gd_epoch_plan *plan = &exchange->plan;
	const gd_batch_plan *batch = gd_epoch_plan_batch(plan, step);
	assert(block >= batch->first_block && block < batch->first_block + batch->block_count);
	int start = gd_block_start(batch->rows, batch->blocks, block);
	int rows = gd_block_start(batch->rows, batch->blocks, block + 1) - start;
	int before = start - batch->start[plan->rank]; /* rows of the step */
	int32_t *labels = exchange->labels + before;
	float *weights = exchange->weights ? exchange->weights + before : NULL;
	if (exchange->transit) {
		int64_t piece = step / plan->piece_steps;
		assert(gd_transit_present(exchange->transit, exchange->epoch, piece));
		gd_transit_fetch(exchange->transit, (step - piece * plan->piece_steps) * plan->full.local_rows + before, rows, x, labels, weights);
	} else {
		fetch_rows(exchange, step * plan->full.rows + start, rows, x, labels, weights);
	}
	return (gd_block){.index = block, .rows = rows, .x = x, .labels = labels, .weights = weights};
}
