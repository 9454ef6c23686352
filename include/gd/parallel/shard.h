/* The rows that a rank has read: a contiguous share of the training part. */
#ifndef GD_SHARD_H
#define GD_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/parallel/communicator.h"
#include "gd/parallel/shared_memory.h"

typedef struct gd_shard {
	gd_share share;   /* of all rows */
	float *features;  /* [share.count, features], or [share.count, words] where rows are packed (gd/kernel/row_form.h) */
	int32_t *labels;  /* [share.count] */
	float *weights;   /* [share.count] of the rows in the loss; NULL: all 1 */
	bool whole;       /* the other ranks' rows lie around these, in order, in memory that all share: none need travel */
	gd_shared_memory memory;
	double bytes;     /* of this rank's rows */
} gd_shard;

/* Collective. Room for this rank's share of `rows` rows, with weights or without; `features` are the words of a row that is packed. Errors: out of memory. */
GD_CHECKED gd_status gd_shard_create(gd_communicator *communicator, int64_t rows, int features, bool weighted, gd_shard *shard);
/* Local. The same room for this rank's share of `rows` rows, not more than those that it was made for. */
void gd_shard_divide(const gd_communicator *communicator, int64_t rows, int features, gd_shard *shard);
/* Local. A zeroed shard is an empty one. */
void gd_shard_release(gd_shard *shard);

#endif
