#include "unit.h"

#include <stdlib.h>

#include "gd/base/random.h"
#include "gd/base/sha256_pieces.h"

const char *const unit_suite = "sha256 of pieces";

static void digest_of(const uint8_t *bytes, size_t size, uint8_t digest[32])
{
	gd_sha256 hash;
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, bytes, size);
	gd_sha256_finish(&hash, digest);
}

/* By the definition: of one piece the digest itself, of more the digest of digests. */
static void expected_of(const uint8_t *bytes, size_t size, char text[65])
{
	uint8_t digests[3][32], digest[32];
	size_t pieces = 0;
	for (size_t first = 0; first < size; first += GD_SHA256_PIECE, pieces++)
		digest_of(bytes + first, size - first < GD_SHA256_PIECE ? size - first : GD_SHA256_PIECE, digests[pieces]);
	if (size > GD_SHA256_PIECE)
		digest_of(digests[0], 32 * pieces, digest);
	else
		digest_of(bytes, size, digest);
	gd_sha256_hex(digest, text);
}

static void test_sizes(void)
{
	static const size_t sizes[] = {0, 1, GD_SHA256_PIECE - 1, GD_SHA256_PIECE, GD_SHA256_PIECE + 1, 2 * GD_SHA256_PIECE, 2 * GD_SHA256_PIECE + 12345};
	size_t most = 2 * GD_SHA256_PIECE + 12345;
	uint8_t *bytes = malloc(most);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	for (size_t i = 0; i < most; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		char found[65], expected[65];
		gd_sha256_pieces hash;
		gd_sha256_pieces_init(&hash);
		/* In stretches that now and then end with a piece, and now and then hold the end of one. */
		for (size_t at = 0, some; at < sizes[k]; at += some) {
			some = at % 3 ? 1 << 20 : 1 + (size_t)(gd_random_bits(k, at) % (3 << 20));
			some = sizes[k] - at < some ? sizes[k] - at : some;
			gd_sha256_pieces_update(&hash, bytes + at, some);
		}
		gd_sha256_pieces_finish(&hash, found);
		expected_of(bytes, sizes[k], expected);
		CU_ASSERT_STRING_EQUAL(found, expected);
	}
	free(bytes);
}

const unit_test unit_tests[] = {
	{"sizes about a piece's end", test_sizes},
	{NULL, NULL},
};
