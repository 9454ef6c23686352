/* Items in the order of keys that are spread evenly, as hashes are: in time that grows as their number. Local. */
#ifndef GD_KEY_SORT_H
#define GD_KEY_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gd_keyed {
	uint64_t key;
	const void *item;
} gd_keyed;

/* By key, then by `compare` of two items. Keys that are not spread evenly take longer. False when out of memory: nothing is changed. */
bool gd_key_sort(gd_keyed *keyed, size_t count, int (*compare)(const void *, const void *));

#endif
