#include "gd/train/training_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "gd/parallel/memory_share.h"

enum { ADDRESS_BYTES = 12 }; /* of a row that may travel (gd/parallel/transit.h) */

/* What rows may take of what is free, in bytes: networks, files, MPI and threads want some too. */
static double room_of(double free)
{
	return 0.9 * free - (32 << 20);
}

static gd_status begin(void *context, const gd_run *runs, size_t count, const gd_shard *shard)
{
	gd_training *t = context;
	gd_dataset_rows rows = {.features = shard->features, .labels = shard->labels, .weights = shard->weights};
	return gd_row_file_begin(t->rows, runs, count, &rows);
}

static gd_status finish(void *context)
{
	gd_training *t = context;
	return gd_row_file_finish(t->rows);
}

gd_exchange_options gd_training_exchange(gd_training *t)
{
	const gd_train_options *o = &t->options;
	const gd_dataset_header *header = gd_dataset_get_header(t->dataset);
	gd_exchange_options exchange = {
		.rows = header->rows[GD_TRAIN],
		.features = header->preprocessing.features,
		.batch_rows = (int)o->batch_size,
		.drop_last = o->drop_last,
		.skip_single = o->batch_norm && o->hidden.count > 0,
		.seed = (uint64_t)o->seed,
		.network = t->network,
		.epochs = o->epochs,
		.window = o->window,
		.weighted = header->weight != NULL,
	};
	t->windowed = gd_exchange_window(&exchange) > 0;
	if (t->windowed)
		exchange.source = (gd_row_source){.context = t, .begin = begin, .finish = finish};
	else
		exchange.shard = &t->shard;
	return exchange;
}

/* Bytes of a row in memory: its features, its label, and its weight. */
static double row_bytes(const gd_training *t, const gd_exchange_options *exchange)
{
	return (exchange->features + (gd_dataset_get_header(t->dataset)->weight ? 2.0 : 1.0)) * 4;
}

/* The largest window of which two are in memory at a time; 0: not even one of a batch. */
static int64_t largest_window(const gd_training *t, const gd_exchange_options *exchange, const gd_memory_share *share)
{
	int ranks = t->communicator->size;
	bool shared = t->communicator->node != NULL;
	double bytes = 2 * row_bytes(t, exchange) + (shared ? 0 : ADDRESS_BYTES);
	double rows = room_of(share->fair) * ranks / bytes, addresses = room_of(share->process) * (shared ? 1 : ranks) / bytes;
	double most = rows < addresses ? rows : addresses;
	int64_t window = most < 0 ? 0 : most < 9e15 ? (int64_t)most
						    : INT64_MAX / 2;
	return window / exchange->batch_rows * exchange->batch_rows;
}

/* The whole training part, and the validation part, of which there are two copies while it is put in blocks. */
static bool whole_fits(const gd_training *t, const gd_exchange_options *exchange, const gd_memory_share *share)
{
	double ranks = t->communicator->size, validation = t->replay ? 0 : (double)gd_dataset_get_header(t->dataset)->rows[GD_VALIDATION];
	bool shared = t->communicator->node != NULL;
	double bytes = row_bytes(t, exchange) + (shared ? 0 : ADDRESS_BYTES), rows = (double)exchange->rows;
	double mine = rows * bytes / ranks + 2 * validation * row_bytes(t, exchange) / ranks;
	double addresses = rows * bytes / (shared ? 1 : ranks) + 2 * validation * row_bytes(t, exchange) / ranks;
	return mine <= room_of(share->fair) && addresses <= room_of(share->process);
}

gd_status gd_training_check_memory(gd_training *t)
{
	gd_memory_share share;
	char advice[128];
	const gd_exchange_options options = gd_training_exchange(t), *exchange = &options;
	int64_t window = gd_exchange_window(exchange);
	gd_status status = gd_memory_share_find(t->communicator, &share);
	if (gd_failed(&status))
		return status;
	int64_t largest = largest_window(t, exchange, &share);
	if (window ? window <= largest : whole_fits(t, exchange, &share))
		return gd_ok();
	double free = share.fair < share.process ? share.fair : share.process;
	if (t->configured || t->replay)
		snprintf(advice, sizeof advice, "a run keeps its --window, so that it goes on on more hosts or memory alone");
	else if (largest >= exchange->batch_rows && largest < exchange->rows)
		snprintf(advice, sizeof advice, "--window %" PRId64 " is the largest that fits; or take more hosts", largest);
	else
		snprintf(advice, sizeof advice, "not even a window of one batch does; take more hosts, or a smaller --batch-size");
	return gd_error(GD_FAILED, "%s of '%s' (%" PRId64 " rows of %.0f bytes%s) does not fit the memory, of which each rank has %.3g MB: %s", window ? "a --window" : "the training part",
		t->options.data, window ? window : exchange->rows, row_bytes(t, exchange), window ? ", two at a time" : "", free / 1e6, advice);
}

gd_status gd_training_read_rows(gd_training *t)
{
	gd_communicator *communicator = t->communicator;
	const gd_shard *shard = &t->shard;
	gd_status status = gd_ok();
	communicator->phase = "reading the dataset";
	if (t->windowed) {
		status = gd_row_file_open(t->dataset, GD_TRAIN, &t->rows);
		status = gd_agree(communicator, &status);
	} else {
		status = gd_dataset_read(t->dataset, GD_TRAIN, shard->share.first, shard->share.count, shard->features, shard->labels, NULL);
		if (!gd_failed(&status) && shard->weights)
			status = gd_dataset_read_weights(t->dataset, GD_TRAIN, shard->share.first, shard->share.count, shard->weights);
	}
	if (gd_failed(&status) || t->replay || gd_dataset_get_header(t->dataset)->rows[GD_VALIDATION] == 0)
		return status;
	return t->windowed ? gd_evaluation_stream(communicator, t->dataset, GD_VALIDATION, &t->validation) : gd_evaluation_create(communicator, t->dataset, GD_VALIDATION, &t->validation);
}
