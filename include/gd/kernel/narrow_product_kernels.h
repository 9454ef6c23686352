/* The kernel of gd/kernel/narrow_product.h. Local. */
#ifndef GD_NARROW_PRODUCT_KERNELS_H
#define GD_NARROW_PRODUCT_KERNELS_H

#include <stddef.h>

#include "gd/base/vector.h"

typedef struct gd_narrow_kernels {
	/* gd_narrow_product. */
	void (*product)(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row);
} gd_narrow_kernels;
GD_TABLES(gd_narrow_kernels);

#endif
