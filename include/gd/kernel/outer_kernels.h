/* The kernel of gd/kernel/narrow_product.h's gd_narrow_outer. Local. */
#ifndef GD_OUTER_KERNELS_H
#define GD_OUTER_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/vector.h"

typedef struct gd_outer_kernels {
	/* The first `columns` columns of gd_narrow_outer. */
	void (*outer)(size_t m, bool sums, size_t columns, size_t n, size_t k, const float *a, size_t a_row, const float *b, size_t b_row, float *c);
} gd_outer_kernels;
GD_TABLES(gd_outer_kernels);

#endif
