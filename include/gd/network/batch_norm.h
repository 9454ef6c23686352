/*
 * Batch normalisation over a global batch that is cut into blocks: y = scale (z - mean) / sqrt(variance + 1e-5) + shift
 * for each channel of z [channels, rows]. Local.
 *
 * A block's sums run in double over 8 fixed lanes and enter order-independent sums; what follows from the global sums is
 * computed in double and rounded once.
 * Source: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015, algorithm 1 and section 3.
 */
#ifndef GD_BATCH_NORM_H
#define GD_BATCH_NORM_H

#include "gd/kernel/exact_sum.h"

/* Adds to moments [2 * channels] the sums over rows of (z - shift[c]), then those of (z - shift[c])^2: shifted so that squares do not cancel. */
void gd_batch_norm_moments(int channels, int rows, const float *z, const float *shift, gd_wide_sum *moments);
void gd_batch_norm_moments_ref(int channels, int rows, const float *z, const float *shift, gd_wide_sum *moments);

/* Mean, 1/sqrt(biased variance + epsilon) and unbiased variance [channels] from the moments of `rows` rows in all (unbiased: 0 for a single row). */
void gd_batch_norm_finish_moments(int channels, double rows, const gd_wide_sum *moments, const float *shift,
	float *mean, float *inverse_deviation, float *unbiased_variance);

/* y [channels, rows]; y may be z. */
void gd_batch_norm_forward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *scale, const float *shift, float *y);
void gd_batch_norm_forward_ref(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *scale, const float *shift, float *y);

/* Adds to sums [2 * channels] the sums over rows of dL/dy (the shift's gradient), then those of dL/dy times the normalised z (the scale's). */
void gd_batch_norm_gradient_sums(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *dy, gd_wide_sum *sums);
void gd_batch_norm_gradient_sums_ref(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation,
	const float *dy, gd_wide_sum *sums);

/* From the sums of `rows` rows in all: their means [channels], and the undivided gradients of scale and shift [channels]. */
void gd_batch_norm_finish_gradient_sums(int channels, double rows, const gd_wide_sum *sums,
	float *gradient_mean, float *gradient_product, double *scale_gradient, double *shift_gradient);

/* dz = scale inverse_deviation (dy - gradient_mean - normalised z * gradient_product); dz may be dy. */
void gd_batch_norm_backward(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale,
	const float *gradient_mean, const float *gradient_product, const float *dy, float *dz);
void gd_batch_norm_backward_ref(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale,
	const float *gradient_mean, const float *gradient_product, const float *dy, float *dz);

/* inverse_deviation [channels] of a running variance. */
void gd_batch_norm_inverse_deviation(int channels, const float *variance, float *inverse_deviation);

/* running = 0.9 running + 0.1 batch, for `count` channels. */
void gd_batch_norm_update_running(int count, const float *batch, float *running);

#endif
