#include "gd/base/sha256_pieces.h"

void gd_sha256_pieces_init(gd_sha256_pieces *hash)
{
	gd_sha256_init(&hash->piece);
	gd_sha256_init(&hash->pieces);
	hash->length = 0;
}

static void finish_piece(gd_sha256_pieces *hash)
{
	uint8_t digest[32];
	gd_sha256_finish(&hash->piece, digest);
	gd_sha256_update(&hash->pieces, digest, sizeof digest);
	gd_sha256_init(&hash->piece);
}

void gd_sha256_pieces_update(gd_sha256_pieces *hash, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	while (size) {
		/* A full piece ends when there is more: one piece alone is no matter of pieces. */
		if (hash->length && hash->length % GD_SHA256_PIECE == 0)
			finish_piece(hash);
		size_t room = GD_SHA256_PIECE - (size_t)(hash->length % GD_SHA256_PIECE), some = size < room ? size : room;
		gd_sha256_update(&hash->piece, from, some);
		hash->length += some;
		from += some;
		size -= some;
	}
}

void gd_sha256_pieces_finish(gd_sha256_pieces *hash, char text[65])
{
	uint8_t digest[32];
	if (hash->length > GD_SHA256_PIECE) {
		finish_piece(hash);
		gd_sha256_finish(&hash->pieces, digest);
	} else {
		gd_sha256_finish(&hash->piece, digest);
	}
	gd_sha256_hex(digest, text);
}
