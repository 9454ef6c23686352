/* The kernels of gd/network/activation.h, by gd_activation. Local. */
#ifndef GD_ACTIVATION_KERNELS_H
#define GD_ACTIVATION_KERNELS_H


#include "gd/base/vector.h"
#include "gd/network/activation.h"

typedef struct gd_activation_kernels {
	void (*forward[GD_ACTIVATIONS])(size_t features, size_t rows, const float *bias, const float *z, float *y);
	void (*backward[GD_ACTIVATIONS])(size_t count, const float *z, const float *y, const float *dy, float *dz);
} gd_activation_kernels;
GD_TABLES(gd_activation_kernels);

#endif
