/* The kernels of gd/network/temperature.h, for tiles of at most GD_TEMPERATURE_TILE rows. Local. */
#ifndef GD_TEMPERATURE_KERNELS_H
#define GD_TEMPERATURE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/vector.h"

enum { GD_TEMPERATURE_TILE = 32 };

typedef struct gd_temperature_kernels {
	/* Probability of class c in row r at probabilities[c * stride + r]. */
	void (*apply)(double sharpness, int classes, int rows, size_t stride, float *probabilities);
	void (*logs)(size_t count, const float *probabilities, double *logs);
	/* Of rows [rows, classes] of logs: each row's loss and its derivative by the sharpness, rounded to 2^-36. */
	void (*losses)(double sharpness, int classes, int rows, const double *logs, const int32_t *labels, double *loss, double *slope);
} gd_temperature_kernels;
GD_TABLES(gd_temperature_kernels);

#endif
