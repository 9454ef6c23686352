/* Trains beside PyTorch: twenty full-batch steps of one golden case, compared on the way and at the end. Failures are CUnit's. */
#ifndef GOLDEN_RUN_H
#define GOLDEN_RUN_H

#include "gd/network/encoding.h"

enum { GOLDEN_ROWS = 96, GOLDEN_INPUTS = 7, GOLDEN_PERIODIC_WIDTH = 3 };

/* What cases have in common. */
typedef struct golden_start {
	const char *file;            /* labels, widths and, without an encoding, the tensors */
	const float *x;              /* [rows, inputs] */
	const gd_encoding *encoding; /* NULL: none. With one the case has its own tensors, gradients of the first and the last step, and perhaps an average */
} golden_start;

/*
 * The batch is cut into blocks whose gradients are summed in fixed point. The end must be PyTorch's within 1e-5 for SGD, 1e-4 for Adam and AdamW,
 * as norm of the difference over norm, tensor by tensor.
 */
void golden_run(const char *name, const golden_start *start);

#endif
