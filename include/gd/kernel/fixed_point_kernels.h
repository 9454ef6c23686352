/* The kernel of gd/kernel/fixed_point.h. Local. */
#ifndef GD_FIXED_POINT_KERNELS_H
#define GD_FIXED_POINT_KERNELS_H


#include "gd/base/vector.h"
#include "gd/kernel/fixed_point.h"

typedef struct gd_fixed_point_kernels {
	uint32_t (*add)(size_t count, const float *restrict value, gd_quantum quantum, double *restrict sum);
} gd_fixed_point_kernels;
GD_TABLES(gd_fixed_point_kernels);

#endif
