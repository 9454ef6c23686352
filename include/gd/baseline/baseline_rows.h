/* What the baselines share: rows held whole. Private to them. */
#ifndef GD_BASELINE_ROWS_H
#define GD_BASELINE_ROWS_H

#include "gd/baseline/baseline.h"

typedef struct gd_baseline_rows {
	int64_t first, count; /* of the part */
	int features, classes;
	float *features_of;   /* [count, features] row-major */
	int32_t *labels;      /* [count] */
	float *weights;       /* [count]; NULL: the dataset has none */
} gd_baseline_rows;

/* Collective. Rows [first, first + count) of a part; each rank its own stretch. */
GD_CHECKED gd_status gd_baseline_rows_read(gd_communicator *communicator, gd_dataset *dataset, gd_part part, int64_t first, int64_t count, gd_baseline_rows *rows);
void gd_baseline_rows_release(gd_baseline_rows *rows);

/* Collective; one a family. */
GD_CHECKED gd_status gd_baseline_logistic(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums);
GD_CHECKED gd_status gd_baseline_neighbours(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums);
GD_CHECKED gd_status gd_baseline_trees(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums);

#endif
