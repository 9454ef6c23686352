/* Whether a run's checkpoint is what its training computes: replay and compare. */
#ifndef GD_VERIFY_H
#define GD_VERIFY_H

#include <stdbool.h>

#include "gd/parallel/communicator.h"

typedef struct gd_verify_options {
	const char *directory;
	const char *data;  /* NULL: the run's own dataset */
	bool from_start;   /* else from checkpoint.previous.h5, where there is an earlier one */
} gd_verify_options;

/*
 * Collective. Replays the steps that lead to checkpoint.h5 on the ranks at hand, prints on rank 0 what was compared, and sets *equal: weights, running
 * statistics, optimizer moments, average and gradient quanta, bit for bit. Nothing is written. GD_BAD_DATA where a file is missing or damaged, GD_USAGE for another dataset.
 */
GD_CHECKED gd_status gd_verify(gd_communicator *communicator, const gd_verify_options *options, bool *equal);

#endif
