/* What HDF5's usual filters have made of a chunk's bytes, undone without HDF5, which is not made for threads. Local. */
#ifndef GD_CHUNK_FILTERS_H
#define GD_CHUNK_FILTERS_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GD_MOST_FILTERS = 4 };

/* In the order in which a writer applies them: checksum, deflate, shuffle (of four bytes each, those of like significance side by side). */
typedef struct gd_chunk_filters {
	int count;
	H5Z_filter_t id[GD_MOST_FILTERS];
} gd_chunk_filters;

/* From a dataset's creation properties. False where there are others. */
bool gd_chunk_filters_find(hid_t creation, gd_chunk_filters *filters);
/* The first filter of a dataset that this HDF5 lacks: its name, or number, in `name` [room]; false: it has all. */
bool gd_chunk_filters_lack(hid_t creation, char *name, size_t room);
/* Room that takes a chunk of `bytes`, of which `stored` lie in the file, at each step. */
size_t gd_chunk_filters_room(size_t bytes, size_t stored);
/*
 * A chunk of `bytes` in two buffers of that room, in the first of which lie the bytes stored; filters whose bits are set in `skipped` were left out. *result is the buffer in which it ends up.
 * Returns what is wrong with it, or NULL.
 */
const char *gd_chunk_filters_undo(const gd_chunk_filters *filters, uint32_t skipped, char *const buffers[2], size_t stored, size_t bytes, const char **result);

#endif
