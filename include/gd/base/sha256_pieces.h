/*
 * The digest of a table's bytes, which many processes can share the work of. Of up to 16 MiB: their SHA-256, as sha256sum prints it. Of more: the SHA-256
 * of the SHA-256s (32 bytes each) of their pieces of 16 MiB, the last one shorter; jobs/source_sha256.sh does the same. Local.
 */
#ifndef GD_SHA256_PIECES_H
#define GD_SHA256_PIECES_H

#include "gd/base/sha256.h"

enum { GD_SHA256_PIECE = 16 << 20 };

typedef struct gd_sha256_pieces {
	gd_sha256 piece, pieces; /* the piece at hand, and the digests of those before it */
	uint64_t length;      /* without what waits */
	uint8_t *room;        /* [bytes], the caller's: where bytes wait for other messages (gd_sha256_pieces_wait); NULL: none do */
	size_t bytes, first, end; /* those that wait: [first, end) */
} gd_sha256_pieces;

void gd_sha256_pieces_init(gd_sha256_pieces *hash);
void gd_sha256_pieces_update(gd_sha256_pieces *hash, const void *bytes, size_t size);
/* Bytes that are added from now on wait in `room` [bytes], in up to as many, for gd_sha256_pieces_messages, which takes less time than to take them in by themselves; NULL: no more. */
void gd_sha256_pieces_wait(gd_sha256_pieces *hash, uint8_t *room, size_t bytes);
/* gd_sha256_messages, and as much of what waits as can be. `hash` may be NULL. */
void gd_sha256_pieces_messages(gd_sha256_pieces *hash, gd_sha256_message *messages, size_t count);
void gd_sha256_pieces_finish(gd_sha256_pieces *hash, char text[65]);

#endif
