/* The kernels of gd/network/piecewise.h. Local. */
#ifndef GD_PIECEWISE_KERNELS_H
#define GD_PIECEWISE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/vector.h"
#include "gd/network/encoding.h"

/* What of a row's product one feature gives: factor * weight + sum, rows of the matrices. */
typedef struct gd_piecewise_part {
	const float *sum, *weight;
	float factor;
} gd_piecewise_part;

typedef struct gd_piecewise_kernels {
	/* y += factor * x, and to = from + factor * x. */
	void (*add_multiple)(int count, float factor, const float *restrict x, float *restrict y);
	void (*step)(int count, const float *restrict from, float factor, const float *restrict x, float *restrict to);
	/* z [outputs] += factor * weight + sum for one place after the other. */
	void (*add_row)(size_t outputs, int places, const gd_piecewise_part *part, float *z);
	/*
	 * A feature's gradient, from its last bin down: with `whole` the sum of dz over a bin's rows and `part` that of fraction * dz,
	 * gradient = factor * (part + the wholes of all bins above) + shift * total. Rows of bin k are row[start[k] .. start[k + 1]).
	 */
	void (*collect)(const gd_feature_encoding *feature, size_t width, const int32_t *start, const int32_t *row, const float *fraction,
		const float *dz, const float *total, float *gradient);
} gd_piecewise_kernels;
GD_TABLES(gd_piecewise_kernels);

#endif
