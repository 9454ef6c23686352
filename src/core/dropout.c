#include "gd/dropout.h"

#include <math.h>
#include <stddef.h>

#include "gd/random.h"
#include "gd/vector.h"

enum {
	GROUP = 8,        /* rows that one call of the generator serves */
	CHUNK_GROUPS = 64 /* groups that are drawn together */
};

uint32_t gd_dropout_threshold(double probability)
{
	double parts = floor(probability * 65536.0 + 0.5);
	return parts >= 65535.0 ? 65535 : parts > 0.0 ? (uint32_t)parts : 0;
}

float gd_dropout_scale(uint32_t threshold)
{
	return (float)(65536.0 / (65536.0 - threshold));
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low halfword of a word is read first");
typedef uint16_t __attribute__((may_alias)) halfword_of_word;

/* gd_philox with the lanes over counters: 4 words, which are 8 halfwords, for each of `groups` groups from `first`. */
GD_VECTOR static void draw(const gd_dropout *dropout, uint32_t unit, uint32_t first, uint32_t groups, uint32_t *words)
{
	uint32_t word[4][CHUNK_GROUPS]; /* apart at first: only so does the compiler put groups into lanes */
	uint32_t layer = dropout->layer, block = dropout->block;
	uint32_t low = (uint32_t)dropout->key, high = (uint32_t)(dropout->key >> 32);
	for (uint32_t g = 0; g < groups; g++) {
		uint32_t c0 = first + g, c1 = unit, c2 = layer, c3 = block, k0 = low, k1 = high;
#pragma GCC unroll 10
		for (int round = 0; round < 10; round++) {
			uint64_t p0 = (uint64_t)UINT32_C(0xD2511F53) * c0;
			uint64_t p1 = (uint64_t)UINT32_C(0xCD9E8D57) * c2;
			c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
			c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
			c1 = (uint32_t)p1;
			c3 = (uint32_t)p0;
			k0 += UINT32_C(0x9E3779B9);
			k1 += UINT32_C(0xBB67AE85);
		}
		word[0][g] = c0;
		word[1][g] = c1;
		word[2][g] = c2;
		word[3][g] = c3;
	}
	for (uint32_t g = 0; g < groups; g++) {
		words[4 * g] = word[0][g];
		words[4 * g + 1] = word[1][g];
		words[4 * g + 2] = word[2][g];
		words[4 * g + 3] = word[3][g];
	}
}

/* Multiplied rather than selected, so that NaN is not dropped. */
GD_VECTOR static void apply(size_t count, const halfword_of_word *halfword, uint32_t threshold, float scale, const float *x, float *y)
{
#pragma GCC ivdep
	for (size_t r = 0; r < count; r++)
		y[r] = x[r] * (halfword[r] >= threshold ? scale : 0.0f);
}

GD_VECTOR static void note_kept(size_t count, const halfword_of_word *halfword, uint32_t threshold, uint8_t *kept)
{
	for (size_t r = 0; r < count; r++)
		kept[r] = halfword[r] >= threshold;
}

void gd_dropout_forward(const gd_dropout *dropout, int units, int rows, const float *x, float *y, uint8_t *kept)
{
	uint32_t words[4 * CHUNK_GROUPS];
	const halfword_of_word *halfword = (const halfword_of_word *)words;
	float scale = gd_dropout_scale(dropout->threshold);
	for (int u = 0; u < units; u++) {
		for (int first = 0; first < rows; first += GROUP * CHUNK_GROUPS) {
			int count = rows - first < GROUP * CHUNK_GROUPS ? rows - first : GROUP * CHUNK_GROUPS;
			size_t at = (size_t)u * (size_t)rows + (size_t)first;
			draw(dropout, (uint32_t)u, (uint32_t)first / GROUP, ((uint32_t)count + GROUP - 1) / GROUP, words);
			apply((size_t)count, halfword, dropout->threshold, scale, x + at, y + at);
			if (kept)
				note_kept((size_t)count, halfword, dropout->threshold, kept + at);
		}
	}
}

void gd_dropout_forward_ref(const gd_dropout *dropout, int units, int rows, const float *x, float *y, uint8_t *kept)
{
	const uint32_t key[2] = {(uint32_t)dropout->key, (uint32_t)(dropout->key >> 32)};
	for (int u = 0; u < units; u++) {
		for (int r = 0; r < rows; r++) {
			const uint32_t counter[4] = {(uint32_t)r / GROUP, (uint32_t)u, dropout->layer, dropout->block};
			uint32_t out[4];
			gd_philox(counter, key, out);
			uint32_t bits = out[r % GROUP / 2] >> (r % 2 ? 16 : 0) & 0xFFFF;
			size_t at = (size_t)u * (size_t)rows + (size_t)r;
			y[at] = x[at] * (bits >= dropout->threshold ? gd_dropout_scale(dropout->threshold) : 0.0f);
			if (kept)
				kept[at] = bits >= dropout->threshold;
		}
	}
}

GD_VECTOR void gd_dropout_backward(uint32_t threshold, int units, int rows, const uint8_t *kept, const float *dy, float *dx)
{
	size_t count = (size_t)units * (size_t)rows;
	float scale = gd_dropout_scale(threshold);
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		dx[i] = dy[i] * (kept[i] ? scale : 0.0f);
}
