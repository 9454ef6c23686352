/* The kernels of gd/kernel/transpose.h, for eight rows and columns at least. Local. */
#ifndef GD_TRANSPOSE_KERNELS_H
#define GD_TRANSPOSE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/vector.h"

typedef struct gd_transpose_kernels {
	void (*all)(size_t rows, size_t columns, const float *in, size_t in_row, float *out, size_t out_row);
	void (*chosen)(size_t rows, size_t columns, const float *in, size_t stride, const uint64_t *index, float *out, size_t pitch);
} gd_transpose_kernels;
GD_TABLES(gd_transpose_kernels);

#endif
