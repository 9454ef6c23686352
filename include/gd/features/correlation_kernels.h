/* The kernels of gd/features/statistics.h's correlation. Local. */
#ifndef GD_CORRELATION_KERNELS_H
#define GD_CORRELATION_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/vector.h"

enum { GD_CORRELATION_ROWS = 128, /* of a block: columns of it fit into the cache */
	GD_CORRELATION_WORDS = GD_CORRELATION_ROWS / 64 };

/* What is correlated: numbers, and flags, which are 0 or 1 in every row. */
typedef struct gd_correlated {
	size_t features, numbers;
	const size_t *order; /* [features]: numbers, then flags, ascending both */
	const double *mean, *deviation; /* [features], as they were before they were ordered */
	const bool *constant;
	double magic;
} gd_correlated;

/* What a standardised feature is where it was `value`. */
static inline double gd_correlated_value(const gd_correlated *of, size_t feature, double value)
{
	return of->constant[feature] ? 0 : (value - of->mean[feature]) / of->deviation[feature];
}

typedef struct gd_correlation_kernels {
	/*
	 * Adds a block's products, each rounded to a multiple of a quantum by adding and taking away `magic`, to correlation [features, features] above its diagonal; of two flags, how often both are 1 instead, on
	 * the diagonal how often one is. columns [features, GD_CORRELATION_ROWS] in their order, of which `rows` of the numbers are filled, become standardised values; bits [flags]: in which rows a flag is 1.
	 */
	void (*add)(const gd_correlated *of, size_t rows, double *columns, const uint64_t (*bits)[GD_CORRELATION_WORDS], double *correlation);
} gd_correlation_kernels;
GD_TABLES(gd_correlation_kernels);

#endif
