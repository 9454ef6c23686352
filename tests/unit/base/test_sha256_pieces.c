#include "unit.h"

#include <stdlib.h>
#include <string.h>

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

/* What waits is taken in beside other messages or by itself, whatever their number, and where a piece ends. */
static void test_waiting(void)
{
	enum { MESSAGES = 40, ROOM = 1 << 16 };
	static uint8_t room[ROOM], others[MESSAGES][300];
	size_t most = GD_SHA256_PIECE + (1 << 20) + 777;
	uint8_t *bytes = malloc(most);
	char found[65], expected[65];
	int wrong = 0;
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	for (size_t i = 0; i < most; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	for (uint64_t trial = 0; trial < 3; trial++) {
		gd_sha256_pieces hash, before;
		gd_sha256_pieces_init(&hash);
		gd_sha256_pieces_wait(&hash, room, trial == 2 ? 5000 : ROOM);
		for (size_t at = 0, some; at < most; at += some) {
			gd_sha256_message messages[MESSAGES];
			some = trial ? 1 + (size_t)(gd_random_bits(trial, at) % ROOM) : ROOM;
			some = most - at < some ? most - at : some;
			gd_sha256_pieces_update(&hash, bytes + at, some);
			/* So few that nothing goes along, at the end of a piece, too. */
			gd_sha256_pieces_messages(&hash, NULL, 0);
			for (size_t turn = 0; turn < gd_random_bits(trial, at + 1) % 4; turn++) {
				size_t count = (size_t)(gd_random_bits(trial, at + 2) % MESSAGES);
				for (size_t m = 0; m < count; m++) {
					size_t size = (size_t)(gd_random_bits(m, at) % 200);
					memset(others[m], (int)m, size);
					messages[m] = (gd_sha256_message){.bytes = others[m], .blocks = gd_sha256_pad(others[m], size)};
				}
				gd_sha256_pieces_messages(&hash, messages, count);
				for (size_t m = 0; m < count; m++) {
					gd_sha256_message alone = messages[m];
					gd_sha256_messages(&alone, 1, NULL);
					wrong += memcmp(alone.state, messages[m].state, sizeof alone.state) != 0;
				}
			}
		}
		/* A copy may be finished while the other one goes on. */
		before = hash;
		gd_sha256_pieces_finish(&before, found);
		expected_of(bytes, most, expected);
		CU_ASSERT_STRING_EQUAL(found, expected);
		gd_sha256_pieces_wait(&hash, NULL, 0);
		gd_sha256_pieces_finish(&hash, found);
		CU_ASSERT_STRING_EQUAL(found, expected);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	free(bytes);
}

const unit_test unit_tests[] = {
	{"sizes about a piece's end", test_sizes},
	{"bytes that wait for other messages", test_waiting},
	{NULL, NULL},
};
