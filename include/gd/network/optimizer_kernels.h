/* The kernels of gd/network/optimizer.h. Local. */
#ifndef GD_OPTIMIZER_KERNELS_H
#define GD_OPTIMIZER_KERNELS_H

#include <stddef.h>

#include "gd/base/vector.h"

typedef struct gd_adam_scalars {
	float shrink;         /* the decoupled decay: 1 - rate * decay, or 1 */
	float decay;          /* L2 */
	float beta1, rest1;   /* rest: 1 - beta */
	float beta2, rest2;
	float epsilon;
	float size;           /* rate / correction1 */
	float root;           /* sqrt(correction2) */
} gd_adam_scalars;

typedef struct gd_optimizer_kernels {
	void (*update_plain)(size_t count, float rate, float decay, float *restrict parameter, const float *restrict gradient);
	void (*update_momentum)(size_t count, float rate, float decay, float momentum, float *restrict parameter, const float *restrict gradient, float *restrict velocity);
	void (*update_nesterov)(size_t count, float rate, float decay, float momentum, float *restrict parameter, const float *restrict gradient, float *restrict velocity);
	void (*update_adam)(size_t count, const gd_adam_scalars *scalars, float *restrict parameter, const float *restrict gradient, float *restrict first, float *restrict second);
	void (*average)(size_t count, const double *restrict sum, double weight, float *restrict gradient);
	void (*average_float)(size_t count, const float *restrict sum, double weight, float *restrict gradient);
	double (*squares)(size_t count, const float *restrict vector);
	/* average = keep average + take parameters. */
	void (*blend)(size_t count, float keep, float take, const float *restrict parameters, float *restrict average);
} gd_optimizer_kernels;
GD_TABLES(gd_optimizer_kernels);

#endif
