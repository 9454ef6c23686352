/*
 * The order in which an epoch goes through rows that are read in windows: stretches of the file, one after the other by a keyed permutation. Local.
 * A window is a run of places of this order; inside it another permutation deals the rows out, so that a window holds whole stretches but for its ends.
 */
#ifndef GD_STRETCH_ORDER_H
#define GD_STRETCH_ORDER_H

#include <stdint.h>

#include "gd/kernel/permutation.h"

typedef struct gd_stretch_order {
	int64_t rows, stretch;          /* of the file; of a stretch, the file's last one apart */
	gd_permutation permutation;     /* of the stretches */
	int64_t last_place, last_rows;  /* where the file's last stretch begins in this order, and its rows */
} gd_stretch_order;

/* Rows that follow each other in a file. */
typedef struct gd_run {
	int64_t first, count;
} gd_run;

/* Rows of a stretch where windows have `window` rows: the largest power of two of which a window has 16, 65536 at most. */
int64_t gd_stretch_rows(int64_t window);
/* rows >= 1; `key` from gd_random_key(seed, GD_PURPOSE_STRETCHES, epoch). */
void gd_stretch_order_init(gd_stretch_order *order, int64_t rows, int64_t stretch, uint64_t key);
/* The row at `place`, and those that follow it both in this order and in its stretch, `most` (>= 1) in all at most. */
gd_run gd_stretch_order_run(const gd_stretch_order *order, int64_t place, int64_t most);

#endif
