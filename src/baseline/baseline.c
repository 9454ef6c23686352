#include "gd/baseline/baseline.h"

#include "gd/baseline/baseline_rows.h"

const char *const gd_baseline_names[GD_BASELINES + 1] = {
	[GD_BASELINE_LOGISTIC] = "logistic",
	[GD_BASELINE_TREE] = "tree",
	[GD_BASELINE_KNN] = "knn",
	[GD_BASELINE_FOREST] = "forest",
	[GD_BASELINE_BOOSTING] = "boosting",
};

gd_status gd_baseline_run(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	const gd_part needed[] = {GD_TRAIN, options->part};
	for (int i = 0; i < 2; i++)
		if (header->rows[needed[i]] == 0)
			return gd_error(GD_BAD_DATA, "the dataset has no %s part", needed[i] == GD_TRAIN ? "training" : gd_part_names[needed[i]]);
	if (header->weight) {
		gd_status mine = gd_score_sums_weigh(sums);
		gd_status status = gd_agree(communicator, &mine);
		if (gd_failed(&status))
			return status;
	}
	switch (options->kind) {
	case GD_BASELINE_LOGISTIC:
		return gd_baseline_logistic(communicator, dataset, options, sums);
	case GD_BASELINE_KNN:
		return gd_baseline_neighbours(communicator, dataset, options, sums);
	default:
		return gd_baseline_trees(communicator, dataset, options, sums);
	}
}
