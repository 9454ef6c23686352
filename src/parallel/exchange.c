#include "gd/parallel/exchange.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/kernel/permutation.h"
#include "gd/kernel/transpose.h"
#include "gd/parallel/epoch_plan.h"
#include "gd/parallel/mpi_error.h"

enum {
	EXTRA_WORDS = 2,       /* A row travels as its features, its label, and its slot at the consumer: 4 bytes each. */
	PIECE_BYTES = 1 << 20, /* of a piece's records on a rank, about: small beside a shard, and stays in the cache */
	MESSAGE_BYTES = 1 << 12, /* from each rank, at least: worth a message's latency */
	TOGETHER = 512,        /* rows whose places are computed at once */
	AHEAD = 8,             /* rows that are fetched before their turn */
};

/* Rows that have come, or are on their way. */
typedef struct arrival {
	int64_t epoch, piece; /* -1: none */
	float *records;       /* [piece's slots, features + 2] */
	uint32_t *record_of;  /* [piece's slots] the record of each */
} arrival;

struct gd_exchange {
	gd_communicator *communicator;
	int features;
	uint64_t seed;
	int64_t rows; /* of the dataset */
	int64_t epochs;
	const gd_shard *shard;
	bool whole;                 /* no row travels: a slot is a position of the epoch, and all rows are within reach */
	const float *row_features;  /* the shard's, or, if it is whole, all ranks' */
	const int32_t *row_labels;
	gd_epoch_plan plan;
	int64_t epoch;              /* that is trained on */
	gd_permutation permutation; /* of `epoch` */
	int32_t *labels;            /* [rows of this rank's largest batch] of one step */

	MPI_Datatype record;
	int64_t addressed;          /* the epoch that the addresses are for; -1: none */
	uint32_t *group, *slot;     /* [shard] consumer * pieces + piece, or past the last for a row that is not used; the slot there */
	uint32_t *order;            /* [shard] the rows, piece by piece and in it consumer by consumer */
	int64_t *piece_start;       /* [pieces + 1] into the order */
	int *send_count, *receive_count; /* [ranks, pieces] */
	uint32_t *place;            /* [ranks, pieces] where the next row of a group goes */
	int *sent, *send_start, *received, *receive_start; /* [ranks] of one piece */
	float *outgoing;            /* [outgoing_room, features + 2] */
	int64_t outgoing_room;
	arrival present, coming;
	MPI_Request request;        /* of what is coming */
};

static gd_status allocate(gd_exchange *exchange)
{
	const gd_epoch_plan *plan = &exchange->plan;
	size_t ranks = (size_t)plan->ranks, shard = (size_t)exchange->shard->share.count, slots = (size_t)plan->piece_slots, pieces = (size_t)plan->pieces;
	size_t record_bytes = ((size_t)exchange->features + EXTRA_WORDS) * sizeof(float);
	if (exchange->shard->share.count > INT_MAX || plan->slots > INT_MAX)
		return gd_error(GD_FAILED, "%lld rows on one rank are more than the exchange can count; use more ranks",
			exchange->shard->share.count > plan->slots ? exchange->shard->share.count : (long long)plan->slots);
	int most = plan->full.local_rows > plan->last.local_rows ? plan->full.local_rows : plan->last.local_rows;
	exchange->labels = gd_allocate((size_t)most, sizeof *exchange->labels);
	if (!exchange->labels)
		return gd_out_of_memory("the labels of a step");
	if (exchange->whole || pieces == 0)
		return gd_ok();
	exchange->group = gd_allocate(shard, sizeof *exchange->group);
	exchange->slot = gd_allocate(shard, sizeof *exchange->slot);
	exchange->order = gd_allocate(shard, sizeof *exchange->order);
	exchange->piece_start = gd_allocate(pieces + 1, sizeof *exchange->piece_start);
	exchange->send_count = gd_allocate(2 * (pieces + 2) * ranks, sizeof(int));
	exchange->place = gd_allocate(pieces * ranks, sizeof *exchange->place);
	bool complete = exchange->group && exchange->slot && exchange->order && exchange->piece_start && exchange->send_count && exchange->place;
	arrival *both[] = {&exchange->present, &exchange->coming};
	for (int i = 0; i < 2; i++)
		complete = (both[i]->records = gd_allocate(slots, record_bytes)) && (both[i]->record_of = gd_allocate(slots, sizeof(uint32_t))) && complete;
	if (!complete)
		return gd_out_of_memory("the exchange of rows");
	exchange->receive_count = exchange->send_count + pieces * ranks;
	exchange->sent = exchange->receive_count + pieces * ranks;
	exchange->send_start = exchange->sent + ranks;
	exchange->received = exchange->send_start + ranks;
	exchange->receive_start = exchange->received + ranks;
	return gd_ok();
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
	exchange->record = MPI_DATATYPE_NULL;
	exchange->request = MPI_REQUEST_NULL;
	exchange->epoch = exchange->addressed = exchange->present.epoch = exchange->coming.epoch = -1;
	int64_t least = (int64_t)MESSAGE_BYTES * communicator->size, piece_bytes = options->piece_bytes ? options->piece_bytes : least > PIECE_BYTES ? least : PIECE_BYTES;
	gd_epoch_shape shape = {
		.rows = options->rows,
		.batch_rows = options->batch_rows,
		.drop_last = options->drop_last,
		.skip_single = options->skip_single,
		.piece_rows = piece_bytes / (int64_t)sizeof(float) * communicator->size / (options->features + EXTRA_WORDS),
	};
	status = gd_epoch_plan_init(&exchange->plan, &shape, options->network, communicator->rank, communicator->size);
	if (!gd_failed(&status))
		status = allocate(exchange);
	if (!gd_failed(&status) && !exchange->whole) {
		int code = MPI_Type_contiguous(options->features + EXTRA_WORDS, MPI_FLOAT, &exchange->record);
		if (code == MPI_SUCCESS)
			code = MPI_Type_commit(&exchange->record);
		status = gd_mpi_error(code, "describe a row to MPI");
	}
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
	/* MPI knows no way to call it off; all ranks have begun it, so it comes to an end. */
	gd_status abandoned = gd_wait(exchange->communicator, &exchange->request);
	(void)abandoned;
	if (exchange->record != MPI_DATATYPE_NULL)
		MPI_Type_free(&exchange->record);
	gd_epoch_plan_release(&exchange->plan);
	free(exchange->labels);
	free(exchange->group);
	free(exchange->slot);
	free(exchange->order);
	free(exchange->piece_start);
	free(exchange->send_count);
	free(exchange->place);
	free(exchange->outgoing);
	free(exchange->present.records);
	free(exchange->present.record_of);
	free(exchange->coming.records);
	free(exchange->coming.record_of);
	free(exchange);
}

int64_t gd_exchange_steps(const gd_exchange *exchange)
{
	return exchange->plan.steps;
}

/* ---- sending ---- */

static gd_permutation permutation_of(const gd_exchange *exchange, int64_t epoch)
{
	gd_permutation permutation;
	gd_permutation_init(&permutation, (uint64_t)exchange->rows, gd_random_key(exchange->seed, GD_PURPOSE_SHUFFLE, (uint64_t)epoch));
	return permutation;
}

/* Where each row of the shard goes in an epoch, and how many go to each group. */
static void find_places(gd_exchange *exchange, int64_t epoch)
{
	const gd_epoch_plan *plan = &exchange->plan;
	const gd_permutation permutation = permutation_of(exchange, epoch);
	uint32_t groups = (uint32_t)(plan->pieces * plan->ranks);
	uint64_t positions[TOGETHER];
	memset(exchange->send_count, 0, groups * sizeof *exchange->send_count);
	for (int64_t first = 0; first < exchange->shard->share.count; first += TOGETHER) {
		int64_t count = exchange->shard->share.count - first < TOGETHER ? exchange->shard->share.count - first : TOGETHER;
		gd_permutation_positions(&permutation, (uint64_t)(exchange->shard->share.first + first), (size_t)count, positions);
		for (int64_t i = 0; i < count; i++) {
			exchange->group[first + i] = groups;
			if (positions[i] >= (uint64_t)plan->used)
				continue;
			gd_place place = gd_epoch_plan_place(plan, (int64_t)positions[i]);
			uint32_t group = place.rank * (uint32_t)plan->pieces + place.piece;
			exchange->group[first + i] = group;
			exchange->slot[first + i] = place.slot;
			exchange->send_count[group]++;
		}
	}
}

/* The rows by piece and consumer; returns how many the largest piece sends. */
static int64_t sort_rows(gd_exchange *exchange)
{
	const gd_epoch_plan *plan = &exchange->plan;
	uint32_t groups = (uint32_t)(plan->pieces * plan->ranks), next = 0;
	int64_t largest = 0;
	for (int64_t piece = 0; piece < plan->pieces; piece++) {
		exchange->piece_start[piece] = next;
		for (int64_t group = piece; group < groups; group += plan->pieces) {
			exchange->place[group] = next;
			next += (uint32_t)exchange->send_count[group];
		}
		largest = next - exchange->piece_start[piece] > largest ? next - exchange->piece_start[piece] : largest;
	}
	for (int64_t i = 0; i < exchange->shard->share.count; i++)
		if (exchange->group[i] < groups)
			exchange->order[exchange->place[exchange->group[i]]++] = (uint32_t)i;
	return largest;
}

/* Collective. */
static gd_status address_rows(gd_exchange *exchange, int64_t epoch)
{
	gd_communicator *communicator = exchange->communicator;
	find_places(exchange, epoch);
	int64_t largest = sort_rows(exchange);
	/* Some epoch may send a little more at once than all before it. */
	gd_status status = gd_ok();
	if (largest > exchange->outgoing_room) {
		free(exchange->outgoing);
		exchange->outgoing_room = largest + largest / 16;
		exchange->outgoing = gd_allocate((size_t)exchange->outgoing_room, ((size_t)exchange->features + EXTRA_WORDS) * sizeof(float));
		if (!exchange->outgoing) {
			exchange->outgoing_room = 0;
			status = gd_out_of_memory("the exchange of rows");
		}
	}
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		return status;
	int pieces = (int)exchange->plan.pieces;
	gd_wait_begin(communicator);
	int code = MPI_Alltoall(exchange->send_count, pieces, MPI_INT, exchange->receive_count, pieces, MPI_INT, communicator->mpi);
	gd_wait_finish(communicator);
	exchange->addressed = code == MPI_SUCCESS ? epoch : -1;
	return gd_mpi_error(code, "exchange the rows of an epoch");
}

/* The counts of a piece and where each rank's records start; returns their total. */
static int64_t counts_of(const gd_exchange *exchange, int64_t piece, const int *counts, int *count, int *start)
{
	int64_t total = 0;
	for (int rank = 0; rank < exchange->plan.ranks; rank++) {
		count[rank] = counts[rank * exchange->plan.pieces + piece];
		start[rank] = (int)total;
		total += count[rank];
	}
	return total;
}

/* Fills the outgoing records of a piece, consumer by consumer. */
static void pack(gd_exchange *exchange, const uint32_t *order, int64_t count)
{
	size_t width = (size_t)exchange->features;
	float *record = exchange->outgoing;
	for (int64_t i = 0; i < count; i++, record += width + EXTRA_WORDS) {
		uint32_t row = order[i];
		if (i + AHEAD < count)
			__builtin_prefetch(exchange->row_features + order[i + AHEAD] * width);
		memcpy(record, exchange->row_features + row * width, width * sizeof *record);
		memcpy(record + width, &exchange->row_labels[row], sizeof *record);
		memcpy(record + width + 1, &exchange->slot[row], sizeof *record);
	}
}

/* Collective. Sends a piece on its way. */
static gd_status begin(gd_exchange *exchange, int64_t epoch, int64_t piece)
{
	gd_communicator *communicator = exchange->communicator;
	if (exchange->addressed != epoch) {
		gd_status status = address_rows(exchange, epoch);
		if (gd_failed(&status))
			return status;
	}
	pack(exchange, exchange->order + exchange->piece_start[piece], counts_of(exchange, piece, exchange->send_count, exchange->sent, exchange->send_start));
	/* The permutation is a bijection, so every slot is filled once; anything else would be written past the end. */
	int64_t received = counts_of(exchange, piece, exchange->receive_count, exchange->received, exchange->receive_start);
	assert(received == gd_epoch_plan_slots(&exchange->plan, piece));
	(void)received;
	exchange->coming.epoch = epoch;
	exchange->coming.piece = piece;
	gd_wait_begin(communicator);
#ifdef GD_SMPI
	/* The simulator has no good model of a collective that goes on by itself. */
	int code = MPI_Alltoallv(exchange->outgoing, exchange->sent, exchange->send_start, exchange->record,
		exchange->coming.records, exchange->received, exchange->receive_start, exchange->record, communicator->mpi);
#else
	int code = MPI_Ialltoallv(exchange->outgoing, exchange->sent, exchange->send_start, exchange->record,
		exchange->coming.records, exchange->received, exchange->receive_start, exchange->record, communicator->mpi, &exchange->request);
#endif
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "exchange the rows of an epoch");
}

/* ---- receiving ---- */

/* What was coming is present, and the other way round. */
static gd_status finish(gd_exchange *exchange)
{
	size_t width = (size_t)exchange->features + EXTRA_WORDS;
	gd_status status = gd_wait(exchange->communicator, &exchange->request);
	arrival come = exchange->coming;
	exchange->coming = exchange->present;
	exchange->present = come;
	exchange->coming.epoch = -1;
	if (gd_failed(&status))
		exchange->present.epoch = -1;
	int64_t slots = gd_failed(&status) ? 0 : gd_epoch_plan_slots(&exchange->plan, come.piece);
	for (int64_t i = 0; i < slots; i++) {
		uint32_t slot;
		memcpy(&slot, come.records + ((size_t)i + 1) * width - 1, sizeof slot);
		assert(slot < slots);
		come.record_of[slot] = (uint32_t)i;
	}
	return status;
}

static bool is(const arrival *piece, int64_t epoch, int64_t number)
{
	return piece->epoch == epoch && piece->piece == number;
}

gd_status gd_exchange_reach(gd_exchange *exchange, int64_t step)
{
	const gd_epoch_plan *plan = &exchange->plan;
	assert(exchange->epoch >= 0 && step >= 0 && step < plan->steps);
	if (exchange->whole)
		return gd_ok();
	int64_t epoch = exchange->epoch, piece = step / plan->piece_steps;
	if (is(&exchange->present, epoch, piece)) {
		/* MPI moves data when it is called. */
		int arrived = 0;
		return gd_mpi_error(MPI_Test(&exchange->request, &arrived, MPI_STATUS_IGNORE), "exchange the rows of an epoch");
	}
	const char *phase = exchange->communicator->phase;
	exchange->communicator->phase = "the epoch's exchange";
	gd_status status = exchange->coming.epoch >= 0 ? finish(exchange) : gd_ok();
	if (!gd_failed(&status) && !is(&exchange->present, epoch, piece)) {
		status = begin(exchange, epoch, piece);
		if (!gd_failed(&status))
			status = finish(exchange);
	}
	bool over = piece + 1 == plan->pieces;
	if (!gd_failed(&status) && (!over || epoch + 1 < exchange->epochs))
		status = begin(exchange, over ? epoch + 1 : epoch, over ? 0 : piece + 1);
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

/* Rows from position `position` of the epoch on, where all are within reach: x [features, rows], labels [rows]. */
static void fetch_rows(const gd_exchange *exchange, int64_t position, int rows, float *x, int32_t *labels)
{
	uint64_t index[TOGETHER];
	size_t features = (size_t)exchange->features;
	for (int first = 0; first < rows; first += TOGETHER) {
		int count = rows - first < TOGETHER ? rows - first : TOGETHER;
		gd_permutation_rows(&exchange->permutation, (uint64_t)(position + first), (size_t)count, index);
		gd_transpose_chosen((size_t)count, features, exchange->row_features, features, index, x + first, (size_t)rows);
		for (int i = 0; i < count; i++)
			labels[first + i] = exchange->row_labels[index[i]];
	}
}

/* Rows from slot `slot` of the present piece on: x [features, rows], labels [rows]. */
static void fetch_records(const gd_exchange *exchange, int64_t slot, int rows, float *x, int32_t *labels)
{
	uint64_t index[TOGETHER];
	const float *records = exchange->present.records;
	size_t features = (size_t)exchange->features, width = features + EXTRA_WORDS;
	for (int first = 0; first < rows; first += TOGETHER) {
		int count = rows - first < TOGETHER ? rows - first : TOGETHER;
		for (int i = 0; i < count; i++)
			index[i] = exchange->present.record_of[slot + first + i];
		gd_transpose_chosen((size_t)count, features, records, width, index, x + first, (size_t)rows);
		for (int i = 0; i < count; i++)
			memcpy(&labels[first + i], records + index[i] * width + features, sizeof *labels);
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
	if (exchange->whole) {
		fetch_rows(exchange, step * plan->full.rows + start, rows, x, exchange->labels + before);
	} else {
		int64_t piece = step / plan->piece_steps;
		assert(is(&exchange->present, exchange->epoch, piece));
		fetch_records(exchange, (step - piece * plan->piece_steps) * plan->full.local_rows + before, rows, x, exchange->labels + before);
	}
	return (gd_block){.index = block, .rows = rows, .x = x, .labels = exchange->labels + before};
}
