/*
 * Which rank trains on which positions of an epoch: batches of whole blocks, and pieces of whole batches, in which rows travel. Local.
 * Position t belongs to batch t / G, to the block that gd_block_start gives, and to the rank that gd_share_of gives the block.
 */
#ifndef GD_EPOCH_PLAN_H
#define GD_EPOCH_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/network/network.h"

/* How the batches of one length are shared. */
typedef struct gd_batch_plan {
	int rows, blocks;
	int first_block, block_count; /* this rank's */
	int local_rows;               /* in this rank's blocks */
	int *start;                   /* [ranks + 1] each rank's first row of the batch; the last is `rows` */
} gd_batch_plan;

typedef struct gd_epoch_plan {
	int rank, ranks;
	int64_t used;            /* the positions [0, used) are trained on */
	int64_t steps;
	gd_batch_plan full, last;
	bool has_last;           /* the last batch is a shorter one */
	int64_t piece_steps;     /* steps of a piece; the last may have fewer */
	int64_t pieces;
	int64_t slots;           /* rows that this rank trains on in an epoch */
	int64_t piece_slots;     /* in the piece that has most of them */
} gd_epoch_plan;

typedef struct gd_epoch_shape {
	int64_t rows;            /* of an epoch */
	int batch_rows;
	bool drop_last, skip_single;
	int64_t piece_rows;      /* a piece has about so many, over all ranks */
} gd_epoch_shape;

/* Out of memory alone. Released even after a failure. */
GD_CHECKED gd_status gd_epoch_plan_init(gd_epoch_plan *plan, const gd_epoch_shape *shape, const gd_network *network, int rank, int ranks);
void gd_epoch_plan_release(gd_epoch_plan *plan);

const gd_batch_plan *gd_epoch_plan_batch(const gd_epoch_plan *plan, int64_t step);
/* Rows of this rank in a piece. */
int64_t gd_epoch_plan_slots(const gd_epoch_plan *plan, int64_t piece);

/* A row's place: piece, rank in it, and slot among that rank's rows of the piece. */
typedef struct gd_place {
	uint32_t piece, rank, slot;
} gd_place;
/* `position` below `used`. */
gd_place gd_epoch_plan_place(const gd_epoch_plan *plan, int64_t position);

#endif
