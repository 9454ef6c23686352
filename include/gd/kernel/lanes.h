/*
 * Sums in fixed lanes: element i goes to lane i mod 8 (or 16), and lanes are added pairwise, so that a vectorised sum
 * has one order, hence one result, on every instruction set. Local.
 */
#ifndef GD_LANES_H
#define GD_LANES_H

#include <string.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

/* Vectors that fill registers of 32 bytes; on narrower registers the compiler splits them. */
typedef float gd_float8 __attribute__((vector_size(32)));
typedef float gd_float4 __attribute__((vector_size(16)));
typedef double gd_double4 __attribute__((vector_size(32)));

/* By pointer, since how a vector is passed by value depends on the instruction set. */
static inline __attribute__((always_inline)) void gd_float8_load(gd_float8 *vector, const float *from)
{
	memcpy(vector, from, sizeof *vector);
}

/* sum += a * b, fused. The compiler makes one instruction of the loop, where there is one. */
static inline __attribute__((always_inline)) void gd_float8_add_product(gd_float8 *sum, const gd_float8 *a, const gd_float8 *b)
{
	gd_float8 result;
	for (int l = 0; l < 8; l++)
		result[l] = __builtin_fmaf((*a)[l], (*b)[l], (*sum)[l]);
	*sum = result;
}

/* The same of sixteen, in one register where there are such. */
typedef float gd_float16 __attribute__((vector_size(64)));

static inline __attribute__((always_inline)) void gd_float16_add_product(gd_float16 *sum, const gd_float16 *a, const gd_float16 *b)
{
#ifdef __AVX512F__
	*sum = (gd_float16)_mm512_fmadd_ps((__m512)*a, (__m512)*b, (__m512)*sum);
#else
	gd_float16 result;
	for (int l = 0; l < 16; l++)
		result[l] = __builtin_fmaf((*a)[l], (*b)[l], (*sum)[l]);
	*sum = result;
#endif
}

/* The widest vectors that pay on the set of instructions at hand, GD_WIDEST floats. */
#ifdef __AVX512F__
#define GD_WIDEST 16
typedef gd_float16 gd_floats;
#define gd_floats_add_product gd_float16_add_product
#else
#define GD_WIDEST 8
typedef gd_float8 gd_floats;
#define gd_floats_add_product gd_float8_add_product
#endif

static inline __attribute__((always_inline)) void gd_floats_load(gd_floats *vector, const float *from)
{
	memcpy(vector, from, sizeof *vector);
}

/* `value` in every lane. */
static inline __attribute__((always_inline)) void gd_floats_fill(gd_floats *vector, float value)
{
	*vector = value - (gd_floats){0};
}

/* Four consecutive floats as doubles. */
static inline __attribute__((always_inline)) void gd_double4_load(gd_double4 *vector, const float *from)
{
	gd_float4 narrow;
	memcpy(&narrow, from, sizeof narrow);
	*vector = __builtin_convertvector(narrow, gd_double4);
}

/* The lanes of two vectors, 0 to 3 and 4 to 7. */
static inline __attribute__((always_inline)) void gd_double4_store(double lane[8], const gd_double4 *low, const gd_double4 *high)
{
	memcpy(lane, low, sizeof *low);
	memcpy(lane + 4, high, sizeof *high);
}

/* ((0+4) + (2+6)) + ((1+5) + (3+7)). */
static inline double gd_lanes_total(const double lane[8])
{
	return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

#endif
