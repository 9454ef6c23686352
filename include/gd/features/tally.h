/* How many records there are of each content and label, by the part that they are in. Local. */
#ifndef GD_TALLY_H
#define GD_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/features/split.h"

typedef struct gd_tallied {
	gd_content content;
	int64_t label;
	int64_t count[GD_SPLIT_PARTS];
} gd_tallied;

/* A zeroed one is empty. */
typedef struct gd_tally {
	gd_tallied *entries;    /* [count], in the order of their first appearance */
	int64_t count, room;
	int64_t *slots;         /* [slot_count], a power of two: an entry's number, from 1 on; 0: free */
	uint64_t slot_count;
} gd_tally;

enum { GD_TALLY_BYTES = 160 }; /* for an entry at most, while there is twice the room for the half of them */

/* The entry of a content and label, which is added if it is new; NULL when out of memory. Valid until the next one is added. */
gd_tallied *gd_tally_of(gd_tally *tally, gd_content content, int64_t label);
/* The number of an entry that is there. */
int64_t gd_tally_find(const gd_tally *tally, gd_content content, int64_t label);
/* Entries by content, then label; no others are added or found after that, until it is cleared. False when out of memory. Takes as much as the entries again, and 40 bytes each while it sorts. */
GD_CHECKED bool gd_tally_sort(gd_tally *tally);
/* Entries [*count] of several tallies in that order, those alike added up: a new array, to be freed, and its number. NULL when out of memory. */
gd_tallied *gd_tally_join(const gd_tallied *entries, int64_t *count);
/* Empty, with the room that there was. */
void gd_tally_clear(gd_tally *tally);
void gd_tally_release(gd_tally *tally);

#endif
