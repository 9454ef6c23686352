/* The kernels of gd/kernel/vector_math.h. Local. */
#ifndef GD_VECTOR_MATH_KERNELS_H
#define GD_VECTOR_MATH_KERNELS_H

#include <stddef.h>

#include "gd/base/vector.h"

typedef struct gd_vector_math_kernels {
	void (*exp)(size_t count, const float *x, float *y);
	void (*log)(size_t count, const float *x, float *y);
	void (*tanh)(size_t count, const float *x, float *y);
	void (*sigmoid)(size_t count, const float *x, float *y);
	void (*distribution)(size_t count, const float *x, float *y);
	/* to = a + b; to may be a. */
	void (*add)(size_t count, const float *a, const float *b, float *to);
	void (*add_doubles)(size_t count, const double *a, const double *b, double *to);
	/* y = x + factor z. */
	void (*add_scaled)(size_t count, const float *restrict x, float factor, const float *restrict z, float *restrict y);
} gd_vector_math_kernels;
GD_TABLES(gd_vector_math_kernels);

#endif
