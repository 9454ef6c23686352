/* The kernel of gd/kernel/exact_sum.h. Local. */
#ifndef GD_EXACT_SUM_KERNELS_H
#define GD_EXACT_SUM_KERNELS_H


#include "gd/base/vector.h"
#include "gd/kernel/exact_sum.h"

typedef struct gd_exact_sum_kernels {
	uint32_t (*add)(size_t count, const float *restrict value, gd_quantum quantum, double *restrict sum);
} gd_exact_sum_kernels;
GD_TABLES(gd_exact_sum_kernels);

#endif
