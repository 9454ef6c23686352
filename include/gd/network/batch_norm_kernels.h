/* The kernels of gd/network/batch_norm.h. Local. */
#ifndef GD_BATCH_NORM_KERNELS_H
#define GD_BATCH_NORM_KERNELS_H


#include "gd/base/vector.h"

typedef struct gd_batch_norm_kernels {
	/* Of one channel's rows, in the lanes of gd/kernel/lanes.h: the sums of z - shift and of its squares. */
	void (*moments)(int rows, const float *z, float shift, double *first, double *second);
	void (*forward)(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale, const float *shift, float *y);
	/* Of one channel's rows: the sums of dy, and of dy times the normalised z. */
	void (*gradient_sums)(int rows, const float *z, float mean, float inverse_deviation, const float *dy, double *plain, double *product);
	void (*backward)(int channels, int rows, const float *z, const float *mean, const float *inverse_deviation, const float *scale,
		const float *gradient_mean, const float *gradient_product, const float *dy, float *dz);
} gd_batch_norm_kernels;
GD_TABLES(gd_batch_norm_kernels);

#endif
