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
#include "gd/parallel/windows.h"

enum { TOGETHER = 512 }; /* rows whose places are computed at once */

struct gd_exchange {
	gd_communicator *communicator;
	int features;              /* of a row as it is held */
	const gd_row_form *form;   /* in which it is; NULL: as it is */
	uint64_t seed;
	int64_t rows; /* of the dataset */
	int64_t epochs;
	const gd_shard *shard;
	gd_windows *windows;       /* NULL: the shard has all rows, and each epoch is one round */
	int64_t window_steps;      /* of a window, but the last */
	int64_t used_windows;      /* in which there is a step */
	bool whole;                /* no row travels: a slot is a position of the round, and all its rows are within reach */
	const float *row_features; /* all ranks', of the round under way */
	const int32_t *row_labels;
	const float *row_weights;             /* NULL: all 1 */
	gd_epoch_plan plan;                   /* of an epoch */
	gd_epoch_plan window_plan, last_plan; /* of a window that is full, and of the last one with a step */
	int64_t epoch;                        /* that is trained on */
	int64_t round;                        /* whose rows are within reach; -1: none */
	gd_permutation permutation;           /* of that round */
	int32_t *labels;                      /* [rows of this rank's largest batch] of one step */
	float *weights;                       /* likewise; NULL: all 1 */
	gd_transit *transit;                  /* NULL: no row travels */
};

static const gd_epoch_plan *plan_of(const gd_exchange *exchange, int64_t window)
{
	if (!exchange->windows)
		return &exchange->plan;
	return window == exchange->used_windows - 1 ? &exchange->last_plan : &exchange->window_plan;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static gd_status allocate(gd_exchange *exchange, bool weighted)
{
	const gd_epoch_plan *plan = &exchange->plan, *full = plan_of(exchange, 0), *last = plan_of(exchange, exchange->used_windows - 1);
	int64_t shard_rows = exchange->shard ? exchange->shard->share.count : 0;
	if (exchange->windows)
		shard_rows = gd_windows_rows(exchange->windows, 0) / plan->ranks + 1;
	int64_t slots = larger(full->slots, last->slots);
	if (shard_rows > INT_MAX || slots > INT_MAX)
		return gd_error(GD_FAILED, "%lld rows on one rank are more than the exchange can count; use more ranks", (long long)larger(shard_rows, slots));
	size_t most = (size_t)larger(plan->full.local_rows, plan->last.local_rows);
	exchange->labels = gd_allocate(most, sizeof *exchange->labels);
	exchange->weights = weighted ? gd_allocate(most, sizeof *exchange->weights) : NULL;
	if (!exchange->labels || !exchange->weights != !weighted)
		return gd_out_of_memory("the labels of a step");
	if (exchange->whole || plan->steps == 0)
		return gd_ok();
	gd_transit_room room = {
		.features = exchange->features,
		.form = exchange->form,
		.weighted = weighted,
		.shard_rows = shard_rows,
		.pieces = larger(full->pieces, last->pieces),
		.piece_slots = larger(full->piece_slots, last->piece_slots),
	};
	return gd_transit_create(exchange->communicator, &room, &exchange->transit);
}

/* What one plan says of an epoch, two say of its windows. */
static gd_status plan_windows(gd_exchange *exchange, const gd_exchange_options *options, gd_epoch_shape shape)
{
	gd_communicator *communicator = exchange->communicator;
	int64_t window = gd_windows_rows(exchange->windows, 0);
	exchange->window_steps = window / exchange->plan.full.rows;
	exchange->used_windows = (exchange->plan.used + window - 1) / window;
	shape.rows = window;
	gd_status status = gd_epoch_plan_init(&exchange->window_plan, &shape, options->network, communicator->rank, communicator->size);
	shape.rows = gd_windows_rows(exchange->windows, exchange->used_windows - 1);
	if (!gd_failed(&status))
		status = gd_epoch_plan_init(&exchange->last_plan, &shape, options->network, communicator->rank, communicator->size);
	return status;
}

gd_status gd_exchange_create(gd_communicator *communicator, const gd_exchange_options *options, gd_exchange **result)
{
	assert(options->rows >= 0 && options->features > 0 && options->batch_rows > 0);
	*result = NULL;
	int64_t window = gd_exchange_window(options);
	assert(!window || !options->form);
	bool weighted = options->shard ? options->shard->weights != NULL : options->weighted;
	gd_status status = gd_ok();
	gd_exchange *exchange = gd_allocate(1, sizeof *exchange);
	if (!exchange) {
		status = gd_out_of_memory("the exchange of rows");
		goto done;
	}
	exchange->communicator = communicator;
	exchange->form = options->form;
	exchange->features = options->form ? options->form->words : options->features;
	exchange->seed = options->seed;
	exchange->rows = options->rows;
	exchange->epochs = options->epochs;
	exchange->shard = options->shard;
	exchange->epoch = exchange->round = -1;
	gd_epoch_shape shape = {
		.rows = options->rows,
		.batch_rows = options->batch_rows,
		.drop_last = options->drop_last,
		.skip_single = options->skip_single,
		.piece_rows = gd_transit_piece_rows(communicator->size, exchange->features, weighted, options->piece_bytes),
	};
	status = gd_epoch_plan_init(&exchange->plan, &shape, options->network, communicator->rank, communicator->size);
done:
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status) && window && exchange->plan.steps) {
		gd_windows_options windows = {.rows = options->rows, .window = window, .features = options->features, .weighted = weighted, .seed = options->seed, .source = options->source};
		status = gd_windows_create(communicator, &windows, &exchange->windows);
	}
	if (!gd_failed(&status)) {
		exchange->whole = communicator->size == 1 || (exchange->windows ? gd_windows_whole(exchange->windows) : !options->shard || options->shard->whole);
		if (exchange->windows)
			status = plan_windows(exchange, options, shape);
		if (!gd_failed(&status))
			status = allocate(exchange, weighted);
		status = gd_agree(communicator, &status);
	}
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
	gd_windows_free(exchange->windows);
	gd_epoch_plan_release(&exchange->plan);
	gd_epoch_plan_release(&exchange->window_plan);
	gd_epoch_plan_release(&exchange->last_plan);
	free(exchange->labels);
	free(exchange->weights);
	free(exchange);
}

int64_t gd_exchange_window(const gd_exchange_options *options)
{
	int64_t batch = options->batch_rows < options->rows ? options->batch_rows : options->rows;
	return options->rows > 0 ? gd_window_rows(options->rows, options->window, batch) : 0;
}

int64_t gd_exchange_steps(const gd_exchange *exchange)
{
	return exchange->plan.steps;
}

static int64_t windows_of(const gd_exchange *exchange)
{
	return exchange->windows ? gd_windows_count(exchange->windows) : 1;
}

static gd_permutation permutation_of(const gd_exchange *exchange, int64_t round)
{
	gd_permutation permutation;
	int64_t rows = exchange->windows ? gd_windows_rows(exchange->windows, round % windows_of(exchange)) : exchange->rows;
	gd_purpose purpose = exchange->windows ? GD_PURPOSE_WINDOW : GD_PURPOSE_SHUFFLE;
	gd_permutation_init(&permutation, (uint64_t)rows, gd_random_key(exchange->seed, purpose, (uint64_t)round));
	return permutation;
}

/* The round in which there is a step after those of `round`; -1: none that is known to come. */
static int64_t next_of(const gd_exchange *exchange, int64_t round)
{
	int64_t windows = windows_of(exchange), epoch = round / windows;
	if (exchange->windows && round % windows + 1 < exchange->used_windows)
		return round + 1;
	return epoch + 1 < exchange->epochs ? (epoch + 1) * windows : -1;
}

/* Collective with windows, and the first time. The rows of a round are in place. */
static gd_status have_rows(gd_exchange *exchange, int64_t round, const gd_shard **shard)
{
	gd_status status = gd_ok();
	*shard = exchange->shard;
	if (exchange->windows)
		status = gd_windows_reach(exchange->windows, round, next_of(exchange, round), shard);
	else if (exchange->round < 0 && exchange->shard->whole)
		status = gd_agree(exchange->communicator, &status); /* the others have read theirs */
	return status;
}

/* Collective. Sends a piece on its way. */
static gd_status send_piece(gd_exchange *exchange, int64_t round, int64_t piece)
{
	gd_round of = {.number = round, .plan = plan_of(exchange, round % windows_of(exchange)), .permutation = permutation_of(exchange, round)};
	gd_status status = have_rows(exchange, round, &of.shard);
	return gd_failed(&status) ? status : gd_transit_begin(exchange->transit, &of, piece);
}

/* Collective. Rows that do not travel are found where they lie. */
static gd_status find_rows(gd_exchange *exchange, int64_t round)
{
	const gd_shard *shard;
	if (exchange->round == round)
		return gd_ok();
	gd_status status = have_rows(exchange, round, &shard);
	if (gd_failed(&status))
		return status;
	int64_t before = shard->whole ? shard->share.first : 0;
	exchange->row_features = shard->features - before * exchange->features;
	exchange->row_labels = shard->labels - before;
	exchange->row_weights = shard->weights ? shard->weights - before : NULL;
	exchange->permutation = permutation_of(exchange, round);
	exchange->round = round;
	return status;
}

/* The round of a step of the epoch under way; *step becomes the step of that round. */
static int64_t round_of(const gd_exchange *exchange, int64_t *step)
{
	int64_t window = exchange->windows ? *step / exchange->window_steps : 0;
	*step -= window * exchange->window_steps;
	return exchange->epoch * windows_of(exchange) + window;
}

static gd_status reach_piece(gd_exchange *exchange, int64_t round, int64_t piece)
{
	gd_transit *transit = exchange->transit;
	if (gd_transit_present(transit, round, piece))
		return gd_transit_attend(transit);
	gd_status status = gd_transit_coming(transit) ? gd_transit_finish(transit) : gd_ok();
	if (!gd_failed(&status) && !gd_transit_present(transit, round, piece)) {
		status = send_piece(exchange, round, piece);
		if (!gd_failed(&status))
			status = gd_transit_finish(transit);
	}
	bool over = piece + 1 == plan_of(exchange, round % windows_of(exchange))->pieces;
	int64_t next = over ? next_of(exchange, round) : round;
	if (!gd_failed(&status) && next >= 0)
		status = send_piece(exchange, next, over ? 0 : piece + 1);
	return status;
}

gd_status gd_exchange_reach(gd_exchange *exchange, int64_t step)
{
	assert(exchange->epoch >= 0 && step >= 0 && step < exchange->plan.steps);
	const char *phase = exchange->communicator->phase;
	int64_t round = round_of(exchange, &step);
	exchange->communicator->phase = "the epoch's exchange";
	gd_status status = exchange->transit ? reach_piece(exchange, round, step / plan_of(exchange, round % windows_of(exchange))->piece_steps) : find_rows(exchange, round);
	exchange->communicator->phase = phase;
	return status;
}

gd_status gd_exchange_run(gd_exchange *exchange, int64_t epoch)
{
	if (exchange->plan.used == 0)
		return gd_ok();
	exchange->epoch = epoch;
	return exchange->windows ? gd_ok() : gd_exchange_reach(exchange, 0);
}

gd_step_plan gd_exchange_step(const gd_exchange *exchange, int64_t step)
{
	const gd_batch_plan *batch = gd_epoch_plan_batch(&exchange->plan, step);
	return (gd_step_plan){.rows = batch->rows, .blocks = batch->blocks, .first_block = batch->first_block, .block_count = batch->block_count};
}

/* Rows from position `position` of the round on, where all are within reach: x [features, rows], labels and weights [rows]. */
static void fetch_rows(const gd_exchange *exchange, int64_t position, int rows, float *x, int32_t *labels, float *weights)
{
	uint64_t index[TOGETHER];
	size_t features = (size_t)exchange->features;
	for (int first = 0; first < rows; first += TOGETHER) {
		int count = rows - first < TOGETHER ? rows - first : TOGETHER;
		gd_permutation_rows(&exchange->permutation, (uint64_t)(position + first), (size_t)count, index);
		if (exchange->form)
			gd_row_form_expand(exchange->form, (size_t)count, exchange->row_features, features, index, x + first, (size_t)rows);
		else
			gd_transpose_chosen((size_t)count, features, exchange->row_features, features, index, x + first, (size_t)rows);
		for (int i = 0; i < count; i++)
			labels[first + i] = exchange->row_labels[index[i]];
		for (int i = 0; i < count && weights; i++)
			weights[first + i] = exchange->row_weights[index[i]];
	}
}

gd_block gd_exchange_block(const gd_exchange *exchange, int64_t step, int block, float *x)
{
	const gd_batch_plan *batch = gd_epoch_plan_batch(&exchange->plan, step);
	int64_t round = round_of(exchange, &step);
	const gd_epoch_plan *plan = plan_of(exchange, round % windows_of(exchange));
	assert(block >= batch->first_block && block < batch->first_block + batch->block_count);
	int start = gd_block_start(batch->rows, batch->blocks, block);
	int rows = gd_block_start(batch->rows, batch->blocks, block + 1) - start;
	int before = start - batch->start[plan->rank]; /* rows of the step */
	int32_t *labels = exchange->labels + before;
	float *weights = exchange->weights ? exchange->weights + before : NULL;
	if (exchange->transit) {
		int64_t piece = step / plan->piece_steps;
		assert(gd_transit_present(exchange->transit, round, piece));
		gd_transit_fetch(exchange->transit, (step - piece * plan->piece_steps) * plan->full.local_rows + before, rows, x, labels, weights);
	} else {
		fetch_rows(exchange, step * plan->full.rows + start, rows, x, labels, weights);
	}
	return (gd_block){.index = block, .rows = rows, .x = x, .labels = labels, .weights = weights};
}
