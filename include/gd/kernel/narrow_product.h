/*
 * Products of narrow layers on feature-major blocks, without the packing that pays for itself in wide ones: rows are contiguous
 * already, so the kernels read operands where they lie. Every element is one fixed chain of fused multiply-adds, so the bits
 * are the same on every processor and for any number of rows around it. Local.
 */
#ifndef GD_NARROW_PRODUCT_H
#define GD_NARROW_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * c [m, n] = a b, overwritten. c and b [k, n] row-major, their rows c_row and b_row floats apart; element (i, l) of a at a[i*a_row + l*a_column]. Summed over l from 0 on:
 * c(i, j) = fma(a(i, l), b(l, j), c(i, j)), starting from 0. c overlaps neither.
 */
void gd_narrow_product(int m, int n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row);
void gd_narrow_product_ref(int m, int n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row);

/*
 * c [m, n] = a b^T, overwritten, contiguous; a [m, k] and b [n, k] row-major, their rows a_row and b_row floats apart. Summed in eight lanes, l in lane l mod 8, the last k mod 8 of them in the last
 * lanes, each a chain of fused multiply-adds from 0 on; then ((0+4) + (2+6)) + ((1+5) + (3+7)). c overlaps neither. With `sums` c has a row m more, as if a
 * had one of ones: the sums of b's rows.
 */
void gd_narrow_outer(int m, bool sums, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c);
void gd_narrow_outer_ref(int m, bool sums, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c);

#endif
