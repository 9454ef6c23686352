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

void gd_sha256_init(gd_sha256 *hash)
{
	static const uint32_t initial[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
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

void gd_sha256_hex(const uint8_t digest[32], char text[65])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < 32; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[64] = '\0';
}
