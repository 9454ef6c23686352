/* The kernels of gd/kernel/narrow.h. Local. */
#ifndef GD_NARROW_KERNELS_H
#define GD_NARROW_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/vector.h"

typedef struct gd_narrow_kernels {
	/* gd_narrow_product, for n of 8 at least. */
	void (*product)(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c);
	/* The first `columns` columns of gd_narrow_outer. */
	void (*outer)(size_t m, bool sums, size_t columns, size_t n, size_t k, const float *a, const float *b, float *c);
} gd_narrow_kernels;
GD_TABLES(gd_narrow_kernels);

#endif
