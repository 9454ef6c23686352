#include "gd/base/sha256.h"

#include <stdbool.h>
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
	gd_sha256_message *message;
	const uint8_t *bytes;
	size_t blocks; /* left */
} lane;

static lane next_lane(gd_sha256_message **messages, size_t count, size_t *next)
{
	if (*next == count)
		return (lane){0};
	gd_sha256_message *message = messages[(*next)++];
	memcpy(message->state, initial, sizeof initial);
	return (lane){message, message->bytes, message->blocks};
}

static lane step(lane now, size_t blocks)
{
	return (lane){now.message, now.bytes + 64 * blocks, now.blocks - blocks};
}

/* What is under way and what is to come, two at a time where the processor has instructions for it. */
static void go_on(lane *begun, size_t begun_count, gd_sha256_message **messages, size_t count, size_t next)
{
	lane two[2] = {{0}};
	size_t at = 0;
	int lanes = gd_sha256_native_available() ? 2 : 1;
	for (;;) {
		for (int i = 0; i < lanes; i++)
			if (!two[i].blocks)
				two[i] = at < begun_count ? begun[at++] : next_lane(messages, count, &next);
		if (!two[0].blocks || !two[1].blocks)
			break;
		size_t blocks = two[0].blocks < two[1].blocks ? two[0].blocks : two[1].blocks;
		gd_sha256_compress_two(two[0].message->state, two[0].bytes, two[1].message->state, two[1].bytes, blocks);
		two[0] = step(two[0], blocks);
		two[1] = step(two[1], blocks);
	}
	for (lane one = two[0].blocks ? two[0] : two[1]; one.blocks; one = at < begun_count ? begun[at++] : next_lane(messages, count, &next))
		compress(one.message->state, one.bytes, one.blocks);
}

static void move_state(uint32_t state[8][GD_SHA256_LANES], int index, uint32_t *words, bool out)
{
	for (int i = 0; i < 8; i++)
		*(out ? &words[i] : &state[i][index]) = out ? state[i][index] : words[i];
}

/* Sixteen at a time, a block of each, while there are as many; those that are left go on otherwise. */
static void go_wide(gd_sha256_message **messages, size_t count, gd_sha256_message *one)
{
	_Alignas(64) uint32_t state[8][GD_SHA256_LANES];
	lane lanes[GD_SHA256_LANES];
	const uint8_t *bytes[GD_SHA256_LANES];
	size_t next = 0;
	for (int i = 0; i < GD_SHA256_LANES; i++) {
		lanes[i] = next_lane(messages, count, &next);
		move_state(state, i, lanes[i].message->state, false);
	}
	for (bool full = true; full;) {
		for (int i = 0; i < GD_SHA256_LANES; i++)
			bytes[i] = lanes[i].bytes;
		if (one && one->blocks >= GD_SHA256_BESIDE) {
			gd_sha256_compress_beside(state, bytes, one->state, one->bytes);
			one->bytes += GD_SHA256_BESIDE * GD_SHA256_BLOCK;
			one->blocks -= GD_SHA256_BESIDE;
		} else {
			gd_sha256_compress_lanes(state, bytes);
		}
		for (int i = 0; i < GD_SHA256_LANES; i++) {
			lanes[i] = step(lanes[i], 1);
			if (lanes[i].blocks)
				continue;
			move_state(state, i, lanes[i].message->state, true);
			lanes[i] = next_lane(messages, count, &next);
			if (lanes[i].blocks)
				move_state(state, i, lanes[i].message->state, false);
			full = full && lanes[i].blocks;
		}
	}
	size_t left = 0;
	for (int i = 0; i < GD_SHA256_LANES; i++)
		if (lanes[i].blocks) {
			move_state(state, i, lanes[i].message->state, true);
			lanes[left++] = lanes[i];
		}
	go_on(lanes, left, messages, count, next);
}

/* The longest first, so that as many as can be are under way to the end. */
void gd_sha256_messages(gd_sha256_message *messages, size_t count, gd_sha256_message *one)
{
	enum { MOST = 64 };
	gd_sha256_message *order[MOST];
	for (size_t some; count; messages += some, count -= some) {
		some = count < MOST ? count : MOST;
		for (size_t i = 0; i < some; i++) {
			size_t at = i;
			for (; at && order[at - 1]->blocks < messages[i].blocks; at--)
				order[at] = order[at - 1];
			order[at] = &messages[i];
		}
		if (some >= GD_SHA256_LANES && gd_sha256_lanes_available())
			go_wide(order, some, gd_sha256_native_available() ? one : NULL);
		else
			go_on(NULL, 0, order, some, 0);
	}
}

/* Below so many, two at a time take less time than sixteen lanes of which some are empty. */
enum { LEAST_LANES = 10 };

static void update_lanes(gd_sha256 *const *hashes, const uint8_t *const *bytes, size_t count, size_t blocks)
{
	_Alignas(64) uint32_t state[8][GD_SHA256_LANES];
	const uint8_t *from[GD_SHA256_LANES];
	for (int i = 0; i < GD_SHA256_LANES; i++) {
		size_t stream = (size_t)i < count ? (size_t)i : 0;
		from[i] = bytes[stream];
		move_state(state, i, hashes[stream]->state, false);
	}
	for (; blocks; blocks--) {
		gd_sha256_compress_lanes(state, from);
		for (int i = 0; i < GD_SHA256_LANES; i++)
			from[i] += GD_SHA256_BLOCK;
	}
	for (size_t i = 0; i < count; i++)
		move_state(state, (int)i, hashes[i]->state, true);
}

void gd_sha256_update_together(gd_sha256 *const *hashes, const uint8_t *const *bytes, size_t count, size_t blocks)
{
	const bool lanes = count >= LEAST_LANES && gd_sha256_lanes_available(), native = gd_sha256_native_available();
	if (lanes)
		update_lanes(hashes, bytes, count, blocks);
	for (size_t i = 0; i < count && !lanes; i += 2) {
		if (native && i + 1 < count) {
			gd_sha256_compress_two(hashes[i]->state, bytes[i], hashes[i + 1]->state, bytes[i + 1], blocks);
		} else {
			compress(hashes[i]->state, bytes[i], blocks);
			if (i + 1 < count)
				compress(hashes[i + 1]->state, bytes[i + 1], blocks);
		}
	}
	for (size_t i = 0; i < count; i++)
		hashes[i]->length += blocks * GD_SHA256_BLOCK;
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
