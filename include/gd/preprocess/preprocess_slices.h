/*
 * What must be known of all records at once, of so many of them at a time as there is room for: slices of the range of all hashes, the same on all ranks and in the order of the hash. A slice is some of the piles
 * that rows lie in, or a part of one. Local, but for gd_slices_plan.
 */
#ifndef GD_PREPROCESS_SLICES_H
#define GD_PREPROCESS_SLICES_H

#include "gd/features/tally.h"
#include "gd/preprocess/preprocess_run.h"

typedef struct gd_slices {
	int piles;       /* that there are */
	int64_t count;   /* of slices */
	int64_t groups;  /* of piles */
	uint64_t within; /* slices of one group; more than one if each group is a pile */
} gd_slices;

typedef struct gd_slice {
	int first, end;    /* piles */
	uint64_t part, parts; /* of the hashes of one pile */
} gd_slice;

/* Collective. Slices of `count` things of this rank in so many piles, which take `bytes` each. */
GD_CHECKED gd_status gd_slices_plan(gd_preprocess *run, int piles, int64_t count, size_t bytes, gd_slices *slices);
gd_slice gd_slice_at(const gd_slices *slices, int64_t index);
/* Whether a hash that falls into its piles is of the slice. */
bool gd_slice_holds(const gd_slices *slices, const gd_slice *slice, uint64_t hash);
/* Which of `ranks` takes care of a hash of the slice: each has a range of them, in the order of the ranks. */
int gd_slice_owner(const gd_slices *slices, const gd_slice *slice, int ranks, uint64_t hash);

#endif
