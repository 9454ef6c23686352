/*
 * The dense product with piecewise-linear columns, without the columns: of a feature's bins those below the value's own are 1
 * and those above 0, so that the product is a prefix sum of weight rows and a fraction of one more. Local.
 *
 * Sums are in single precision: over bins in their order for the tables, over features in their order for a product, over rows in
 * their order for a gradient. Matrices are [encoding->columns, outputs] throughout; rows of other columns are neither read nor written.
 */
#ifndef GD_PIECEWISE_H
#define GD_PIECEWISE_H

#include <stdint.h>

#include "gd/network/encoding.h"

/* Where values lie: column [piecewise, rows], the number of the column of the value's bin, and the fraction of it, in [0, 1] or NaN; x [features, rows]. */
void gd_piecewise_place(const gd_encoding *encoding, int rows, const float *x, int32_t *column, float *fraction);

/* table, a matrix, overwritten: for each bin the product of what its feature's columns are where a value lies on its lower edge. */
void gd_piecewise_sum(const gd_encoding *encoding, int outputs, const float *weight, float *table);
/* z [rows, outputs], added to: the product of the standardised columns with `weight`, of which `table` is the sum. */
void gd_piecewise_forward(const gd_encoding *encoding, int outputs, int rows, const int32_t *column, const float *fraction,
	const float *weight, const float *table, float *z);
/* The same by the columns themselves, x [features, rows], summed in double. */
void gd_piecewise_forward_ref(const gd_encoding *encoding, int outputs, int rows, const float *x, const float *weight, float *z);

/* gradient, a matrix, overwritten: columns times dz [rows, outputs]; total [outputs]: the sums of dz over the rows. `order` is scratch, as many integers as rows and columns and one more. */
void gd_piecewise_backward(const gd_encoding *encoding, int outputs, int rows, const int32_t *column, const float *fraction,
	const float *dz, const float *total, int32_t *order, float *gradient);
void gd_piecewise_backward_ref(const gd_encoding *encoding, int outputs, int rows, const float *x, const float *dz, float *gradient);

#endif
