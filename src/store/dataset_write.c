#include <stdlib.h>

#include "gd/dataset_file.h"
#include "gd/file.h"

enum {
	CHUNK_BYTES = 512 << 10,
	VECTOR_CHUNK_ROWS = 4096, /* at least, so that a label's chunk is not a few bytes where rows are wide */
};

/* A power of two: such chunks, and the rows that a rank reads at a time, fit into each other. */
static hsize_t chunk_rows(hsize_t row_bytes)
{
	hsize_t rows = 1;
	while (2 * rows * row_bytes <= CHUNK_BYTES)
		rows *= 2;
	return rows;
}

typedef struct row_block {
	float *features;
	int32_t *labels;
	int64_t *source_rows;
} row_block;

static void make_arrays(gd_hdf5 *hdf5, const gd_dataset_header *header, gd_part part, hsize_t matrix_chunk)
{
	char path[32];
	hsize_t rows = (hsize_t)header->rows[part], features = (hsize_t)header->preprocessing.features;
	hsize_t vector_chunk = matrix_chunk > VECTOR_CHUNK_ROWS ? matrix_chunk : VECTOR_CHUNK_ROWS;
	gd_hdf5_put_group(hdf5, gd_part_names[part]);
	for (int column = 0; column < GD_COLUMNS; column++) {
		const gd_column_form *form = &gd_column_forms[column];
		hsize_t chunk = form->rank == 2 ? matrix_chunk : vector_chunk;
		gd_hdf5_array array = {
			.element = form->element,
			.rank = form->rank,
			.shape = {rows, features},
			.chunk = {chunk < rows ? chunk : rows, features},
			.units = "1",
			.long_name = form->long_name,
		};
		gd_hdf5_put_array(hdf5, gd_column_path(part, column, path), &array, NULL);
		if (form->rank == 2)
			gd_hdf5_bind_scale(hdf5, path, 1, GD_FEATURE_SCALE);
	}
}

static void write_part(gd_hdf5 *hdf5, const gd_dataset_header *header, gd_part part, hsize_t matrix_chunk, row_block *block,
	gd_dataset_source *source, void *context)
{
	char path[32];
	int64_t rows = header->rows[part], step = (int64_t)matrix_chunk;
	make_arrays(hdf5, header, part, matrix_chunk);
	for (int64_t first = 0; first < rows && !gd_hdf5_failed(hdf5); first += step) {
		int64_t count = rows - first < step ? rows - first : step;
		hdf5->status = source(context, part, first, count, block->features, block->labels, block->source_rows);
		const void *values[GD_COLUMNS] = {block->features, block->labels, block->source_rows};
		for (int column = 0; column < GD_COLUMNS; column++)
			gd_hdf5_put_rows(hdf5, gd_column_path(part, column, path), gd_column_forms[column].element, (hsize_t)first, (hsize_t)count, values[column]);
	}
}

/* Readers take the number of rows from the class counts. */
static void check_counts(gd_hdf5 *hdf5, const gd_dataset_header *header)
{
	int classes = header->preprocessing.classes;
	for (int part = 0; part < GD_PARTS; part++) {
		int64_t rows = 0;
		for (int c = 0; c < classes; c++)
			rows += header->class_counts[part * classes + c];
		if (rows != header->rows[part])
			gd_hdf5_fail(hdf5, gd_part_names[part], "its class counts add up to %lld rows, expected %lld", (long long)rows, (long long)header->rows[part]);
	}
}

gd_status gd_dataset_write(const char *path, const gd_dataset_header *header, gd_dataset_source *source, void *context)
{
	gd_hdf5 hdf5;
	char *temporary = NULL;
	gd_status status = gd_file_begin(path, &temporary);
	if (gd_failed(&status))
		return status;
	size_t features = (size_t)header->preprocessing.features;
	hsize_t matrix_chunk = chunk_rows(features * sizeof(float));
	row_block block = {
		.features = gd_allocate(matrix_chunk * features, sizeof *block.features),
		.labels = gd_allocate(matrix_chunk, sizeof *block.labels),
		.source_rows = gd_allocate(matrix_chunk, sizeof *block.source_rows),
	};
	gd_hdf5_create(&hdf5, temporary, path);
	if (!block.features || !block.labels || !block.source_rows)
		gd_hdf5_fail_out_of_memory(&hdf5, "a block of rows");
	check_counts(&hdf5, header);
	gd_hdf5_put_dataset_header(&hdf5, header);
	for (int part = 0; part < GD_PARTS && !gd_hdf5_failed(&hdf5); part++)
		if (header->rows[part] > 0)
			write_part(&hdf5, header, part, matrix_chunk, &block, source, context);
	status = gd_hdf5_close(&hdf5);
	if (!gd_failed(&status))
		status = gd_file_publish(temporary, path);
	if (gd_failed(&status))
		gd_file_discard(temporary);
	free(block.source_rows);
	free(block.labels);
	free(block.features);
	free(temporary);
	return status;
}
