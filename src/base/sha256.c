#include "gd/base/sha256.h"

#include <string.h>

#include "gd/base/sha256_compress.h"

static void compress(uint32_t state[8], const uint8_t *bytes, size_t blocks)
{
	if (gd_sha256_native_available())
		gd_sha256_compress_native(state, bytes, blocks);
	else
		gd_sha256_compress_plain(state, bytes, blocks);
}

static const uint32_t initial[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

void gd_sha256_init(gd_sha256 *hash)
{
	memcpy(hash->state, initial, sizeof initial);
	hash->length = 0;
	memset(hash->block, 0, sizeof hash->block);
}

void gd_sha256_update(gd_sha256 *hash, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;
	size_t held = hash->length % 64;
	if (size == 0)
		return;
	hash->length += size;
	if (held > 0) {
		size_t part = 64 - held < size ? 64 - held : size;
		memcpy(hash->block + held, from, part);
		from += part;
		size -= part;
		if (held + part < 64)
			return;
		compress(hash->state, hash->block, 1);
	}
	if (size >= 64)
		compress(hash->state, from, size / 64);
	memcpy(hash->block, from + size / 64 * 64, size % 64);
}

void gd_sha256_finish(gd_sha256 *hash, uint8_t digest[32])
{
	uint64_t bits = hash->length * 8;
	size_t held = hash->length % 64;
	hash->block[held++] = 0x80;
	if (held > 56) {
		memset(hash->block + held, 0, 64 - held);
		compress(hash->state, hash->block, 1);
		held = 0;
	}
	memset(hash->block + held, 0, 56 - held);
	for (int i = 0; i < 8; i++)
		hash->block[56 + i] = (uint8_t)(bits >> (56 - 8 * i));
	compress(hash->state, hash->block, 1);
	for (int i = 0; i < 32; i++)
		digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

size_t gd_sha256_pad(uint8_t *bytes, size_t size)
{
	size_t blocks = (size + 8) / 64 + 1, end = 64 * blocks;
	uint64_t bits = (uint64_t)size * 8;
	bytes[size] = 0x80;
	memset(bytes + size + 1, 0, end - 8 - size - 1);
	for (int i = 0; i < 8; i++)
		bytes[end - 8 + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
	return blocks;
}

/* A message on its way. */
typedef struct lane {
	uint32_t *state;
	const uint8_t *bytes;
	size_t blocks; /* left */
} lane;

static lane next_lane(gd_sha256_message *messages, size_t count, size_t *next)
{
	if (*next == count)
		return (lane){0};
	gd_sha256_message *message = &messages[(*next)++];
	memcpy(message->state, initial, sizeof initial);
	return (lane){message->state, message->bytes, message->blocks};
}

void gd_sha256_messages(gd_sha256_message *messages, size_t count)
{
	size_t next = 0;
	lane a = next_lane(messages, count, &next), b = {0};
	if (gd_sha256_native_available())
		b = next_lane(messages, count, &next);
	while (a.blocks && b.blocks) {
		size_t blocks = a.blocks < b.blocks ? a.blocks : b.blocks;
		gd_sha256_compress_two(a.state, a.bytes, b.state, b.bytes, blocks);
		a = (lane){a.state, a.bytes + 64 * blocks, a.blocks - blocks};
		b = (lane){b.state, b.bytes + 64 * blocks, b.blocks - blocks};
		a = a.blocks ? a : next_lane(messages, count, &next);
		b = b.blocks ? b : next_lane(messages, count, &next);
	}
	for (a = a.blocks ? a : b; a.blocks; a = next_lane(messages, count, &next))
		compress(a.state, a.bytes, a.blocks);
}

void gd_sha256_hex(const uint8_t digest[32], char text[65])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < 32; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[64] = '\0';
}
