/* The kernel of gd/network/scores.h. Local. */
#ifndef GD_SCORES_KERNELS_H
#define GD_SCORES_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/vector.h"

typedef struct gd_scores_kernels {
	/* The largest probability of each row and the first class that has it, class by class: rows are contiguous. */
	void (*predict)(int classes, int rows, size_t stride, const float *restrict probabilities, float *restrict best, int32_t *restrict predicted);
} gd_scores_kernels;
GD_TABLES(gd_scores_kernels);

#endif
