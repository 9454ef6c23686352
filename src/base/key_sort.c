#include "gd/base/key_sort.h"

#include <stdlib.h>
#include <string.h>

enum { CROWD = 32 }; /* that an insertion takes longer for than a merge sort */

static int by_key(const void *a, const void *b, void *context)
{
	const gd_keyed *left = a, *right = b;
	int (**compare)(const void *, const void *) = context;
	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	return (*compare)(left->item, right->item);
}

static void insert(gd_keyed *keyed, size_t count, int (*compare)(const void *, const void *))
{
	for (size_t i = 1; i < count; i++) {
		gd_keyed moved = keyed[i];
		size_t at = i;
		for (; at && by_key(&keyed[at - 1], &moved, &compare) > 0; at--)
			keyed[at] = keyed[at - 1];
		keyed[at] = moved;
	}
}

static inline size_t range_of(uint64_t difference, int shift, size_t count)
{
	return (size_t)((unsigned __int128)(difference << shift) * count >> 64);
}

/* As many ranges of keys as there are items, each with some few. */
bool gd_key_sort(gd_keyed *keyed, size_t count, int (*compare)(const void *, const void *))
{
	uint64_t least = UINT64_MAX, most = 0;
	gd_keyed *from = malloc(count * sizeof *from + 1);
	size_t *end = calloc(count + 1, sizeof *end);
	if (!from || !end) {
		free(from);
		free(end);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		least = keyed[i].key < least ? keyed[i].key : least;
		most = keyed[i].key > most ? keyed[i].key : most;
	}
	/* The differences become fractions of 2^64, half of it at least. */
	int shift = most > least ? __builtin_clzll(most - least) : 0;
	for (size_t i = 0; i < count; i++)
		end[range_of(keyed[i].key - least, shift, count) + 1]++;
	for (size_t i = 0; i < count; i++)
		end[i + 1] += end[i];
	if (count)
		memcpy(from, keyed, count * sizeof *from);
	/* From where a range begins to where it ends. */
	for (size_t i = 0; i < count; i++)
		keyed[end[range_of(from[i].key - least, shift, count)]++] = from[i];
	for (size_t i = 0, first = 0; i < count; first = end[i++]) {
		if (end[i] - first > CROWD)
			qsort_r(keyed + first, end[i] - first, sizeof *keyed, by_key, (void *)&compare);
		else
			insert(keyed + first, end[i] - first, compare);
	}
	free(from);
	free(end);
	return true;
}
