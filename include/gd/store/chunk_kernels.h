/* What is asked of a chunk's bytes. Local. */
#ifndef GD_CHUNK_KERNELS_H
#define GD_CHUNK_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/vector.h"

enum { GD_CHECKSUM_BYTES = 4 }; /* behind a chunk in the file, little-endian */

typedef struct gd_chunk_kernels {
	/*
	 * HDF5's fletcher32 of words [count], 16 bits each as they lie in memory. Source: J. Fletcher, "An arithmetic checksum for serial transmissions", IEEE Transactions on
	 * Communications 30 (1982); HDF5 takes the words as big-endian, and writes a sum of 0 as 65535 unless all words are 0.
	 */
	uint32_t (*checksum)(const uint16_t *words, size_t count);
	/* zlib's checksum of bytes [count]. Source: P. Deutsch and J.-L. Gailly, RFC 1950 (1996). */
	uint32_t (*adler)(const uint8_t *bytes, size_t count);
	/* Whether all values [count] are finite. */
	bool (*all_finite)(const float *values, size_t count);
} gd_chunk_kernels;
GD_TABLES(gd_chunk_kernels);

#endif
