/*
 * SHA-256's compression function, as `gd/base/sha256.h` uses it: `state` [8] takes in `blocks` blocks of 64
 * bytes each. Source: FIPS 180-4, 6.2.2. Local.
 */
#ifndef GD_SHA256_COMPRESS_H
#define GD_SHA256_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void gd_sha256_compress_plain(uint32_t state[8], const uint8_t *bytes, size_t blocks);

/* The same by the processor's SHA instructions; call it only where they are `available`. */
void gd_sha256_compress_native(uint32_t state[8], const uint8_t *bytes, size_t blocks);
/* Of two messages at once, whose instructions need not wait for each other. */
void gd_sha256_compress_two(uint32_t first[8], const uint8_t *bytes, uint32_t second[8], const uint8_t *other, size_t blocks);
bool gd_sha256_native_available(void);

/* One block of each of sixteen messages, in the lanes of AVX-512: a state's words [8] of all of them. Call it only where they are `available`. */
enum { GD_SHA256_LANES = 16 };
void gd_sha256_compress_lanes(uint32_t state[8][GD_SHA256_LANES], const uint8_t *const bytes[GD_SHA256_LANES]);
bool gd_sha256_lanes_available(void);
/* Besides, of one more message that has so many blocks, by the SHA instructions: it takes less time than by itself. Call it only where both are available. */
enum { GD_SHA256_BESIDE = 7 };
void gd_sha256_compress_beside(uint32_t state[8][GD_SHA256_LANES], const uint8_t *const bytes[GD_SHA256_LANES], uint32_t one[8], const uint8_t *from);

#endif
