/*
 * A digest over a whole HDF5 file, behind its end, where HDF5's own tools do not look: damage is found before libhdf5, which crashes on
 * some damaged files, parses a byte. Local.
 *
 * Trailer, 56 bytes, integers little-endian: "GDdigest", version uint32, 0 uint32, bytes before the trailer uint64, SHA-256 of all that
 * precedes it (these fields included).
 */
#ifndef GD_DIGEST_H
#define GD_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GD_DIGEST_BYTES 56
#define GD_SUPERBLOCK_BYTES 64 /* what has to be read of a file's beginning */

/* What every trailer begins with. */
extern const char gd_digest_magic[8];

typedef enum gd_digest_verdict {
	GD_DIGEST_RIGHT,
	GD_DIGEST_NONE,  /* a file that ends where HDF5 says: written by other tools */
	GD_DIGEST_WRONG, /* damaged, or cut short */
} gd_digest_verdict;

/* Writes the trailer at bytes[length], where there is room for it. */
void gd_digest_append(void *bytes, size_t length);
/* Judges a whole file; `*length` becomes its size without the trailer. */
gd_digest_verdict gd_digest_check(const void *bytes, size_t size, size_t *length);

/* Whether the last bytes of a file look like a trailer. */
bool gd_digest_present(const uint8_t tail[GD_DIGEST_BYTES]);
/* Where an HDF5 file ends by its own word, read from its first `size` bytes (GD_SUPERBLOCK_BYTES are enough); 0 when it does not say. */
uint64_t gd_superblock_end(const void *bytes, size_t size);
/* Whether it begins as HDF5 files do. */
bool gd_superblock_present(const void *bytes, size_t size);
/* Whether that beginning is of a common kind: addresses and lengths of 8 bytes, and no block for a driver, whose size libhdf5 takes on trust. */
bool gd_superblock_common(const void *bytes, size_t size);

#endif
