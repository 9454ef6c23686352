#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/reduce.h"
#include "gd/store/dataset_file.h"

/* Of the rows that are held out, whose labels the ranks read together. */
static gd_status count_classes(gd_dataset *dataset, gd_communicator *communicator, int64_t rows, int classes, double *counts)
{
	gd_share mine = communicator ? gd_share_of(rows, communicator->rank, communicator->size) : (gd_share){0, rows};
	int32_t *labels = gd_allocate((size_t)mine.count, sizeof *labels);
	gd_status status = labels ? gd_ok() : gd_out_of_memory("the labels of a fold");
	if (communicator)
		status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_dataset_read(dataset, GD_VALIDATION, mine.first, mine.count, NULL, labels, NULL);
	for (int64_t r = 0; !gd_failed(&status) && r < mine.count; r++)
		counts[labels[r]]++;
	free(labels);
	if (!gd_failed(&status) && communicator)
		status = gd_reduce_sum(communicator, counts, (size_t)classes);
	return status;
}

gd_status gd_dataset_fold(gd_dataset *dataset, int fold, int folds)
{
	gd_communicator *communicator;
	gd_share *held = gd_dataset_held(dataset, &communicator);
	gd_dataset_header *header = (gd_dataset_header *)gd_dataset_get_header(dataset);
	int classes = header->preprocessing.classes;
	int64_t rows = header->rows[GD_TRAIN];
	if (!strcmp(header->split, "grouped"))
		return gd_error(GD_USAGE, "--folds would part what belongs together: '%s' was split by groups, and which rows are of one group a dataset does not keep", header->source);
	if (rows < folds)
		return gd_error(GD_USAGE, "%d folds of %lld training rows leave some empty", folds, (long long)rows);
	double *counts = gd_allocate((size_t)classes, sizeof *counts);
	gd_status status = counts ? gd_ok() : gd_out_of_memory("the classes of a fold");
	if (communicator)
		status = gd_agree(communicator, &status);
	if (gd_failed(&status)) {
		free(counts);
		return status;
	}
	*held = gd_share_of(rows, fold - 1, folds);
	header->rows[GD_TRAIN] -= held->count;
	header->rows[GD_VALIDATION] = held->count;
	status = count_classes(dataset, communicator, held->count, classes, counts);
	for (int c = 0; c < classes; c++) {
		header->class_counts[(size_t)GD_TRAIN * (size_t)classes + (size_t)c] -= (int64_t)counts[c];
		header->class_counts[(size_t)GD_VALIDATION * (size_t)classes + (size_t)c] = (int64_t)counts[c];
	}
	free(counts);
	return status;
}
