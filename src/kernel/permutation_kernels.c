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
#define INLINE static inline __attribute__((always_inline))

/* Vectors of sides, of which so many are under way at once that their chains of products overlap. */
#ifdef __AVX512F__
#define OF(operation) _mm512_##operation
#define OF_BITS(operation) _mm512_##operation##_si512
typedef __m512i vector;
#else
#define OF(operation) _mm256_##operation
#define OF_BITS(operation) _mm256_##operation##_si256
typedef __m256i vector;
#endif
enum { LANES = sizeof(vector) / sizeof(uint32_t), TOGETHER = 4 };

typedef vector sides[TOGETHER];

INLINE vector wide(uint32_t value)
{
#ifdef __AVX512F__
	return _mm512_set1_epi64(value);
#else
	return _mm256_set1_epi64x(value);
#endif
}

/* The even lanes of one, the odd ones of the other. */
INLINE vector blend(vector even, vector odd)
{
#ifdef __AVX512F__
	return _mm512_mask_blend_epi32(0xaaaa, even, odd);
#else
	return _mm256_blend_epi32(even, odd, 0xaa);
#endif
}

/* Values of even and of odd lanes, in the lanes' order. */
INLINE void store_in_turn(vector even, vector odd, uint64_t *values)
{
#ifdef __AVX512F__
	const __m512i first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), last = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
	_mm512_storeu_si512(values, _mm512_permutex2var_epi64(even, first, odd));
	_mm512_storeu_si512(values + LANES / 2, _mm512_permutex2var_epi64(even, last, odd));
#else
	__m256i first = _mm256_unpacklo_epi64(even, odd), last = _mm256_unpackhi_epi64(even, odd); /* 0, 1, 4, 5 and 2, 3, 6, 7 */
	_mm256_storeu_si256((__m256i *)(void *)values, _mm256_permute2x128_si256(first, last, 0x20));
	_mm256_storeu_si256((__m256i *)(void *)(values + LANES / 2), _mm256_permute2x128_si256(first, last, 0x31));
#endif
}

/* gd_permutation_mix() of a vector. */
INLINE vector mix(vector side, uint32_t round_key, uint32_t size)
{
	const vector first = OF(set1_epi32)(0x7feb352d), second = OF(set1_epi32)((int)0x846ca68b), below = wide(size);
	vector z = OF_BITS(xor)(side, OF(set1_epi32)((int)round_key));
	z = OF(mullo_epi32)(OF_BITS(xor)(z, OF(srli_epi32)(z, 16)), first);
	z = OF(mullo_epi32)(OF_BITS(xor)(z, OF(srli_epi32)(z, 15)), second);
	z = OF_BITS(xor)(z, OF(srli_epi32)(z, 16));
	return blend(OF(srli_epi64)(OF(mul_epu32)(z, below), 32), OF(mul_epu32)(OF(srli_epi64)(z, 32), below));
}

/* For sizes up to 2^31 no sum wraps, and the smaller one is below the size. */
INLINE void add_vectors(sides to, const vector *from, uint32_t round_key, uint32_t size)
{
#pragma GCC unroll 4
	for (int v = 0; v < TOGETHER; v++) {
		vector sum = OF(add_epi32)(to[v], mix(from[v], round_key, size));
		to[v] = OF(min_epu32)(sum, OF(sub_epi32)(sum, OF(set1_epi32)((int)size)));
	}
}

INLINE void subtract_vectors(sides to, const vector *from, uint32_t round_key, uint32_t size)
{
#pragma GCC unroll 4
	for (int v = 0; v < TOGETHER; v++) {
		vector difference = OF(sub_epi32)(to[v], mix(from[v], round_key, size));
		to[v] = OF(min_epu32)(difference, OF(add_epi32)(difference, OF(set1_epi32)((int)size)));
	}
}

INLINE void load_vectors(sides to, const uint32_t *from)
{
	for (int v = 0; v < TOGETHER; v++)
		to[v] = OF_BITS(loadu)((const vector *)(const void *)(from + LANES * v));
}

INLINE void store_values(const vector *column, const vector *row, uint32_t columns, uint64_t *values)
{
	const vector width = wide(columns), low = wide(UINT32_MAX);
	for (int v = 0; v < TOGETHER; v++) {
		vector even = OF(add_epi64)(OF(mul_epu32)(row[v], width), OF_BITS(and)(column[v], low));
		vector odd = OF(add_epi64)(OF(mul_epu32)(OF(srli_epi64)(row[v], 32), width), OF(srli_epi64)(column[v], 32));
		store_in_turn(even, odd, values + LANES * v);
	}
}

/* No sum of two numbers below a side wraps. */
static bool fits(const gd_permutation *p)
{
	return p->columns <= UINT32_C(1) << 31 && p->rows <= UINT32_C(1) << 31;
}

static void encrypt_vectors(const gd_permutation *p, size_t count, uint32_t *column, uint32_t *row, uint64_t *values)
{
	uint32_t columns = (uint32_t)p->columns, rows = (uint32_t)p->rows;
	size_t i = 0;
	for (; fits(p) && i + LANES * TOGETHER <= count; i += LANES * TOGETHER) {
		sides c, r;
		load_vectors(c, column + i);
		load_vectors(r, row + i);
		for (int round = 0; round < GD_PERMUTATION_ROUNDS; round += 2) {
			add_vectors(c, r, p->round_key[round], columns);
			add_vectors(r, c, p->round_key[round + 1], rows);
		}
		store_values(c, r, columns, values + i);
	}
	encrypt_chunk(p, count - i, column + i, row + i, values + i);
}

static void decrypt_vectors(const gd_permutation *p, size_t count, uint32_t *column, uint32_t *row, uint64_t *values)
{
	uint32_t columns = (uint32_t)p->columns, rows = (uint32_t)p->rows;
	size_t i = 0;
	for (; fits(p) && i + LANES * TOGETHER <= count; i += LANES * TOGETHER) {
		sides c, r;
		load_vectors(c, column + i);
		load_vectors(r, row + i);
		for (int round = GD_PERMUTATION_ROUNDS - 2; round >= 0; round -= 2) {
			subtract_vectors(r, c, p->round_key[round + 1], rows);
			subtract_vectors(c, r, p->round_key[round], columns);
		}
		store_values(c, r, columns, values + i);
	}
	decrypt_chunk(p, count - i, column + i, row + i, values + i);
}
#endif

const gd_permutation_kernels GD_TABLE(gd_permutation_kernels) = {
#ifdef __AVX2__
	.encrypt = encrypt_vectors,
	.decrypt = decrypt_vectors,
#else
	.encrypt = encrypt_chunk,
	.decrypt = decrypt_chunk,
#endif
};
