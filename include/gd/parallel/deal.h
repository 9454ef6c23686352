/* Entries of any kind dealt out to the ranks that they belong to, once. */
#ifndef GD_DEAL_H
#define GD_DEAL_H

#include <stddef.h>

#include "gd/parallel/communicator.h"

/*
 * Collective. Of `entries`, each of `bytes` bytes, the first counts[0] go to rank 0, the next counts[1] to rank 1, and so on. *received (free()) gets those
 * of all ranks, in the order of the ranks they come from, *received_count their number. Out of memory, or 2^31 entries or more on a rank: an error on every rank.
 */
GD_CHECKED gd_status gd_deal(gd_communicator *communicator, size_t bytes, const void *entries, const int *counts, void **received, size_t *received_count);

#endif
