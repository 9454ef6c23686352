/* Single-precision matrix products by definition: the same bits from every engine, hence on every processor. Local. */
#ifndef GD_GEMM_H
#define GD_GEMM_H

#include <stddef.h>

typedef enum gd_orientation { GD_AS_STORED, GD_TRANSPOSED } gd_orientation;

/* The longest chain: k is cut there. */
enum { GD_GEMM_CHAIN = 256 };

/*
 * c [m, n] = a b, overwritten; all matrices row-major, their stored rows a_row, b_row and c_row floats apart. a is stored as [m, k], or as [k, m] if
 * GD_TRANSPOSED; b as [k, n], or as [n, k]. c overlaps neither. m, n, k are above 0.
 * An element is the sum of chains, from the first one on in order: each takes the next GD_GEMM_CHAIN of k, the last one what is left, starts
 * from 0 and is chain = fma(a(i, l), b(l, j), chain) for one l after the other. So gd_narrow_product gives the same up to k = GD_GEMM_CHAIN.
 */
typedef void gd_gemm_function(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row);

/* By the engine that gd_engine() names. */
gd_gemm_function gd_gemm;
gd_gemm_function gd_gemm_ref;
/* One element by definition: a(i, l) at a[l*a_step], b(l, j) at b[l*b_step]. */
float gd_gemm_element(int k, const float *a, size_t a_step, const float *b, size_t b_step);

#endif
