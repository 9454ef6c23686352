#include "gd/permutation.h"

#include <assert.h>

#include "gd/random.h"

/* Halves of two bits or less have too few functions between them for even odds: over many keys their rows are measurably not uniform. */
#define LEAST_HALF_BITS 4

void gd_permutation_init(gd_permutation *permutation, uint64_t count, uint64_t key)
{
	assert(count >= 1);
	permutation->count = count;
	permutation->half_bits = LEAST_HALF_BITS;
	while (permutation->half_bits < 32 && (count - 1) >> (2 * permutation->half_bits) != 0)
		permutation->half_bits++;
	for (unsigned round = 0; round < GD_PERMUTATION_ROUNDS; round++)
		permutation->round_key[round] = gd_random_bits(key, round);
}

/* What one half adds to the other: the finaliser of SplitMix64 (Stafford's variant 13), which lets every bit of half and key reach every bit of the result. */
static uint64_t mix(uint64_t half, uint64_t round_key)
{
	uint64_t z = half ^ round_key;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t encrypt(const gd_permutation *permutation, uint64_t value)
{
	unsigned bits = permutation->half_bits;
	uint64_t mask = (UINT64_C(1) << bits) - 1;
	uint64_t left = value >> bits;
	uint64_t right = value & mask;
	for (int round = 0; round < GD_PERMUTATION_ROUNDS; round++) {
		uint64_t next = left ^ (mix(right, permutation->round_key[round]) & mask);
		left = right;
		right = next;
	}
	return left << bits | right;
}

static uint64_t decrypt(const gd_permutation *permutation, uint64_t value)
{
	unsigned bits = permutation->half_bits;
	uint64_t mask = (UINT64_C(1) << bits) - 1;
	uint64_t left = value >> bits;
	uint64_t right = value & mask;
	for (int round = GD_PERMUTATION_ROUNDS - 1; round >= 0; round--) {
		uint64_t previous = right ^ (mix(left, permutation->round_key[round]) & mask);
		right = left;
		left = previous;
	}
	return left << bits | right;
}

/* The network permutes [0, 4^half_bits). Following its cycle from a value below count returns below count at the latest at that value itself. */
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
