/* A keyed bijection of [0, count) with a computable inverse; nobody stores a permutation. Local. */
#ifndef GD_PERMUTATION_H
#define GD_PERMUTATION_H

#include <stddef.h>
#include <stdint.h>

#define GD_PERMUTATION_ROUNDS 6

/* A value below columns * rows is a pair: its column (value mod columns) and its row (value / columns). */
typedef struct gd_permutation {
	uint64_t count;
	uint64_t columns, rows; /* at most 2^32 each; at least 16, and otherwise with columns * rows - count < columns */
	uint32_t round_key[GD_PERMUTATION_ROUNDS];
} gd_permutation;

/* `key` from gd_random_key(seed, GD_PURPOSE_SHUFFLE, epoch): the round keys are its stream's first numbers. count >= 1. */
void gd_permutation_init(gd_permutation *permutation, uint64_t count, uint64_t key);
/*
 * The row at position t: an alternating Feistel network on columns x rows, walking its cycle until the value is below count (about one turn for counts above 256).
 * Source: J. Black, P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002 (cycle walking; Feistel networks on products of any two sizes).
 */
uint64_t gd_permutation_at(const gd_permutation *permutation, uint64_t position);
/* The position of a row: the inverse. */
uint64_t gd_permutation_position(const gd_permutation *permutation, uint64_t row);
/* The rows at the positions first … first + count - 1, rows [count], overwritten; vectorised. */
void gd_permutation_rows(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *rows);
/* The positions of the rows first … first + count - 1, positions [count], overwritten; vectorised. */
void gd_permutation_positions(const gd_permutation *permutation, uint64_t first, size_t count, uint64_t *positions);

#endif
