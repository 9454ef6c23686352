#include "gd/network/dropout_kernels.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "gd/base/random.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low halfword of a word is read first");
typedef uint16_t __attribute__((may_alias)) halfword_of_word;

#ifdef __AVX2__
/*
 * gd_philox for eight groups at a time, a word in the low half of each 64-bit lane: what a product leaves above it is shifted down or ignored by the next one. Two
 * fours, since the rounds of one wait for its products.
 */
static void draw(const gd_dropout *dropout, uint32_t unit, uint32_t first, uint32_t groups, uint32_t *words)
{
	enum { FOURS = 2 };
	const __m256i factor0 = _mm256_set1_epi64x(0xD2511F53), factor1 = _mm256_set1_epi64x(0xCD9E8D57), low = _mm256_set1_epi64x(0xFFFFFFFF);
	for (uint32_t g = 0; g < groups; g += 4 * FOURS) {
		__m256i c0[FOURS], c1[FOURS], c2[FOURS], c3[FOURS];
		for (int f = 0; f < FOURS; f++) {
			c0[f] = _mm256_add_epi64(_mm256_set1_epi64x(first + g + 4 * (uint32_t)f), _mm256_set_epi64x(3, 2, 1, 0));
			c1[f] = _mm256_set1_epi64x(unit);
			c2[f] = _mm256_set1_epi64x(dropout->layer);
			c3[f] = _mm256_set1_epi64x(dropout->block);
		}
		uint32_t k0 = (uint32_t)dropout->key, k1 = (uint32_t)(dropout->key >> 32);
#pragma GCC unroll 10
		for (int round = 0; round < 10; round++) {
#pragma GCC unroll 2
			for (int f = 0; f < FOURS; f++) {
				__m256i p0 = _mm256_mul_epu32(c0[f], factor0), p1 = _mm256_mul_epu32(c2[f], factor1);
				c0[f] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c1[f]), _mm256_set1_epi64x(k0));
				c2[f] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c3[f]), _mm256_set1_epi64x(k1));
				c1[f] = p1;
				c3[f] = p0;
			}
			k0 += UINT32_C(0x9E3779B9);
			k1 += UINT32_C(0xBB67AE85);
		}
		for (uint32_t f = 0; f < FOURS; f++) {
			__m256i first_words = _mm256_or_si256(_mm256_and_si256(c0[f], low), _mm256_slli_epi64(c1[f], 32));
			__m256i last_words = _mm256_or_si256(_mm256_and_si256(c2[f], low), _mm256_slli_epi64(c3[f], 32));
			__m256i even = _mm256_unpacklo_epi64(first_words, last_words), odd = _mm256_unpackhi_epi64(first_words, last_words); /* groups 0 and 2, 1 and 3 */
			_mm256_storeu_si256((__m256i *)(void *)(words + 4 * (g + 4 * f)), _mm256_permute2x128_si256(even, odd, 0x20));
			_mm256_storeu_si256((__m256i *)(void *)(words + 4 * (g + 4 * f) + 8), _mm256_permute2x128_si256(even, odd, 0x31));
		}
	}
}
#else
static void draw(const gd_dropout *dropout, uint32_t unit, uint32_t first, uint32_t groups, uint32_t *words)
{
	const uint32_t key[2] = {(uint32_t)dropout->key, (uint32_t)(dropout->key >> 32)};
	for (uint32_t g = 0; g < groups; g++) {
		const uint32_t counter[4] = {first + g, unit, dropout->layer, dropout->block};
		gd_philox(counter, key, words + 4 * g);
	}
}
#endif

/* Multiplied rather than selected, so that NaN is not dropped. */
static void apply(size_t count, const uint32_t *words, uint32_t threshold, float scale, const float *x, float *y)
{
	const halfword_of_word *halfword = (const halfword_of_word *)words;
	GD_INDEPENDENT
	for (size_t r = 0; r < count; r++)
		y[r] = x[r] * (halfword[r] >= threshold ? scale : 0.0f);
}

static void note_kept(size_t count, const uint32_t *words, uint32_t threshold, uint8_t *kept)
{
	const halfword_of_word *halfword = (const halfword_of_word *)words;
	for (size_t r = 0; r < count; r++)
		kept[r] = halfword[r] >= threshold;
}

static void backward(size_t count, float scale, const uint8_t *kept, const float *dy, float *dx)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		dx[i] = dy[i] * (kept[i] ? scale : 0.0f);
}

static void backward_relu(size_t count, float scale, const float *y, const float *dy, float *dx)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		dx[i] = y[i] <= 0.0f ? 0.0f : dy[i] * scale;
}

const gd_dropout_kernels GD_TABLE(gd_dropout_kernels) = {
	.draw = draw,
	.apply = apply,
	.note_kept = note_kept,
	.backward = backward,
	.backward_relu = backward_relu,
};
