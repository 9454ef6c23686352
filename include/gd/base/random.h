/*
 * Randomness as a pure function of (seed, purpose, index, position): no state, no order of calls.
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011 (Philox4x32-10). Local.
 */
#ifndef GD_RANDOM_H
#define GD_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What a stream of numbers is for; two purposes never share numbers. */
typedef enum gd_purpose {
	GD_PURPOSE_INITIALISE = 1,
	GD_PURPOSE_SHUFFLE = 2,
	GD_PURPOSE_DROPOUT = 3,
	GD_PURPOSE_SPLIT = 4,
	GD_PURPOSE_SYNTH = 5,
	GD_PURPOSE_SWEEP = 6,
	GD_PURPOSE_IMPORTANCE = 20,
	GD_PURPOSE_STRETCHES = 21,
	GD_PURPOSE_WINDOW = 22,
} gd_purpose;

/* Ten rounds of Philox4x32. */
void gd_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The key of one stream: of a purpose, and within it of an epoch, a step or whatever `index` counts. Of one seed, no two
 * pairs of purpose and index below 2^56 have the same key. */
uint64_t gd_random_key(uint64_t seed, gd_purpose purpose, uint64_t index);

/* 64 bits at position `position` of stream `key`. */
uint64_t gd_random_bits(uint64_t key, uint64_t position);
/* Uniform in (0, 1): the odd multiples of 2^-53, never 0 or 1. */
double gd_random_uniform(uint64_t key, uint64_t position);
/* Standard normal (Box-Muller, on 128 bits that gd_random_bits never gives at any position); the same bits on every host. */
double gd_random_normal(uint64_t key, uint64_t position);

#endif
