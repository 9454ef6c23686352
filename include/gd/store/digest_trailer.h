/*
 * A digest behind the end of a large HDF5 file: over all of it but the stretches that carry checksums of their own. So the whole structure of a file of any size is
 * known to be sound before libhdf5, which crashes on some damaged files, parses a byte. Local.
 *
 * Trailer, integers little-endian: for each stretch left out, in ascending order, its offset and length, uint64 each; then 56 bytes: "GDdigest", version (2) uint32,
 * stretches uint32, bytes before the trailer uint64, SHA-256 of all bytes before the trailer that are in no stretch, of the stretches, and of the fields before it.
 */
#ifndef GD_DIGEST_TRAILER_H
#define GD_DIGEST_TRAILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/store/digest.h"

typedef struct gd_stretch {
	uint64_t offset, length;
} gd_stretch;

/* A growing list of them; a zeroed one is empty. */
typedef struct gd_stretches {
	gd_stretch *items; /* [count], released with free() */
	size_t count, room;
} gd_stretches;

/* Appends one; false when out of memory. */
bool gd_stretches_add(gd_stretches *stretches, uint64_t offset, uint64_t length);

/* Appends the trailer to the open file `file`, which is read and written; sorts the list and joins neighbours. 0, or an errno. */
int gd_digest_trailer_write(int file, gd_stretches *stretches);

/* Whether the last bytes of a file are those of a seal, rather than of a digest over everything. */
bool gd_digest_trailer_present(const uint8_t tail[GD_DIGEST_BYTES]);
/* Judges the open file `file` of `size` bytes; `*length` becomes its size without the trailer. `*error` becomes the errno of a failed read (then GD_DIGEST_WRONG), or 0. */
gd_digest_verdict gd_digest_trailer_check(int file, uint64_t size, uint64_t *length, int *error);

#endif
