#include "gd/kernel/permutation.h"

#include <assert.h>
#include <stdbool.h>

#include "gd/base/random.h"
#include "gd/kernel/permutation_kernels.h"

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

static uint64_t encrypt(const gd_permutation *p, uint64_t value)
{
	uint32_t column = (uint32_t)(value % p->columns), row = (uint32_t)(value / p->columns);
	for (int round = 0; round < GD_PERMUTATION_ROUNDS; round += 2) {
		column = gd_add_below(column, gd_permutation_mix(row, p->round_key[round], p->columns), (uint32_t)p->columns);
		row = gd_add_below(row, gd_permutation_mix(column, p->round_key[round + 1], p->rows), (uint32_t)p->rows);
	}
	return row * p->columns + column;
}

static uint64_t decrypt(const gd_permutation *p, uint64_t value)
{
	uint32_t column = (uint32_t)(value % p->columns), row = (uint32_t)(value / p->columns);
	for (int round = GD_PERMUTATION_ROUNDS - 2; round >= 0; round -= 2) {
		row = gd_subtract_below(row, gd_permutation_mix(column, p->round_key[round + 1], p->rows), (uint32_t)p->rows);
		column = gd_subtract_below(column, gd_permutation_mix(row, p->round_key[round], p->columns), (uint32_t)p->columns);
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

/* For many neighbours, forward or by the inverse network. */
static void turn(const gd_permutation *p, bool inverse, uint64_t first, size_t count, uint64_t *values)
{
	const gd_permutation_kernels *kernels = GD_CHOSEN(gd_permutation_kernels);
	turn_many(p, first, count, values, inverse ? kernels->decrypt : kernels->encrypt, inverse ? decrypt : encrypt);
}

void gd_permutation_rows(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *rows)
{
	turn(permutation, false, first, count, rows);
}

void gd_permutation_positions(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *positions)
{
	turn(permutation, true, first, count, positions);
}
