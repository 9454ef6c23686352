#include "gd/exchange.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gd/memory.h"
#include "gd/permutation.h"
#include "gd/random.h"
#include "gd/transpose.h"

/* How the batches of one length are shared. */
typedef struct batch_plan {
	int rows, blocks;
	int first_block, block_count; /* this rank's */
	int local_rows;               /* in this rank's blocks */
	int *start;                   /* [ranks + 1] each rank's first row of the batch; the last is `rows` */
} batch_plan;

/* A row travels as its features, its label, and its slot at the consumer: 4 bytes each. */
#define EXTRA_WORDS 2

struct gd_exchange {
	gd_communicator *communicator;
	int features;
	uint64_t seed;
	int64_t rows; /* of the dataset */
	int64_t used; /* of an epoch: the positions [0, used) are trained on */
	int64_t steps;
	gd_share shard;
	int64_t slots; /* rows that this rank trains on in an epoch */
	batch_plan full, last;
	bool has_last; /* the last batch is a shorter one */
	MPI_Datatype record;
	int *send_count, *send_start, *receive_count, *receive_start; /* [ranks] in records */
	int *consumer;                                                /* [shard] the rank that a row goes to; -1: unused in this epoch */
	uint32_t *destination;                                        /* [shard] the slot there */
	float *outgoing;        /* [shard, features + 2] */
	float *incoming;        /* [slots, features + 2] */
	uint32_t *record_of;    /* [slots] the incoming record */
	int32_t *labels;        /* [rows of this rank's largest batch] of one step */
	/* On one rank all rows are the caller's: no record, no message, and a slot is a position. */
	gd_permutation permutation;
	const float *own_features;
	const int32_t *own_labels;
};

static gd_status plan_batch(batch_plan *plan, const gd_network *network, int rows, const gd_communicator *communicator)
{
	plan->rows = rows;
	plan->blocks = gd_network_blocking(network, rows).blocks;
	plan->start = gd_allocate((size_t)communicator->size + 1, sizeof *plan->start);
	if (!plan->start)
		return gd_out_of_memory("the plan of a batch");
	for (int rank = 0; rank < communicator->size; rank++) {
		gd_share share = gd_share_of(plan->blocks, rank, communicator->size);
		plan->start[rank] = gd_block_start(rows, plan->blocks, (int)share.first);
		if (rank == communicator->rank) {
			plan->first_block = (int)share.first;
			plan->block_count = (int)share.count;
		}
	}
	plan->start[communicator->size] = rows;
	plan->local_rows = plan->start[communicator->rank + 1] - plan->start[communicator->rank];
	return gd_ok();
}

static gd_status plan_epoch(gd_exchange *exchange, const gd_exchange_options *options)
{
	int64_t batch = options->batch_rows < options->rows ? options->batch_rows : options->rows;
	if (batch == 0)
		return gd_ok();
	int64_t full_steps = options->rows / batch;
	int rest = (int)(options->rows % batch);
	if (options->skip_single && batch == 1)
		full_steps = 0; /* every batch is a last one of a single row */
	exchange->has_last = rest > 0 && !options->drop_last && !(options->skip_single && rest == 1);
	exchange->used = full_steps * batch + (exchange->has_last ? rest : 0);
	exchange->steps = full_steps + exchange->has_last;
	gd_status status = plan_batch(&exchange->full, options->network, (int)batch, exchange->communicator);
	if (!gd_failed(&status) && exchange->has_last)
		status = plan_batch(&exchange->last, options->network, rest, exchange->communicator);
	exchange->slots = full_steps * exchange->full.local_rows + exchange->last.local_rows;
	return status;
}

static gd_status allocate(gd_exchange *exchange)
{
	size_t ranks = (size_t)exchange->communicator->size, shard = (size_t)exchange->shard.count, slots = (size_t)exchange->slots;
	size_t record = (size_t)exchange->features + EXTRA_WORDS;
	if (exchange->shard.count > INT_MAX || exchange->slots > INT_MAX)
		return gd_error(GD_FAILED, "%lld rows on one rank are more than the exchange can count; use more ranks",
			exchange->shard.count > exchange->slots ? exchange->shard.count : (long long)exchange->slots);
	if (ranks > 1) {
		exchange->send_count = gd_allocate(4 * ranks, sizeof(int));
		exchange->consumer = gd_allocate(shard, sizeof *exchange->consumer);
		exchange->destination = gd_allocate(shard, sizeof *exchange->destination);
		exchange->outgoing = gd_allocate(shard, record * sizeof(float));
		exchange->incoming = gd_allocate(slots, record * sizeof(float));
		exchange->record_of = gd_allocate(slots, sizeof *exchange->record_of);
		if (!exchange->send_count || !exchange->consumer || !exchange->destination || !exchange->outgoing || !exchange->incoming || !exchange->record_of)
			return gd_out_of_memory("the exchange of rows");
		exchange->send_start = exchange->send_count + ranks;
		exchange->receive_count = exchange->send_start + ranks;
		exchange->receive_start = exchange->receive_count + ranks;
	}
	int most = exchange->full.local_rows > exchange->last.local_rows ? exchange->full.local_rows : exchange->last.local_rows;
	exchange->labels = gd_allocate((size_t)most, sizeof *exchange->labels);
	if (!exchange->labels)
		return gd_out_of_memory("the labels of a step");
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
	exchange->shard = gd_share_of(options->rows, communicator->rank, communicator->size);
	exchange->record = MPI_DATATYPE_NULL;
	status = plan_epoch(exchange, options);
	if (!gd_failed(&status))
		status = allocate(exchange);
	if (!gd_failed(&status) && communicator->size > 1) {
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
	if (exchange->record != MPI_DATATYPE_NULL)
		MPI_Type_free(&exchange->record);
	free(exchange->full.start);
	free(exchange->last.start);
	free(exchange->send_count);
	free(exchange->consumer);
	free(exchange->destination);
	free(exchange->outgoing);
	free(exchange->incoming);
	free(exchange->record_of);
	free(exchange->labels);
	free(exchange);
}

int64_t gd_exchange_steps(const gd_exchange *exchange)
{
	return exchange->steps;
}

static const batch_plan *plan_of(const gd_exchange *exchange, int64_t step)
{
	return exchange->has_last && step == exchange->steps - 1 ? &exchange->last : &exchange->full;
}

/* The rank that takes row `row` of a batch: the last one that starts at or before it. */
static int consumer_of(const batch_plan *plan, int row, int ranks)
{
	int low = 0, high = ranks;
	while (high - low > 1) {
		int middle = low + (high - low) / 2;
		if (plan->start[middle] <= row)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Rows whose positions are computed together. */
enum { TOGETHER = 512 };

/* Where row `i` of the shard goes, which stands at `position` of the epoch. */
static void address_row(gd_exchange *exchange, int64_t i, int64_t position)
{
	exchange->consumer[i] = -1;
	if (position >= exchange->used)
		return;
	int64_t step = position / exchange->full.rows;
	int row = (int)(position % exchange->full.rows);
	const batch_plan *plan = plan_of(exchange, step);
	int rank = consumer_of(plan, row, exchange->communicator->size);
	int64_t full_rows = exchange->full.start[rank + 1] - exchange->full.start[rank];
	exchange->consumer[i] = rank;
	exchange->destination[i] = (uint32_t)(step * full_rows + row - plan->start[rank]);
	exchange->send_count[rank]++;
}

/* Where each row of the shard goes, and how many go to each rank. */
static void address_rows(gd_exchange *exchange)
{
	uint64_t positions[TOGETHER];
	memset(exchange->send_count, 0, (size_t)exchange->communicator->size * sizeof *exchange->send_count);
	for (int64_t first = 0; first < exchange->shard.count; first += TOGETHER) {
		int64_t count = exchange->shard.count - first < TOGETHER ? exchange->shard.count - first : TOGETHER;
		gd_permutation_positions(&exchange->permutation, (uint64_t)(exchange->shard.first + first), (size_t)count, positions);
		for (int64_t i = 0; i < count; i++)
			address_row(exchange, first + i, (int64_t)positions[i]);
	}
}

/* Fills the outgoing records, grouped by consumer; leaves send_start as it found it. */
static void pack(gd_exchange *exchange, const float *features, const int32_t *labels)
{
	size_t width = (size_t)exchange->features;
	for (int64_t i = 0; i < exchange->shard.count; i++) {
		int rank = exchange->consumer[i];
		if (rank < 0)
			continue;
		float *record = exchange->outgoing + (size_t)exchange->send_start[rank]++ * (width + EXTRA_WORDS);
		memcpy(record, features + (size_t)i * width, width * sizeof *record);
		memcpy(record + width, &labels[i], sizeof *record);
		memcpy(record + width + 1, &exchange->destination[i], sizeof *record);
	}
	for (int rank = 0; rank < exchange->communicator->size; rank++)
		exchange->send_start[rank] -= exchange->send_count[rank];
}

static void find_records(gd_exchange *exchange)
{
	size_t width = (size_t)exchange->features + EXTRA_WORDS;
	for (int64_t i = 0; i < exchange->slots; i++) {
		uint32_t slot;
		memcpy(&slot, exchange->incoming + ((size_t)i + 1) * width - 1, sizeof slot);
		assert(slot < exchange->slots);
		exchange->record_of[slot] = (uint32_t)i;
	}
}

/* Prefix sums of the counts; returns the total. */
static int64_t starts_of(const int *count, int *start, int ranks)
{
	int64_t total = 0;
	for (int rank = 0; rank < ranks; rank++) {
		start[rank] = (int)total;
		total += count[rank];
	}
	return total;
}

gd_status gd_exchange_run(gd_exchange *exchange, int64_t epoch, const float *features, const int32_t *labels)
{
	gd_communicator *communicator = exchange->communicator;
	if (exchange->used == 0)
		return gd_ok();
	gd_permutation_init(&exchange->permutation, (uint64_t)exchange->rows, gd_random_key(exchange->seed, GD_PURPOSE_SHUFFLE, (uint64_t)epoch));
	exchange->own_features = features;
	exchange->own_labels = labels;
	if (communicator->size == 1)
		return gd_ok();
	address_rows(exchange);
	starts_of(exchange->send_count, exchange->send_start, communicator->size);
	pack(exchange, features, labels);

	gd_wait_begin(communicator);
	int code = MPI_Alltoall(exchange->send_count, 1, MPI_INT, exchange->receive_count, 1, MPI_INT, communicator->mpi);
	if (code == MPI_SUCCESS) {
		/* The permutation is a bijection, so every slot is filled once; anything else would be written past the end. */
		int64_t received = starts_of(exchange->receive_count, exchange->receive_start, communicator->size);
		assert(received == exchange->slots);
		(void)received;
		code = MPI_Alltoallv(exchange->outgoing, exchange->send_count, exchange->send_start, exchange->record,
			exchange->incoming, exchange->receive_count, exchange->receive_start, exchange->record, communicator->mpi);
	}
	gd_wait_finish(communicator);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "exchange the rows of an epoch");
	find_records(exchange);
	return gd_ok();
}

gd_step_plan gd_exchange_step(const gd_exchange *exchange, int64_t step)
{
	assert(step >= 0 && step < exchange->steps);
	const batch_plan *plan = plan_of(exchange, step);
	return (gd_step_plan){.rows = plan->rows, .blocks = plan->blocks, .first_block = plan->first_block, .block_count = plan->block_count};
}

/* Rows by slot, from `slot` on: x [features, rows], labels [rows]. */
static void fetch_rows(const gd_exchange *exchange, int64_t slot, int rows, float *x, int32_t *labels)
{
	uint64_t index[TOGETHER];
	bool alone = exchange->communicator->size == 1;
	size_t features = (size_t)exchange->features, stride = alone ? features : features + EXTRA_WORDS;
	const float *from = alone ? exchange->own_features : exchange->incoming;
	for (int first = 0; first < rows; first += TOGETHER) {
		int count = rows - first < TOGETHER ? rows - first : TOGETHER;
		if (alone)
			gd_permutation_rows(&exchange->permutation, (uint64_t)(slot + first), (size_t)count, index);
		else
			for (int i = 0; i < count; i++)
				index[i] = exchange->record_of[slot + first + i];
		gd_transpose_chosen((size_t)count, features, from, stride, index, x + first, (size_t)rows);
		for (int i = 0; i < count; i++) {
			if (alone)
				labels[first + i] = exchange->own_labels[index[i]];
			else
				memcpy(&labels[first + i], from + index[i] * stride + features, sizeof *labels);
		}
	}
}

gd_block gd_exchange_block(const gd_exchange *exchange, int64_t step, int block, float *x)
{
	assert(step >= 0 && step < exchange->steps);
	const batch_plan *plan = plan_of(exchange, step);
	assert(block >= plan->first_block && block < plan->first_block + plan->block_count);
	int start = gd_block_start(plan->rows, plan->blocks, block);
	int rows = gd_block_start(plan->rows, plan->blocks, block + 1) - start;
	int before = start - plan->start[exchange->communicator->rank]; /* rows of the step */
	fetch_rows(exchange, step * exchange->full.local_rows + before, rows, x, exchange->labels + before);
	return (gd_block){.index = block, .rows = rows, .x = x, .labels = exchange->labels + before};
}
