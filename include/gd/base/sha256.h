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

enum { GD_SHA256_BLOCK = 64, GD_SHA256_PADDING = 72 }; /* bytes: of a block; that are put behind a message, at most */

/* A message with its padding, and its digest as words. */
typedef struct gd_sha256_message {
	const uint8_t *bytes;
	size_t blocks;
	uint32_t state[8]; /* overwritten */
} gd_sha256_message;

void gd_sha256_init(gd_sha256 *hash);
void gd_sha256_update(gd_sha256 *hash, const void *bytes, size_t size);
void gd_sha256_finish(gd_sha256 *hash, uint8_t digest[32]);
/* The padding behind a message of `size` bytes: how many blocks there are then. */
size_t gd_sha256_pad(uint8_t *bytes, size_t size);
/*
 * The digests of several messages, sixteen at a time or two, which takes less time than one after the other. Blocks of `one` more (NULL: none), which is under way, may be taken in besides, where
 * that takes less time than by themselves: its bytes and blocks are then those that are left.
 */
void gd_sha256_messages(gd_sha256_message *messages, size_t count, gd_sha256_message *one);
/* Whole blocks, `blocks` of each, of several messages [count <= GD_SHA256_STREAMS] that are under way, each with whole blocks so far: gd_sha256_update of all, which takes less time together. */
enum { GD_SHA256_STREAMS = 16 };
void gd_sha256_update_together(gd_sha256 *const *hashes, const uint8_t *const *bytes, size_t count, size_t blocks);
/* Lower-case hexadecimal with a terminating zero. */
void gd_sha256_hex(const uint8_t digest[32], char text[65]);

#endif
