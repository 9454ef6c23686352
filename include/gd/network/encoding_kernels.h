/* The kernels of gd/network/encoding.h. Local. */
#ifndef GD_ENCODING_KERNELS_H
#define GD_ENCODING_KERNELS_H


#include "gd/base/vector.h"
#include "gd/network/encoding.h"

typedef struct gd_encoding_kernels {
	/* A bin's column, raw. */
	void (*bin)(int rows, float edge, float steepness, const float *x, float *column);
	void (*scale)(int rows, float factor, float shift, float *column);
	/* The normal deviate of a value's rank; beyond the first and last knot the rank is theirs. */
	void (*rank)(const gd_feature_encoding *feature, int rows, const float *x, float *normal);
} gd_encoding_kernels;
GD_TABLES(gd_encoding_kernels);

#endif
