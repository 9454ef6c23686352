/* What each rank knows of its share of something whose shares are in the order of the ranks, made one. */
#ifndef GD_JOIN_H
#define GD_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "gd/parallel/communicator.h"

/* Collective. Sums of counts [count] over the ranks, in place. */
GD_CHECKED gd_status gd_join_counts(gd_communicator *communicator, int64_t *counts, size_t count);
/* Collective. before [count], overwritten: sums over the ranks before this one. */
GD_CHECKED gd_status gd_join_before(gd_communicator *communicator, const int64_t *counts, size_t count, int64_t *before);
/* Collective. Of all ranks `bytes` bytes each, in their order: all [ranks * bytes], overwritten. */
GD_CHECKED gd_status gd_join_all(gd_communicator *communicator, const void *mine, size_t bytes, void *all);
/*
 * Collective. Of all ranks as many bytes as each has, in their order, into *all (free()). `mine`: the status of what led here. All ranks leave with the same status; more than 2^31 bytes in all are
 * GD_FAILED.
 */
GD_CHECKED gd_status gd_join_shares(gd_communicator *communicator, const gd_status *mine, const void *bytes, size_t size, void **all, size_t *all_size);
/*
 * Collective. Agreement on what ranks read of shares in their order: GD_BAD_DATA of the lowest rank that failed is every rank's status, in the words that one process which reads all would have found,
 * unless a rank failed otherwise (gd_agree).
 */
GD_CHECKED gd_status gd_join_agree(gd_communicator *communicator, const gd_status *mine);

/* How a rank hands on what it knows, in memory to be freed, and takes in what those behind it know. Local; a failure is agreed on by the caller below. */
typedef struct gd_join {
	gd_status (*give)(void *context, void **bytes, size_t *size);
	gd_status (*take)(void *context, const void *bytes, size_t size);
	void *context;
} gd_join;
/*
 * Collective. By twos, each rank takes from those behind it until rank 0 knows all; what rank 0 then gives, every rank gets in *bytes (free()). A status of failure is handed in by a rank that
 * has nothing to give; all ranks leave with the same.
 */
GD_CHECKED gd_status gd_join_ranks(gd_communicator *communicator, const gd_status *mine, const gd_join *join, void **bytes, size_t *size);

#endif
