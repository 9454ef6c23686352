/* Entries of any kind dealt out to the ranks that they belong to, once. */
#ifndef GD_DEAL_H
#define GD_DEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/parallel/communicator.h"

/*
 * Collective. Of `entries`, each of `bytes` bytes, the first counts[0] go to rank 0, the next counts[1] to rank 1, and so on. *received (free()) gets those
 * of all ranks, in the order of the ranks they come from, *received_count their number. Out of memory, or 2^31 entries or more on a rank: an error on every rank.
 */
GD_CHECKED gd_status gd_deal(gd_communicator *communicator, size_t bytes, const void *entries, const int *counts, void **received, size_t *received_count);

/* The same in steps, for those who agree on more between them. [ranks]: how many entries go to each and come from each, and where these begin. */
typedef struct gd_dealing {
	int *leave, *to, *arrive, *from;
} gd_dealing;

/* Local. Zeroed; false when out of memory. To be freed: leave. */
bool gd_dealing_init(gd_dealing *dealing, const gd_communicator *communicator);
/* Collective. From what leaves, all else; how many come. A status of this rank alone. */
GD_CHECKED gd_status gd_dealing_count(gd_communicator *communicator, const gd_dealing *dealing, size_t *received);
/* Collective, where all could count. `back`: an answer to each that came goes to where it came from. */
GD_CHECKED gd_status gd_dealing_move(gd_communicator *communicator, const gd_dealing *dealing, size_t bytes, bool back, const void *entries, void *received);

#endif
