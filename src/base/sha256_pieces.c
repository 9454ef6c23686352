#include "gd/base/sha256_pieces.h"

#include <string.h>

void gd_sha256_pieces_init(gd_sha256_pieces *hash)
{
	*hash = (gd_sha256_pieces){0};
	gd_sha256_init(&hash->piece);
	gd_sha256_init(&hash->pieces);
}

static void finish_piece(gd_sha256_pieces *hash)
{
	uint8_t digest[32];
	gd_sha256_finish(&hash->piece, digest);
	gd_sha256_update(&hash->pieces, digest, sizeof digest);
	gd_sha256_init(&hash->piece);
}

/* A full piece ends when there is more: one piece alone is no matter of pieces. How many bytes go into the one at hand. */
static size_t begin_piece(gd_sha256_pieces *hash)
{
	if (hash->piece.length == GD_SHA256_PIECE)
		finish_piece(hash);
	return GD_SHA256_PIECE - (size_t)hash->piece.length;
}

static void take_in(gd_sha256_pieces *hash, const uint8_t *from, size_t size)
{
	while (size) {
		size_t room = begin_piece(hash), some = size < room ? size : room;
		gd_sha256_update(&hash->piece, from, some);
		hash->length += some;
		from += some;
		size -= some;
	}
}

static void take_in_waiting(gd_sha256_pieces *hash, size_t size)
{
	if (size)
		take_in(hash, hash->room + hash->first, size);
	hash->first += size;
}

void gd_sha256_pieces_update(gd_sha256_pieces *hash, const void *bytes, size_t size)
{
	take_in_waiting(hash, hash->end - hash->first);
	hash->first = hash->end = 0;
	if (size > hash->bytes) {
		take_in(hash, bytes, size);
	} else if (size) {
		memcpy(hash->room, bytes, size);
		hash->end = size;
	}
}

void gd_sha256_pieces_wait(gd_sha256_pieces *hash, uint8_t *room, size_t bytes)
{
	gd_sha256_pieces_update(hash, NULL, 0);
	hash->room = room;
	hash->bytes = room ? bytes : 0;
}

void gd_sha256_pieces_messages(gd_sha256_pieces *hash, gd_sha256_message *messages, size_t count)
{
	size_t waiting = hash ? hash->end - hash->first : 0, open = hash ? (size_t)(-hash->piece.length % GD_SHA256_BLOCK) : 0;
	if (waiting <= open + GD_SHA256_BLOCK) {
		gd_sha256_messages(messages, count, NULL);
		return;
	}
	/* From where a block begins up to where a piece ends. */
	take_in_waiting(hash, open);
	waiting -= open;
	size_t room = begin_piece(hash), blocks = (waiting < room ? waiting : room) / GD_SHA256_BLOCK;
	gd_sha256_message one = {.bytes = hash->room + hash->first, .blocks = blocks};
	memcpy(one.state, hash->piece.state, sizeof one.state);
	gd_sha256_messages(messages, count, &one);
	memcpy(hash->piece.state, one.state, sizeof one.state);
	size_t taken = (blocks - one.blocks) * GD_SHA256_BLOCK;
	hash->piece.length += taken;
	hash->length += taken;
	hash->first += taken;
}

void gd_sha256_pieces_finish(gd_sha256_pieces *hash, char text[65])
{
	uint8_t digest[32];
	gd_sha256_pieces_wait(hash, NULL, 0);
	if (hash->length > GD_SHA256_PIECE) {
		finish_piece(hash);
		gd_sha256_finish(&hash->pieces, digest);
	} else {
		gd_sha256_finish(&hash->piece, digest);
	}
	gd_sha256_hex(digest, text);
}
