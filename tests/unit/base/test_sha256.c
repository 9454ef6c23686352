#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/base/sha256.h"
#include "gd/base/sha256_compress.h"
#include "unit.h"

const char *const unit_suite = "sha256";

static void digest_of(const void *bytes, size_t size, char text[65])
{
	gd_sha256 hash;
	uint8_t digest[32];
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, bytes, size);
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, text);
}

/* Source: NIST, FIPS 180-2 appendix B and the SHAVS byte-oriented short messages. */
static void published(void)
{
	static const struct {
		const char *text, *digest;
	} vectors[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
			"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
		{"\xd3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
	};
	char text[65];
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		digest_of(vectors[i].text, strlen(vectors[i].text), text);
		CU_ASSERT_STRING_EQUAL(text, vectors[i].digest);
	}
	char *million = malloc(1000000);
	memset(million, 'a', 1000000);
	digest_of(million, 1000000, text);
	CU_ASSERT_STRING_EQUAL(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
}

/* 0, 1, 2, … 255, 0, … cut at every length about a block's end, all chained into one digest; from Python's hashlib. */
static void every_length(void)
{
	uint8_t bytes[300];
	gd_sha256 chain;
	uint8_t digest[32];
	char text[65];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	gd_sha256_init(&chain);
	for (size_t size = 0; size <= sizeof bytes; size++) {
		gd_sha256 hash;
		gd_sha256_init(&hash);
		gd_sha256_update(&hash, bytes, size);
		gd_sha256_finish(&hash, digest);
		gd_sha256_update(&chain, digest, sizeof digest);
	}
	gd_sha256_finish(&chain, digest);
	gd_sha256_hex(digest, text);
	CU_ASSERT_STRING_EQUAL(text, "ddbdb189f5834c274dbe603d6d2874adf7234fd8a075c3d1bfbadc2107a75676");
}

static void any_pieces(void)
{
	enum { SIZE = 5000 };
	static uint8_t bytes[SIZE];
	char whole[65], pieces[65];
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)gd_random_bits(1, i);
	digest_of(bytes, SIZE, whole);
	for (uint64_t trial = 0; trial < 200; trial++) {
		gd_sha256 hash;
		uint8_t digest[32];
		gd_sha256_init(&hash);
		for (size_t at = 0, piece; at < SIZE; at += piece) {
			piece = gd_random_bits(2 + trial, at) % (trial % 2 ? 200 : 65);
			if (piece > SIZE - at)
				piece = SIZE - at;
			gd_sha256_update(&hash, bytes + at, piece);
			if (piece == 0)
				gd_sha256_update(&hash, bytes + at++, 1);
		}
		gd_sha256_finish(&hash, digest);
		gd_sha256_hex(digest, pieces);
		CU_ASSERT_STRING_EQUAL(pieces, whole);
	}
}

static void twins_agree(void)
{
	if (!gd_sha256_native_available()) {
		printf("(skipped: this processor has no SHA instructions) ");
		return;
	}
	uint8_t bytes[64 * 5 + 1];
	for (uint64_t trial = 0; trial < 500; trial++) {
		uint32_t plain[8], native[8];
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)gd_random_bits(trial, i);
		for (size_t i = 0; i < 8; i++)
			plain[i] = native[i] = (uint32_t)gd_random_bits(trial, 1000 + i);
		const uint8_t *from = bytes + trial % 2; /* unaligned now and then */
		gd_sha256_compress_plain(plain, from, trial % 6);
		gd_sha256_compress_native(native, from, trial % 6);
		CU_ASSERT_EQUAL(memcmp(plain, native, sizeof plain), 0);
	}
}

/* Each lane is a message of its own, as the plain function has it. */
static void lanes_agree(void)
{
	if (!gd_sha256_lanes_available()) {
		printf("(skipped: no such instructions, or none wanted) ");
		return;
	}
	static uint8_t bytes[GD_SHA256_LANES][65];
	for (uint64_t trial = 0; trial < 200; trial++) {
		uint32_t together[8][GD_SHA256_LANES], plain[GD_SHA256_LANES][8];
		const uint8_t *from[GD_SHA256_LANES];
		int wrong = 0;
		for (size_t l = 0; l < GD_SHA256_LANES; l++) {
			from[l] = bytes[l] + (trial + l) % 2;
			for (size_t i = 0; i < sizeof bytes[l]; i++)
				bytes[l][i] = (uint8_t)gd_random_bits(trial, 100 * l + i);
			for (size_t i = 0; i < 8; i++)
				plain[l][i] = together[i][l] = (uint32_t)gd_random_bits(trial, 10000 + 8 * l + i);
			gd_sha256_compress_plain(plain[l], from[l], 1);
		}
		static uint8_t more[GD_SHA256_BESIDE * GD_SHA256_BLOCK];
		uint32_t one[8] = {(uint32_t)trial}, alone[8] = {(uint32_t)trial};
		if (trial % 2 && gd_sha256_native_available()) {
			for (size_t i = 0; i < sizeof more; i++)
				more[i] = (uint8_t)gd_random_bits(trial, 20000 + i);
			gd_sha256_compress_plain(alone, more, GD_SHA256_BESIDE);
			gd_sha256_compress_beside(together, from, one, more);
			CU_ASSERT_EQUAL(memcmp(one, alone, sizeof one), 0);
		} else {
			gd_sha256_compress_lanes(together, from);
		}
		for (size_t l = 0; l < GD_SHA256_LANES; l++)
			for (size_t i = 0; i < 8; i++)
				wrong += together[i][l] != plain[l][i];
		CU_ASSERT_EQUAL(wrong, 0);
	}
}

/* Messages that are under way, any number of them. */
static void streams_agree(void)
{
	enum { BLOCKS = 5 };
	static uint8_t bytes[GD_SHA256_STREAMS][BLOCKS * GD_SHA256_BLOCK];
	for (size_t count = 0; count <= GD_SHA256_STREAMS; count++) {
		gd_sha256 together[GD_SHA256_STREAMS], alone[GD_SHA256_STREAMS], *hashes[GD_SHA256_STREAMS] = {NULL};
		const uint8_t *from[GD_SHA256_STREAMS] = {NULL};
		for (size_t s = 0; s < count; s++) {
			for (size_t i = 0; i < sizeof bytes[s]; i++)
				bytes[s][i] = (uint8_t)gd_random_bits(count, 1000 * s + i);
			hashes[s] = &together[s];
			from[s] = bytes[s];
			gd_sha256_init(&together[s]);
			gd_sha256_update(&together[s], bytes[0], s % 3 * GD_SHA256_BLOCK);
			alone[s] = together[s];
			gd_sha256_update(&alone[s], bytes[s], sizeof bytes[s]);
		}
		gd_sha256_update_together(hashes, from, count, BLOCKS);
		for (size_t s = 0; s < count; s++) {
			uint8_t one[32], other[32];
			gd_sha256_finish(&together[s], one);
			gd_sha256_finish(&alone[s], other);
			CU_ASSERT_EQUAL(memcmp(one, other, sizeof one), 0);
		}
	}
}

/* Any number of messages, of any sizes, in one go. */
static void many_messages(void)
{
	enum { MOST = 150, ROOM = 400 };
	static uint8_t bytes[MOST][ROOM + GD_SHA256_PADDING];
	for (uint64_t trial = 0; trial < 300; trial++) {
		gd_sha256_message messages[MOST];
		uint8_t digest[MOST][32], own[32];
		size_t count = trial % (MOST + 1), wrong = 0;
		for (size_t i = 0; i < count; i++) {
			gd_sha256 hash;
			size_t size = gd_random_bits(trial, i) % (trial % 2 ? 130 : ROOM + 1);
			for (size_t j = 0; j < size; j++)
				bytes[i][j] = (uint8_t)gd_random_bits(1000 + trial, i * ROOM + j);
			gd_sha256_init(&hash);
			gd_sha256_update(&hash, bytes[i], size);
			gd_sha256_finish(&hash, digest[i]);
			messages[i] = (gd_sha256_message){.bytes = bytes[i], .blocks = gd_sha256_pad(bytes[i], size)};
			CU_ASSERT(messages[i].blocks * GD_SHA256_BLOCK <= size + GD_SHA256_PADDING);
		}
		gd_sha256_messages(messages, count, NULL);
		for (size_t i = 0; i < count; i++) {
			for (size_t j = 0; j < 32; j++)
				own[j] = (uint8_t)(messages[i].state[j / 4] >> (24 - 8 * (j % 4)));
			wrong += memcmp(own, digest[i], sizeof own) != 0;
		}
		CU_ASSERT_EQUAL(wrong, 0);
	}
}

const unit_test unit_tests[] = {
	{"published digests", published},
	{"every length about a block's end", every_length},
	{"pieces of any size", any_pieces},
	{"native and plain compression agree", twins_agree},
	{"lanes and plain compression agree", lanes_agree},
	{"many messages", many_messages},
	{"messages under way", streams_agree},
	{NULL, NULL},
};
