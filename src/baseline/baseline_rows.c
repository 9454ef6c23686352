#include "gd/baseline/baseline_rows.h"

#include <stdlib.h>

#include "gd/base/memory.h"

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
		.weights = header->weight ? gd_allocate((size_t)count, sizeof(float)) : NULL,
	};
	gd_status mine = rows->features_of && rows->labels && (rows->weights || !header->weight) ? gd_ok() : gd_out_of_memory("the rows of a baseline, which are held whole");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_dataset_read(dataset, part, first, count, rows->features_of, rows->labels, NULL);
	if (!gd_failed(&status) && rows->weights)
		status = gd_dataset_read_weights(dataset, part, first, count, rows->weights);
	if (gd_failed(&status))
		gd_baseline_rows_release(rows);
	return status;
}

void gd_baseline_rows_release(gd_baseline_rows *rows)
{
	free(rows->features_of);
	free(rows->labels);
	free(rows->weights);
	*rows = (gd_baseline_rows){0};
}
