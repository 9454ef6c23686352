/* The kernels of gd/features/statistics.h's correlation. Local. */
#ifndef GD_CORRELATION_KERNELS_H
#define GD_CORRELATION_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/vector.h"

enum { GD_CORRELATION_ROWS = 128 }; /* of a block: columns of it fit into the cache */

typedef struct gd_correlation_kernels {
	/*
	 * Adds a block's products, each rounded to a multiple of a quantum by adding and taking away `magic`, to correlation [features, features] above its diagonal. columns [features, GD_CORRELATION_ROWS],
	 * of which `rows` are filled, become standardised values.
	 */
	void (*add)(size_t features, size_t rows, double *columns, const double *mean, const double *deviation, const bool *constant, double magic, double *correlation);
} gd_correlation_kernels;
GD_TABLES(gd_correlation_kernels);

#endif
