/* The kernels of gd/network/dense.h. Local. */
#ifndef GD_DENSE_KERNELS_H
#define GD_DENSE_KERNELS_H

#include <stddef.h>


#include "gd/base/vector.h"

typedef struct gd_dense_kernels {
	void (*add_bias)(int outputs, int rows, const float *bias, float *z);
	void (*bias_gradient)(int outputs, int rows, const float *dz, size_t dz_row, float *gradient);
} gd_dense_kernels;
GD_TABLES(gd_dense_kernels);

#endif
