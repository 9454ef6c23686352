/* A keyed bijection of [0, count) with a computable inverse; nobody stores a permutation. Local. */
#ifndef GD_PERMUTATION_H
#define GD_PERMUTATION_H

#include <stdint.h>

#define GD_PERMUTATION_ROUNDS 6

typedef struct gd_permutation {
	uint64_t count;
	unsigned half_bits; /* of each Feistel half: the fewest, but at least 4, with 4^half_bits >= count */
	uint64_t round_key[GD_PERMUTATION_ROUNDS];
} gd_permutation;

/* `key` from gd_random_key(seed, GD_PURPOSE_SHUFFLE, epoch): the round keys are its stream's first numbers. count >= 1. */
void gd_permutation_init(gd_permutation *permutation, uint64_t count, uint64_t key);
/*
 * The row at position t: a balanced Feistel network, walking its cycle until the value is below count (less than four turns on average for counts above 64).
 * Source: J. Black, P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002 (cycle walking, Feistel).
 */
uint64_t gd_permutation_at(const gd_permutation *permutation, uint64_t position);
/* The position of a row: the inverse. */
uint64_t gd_permutation_position(const gd_permutation *permutation, uint64_t row);

#endif
