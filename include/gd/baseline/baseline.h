/* Classical models on a dataset, to compare networks with. Exempt from the memory law: every rank may hold all rows. */
#ifndef GD_BASELINE_H
#define GD_BASELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/network/scores.h"
#include "gd/parallel/communicator.h"
#include "gd/store/dataset.h"

typedef enum gd_baseline {
	GD_BASELINE_LOGISTIC, /* softmax regression, the whole training part a step, to convergence */
	GD_BASELINE_TREE,     /* one tree a class, by XGBoost, as the next two */
	GD_BASELINE_KNN,      /* k nearest neighbours by Euclidean distance on the standardised features */
	GD_BASELINE_FOREST,   /* trees on samples of rows and features, averaged */
	GD_BASELINE_BOOSTING, /* gradient-boosted trees */
	GD_BASELINES
} gd_baseline;
extern const char *const gd_baseline_names[GD_BASELINES + 1]; /* NULL-terminated */

typedef struct gd_baseline_options {
	gd_baseline kind;
	gd_part part;   /* that is scored; the training part is learned from */
	int neighbours; /* knn */
	uint64_t seed;  /* of the forest's and the boosting's samples */
} gd_baseline_options;

/* Local. Whether this build has XGBoost, which tree, forest and boosting need. */
bool gd_baseline_has_trees(void);

/*
 * Collective. Where rows have weights, all but the neighbours (each of whom has one vote) learn with them, and scores are by them. Adds the scores of `part` to `sums`, which the caller has initialised: the same on every rank, whatever their number. GD_BAD_DATA where a part
 * has no rows; GD_FAILED where the build lacks the library.
 */
GD_CHECKED gd_status gd_baseline_run(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums);

#endif
