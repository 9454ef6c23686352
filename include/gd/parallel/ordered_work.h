/*
 * Work in pieces that rank 0 hands out as it gets them, that all ranks do, rank 0 included, and whose results rank 0 takes in the order of the pieces: what comes out does not depend on the ranks.
 * Memory is constant, some pieces a rank.
 */
#ifndef GD_ORDERED_WORK_H
#define GD_ORDERED_WORK_H

#include "gd/base/buffer.h"
#include "gd/parallel/communicator.h"

typedef struct gd_ordered_work {
	/* Rank 0: the next piece into an empty buffer, which stays empty behind the last one. */
	gd_status (*make)(void *context, gd_buffer *piece);
	/* Any rank: appends a piece's result to a buffer. */
	gd_status (*perform)(void *context, const char *piece, size_t length, gd_buffer *result);
	/* Rank 0: results [length], piece after piece. */
	gd_status (*take)(void *context, const char *result, size_t length);
	void *context;
} gd_ordered_work;

/*
 * Collective. Ends at the first failure in the order of the pieces, those before it being taken; every rank returns that same status. A piece has less than 2^31 bytes, so has a result.
 */
GD_CHECKED gd_status gd_ordered_work_run(gd_communicator *communicator, const gd_ordered_work *work);

#endif
