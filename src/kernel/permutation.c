#include "gd/kernel/permutation.h"

#include <assert.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif
#include <stdbool.h>

#include "gd/base/random.h"
#include "gd/base/vector.h"

/* Sides shorter than this have too few functions between them for even odds: over many keys their rows are measurably not uniform. */
#define LEAST_SIDE 16
/* Rows that are worked on together: their pairs stay in the first-level cache. */
enum { CHUNK = 512 };

/* The least s with s * s >= count. */
static uint64_t side_of(uint64_t count)
{
	uint64_t low = 1, high = UINT64_C(1) << 32;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (middle > (count - 1) / middle)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void gd_permutation_init(gd_permutation *permutation, uint64_t count, uint64_t key)
{
	assert(count >= 1);
	permutation->count = count;
	permutation->columns = side_of(count);
	if (permutation->columns < LEAST_SIDE)
		permutation->columns = LEAST_SIDE;
	permutation->rows = (count - 1) / permutation->columns + 1;
	if (permutation->rows < LEAST_SIDE)
		permutation->rows = LEAST_SIDE;
	for (unsigned round = 0; round < GD_PERMUTATION_ROUNDS; round++)
		permutation->round_key[round] = (uint32_t)gd_random_bits(key, round);
}

/*
 * What one side adds to the other, below `size`: 32 mixed bits scaled down, so that no division is needed. Source of the mixing's constants: C. Wellons'
 * search for hash functions of low bias ("lowbias32").
 */
static inline uint32_t mix(uint32_t side, uint32_t round_key, uint64_t size)
{
	uint32_t z = side ^ round_key;
	z = (z ^ (z >> 16)) * UINT32_C(0x7feb352d);
	z = (z ^ (z >> 15)) * UINT32_C(0x846ca68b);
	z ^= z >> 16;
	return (uint32_t)((z * size) >> 32);
}

/* Sides of up to 2^32 do not fit 32 bits by one, but what is below them does, and sums wrap to the right value. */
static inline uint32_t add_below(uint32_t value, uint32_t change, uint32_t size)
{
	uint32_t left = size - change;
	return value >= left && change ? value - left : value + change;
}

static inline uint32_t subtract_below(uint32_t value, uint32_t change, uint32_t size)
{
	return value >= change ? value - change : value - change + size;
}

static uint64_t encrypt(const gd_permutation *p, uint64_t value)
{
	uint32_t column = (uint32_t)(value % p->columns), row = (uint32_t)(value / p->columns);
	for (int round = 0; round < GD_PERMUTATION_ROUNDS; round += 2) {
		column = add_below(column, mix(row, p->round_key[round], p->columns), (uint32_t)p->columns);
		row = add_below(row, mix(column, p->round_key[round + 1], p->rows), (uint32_t)p->rows);
	}
	return row * p->columns + column;
}

static uint64_t decrypt(const gd_permutation *p, uint64_t value)
{
	uint32_t column = (uint32_t)(value % p->columns), row = (uint32_t)(value / p->columns);
	for (int round = GD_PERMUTATION_ROUNDS - 2; round >= 0; round -= 2) {
		row = subtract_below(row, mix(column, p->round_key[round + 1], p->rows), (uint32_t)p->rows);
		column = subtract_below(column, mix(row, p->round_key[round], p->columns), (uint32_t)p->columns);
	}
	return row * p->columns + column;
}

/* Following the network's cycle from a value below count returns below count at the latest at that value itself. */
uint64_t gd_permutation_at(const gd_permutation *permutation, uint64_t position)
{
	assert(position < permutation->count);
	uint64_t value = position;
	do
		value = encrypt(permutation, value);
	while (value >= permutation->count);
	return value;
}

uint64_t gd_permutation_position(const gd_permutation *permutation, uint64_t row)
{
	assert(row < permutation->count);
	uint64_t value = row;
	do
		value = decrypt(permutation, value);
	while (value >= permutation->count);
	return value;
}

/* One turn of the network for many, as encrypt(). */
GD_VECTOR
static void encrypt_chunk(const gd_permutation *p, size_t count, uint32_t *restrict column, uint32_t *restrict row, uint64_t *restrict values)
{
	const uint64_t columns = p->columns, rows = p->rows;
	for (int round = 0; round < GD_PERMUTATION_ROUNDS; round += 2) {
		uint32_t column_key = p->round_key[round], row_key = p->round_key[round + 1];
		for (size_t i = 0; i < count; i++) {
			column[i] = add_below(column[i], mix(row[i], column_key, columns), (uint32_t)columns);
			row[i] = add_below(row[i], mix(column[i], row_key, rows), (uint32_t)rows);
		}
	}
	for (size_t i = 0; i < count; i++)
		values[i] = row[i] * columns + column[i];
}

/* One turn of the inverse network for many, as decrypt(). */
GD_VECTOR
static void decrypt_chunk(const gd_permutation *p, size_t count, uint32_t *restrict column, uint32_t *restrict row, uint64_t *restrict values)
{
	const uint64_t columns = p->columns, rows = p->rows;
	for (int round = GD_PERMUTATION_ROUNDS - 2; round >= 0; round -= 2) {
		uint32_t row_key = p->round_key[round + 1], column_key = p->round_key[round];
		for (size_t i = 0; i < count; i++) {
			row[i] = subtract_below(row[i], mix(column[i], row_key, rows), (uint32_t)rows);
			column[i] = subtract_below(column[i], mix(row[i], column_key, columns), (uint32_t)columns);
		}
	}
	for (size_t i = 0; i < count; i++)
		values[i] = row[i] * columns + column[i];
}

#ifdef __x86_64__
#define AVX2 static inline __attribute__((always_inline, target("avx2")))

/* Vectors of eight sides, of which so many are under way at once that their chains of products overlap. */
enum { LANES = 8, TOGETHER = 4 };

typedef __m256i sides[TOGETHER];

/* mix() of eight. */
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

__attribute__((target("avx2"))) static void encrypt_eights(const gd_permutation *p, size_t count, uint32_t *column, uint32_t *row, uint64_t *values)
{
	uint32_t columns = (uint32_t)p->columns, rows = (uint32_t)p->rows;
	size_t i = 0;
	for (; i + LANES * TOGETHER <= count; i += LANES * TOGETHER) {
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

__attribute__((target("avx2"))) static void decrypt_eights(const gd_permutation *p, size_t count, uint32_t *column, uint32_t *row, uint64_t *values)
{
	uint32_t columns = (uint32_t)p->columns, rows = (uint32_t)p->rows;
	size_t i = 0;
	for (; i + LANES * TOGETHER <= count; i += LANES * TOGETHER) {
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

typedef void turn_chunk(const gd_permutation *p, size_t count, uint32_t *column, uint32_t *row, uint64_t *values);
typedef uint64_t turn_one(const gd_permutation *p, uint64_t value);

/* A turn for neighbours together; what it sends past the end goes on by itself. */
static void turn_many(const gd_permutation *p, uint64_t first, size_t count, uint64_t *values, turn_chunk *together, turn_one *alone)
{
	uint32_t column[CHUNK], row[CHUNK];
	assert(first <= p->count && count <= p->count - first);
	uint64_t at_column = first % p->columns, at_row = first / p->columns;
	while (count) {
		size_t chunk = count < CHUNK ? count : CHUNK;
		for (size_t i = 0; i < chunk; i++) {
			column[i] = (uint32_t)at_column;
			row[i] = (uint32_t)at_row;
			if (++at_column == p->columns) {
				at_column = 0;
				at_row++;
			}
		}
		together(p, chunk, column, row, values);
		for (size_t i = 0; i < chunk; i++)
			while (values[i] >= p->count)
				values[i] = alone(p, values[i]);
		values += chunk;
		count -= chunk;
	}
}

/* For many neighbours, forward or by the inverse network; by eights where sides are short enough and the processor has the vectors. */
static void turn(const gd_permutation *p, bool inverse, uint64_t first, size_t count, uint64_t *values)
{
	turn_chunk *together = inverse ? decrypt_chunk : encrypt_chunk;
#ifdef __x86_64__
	if (p->columns <= UINT32_C(1) << 31 && p->rows <= UINT32_C(1) << 31 && __builtin_cpu_supports("avx2"))
		together = inverse ? decrypt_eights : encrypt_eights;
#endif
	turn_many(p, first, count, values, together, inverse ? decrypt : encrypt);
}

void gd_permutation_rows(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *rows)
{
	turn(permutation, false, first, count, rows);
}

void gd_permutation_positions(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *positions)
{
	turn(permutation, true, first, count, positions);
}
