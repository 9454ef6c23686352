#include "gd/permutation.h"

#include <assert.h>

#include "gd/random.h"
#include "gd/vector.h"

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

void gd_permutation_rows(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *rows)
{
	turn_many(permutation, first, count, rows, encrypt_chunk, encrypt);
}

void gd_permutation_positions(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *positions)
{
	turn_many(permutation, first, count, positions, decrypt_chunk, decrypt);
}
