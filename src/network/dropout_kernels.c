#include "gd/network/dropout_kernels.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "gd/base/random.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low halfword of a word is read first");
typedef uint16_t __attribute__((may_alias)) halfword_of_word;

#ifdef __AVX512F__
enum { LANES = 8 };
typedef __m512i lanes;
#define ALL(word) _mm512_set1_epi64((long long)(word))
#define COUNT_UP() _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0)
#define PRODUCT(a, b) _mm512_mul_epu32(a, b)
#define HIGH(a) _mm512_srli_epi64(a, 32)
#define LOW_AND_HIGH(a, b) _mm512_mask_blend_epi32(0xAAAA, a, _mm512_slli_epi64(b, 32))
#define XOR(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
static inline void store_woven(uint32_t *words, lanes first, lanes last)
{
	_mm512_storeu_si512(words, _mm512_permutex2var_epi64(first, _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), last));
	_mm512_storeu_si512(words + 16, _mm512_permutex2var_epi64(first, _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4), last));
}
#elif defined __AVX2__
enum { LANES = 4 };
typedef __m256i lanes;
#define ALL(word) _mm256_set1_epi64x((long long)(word))
#define COUNT_UP() _mm256_set_epi64x(3, 2, 1, 0)
#define PRODUCT(a, b) _mm256_mul_epu32(a, b)
#define HIGH(a) _mm256_srli_epi64(a, 32)
#define LOW_AND_HIGH(a, b) _mm256_blend_epi32(a, _mm256_slli_epi64(b, 32), 0xAA)
#define XOR(a, b, c) _mm256_xor_si256(_mm256_xor_si256(a, b), c)
static inline void store_woven(uint32_t *words, lanes first, lanes last)
{
	__m256i even = _mm256_unpacklo_epi64(first, last), odd = _mm256_unpackhi_epi64(first, last); /* groups 0 and 2, 1 and 3 */
	_mm256_storeu_si256((__m256i *)(void *)words, _mm256_permute2x128_si256(even, odd, 0x20));
	_mm256_storeu_si256((__m256i *)(void *)(words + 8), _mm256_permute2x128_si256(even, odd, 0x31));
}
#endif

#ifdef __AVX2__
/*
 * gd_philox for a vector of groups at a time, a word in the low half of each 64-bit lane: what a product leaves above it is shifted down or ignored by the next one.
 * Two vectors, since the rounds of one wait for its products.
 */
static void draw(const gd_dropout *dropout, uint32_t unit, uint32_t first, uint32_t groups, uint32_t *words)
{
	enum { VECTORS = 2 };
	const lanes factor0 = ALL(0xD2511F53), factor1 = ALL(0xCD9E8D57);
	for (uint32_t g = 0; g < groups; g += LANES * VECTORS) {
		lanes c0[VECTORS], c1[VECTORS], c2[VECTORS], c3[VECTORS];
		for (uint32_t v = 0; v < VECTORS; v++) {
			c0[v] = ALL(first + g + LANES * v) + COUNT_UP();
			c1[v] = ALL(unit);
			c2[v] = ALL(dropout->layer);
			c3[v] = ALL(dropout->block);
		}
		uint32_t k0 = (uint32_t)dropout->key, k1 = (uint32_t)(dropout->key >> 32);
#pragma GCC unroll 10
		for (int round = 0; round < 10; round++) {
#pragma GCC unroll 2
			for (int v = 0; v < VECTORS; v++) {
				lanes p0 = PRODUCT(c0[v], factor0), p1 = PRODUCT(c2[v], factor1);
				c0[v] = XOR(HIGH(p1), c1[v], ALL(k0));
				c2[v] = XOR(HIGH(p0), c3[v], ALL(k1));
				c1[v] = p1;
				c3[v] = p0;
			}
			k0 += UINT32_C(0x9E3779B9);
			k1 += UINT32_C(0xBB67AE85);
		}
		for (uint32_t v = 0; v < VECTORS; v++)
			store_woven(words + 4 * (g + LANES * v), LOW_AND_HIGH(c0[v], c1[v]), LOW_AND_HIGH(c2[v], c3[v]));
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
