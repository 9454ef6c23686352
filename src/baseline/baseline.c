#include "gd/baseline/baseline.h"

#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/baseline/baseline_rows.h"
#include "gd/parallel/reduce.h"

const char *const gd_baseline_names[GD_BASELINES + 1] = {
	[GD_BASELINE_LOGISTIC] = "logistic",
	[GD_BASELINE_TREE] = "tree",
	[GD_BASELINE_KNN] = "knn",
	[GD_BASELINE_FOREST] = "forest",
	[GD_BASELINE_BOOSTING] = "boosting",
};

gd_status gd_baseline_rows_read(gd_communicator *communicator, gd_dataset *dataset, gd_part part, int64_t first, int64_t count, gd_baseline_rows *rows)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	*rows = (gd_baseline_rows){
		.first = first,
		.count = count,
		.features = header->preprocessing.features,
		.classes = header->preprocessing.classes,
		.features_of = gd_allocate((size_t)count * (size_t)header->preprocessing.features, sizeof(float)),
		.labels = gd_allocate((size_t)count, sizeof(int32_t)),
	};
	gd_status mine = rows->features_of && rows->labels ? gd_ok() : gd_out_of_memory("the rows of a baseline, which are held whole");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_dataset_read(dataset, part, first, count, rows->features_of, rows->labels, NULL);
	if (gd_failed(&status))
		gd_baseline_rows_release(rows);
	return status;
}

void gd_baseline_rows_release(gd_baseline_rows *rows)
{
	free(rows->features_of);
	free(rows->labels);
	*rows = (gd_baseline_rows){0};
}

gd_status gd_baseline_sum(gd_communicator *communicator, gd_score_sums *sums)
{
	size_t length = gd_score_sums_length(sums);
	double *flat = gd_allocate(length, sizeof *flat);
	gd_status mine = flat ? gd_ok() : gd_out_of_memory("the scores");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_score_sums_pack(sums, flat);
		status = gd_reduce_sum(communicator, flat, length);
		gd_score_sums_unpack(sums, flat);
	}
	free(flat);
	return status;
}

gd_status gd_baseline_run(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	const gd_part needed[] = {GD_TRAIN, options->part};
	for (int i = 0; i < 2; i++)
		if (header->rows[needed[i]] == 0)
			return gd_error(GD_BAD_DATA, "the dataset has no %s part", needed[i] == GD_TRAIN ? "training" : gd_part_names[needed[i]]);
	switch (options->kind) {
	case GD_BASELINE_LOGISTIC:
		return gd_baseline_logistic(communicator, dataset, options, sums);
	case GD_BASELINE_KNN:
		return gd_baseline_neighbours(communicator, dataset, options, sums);
	default:
		return gd_baseline_trees(communicator, dataset, options, sums);
	}
}
