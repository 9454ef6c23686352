#include "gd/train/training_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/parallel/memory_share.h"
#include "gd/store/packed_rows.h"
#include "gd/train/step_settings.h"

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

/* The exchange of the training's rows, from its shard, or from the file, window by window. Sets `windowed`. */
static gd_exchange_options make_exchange(gd_training *t)
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
	if (!t->windowed && t->form.words)
		exchange.form = &t->form;
	return exchange;
}

/* Of a row's features as the shard has them. */
static int row_words(const gd_exchange_options *exchange)
{
	return exchange->form ? exchange->form->words : exchange->features;
}

/* Bytes of a row in memory: its features, its label, and its weight. */
static double row_bytes(const gd_training *t, int words)
{
	return (words + (gd_dataset_get_header(t->dataset)->weight ? 2.0 : 1.0)) * 4;
}

/* The largest window of which two are in memory at a time; 0: not even one of a batch. */
static int64_t largest_window(const gd_training *t, const gd_exchange_options *exchange, const gd_memory_share *share)
{
	int ranks = t->communicator->size;
	bool shared = t->communicator->node != NULL;
	double bytes = 2 * row_bytes(t, exchange->features) + (shared ? 0 : ADDRESS_BYTES);
	double rows = room_of(share->fair) * ranks / bytes, addresses = room_of(share->process) * (shared ? 1 : ranks) / bytes;
	double most = rows < addresses ? rows : addresses;
	int64_t window = most < 0 ? 0 : most < 9e15 ? (int64_t)most
						    : INT64_MAX / 2;
	return window / exchange->batch_rows * exchange->batch_rows;
}

/* The whole training part, and the validation part, of which there are two copies while it is put in blocks, unless it is packed. */
static bool whole_fits(const gd_training *t, const gd_exchange_options *exchange, const gd_memory_share *share)
{
	double ranks = t->communicator->size, validation = t->replay ? 0 : (double)gd_dataset_get_header(t->dataset)->rows[GD_VALIDATION];
	bool shared = t->communicator->node != NULL;
	double bytes = row_bytes(t, row_words(exchange)) + (shared ? 0 : ADDRESS_BYTES), rows = (double)exchange->rows;
	double scored = (exchange->form ? 1 : 2) * validation * row_bytes(t, row_words(exchange)) / ranks;
	double mine = rows * bytes / ranks + scored, addresses = rows * bytes / (shared ? 1 : ranks) + scored;
	return mine <= room_of(share->fair) && addresses <= room_of(share->process);
}

gd_status gd_training_check_memory(gd_training *t)
{
	gd_memory_share share;
	char advice[128];
	const gd_exchange_options options = make_exchange(t), *exchange = &options;
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
		t->options.data, window ? window : exchange->rows, row_bytes(t, row_words(exchange)), window ? ", two at a time" : "", free / 1e6, advice);
}

static void release_steps(gd_training *t)
{
	gd_stepper_free(t->stepper);
	gd_exchange_free(t->exchange);
	gd_shard_release(&t->shard);
	free(t->scalars);
	t->stepper = NULL;
	t->exchange = NULL;
	t->scalars = NULL;
}

gd_status gd_training_make_steps(gd_training *t)
{
	const gd_train_options *o = &t->options;
	const gd_dataset_header *header = gd_dataset_get_header(t->dataset);
	gd_exchange_options exchange = make_exchange(t);
	gd_status status = gd_ok();
	release_steps(t);
	if (!t->windowed)
		status = gd_shard_create(t->communicator, exchange.rows, row_words(&exchange), exchange.weighted, &t->shard);
	if (!gd_failed(&status))
		status = gd_exchange_create(t->communicator, &exchange, &t->exchange);
	if (gd_failed(&status))
		return status;
	t->steps_per_epoch = gd_exchange_steps(t->exchange);
	if (t->steps_per_epoch == 0)
		return gd_error(GD_BAD_DATA, "'%s' leaves no batch to train on: its training part has %" PRId64 " rows", o->data, header->rows[GD_TRAIN]);
	gd_stepper_options stepper = gd_step_settings(o);
	status = gd_stepper_create(t->communicator, t->network, t->exchange, &stepper, &t->stepper);
	if (gd_failed(&status))
		return status;
	t->scalars = gd_allocate((size_t)t->steps_per_epoch, sizeof *t->scalars);
	gd_status mine = t->scalars ? gd_ok() : gd_out_of_memory("an epoch's learning rates");
	return gd_agree(t->communicator, &mine);
}

/* Collective. What does not fit the form was written by another program. */
static gd_status give_up_packing(gd_training *t)
{
	gd_log_warning("the features of '%s' are not what its recipe makes of a record: each of its rows takes %d numbers in memory instead of %d", t->options.data, t->form.features, t->form.words);
	gd_row_form_release(&t->form);
	gd_status status = gd_training_check_memory(t);
	return gd_failed(&status) ? status : gd_training_make_steps(t);
}

/* Collective. */
static gd_status read_shard(gd_training *t)
{
	const gd_shard *shard = &t->shard;
	bool fit = false;
	gd_status status = gd_ok();
	if (t->form.words) {
		status = gd_packed_rows_read(t->communicator, t->dataset, &t->form, GD_TRAIN, shard->share.first, shard->share.count, shard->features, &fit);
		if (!gd_failed(&status) && !fit)
			status = give_up_packing(t);
	}
	if (!gd_failed(&status))
		status = gd_dataset_read(t->dataset, GD_TRAIN, shard->share.first, shard->share.count, t->form.words ? NULL : shard->features, shard->labels, NULL);
	if (!gd_failed(&status) && shard->weights)
		status = gd_dataset_read_weights(t->dataset, GD_TRAIN, shard->share.first, shard->share.count, shard->weights);
	return status;
}

gd_status gd_training_read_rows(gd_training *t)
{
	gd_communicator *communicator = t->communicator;
	gd_status status = gd_ok();
	communicator->phase = "reading the dataset";
	if (t->windowed) {
		status = gd_row_file_open(t->dataset, GD_TRAIN, &t->rows);
		status = gd_agree(communicator, &status);
	} else {
		status = read_shard(t);
	}
	if (gd_failed(&status) || t->replay || gd_dataset_get_header(t->dataset)->rows[GD_VALIDATION] == 0)
		return status;
	return (t->windowed ? gd_evaluation_stream : gd_evaluation_create)(communicator, t->dataset, GD_VALIDATION, &t->validation);
}
