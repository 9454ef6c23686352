/* The kernels of gd/network/periodic.h. Local. */
#ifndef GD_PERIODIC_KERNELS_H
#define GD_PERIODIC_KERNELS_H

#include <stddef.h>

#include "gd/base/vector.h"

typedef struct gd_periodic_kernels {
	void (*turns)(size_t count, const float *x, float *restrict cosine, float *restrict sine);
	/* Cosine and sine of frequency * u turns. */
	void (*wave)(int rows, float frequency, const float *u, float *restrict cosine, float *restrict sine);
	void (*slope)(int rows, const float *u, const float *sine, const float *dcosine, const float *dsine, float *restrict cosine);
} gd_periodic_kernels;
GD_TABLES(gd_periodic_kernels);

#endif
