/*
 * The dense layer z = W^T x + b on feature-major blocks: x [inputs, rows], W [inputs, outputs], z [outputs, rows]. A block's feature rows are *_row floats
 * apart, so that it may be a member's part of a wider one (gd/network/adapter.h); where no such argument is given, blocks are contiguous. Local.
 */
#ifndef GD_DENSE_H
#define GD_DENSE_H

#include <stddef.h>

/* z [outputs, rows] = W^T x, overwritten. */
void gd_dense_forward(int inputs, int outputs, int rows, const float *weight, const float *x, size_t x_row, float *z, size_t z_row);

/* The same, row by row: z [rows, outputs]. */
void gd_dense_forward_rows(int inputs, int outputs, int rows, const float *weight, const float *x, float *z);

/* z[o, r] += bias[o]. */
void gd_dense_add_bias(int outputs, int rows, const float *bias, float *z);

/* gradient [inputs * outputs + outputs], overwritten: dL/dW [inputs, outputs] = x dz^T, then dL/db, by gd_narrow_outer in narrow layers, else by gd_dense_bias_gradient. */
void gd_dense_backward_parameters(int inputs, int outputs, int rows, const float *x, size_t x_row, const float *dz, size_t dz_row, float *gradient);

/* dL/dW alone. */
void gd_dense_weight_gradient(int inputs, int outputs, int rows, const float *x, size_t x_row, const float *dz, size_t dz_row, float *gradient);

/* dL/db [outputs], overwritten: sums of dz over rows, in 16 single-precision lanes (row r in lane r mod 16) that are added pairwise. */
void gd_dense_bias_gradient(int outputs, int rows, const float *dz, size_t dz_row, float *gradient);
void gd_dense_bias_gradient_ref(int outputs, int rows, const float *dz, size_t dz_row, float *gradient);

/* dL/dx [inputs, rows] = W dz, overwritten. */
void gd_dense_backward_input(int inputs, int outputs, int rows, const float *weight, const float *dz, size_t dz_row, float *dx, size_t dx_row);

#endif
