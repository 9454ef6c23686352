/*
 * Elementwise activations on contiguous floats; vectorised, on the functions of gd/kernel/vector_math.h and with their errors. Local.
 *
 * A NaN comes through both ways, so that a training that diverges shows it. gelu and silu of -infinity are NaN too (-inf times 0).
 * The _ref twins compute in double with libm and round once.
 */
#ifndef GD_ACTIVATION_H
#define GD_ACTIVATION_H

#include <stddef.h>

typedef enum gd_activation {
	GD_RELU,
	GD_SIGMOID,
	GD_TANH,
	GD_GELU, /* x Phi(x), the erf form */
	GD_SILU, /* x sigmoid(x) */
} gd_activation;
enum { GD_ACTIVATIONS = GD_SILU + 1 };
extern const char *const gd_activation_words[GD_ACTIVATIONS + 1]; /* by gd_activation; what options and files call them; ends with NULL */

/* y[i] = f(z[i]); y may be z: where gd_activation_needs_input says so, that loses what the backward pass reads. */
void gd_activation_forward(gd_activation activation, size_t count, const float *z, float *y);
void gd_activation_forward_ref(gd_activation activation, size_t count, const float *z, float *y);
/* y[f, r] = activation of z[f, r] + bias[f], for z, y [features, rows] and bias [features]; y may be z. */
void gd_activation_forward_bias(gd_activation activation, size_t features, size_t rows, const float *bias, const float *z, float *y);
/* dz[i] = dy[i] f'(z[i]); dz may be dy. Of z and y only one is read (see gd_activation_needs_input), the other may be NULL. */
void gd_activation_backward(gd_activation activation, size_t count, const float *z, const float *y, const float *dy, float *dz);
void gd_activation_backward_ref(gd_activation activation, size_t count, const float *z, const float *y, const float *dy, float *dz);
/* Whether the backward pass reads z (gelu, silu), else y. */
int gd_activation_needs_input(gd_activation activation);

#endif
