/* The kernels of gd/network/adapter.h. Local. */
#ifndef GD_ADAPTER_KERNELS_H
#define GD_ADAPTER_KERNELS_H

#include "gd/base/vector.h"

typedef struct gd_adapter_kernels {
	void (*scale)(int inputs, int outputs, const float *factor, const float *weight, float *scaled);
	void (*gradient)(int inputs, int outputs, const float *factor, const float *weight, const float *own, float *gradient, float *factor_gradient);
} gd_adapter_kernels;
GD_TABLES(gd_adapter_kernels);

#endif
