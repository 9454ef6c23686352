#include "gd/kernel/permutation_kernels.h"

#include <stdbool.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

/* One turn of the network for many, as encrypt(). */
static void encrypt_chunk(const gd_permutation *p, size_t count, uint32_t *restrict column, uint32_t *restrict row, uint64_t *restrict values)
{
	const uint64_t columns = p->columns, rows = p->rows;
	for (int round = 0; round < GD_PERMUTATION_ROUNDS; round += 2) {
		uint32_t column_key = p->round_key[round], row_key = p->round_key[round + 1];
		for (size_t i = 0; i < count; i++) {
			column[i] = gd_add_below(column[i], gd_permutation_mix(row[i], column_key, columns), (uint32_t)columns);
			row[i] = gd_add_below(row[i], gd_permutation_mix(column[i], row_key, rows), (uint32_t)rows);
		}
	}
	for (size_t i = 0; i < count; i++)
		values[i] = row[i] * columns + column[i];
}

/* One turn of the inverse network for many, as decrypt(). */
static void decrypt_chunk(const gd_permutation *p, size_t count, uint32_t *restrict column, uint32_t *restrict row, uint64_t *restrict values)
{
	const uint64_t columns = p->columns, rows = p->rows;
	for (int round = GD_PERMUTATION_ROUNDS - 2; round >= 0; round -= 2) {
		uint32_t row_key = p->round_key[round + 1], column_key = p->round_key[round];
		for (size_t i = 0; i < count; i++) {
			row[i] = gd_subtract_below(row[i], gd_permutation_mix(column[i], row_key, rows), (uint32_t)rows);
			column[i] = gd_subtract_below(column[i], gd_permutation_mix(row[i], column_key, columns), (uint32_t)columns);
		}
	}
	for (size_t i = 0; i < count; i++)
		values[i] = row[i] * columns + column[i];
}

#ifdef __AVX2__
#define AVX2 static inline __attribute__((always_inline))

/* Vectors of eight sides, of which so many are under way at once that their chains of products overlap. */
enum { LANES = 8, TOGETHER = 4 };

typedef __m256i sides[TOGETHER];

/* gd_permutation_mix() of eight. */
AVX2 __m256i mix_eight(__m256i side, uint32_t round_key, uint32_t size)
{
	const __m256i first = _mm256_set1_epi32(0x7feb352d), second = _mm256_set1_epi32((int)0x846ca68b), below = _mm256_set1_epi64x(size);
	__m256i z = _mm256_xor_si256(side, _mm256_set1_epi32((int)round_key));
	z = _mm256_mullo_epi32(_mm256_xor_si256(z, _mm256_srli_epi32(z, 16)), first);
	z = _mm256_mullo_epi32(_mm256_xor_si256(z, _mm256_srli_epi32(z, 15)), second);
	z = _mm256_xor_si256(z, _mm256_srli_epi32(z, 16));
	__m256i even = _mm256_srli_epi64(_mm256_mul_epu32(z, below), 32), odd = _mm256_mul_epu32(_mm256_srli_epi64(z, 32), below);
	return _mm256_blend_epi32(even, odd, 0xaa);
}

/* For sizes up to 2^31 no sum wraps, and the smaller one is below the size. */
AVX2 void add_eights(sides to, const __m256i *from, uint32_t round_key, uint32_t size)
{
#pragma GCC unroll 4
	for (int v = 0; v < TOGETHER; v++) {
		__m256i sum = _mm256_add_epi32(to[v], mix_eight(from[v], round_key, size));
		to[v] = _mm256_min_epu32(sum, _mm256_sub_epi32(sum, _mm256_set1_epi32((int)size)));
	}
}

AVX2 void subtract_eights(sides to, const __m256i *from, uint32_t round_key, uint32_t size)
{
#pragma GCC unroll 4
	for (int v = 0; v < TOGETHER; v++) {
		__m256i difference = _mm256_sub_epi32(to[v], mix_eight(from[v], round_key, size));
		to[v] = _mm256_min_epu32(difference, _mm256_add_epi32(difference, _mm256_set1_epi32((int)size)));
	}
}

AVX2 void load_eights(sides to, const uint32_t *from)
{
	for (int v = 0; v < TOGETHER; v++)
		to[v] = _mm256_loadu_si256((const __m256i *)(const void *)(from + LANES * v));
}

AVX2 void store_values(const __m256i *column, const __m256i *row, uint32_t columns, uint64_t *values)
{
	const __m256i width = _mm256_set1_epi64x(columns), low = _mm256_set1_epi64x(0xffffffff);
	for (int v = 0; v < TOGETHER; v++) {
		__m256i even = _mm256_add_epi64(_mm256_mul_epu32(row[v], width), _mm256_and_si256(column[v], low));
		__m256i odd = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(row[v], 32), width), _mm256_srli_epi64(column[v], 32));
		__m256i first = _mm256_unpacklo_epi64(even, odd), last = _mm256_unpackhi_epi64(even, odd); /* 0, 1, 4, 5 and 2, 3, 6, 7 */
		_mm256_storeu_si256((__m256i *)(void *)(values + LANES * v), _mm256_permute2x128_si256(first, last, 0x20));
		_mm256_storeu_si256((__m256i *)(void *)(values + LANES * v + 4), _mm256_permute2x128_si256(first, last, 0x31));
	}
}

/* No sum of two numbers below a side wraps. */
static bool fits(const gd_permutation *p)
{
	return p->columns <= UINT32_C(1) << 31 && p->rows <= UINT32_C(1) << 31;
}

static void encrypt_eights(const gd_permutation *p, size_t count, uint32_t *column, uint32_t *row, uint64_t *values)
{
	uint32_t columns = (uint32_t)p->columns, rows = (uint32_t)p->rows;
	size_t i = 0;
	for (; fits(p) && i + LANES * TOGETHER <= count; i += LANES * TOGETHER) {
		sides c, r;
		load_eights(c, column + i);
		load_eights(r, row + i);
		for (int round = 0; round < GD_PERMUTATION_ROUNDS; round += 2) {
			add_eights(c, r, p->round_key[round], columns);
			add_eights(r, c, p->round_key[round + 1], rows);
		}
		store_values(c, r, columns, values + i);
	}
	encrypt_chunk(p, count - i, column + i, row + i, values + i);
}

static void decrypt_eights(const gd_permutation *p, size_t count, uint32_t *column, uint32_t *row, uint64_t *values)
{
	uint32_t columns = (uint32_t)p->columns, rows = (uint32_t)p->rows;
	size_t i = 0;
	for (; fits(p) && i + LANES * TOGETHER <= count; i += LANES * TOGETHER) {
		sides c, r;
		load_eights(c, column + i);
		load_eights(r, row + i);
		for (int round = GD_PERMUTATION_ROUNDS - 2; round >= 0; round -= 2) {
			subtract_eights(r, c, p->round_key[round + 1], rows);
			subtract_eights(c, r, p->round_key[round], columns);
		}
		store_values(c, r, columns, values + i);
	}
	decrypt_chunk(p, count - i, column + i, row + i, values + i);
}
#endif

const gd_permutation_kernels GD_TABLE(gd_permutation_kernels) = {
#ifdef __AVX2__
	.encrypt = encrypt_eights,
	.decrypt = decrypt_eights,
#else
	.encrypt = encrypt_chunk,
	.decrypt = decrypt_chunk,
#endif
};
