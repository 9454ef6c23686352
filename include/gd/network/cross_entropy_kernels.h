/* The kernels of gd/network/cross_entropy.h. Local. */
#ifndef GD_CROSS_ENTROPY_KERNELS_H
#define GD_CROSS_ENTROPY_KERNELS_H


#include "gd/base/vector.h"
#include "gd/network/cross_entropy.h"

/* Rows that go through all classes together: their running values stay in the first-level cache. */
enum { GD_CROSS_ENTROPY_CHUNK = 128 };

typedef struct gd_cross_entropy_kernels {
	/* A chunk of at most GD_CROSS_ENTROPY_CHUNK rows of a block whose feature rows are `rows` apart; row_weights may be NULL. */
	void (*pass)(int classes, int rows, int count, const float *logits, const int32_t *labels, const float *class_weights, const float *row_weights, double smoothing, float *gradient,
		gd_cross_entropy_sums *sums);
	/* The same where all classes and rows weigh one and labels are not smoothed. */
	void (*plain_pass)(int classes, int rows, int count, const float *logits, const int32_t *labels, float *gradient, gd_cross_entropy_sums *sums);
	void (*softmax)(int classes, int rows, int count, const float *logits, float *probabilities);
} gd_cross_entropy_kernels;
GD_TABLES(gd_cross_entropy_kernels);

#endif
