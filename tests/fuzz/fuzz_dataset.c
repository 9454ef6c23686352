/* Datasets: header and rows. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "gd/base/log.h"
#include "gd/store/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	gd_dataset *dataset = NULL;
	gd_log_mute(true);
	gd_status status = gd_dataset_open(NULL, fuzz_file(bytes, size), &dataset);
	if (gd_failed(&status)) {
		fuzz_require(status.code == GD_BAD_DATA && status.message[0], "a bad dataset is bad data");
		return 0;
	}
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	size_t width = (size_t)header->preprocessing.features;
	for (gd_part part = GD_TRAIN; part < GD_PARTS; part++) {
		size_t rows = (size_t)header->rows[part];
		float *features = malloc(rows * width * sizeof *features + 1);
		int32_t *labels = malloc(rows * sizeof *labels + 1);
		int64_t *source = malloc(rows * sizeof *source + 1);
		fuzz_require(features && labels && source, "a small file has few rows");
		status = gd_dataset_read(dataset, part, 0, (int64_t)rows, features, labels, source);
		fuzz_require(!gd_failed(&status) || status.code == GD_BAD_DATA, "bad rows are bad data");
		for (size_t i = 0; !gd_failed(&status) && i < rows; i++)
			fuzz_require(labels[i] >= 0 && labels[i] < header->preprocessing.classes, "labels are classes");
		free(features);
		free(labels);
		free(source);
	}
	gd_dataset_close(dataset);
	return 0;
}
