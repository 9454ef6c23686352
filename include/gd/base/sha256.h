/* SHA-256. Source: FIPS 180-4. Local. */
#ifndef GD_SHA256_H
#define GD_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct gd_sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	uint8_t block[64];
} gd_sha256;

void gd_sha256_init(gd_sha256 *hash);
void gd_sha256_update(gd_sha256 *hash, const void *bytes, size_t size);
void gd_sha256_finish(gd_sha256 *hash, uint8_t digest[32]);
/* Lower-case hexadecimal with a terminating zero. */
void gd_sha256_hex(const uint8_t digest[32], char text[65]);

#endif
