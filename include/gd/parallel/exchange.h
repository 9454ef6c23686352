/*
 * The epoch's exchange: rows travel once from the rank that read them to the rank that trains on them, in pieces of whole steps; while one piece is trained on,
 * the next one travels. Where a shard is `whole` none travels: each rank takes its rows from where they are, as a rank alone does.
 *
 * An epoch orders the N training rows by a keyed permutation; position t belongs to step t / G and, within the step, to the block and hence the rank that
 * gd_block_start and gd_share_of give. Without `drop_last` the last step is shorter, and cut into blocks of its own.
 *
 * With a window (gd/parallel/windows.h) the rows come from a source, a window at a time, and a window, not an epoch, is what is permuted: its positions are those of whole batches, one after
 * the other, and row i of the window, in the order of its stretches, comes at the position that the window's permutation gives. What the windows leave over at the end is the last, shorter one.
 */
#ifndef GD_EXCHANGE_H
#define GD_EXCHANGE_H

#include <stdint.h>

#include "gd/kernel/row_form.h"
#include "gd/network/network.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/shard.h"
#include "gd/parallel/windows.h"

typedef struct gd_exchange gd_exchange;

typedef struct gd_exchange_options {
	int64_t rows;        /* N, over all ranks; rank r owns gd_share_of(N, r, P) */
	const gd_shard *shard; /* those rows, in place by the first gd_exchange_run, the same for every epoch, and read as long as the exchange is used */
	int features;
	const gd_row_form *form; /* in which the shard has its rows; NULL: as they are. Without windows alone; stays the caller's */
	int batch_rows;      /* G; a batch larger than N is one batch of N rows */
	bool drop_last;      /* leave out a last, shorter batch (never the only one) */
	bool skip_single;    /* leave out a last batch of one row (batch normalisation); with one row a batch that leaves no step */
	uint64_t seed;
	const gd_network *network; /* for gd_network_blocking */
	int64_t epochs;      /* the first piece of epoch e + 1 is sent in the last one of epoch e if e + 1 is below this; 0: never */
	int64_t piece_bytes; /* about what a rank receives in a piece; 0: chosen here */
	int64_t window;      /* rows to read at a time, over all ranks, a batch at least; 0, or N and more: all rows are the shard's */
	gd_row_source source; /* of a window's rows, instead of a shard */
	bool weighted;       /* whose rows have weights */
} gd_exchange_options;

/* Local. Rows of a window where there are windows: whole batches; 0: the exchange has none, and needs a shard. */
int64_t gd_exchange_window(const gd_exchange_options *options);
/*
 * Collective (only to agree on failure). Beside the shard, or two windows of the exchange's own, nothing of its size where it is whole or the only one; else what gd_transit_create takes,
 * for pieces of about 1 MB (4 kB a rank beyond 256 ranks), or one step where that is more. Keeps the communicator's address.
 * Errors: out of memory; more than 2^31 - 1 rows on one rank.
 */
GD_CHECKED gd_status gd_exchange_create(gd_communicator *communicator, const gd_exchange_options *options, gd_exchange **exchange);
/* Before gd_communicator_finish. Collective where a piece is still on its way: it is waited for. */
void gd_exchange_free(gd_exchange *exchange);

int64_t gd_exchange_steps(const gd_exchange *exchange); /* of one epoch; may be 0 */

/* Collective. Goes to `epoch`; without windows reaches its first step. */
GD_CHECKED gd_status gd_exchange_run(gd_exchange *exchange, int64_t epoch);
/* Collective. Before a step's blocks are asked for: waits for its piece and sends the next one on its way. Steps may come in any order; in theirs, nothing is sent twice. */
GD_CHECKED gd_status gd_exchange_reach(gd_exchange *exchange, int64_t step);

/* What this rank trains on in one step. */
typedef struct gd_step_plan {
	int rows;          /* of the global batch */
	int blocks;        /* of the global batch */
	int first_block;   /* this rank's blocks: [first_block, first_block + block_count) */
	int block_count;
} gd_step_plan;
/* Local. Step `step` (from 0) of an epoch. */
gd_step_plan gd_exchange_step(const gd_exchange *exchange, int64_t step);
/* Local. Block `block` (a global index within the step, one of this rank's) of the step that was reached: features transposed into x [features, rows],
 * of room for the blocking's largest block; labels and weights stay the exchange's, until a block of another step is asked for. */
gd_block gd_exchange_block(const gd_exchange *exchange, int64_t step, int block, float *x);

#endif
