/*
 * The epoch's exchange: rows travel once from the rank that read them to the rank that trains on them.
 *
 * An epoch orders the N training rows by a keyed permutation; position t belongs to step t / G and, within the step, to the block and hence the rank that
 * gd_block_start and gd_share_of give. Without `drop_last` the last step is shorter, and cut into blocks of its own.
 */
#ifndef GD_EXCHANGE_H
#define GD_EXCHANGE_H

#include <stdint.h>

#include "gd/communicator.h"
#include "gd/network.h"

typedef struct gd_exchange gd_exchange;

typedef struct gd_exchange_options {
	int64_t rows;        /* N, over all ranks; rank r owns gd_share_of(N, r, P) */
	int features;
	int batch_rows;      /* G; a batch larger than N is one batch of N rows */
	bool drop_last;      /* leave out a last, shorter batch (never the only one) */
	bool skip_single;    /* leave out a last batch of one row (batch normalisation); with one row a batch that leaves no step */
	uint64_t seed;
	const gd_network *network; /* for gd_network_blocking */
} gd_exchange_options;

/*
 * Collective (only to agree on failure). Plans sizes and allocates once: O(N/P) memory, (2 features + 7) * 4 bytes a row beside the caller's shard, nothing on one rank.
 * Keeps the communicator's address. Errors: out of memory; more than 2^31 - 1 rows on one rank.
 */
GD_CHECKED gd_status gd_exchange_create(gd_communicator *communicator, const gd_exchange_options *options, gd_exchange **exchange);
/* Local, before gd_communicator_finish. */
void gd_exchange_free(gd_exchange *exchange);

int64_t gd_exchange_steps(const gd_exchange *exchange); /* of one epoch; may be 0 */

/* Collective. Sends this rank's shard (features [share, features] row-major, labels [share]; the caller leaves them as they are until the next run) to its consumers for
 * `epoch`; overwrites the rows of the epoch before. */
GD_CHECKED gd_status gd_exchange_run(gd_exchange *exchange, int64_t epoch, const float *features, const int32_t *labels);

/* What this rank trains on in one step. */
typedef struct gd_step_plan {
	int rows;          /* of the global batch */
	int blocks;        /* of the global batch */
	int first_block;   /* this rank's blocks: [first_block, first_block + block_count) */
	int block_count;
} gd_step_plan;
/* Local. Step `step` (from 0) of an epoch. */
gd_step_plan gd_exchange_step(const gd_exchange *exchange, int64_t step);
/* Local. Block `block` (a global index within the step, one of this rank's) of step `step`, for the epoch of the last run: features transposed into x [features, rows],
 * of room for the blocking's largest block; labels stay the exchange's, until a block of another step is asked for. */
gd_block gd_exchange_block(const gd_exchange *exchange, int64_t step, int block, float *x);

#endif
