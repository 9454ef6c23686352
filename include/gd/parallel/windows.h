/*
 * Training rows a window at a time, where they are more than memory holds: while one window is trained on, the next one is read.
 *
 * Each epoch orders the rows of the file by stretches (gd/kernel/stretch_order.h); its window w has the places [w * M, (w + 1) * M) of that order, its last one what is left. Rank r reads
 * the share gd_share_of(rows of the window, r, P) of them. A round is a window of an epoch: window w of epoch e is round e * windows + w.
 */
#ifndef GD_WINDOWS_H
#define GD_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

#include "gd/kernel/stretch_order.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/shard.h"

/* Where rows come from. Local. */
typedef struct gd_row_source {
	void *context;
	/* Begins to read the rows of `runs` [count], one run after the other, into the shard's room for them. Runs and shard stay until `finish`. */
	gd_status (*begin)(void *context, const gd_run *runs, size_t count, const gd_shard *shard);
	/* Returns when they are there. */
	gd_status (*finish)(void *context);
} gd_row_source;

typedef struct gd_windows_options {
	int64_t rows, window; /* N; M, below N */
	int features;
	bool weighted;
	uint64_t seed;
	gd_row_source source;
} gd_windows_options;

typedef struct gd_windows gd_windows;

/* Local. Rows of a window: `wished` rounded down to whole batches, one at least; 0: all rows are one window, since none, or so many, were wished for. */
int64_t gd_window_rows(int64_t rows, int64_t wished, int64_t batch_rows);

/* Collective. Room for two windows. Errors: out of memory. */
GD_CHECKED gd_status gd_windows_create(gd_communicator *communicator, const gd_windows_options *options, gd_windows **windows);
/* Local. What is being read is waited for. */
void gd_windows_free(gd_windows *windows);

int64_t gd_windows_count(const gd_windows *windows); /* of an epoch */
/* Local. A window's rows, in an epoch. */
int64_t gd_windows_rows(const gd_windows *windows, int64_t window);
/* Local. Whether rows lie in memory that all ranks share, or are all this rank's. */
bool gd_windows_whole(const gd_windows *windows);
/*
 * Collective. Round `round` is in place on all ranks, and `next` (below 0: none) is being read; of the round before, no rank needs a row any more.
 * *shard: this rank's share, until the next call with another round. Errors: those of the source.
 */
GD_CHECKED gd_status gd_windows_reach(gd_windows *windows, int64_t round, int64_t next, const gd_shard **shard);

#endif
