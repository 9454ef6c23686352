#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/leftover.h"
#include "gd/store/dataset_content.h"
#include "gd/store/dataset_file.h"
#include "gd/store/digest_trailer.h"

enum {
	CHUNK_BYTES = 512 << 10,
	VECTOR_CHUNK_ROWS = 4096, /* at least, so that a label's chunk is not a few bytes where rows are wide */
};

/* A power of two: such chunks, and the rows that a rank reads at a time, fit into each other. */
int64_t gd_dataset_block_rows(int features)
{
	int64_t rows = 1;
	while (2 * rows * features * (int64_t)sizeof(float) <= CHUNK_BYTES)
		rows *= 2;
	return rows;
}

static void make_arrays(gd_hdf5 *hdf5, const gd_dataset_header *header, gd_part part, hsize_t matrix_chunk)
{
	char path[32];
	hsize_t rows = (hsize_t)header->rows[part], features = (hsize_t)header->preprocessing.features;
	hsize_t vector_chunk = matrix_chunk > VECTOR_CHUNK_ROWS ? matrix_chunk : VECTOR_CHUNK_ROWS;
	gd_hdf5_put_group(hdf5, gd_part_names[part]);
	for (int column = 0; column < GD_COLUMNS; column++) {
		if (!gd_column_is_there(header, column))
			continue;
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

static void write_part(gd_hdf5 *hdf5, const gd_dataset_header *header, gd_part part, hsize_t matrix_chunk, const gd_dataset_rows *block,
	gd_dataset_source *source, void *context, gd_sha256 *content)
{
	char path[32];
	int64_t rows = header->rows[part], step = (int64_t)matrix_chunk;
	make_arrays(hdf5, header, part, matrix_chunk);
	for (int64_t first = 0; first < rows && !gd_hdf5_failed(hdf5); first += step) {
		int64_t count = rows - first < step ? rows - first : step;
		hdf5->status = source(context, part, first, count, block);
		const void *values[GD_COLUMNS] = {block->features, block->labels, block->source_rows, block->weights, block->groups};
		for (int column = 0; column < GD_COLUMNS; column++)
			if (gd_column_is_there(header, column))
				gd_hdf5_put_rows(hdf5, gd_column_path(part, column, path), gd_column_forms[column].element, (hsize_t)first, (hsize_t)count, values[column]);
		if (!gd_hdf5_failed(hdf5))
			gd_dataset_content_add(content, block->features, (size_t)(count * header->preprocessing.features) * sizeof *block->features);
	}
	/* In the digest they come after all features; weights and groups are not in it. */
	for (int column = GD_LABELS; column < GD_WEIGHTS; column++) {
		for (int64_t first = 0; first < rows && !gd_hdf5_failed(hdf5); first += step) {
			int64_t count = rows - first < step ? rows - first : step;
			gd_element element = gd_column_forms[column].element;
			gd_hdf5_get_rows(hdf5, gd_column_path(part, column, path), element, (hsize_t)first, (hsize_t)count, block->source_rows);
			if (!gd_hdf5_failed(hdf5))
				gd_dataset_content_add(content, block->source_rows, (size_t)count * gd_element_size(element));
		}
	}
}

/* Where the chunks of a part lie: they carry checksums of their own. */
static void find_chunks(gd_hdf5 *hdf5, const gd_dataset_header *header, gd_part part, gd_stretches *stretches)
{
	char path[32];
	for (int column = 0; column < GD_COLUMNS && !gd_hdf5_failed(hdf5); column++) {
		if (!gd_column_is_there(header, column))
			continue;
		hsize_t chunk[2] = {1, 1};
		hid_t array = H5Dopen2(hdf5->file, gd_column_path(part, column, path), H5P_DEFAULT);
		hid_t creation = array >= 0 ? H5Dget_create_plist(array) : -1;
		bool found = creation >= 0 && H5Pget_chunk(creation, 2, chunk) > 0;
		for (hsize_t row = 0; found && row < (hsize_t)header->rows[part]; row += chunk[0]) {
			hsize_t place[2] = {row, 0}, size = 0;
			unsigned filters;
			haddr_t address = HADDR_UNDEF;
			found = H5Dget_chunk_info_by_coord(array, place, &filters, &address, &size) >= 0 && address != HADDR_UNDEF;
			if (found && !gd_stretches_add(stretches, address, size))
				gd_hdf5_fail_out_of_memory(hdf5, "the places of a dataset's chunks");
		}
		if (!found)
			gd_hdf5_fail_in_library(hdf5, path, "cannot find its chunks");
		gd_hdf5_drop(creation);
		gd_hdf5_drop(array);
	}
}

static gd_status seal(const char *temporary, const char *path, gd_stretches *stretches)
{
	int file = open(temporary, O_RDWR | O_CLOEXEC);
	int error = file < 0 ? errno : gd_digest_trailer_write(file, stretches);
	if (file >= 0 && close(file) != 0 && !error)
		error = errno;
	return error ? gd_file_error(GD_FAILED, "write", path, error) : gd_ok();
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
	gd_stretches stretches = {0};
	gd_sha256 content;
	char digest[65], *temporary = NULL;
	gd_status status = gd_file_begin(path, &temporary);
	if (gd_failed(&status))
		return status;
	int held = gd_leftover_hold(temporary);
	size_t features = (size_t)header->preprocessing.features;
	hsize_t matrix_chunk = (hsize_t)gd_dataset_block_rows(header->preprocessing.features);
	const gd_dataset_rows block = {
		.features = gd_allocate(matrix_chunk * features, sizeof *block.features),
		.labels = gd_allocate(matrix_chunk, sizeof *block.labels),
		.source_rows = gd_allocate(matrix_chunk, sizeof *block.source_rows),
		.weights = header->weight ? gd_allocate(matrix_chunk, sizeof *block.weights) : NULL,
		.groups = header->grouped ? gd_allocate(matrix_chunk, sizeof *block.groups) : NULL,
	};
	gd_hdf5_create(&hdf5, temporary, path);
	if (!block.features || !block.labels || !block.source_rows || (header->weight && !block.weights) || (header->grouped && !block.groups))
		gd_hdf5_fail_out_of_memory(&hdf5, "a block of rows");
	check_counts(&hdf5, header);
	gd_sha256_init(&content);
	gd_hdf5_put_dataset_header(&hdf5, header);
	for (int part = 0; part < GD_PARTS && !gd_hdf5_failed(&hdf5); part++)
		if (header->rows[part] > 0)
			write_part(&hdf5, header, part, matrix_chunk, &block, source, context, &content);
	if (!gd_hdf5_failed(&hdf5)) {
		gd_dataset_content_finish(&content, &header->preprocessing, digest);
		gd_hdf5_put_text(&hdf5, "/", "content_sha256", digest);
	}
	/* A cache holds chunks until then, and they have no place yet. */
	if (!gd_hdf5_failed(&hdf5) && H5Fflush(hdf5.file, H5F_SCOPE_LOCAL) < 0)
		gd_hdf5_fail_in_library(&hdf5, NULL, "cannot flush the file");
	for (int part = 0; part < GD_PARTS && !gd_hdf5_failed(&hdf5); part++)
		if (header->rows[part] > 0)
			find_chunks(&hdf5, header, part, &stretches);
	status = gd_hdf5_close(&hdf5);
	if (!gd_failed(&status))
		status = seal(temporary, path, &stretches);
	if (!gd_failed(&status))
		status = gd_file_publish(temporary, path);
	if (gd_failed(&status))
		gd_file_discard(temporary);
	gd_leftover_release(held);
	free(stretches.items);
	free(block.groups);
	free(block.weights);
	free(block.source_rows);
	free(block.labels);
	free(block.features);
	free(temporary);
	return status;
}
