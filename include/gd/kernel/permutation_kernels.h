/* The kernels of gd/kernel/permutation.h. Local. */
#ifndef GD_PERMUTATION_KERNELS_H
#define GD_PERMUTATION_KERNELS_H


#include "gd/base/vector.h"
#include "gd/kernel/permutation.h"

/*
 * What one side adds to the other, below `size`: 32 mixed bits scaled down, so that no division is needed. Source of the mixing's constants: C. Wellons'
 * search for hash functions of low bias ("lowbias32").
 */
static inline uint32_t gd_permutation_mix(uint32_t side, uint32_t round_key, uint64_t size)
{
	uint32_t z = side ^ round_key;
	z = (z ^ (z >> 16)) * UINT32_C(0x7feb352d);
	z = (z ^ (z >> 15)) * UINT32_C(0x846ca68b);
	z ^= z >> 16;
	return (uint32_t)((z * size) >> 32);
}

/* Sides of up to 2^32 do not fit 32 bits by one, but what is below them does, and sums wrap to the right value. */
static inline uint32_t gd_add_below(uint32_t value, uint32_t change, uint32_t size)
{
	uint32_t left = size - change;
	return value >= left && change ? value - left : value + change;
}

static inline uint32_t gd_subtract_below(uint32_t value, uint32_t change, uint32_t size)
{
	return value >= change ? value - change : value - change + size;
}

typedef struct gd_permutation_kernels {
	/* One turn of the network, or of its inverse, for values given as columns and rows, which are overwritten. */
	void (*encrypt)(const gd_permutation *p, size_t count, uint32_t *restrict column, uint32_t *restrict row, uint64_t *restrict values);
	void (*decrypt)(const gd_permutation *p, size_t count, uint32_t *restrict column, uint32_t *restrict row, uint64_t *restrict values);
} gd_permutation_kernels;
GD_TABLES(gd_permutation_kernels);

#endif
