/*
 * Rows on their way: each goes once a round from the rank that has read it to the one that trains on it, in pieces of whole steps. What a round is (an epoch, or a window of one), and in
 * which order its pieces are wanted, is the exchange's business (gd/parallel/exchange.h).
 */
#ifndef GD_TRANSIT_H
#define GD_TRANSIT_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/kernel/permutation.h"
#include "gd/kernel/row_form.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/epoch_plan.h"
#include "gd/parallel/shard.h"

typedef struct gd_transit gd_transit;

/* The rows of one round. */
typedef struct gd_round {
	int64_t number;             /* from 0 */
	const gd_epoch_plan *plan;
	gd_permutation permutation; /* of the round's rows */
	const gd_shard *shard;      /* this rank's of them, in place until the round's last piece is on its way */
} gd_round;

/* The most that any round needs. */
typedef struct gd_transit_room {
	int features;        /* of a row; the words of one that is packed */
	const gd_row_form *form; /* NULL: none is; stays the caller's */
	bool weighted;       /* rows have weights */
	int64_t shard_rows;  /* of a rank's shard */
	int64_t pieces;
	int64_t piece_slots; /* rows that this rank trains on in a piece */
} gd_transit_room;

/* About what a rank receives in a piece, in rows over all ranks; piece_bytes 0: chosen here. Local. */
int64_t gd_transit_piece_rows(int ranks, int features, bool weighted, int64_t piece_bytes);

/*
 * Local. Takes 12 bytes for each row of the shard and three pieces of (features + 2) * 4 bytes a row, 4 more where it has a weight. Keeps the communicator's address.
 * Errors: out of memory.
 */
GD_CHECKED gd_status gd_transit_create(gd_communicator *communicator, const gd_transit_room *room, gd_transit **transit);
/* Collective where a piece is still on its way: it is waited for. */
void gd_transit_free(gd_transit *transit);

/* Local. Whether this piece has come, and is the present one; whether any is on its way. */
bool gd_transit_present(const gd_transit *transit, int64_t round, int64_t piece);
bool gd_transit_coming(const gd_transit *transit);
/* Local. Lets MPI move data, which it does when it is called. */
GD_CHECKED gd_status gd_transit_attend(gd_transit *transit);
/* Collective. Sends a piece on its way, while none is. */
GD_CHECKED gd_status gd_transit_begin(gd_transit *transit, const gd_round *round, int64_t piece);
/* Collective. What is on its way becomes the present piece. */
GD_CHECKED gd_status gd_transit_finish(gd_transit *transit);
/* Local. Rows from slot `slot` of the present piece on: x [features, rows], labels and, where rows have them, weights [rows]. */
void gd_transit_fetch(const gd_transit *transit, int64_t slot, int rows, float *x, int32_t *labels, float *weights);

#endif
