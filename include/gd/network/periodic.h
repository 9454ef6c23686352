/*
 * Learned periodic embeddings of numbers: a number u becomes relu(W^T [cos(2 pi f_1 u) ... cos(2 pi f_K u), sin(2 pi f_1 u) ... sin(2 pi f_K u)] + b),
 * frequencies, W and b being learned for each feature. Local.
 *
 * Parameters are one stretch: frequency [features, K], weight [features * 2K, width], bias [features, width].
 * Source: Y. Gorishniy, I. Rubachev, A. Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022, section 3.3.
 */
#ifndef GD_PERIODIC_H
#define GD_PERIODIC_H

#include <stddef.h>

typedef struct gd_periodic {
	int features;    /* 0: none */
	int frequencies; /* K */
	int width;
} gd_periodic;

size_t gd_periodic_parameters(const gd_periodic *shape);
/* Offsets of weight and bias in the stretch. */
size_t gd_periodic_weight(const gd_periodic *shape);
size_t gd_periodic_bias(const gd_periodic *shape);

/* u [features, rows] → waves [features * 2K, rows] and y [features * width, rows], overwritten. */
void gd_periodic_forward(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *waves, float *y);
/* In double, from the formula. */
void gd_periodic_forward_ref(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *y);

/*
 * gradient [gd_periodic_parameters], overwritten, sums over rows; dy [features * width, rows] is that of y as it was before relu, so already 0 where y is.
 * waves as the forward pass left them; they are overwritten.
 */
void gd_periodic_backward(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *waves, const float *dy, float *scratch, float *gradient);
/* Floats of that scratch. */
size_t gd_periodic_scratch(const gd_periodic *shape, int rows);

/* cosine[i] = cos(2 pi x[i]), sine[i] = sin(2 pi x[i]), to 2^-22, for |x| below 2^20; NaN for what is not finite. The same bits on every instruction set. */
void gd_vector_turns(size_t count, const float *x, float *cosine, float *sine);

#endif
