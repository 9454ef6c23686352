#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/leftover.h"
#include "gd/store/chunk_kernels.h"
#include "gd/store/dataset_chunks.h"
#include "gd/store/dataset_content.h"
#include "gd/store/digest_trailer.h"

static void make_arrays(gd_hdf5 *hdf5, const gd_chunk_plan *plan, gd_part part)
{
	char path[32];
	hsize_t rows = (hsize_t)plan->header->rows[part], features = (hsize_t)plan->header->preprocessing.features;
	gd_hdf5_put_group(hdf5, gd_part_names[part]);
	for (int column = 0; column < GD_COLUMNS; column++) {
		if (!gd_column_is_there(plan->header, (gd_column)column))
			continue;
		const gd_column_form *form = &gd_column_forms[column];
		gd_hdf5_array array = {
			.element = form->element,
			.rank = form->rank,
			.shape = {rows, features},
			.chunk = {(hsize_t)gd_chunk_plan_rows(plan, part, (gd_column)column), features},
			.deflated = gd_chunk_plan_deflates(plan, (gd_column)column),
			.units = "1",
			.long_name = form->long_name,
		};
		gd_hdf5_put_array(hdf5, gd_column_path(part, (gd_column)column, path), &array, NULL);
		if (form->rank == 2)
			gd_hdf5_bind_scale(hdf5, path, 1, GD_FEATURE_SCALE);
		if (!array.deflated)
			gd_hdf5_place_chunks(hdf5, path, 0, gd_chunk_plan_count(plan, part, (gd_column)column), 0, plan->places + plan->first[part][column]);
	}
}

/* Where the chunks lie: they carry checksums of their own. */
static bool list_chunks(const gd_chunk_plan *plan, gd_stretches *stretches)
{
	bool enough = true;
	for (int part = 0; part < GD_PARTS; part++)
		for (int column = 0; column < GD_COLUMNS; column++) {
			size_t count = gd_chunk_plan_count(plan, (gd_part)part, (gd_column)column);
			for (size_t i = 0; i < count && enough; i++)
				enough = gd_stretches_add(stretches, plan->places[plan->first[part][column] + i], gd_chunk_plan_stored(plan, (gd_part)part, (gd_column)column, i));
		}
	return enough;
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

/* Rank 0's part of it: the file itself. */
typedef struct writing {
	gd_hdf5 hdf5;
	char *temporary;
	int held;
} writing;

/* All but the rows, for which there is room; where, all ranks learn. */
static gd_status begin(writing *w, const char *path, const gd_dataset_header *header, gd_chunk_plan *plan)
{
	gd_status status = gd_file_begin(path, &w->temporary);
	if (gd_failed(&status))
		return status;
	w->held = gd_leftover_hold(w->temporary);
	gd_hdf5_create(&w->hdf5, w->temporary, path);
	plan->places = calloc(plan->count + 1, sizeof *plan->places);
	if (!plan->places)
		gd_hdf5_fail_out_of_memory(&w->hdf5, "the places of a dataset's chunks");
	check_counts(&w->hdf5, header);
	gd_hdf5_put_dataset_header(&w->hdf5, header);
	for (int part = 0; part < GD_PARTS && !gd_hdf5_failed(&w->hdf5); part++)
		if (header->rows[part] > 0)
			make_arrays(&w->hdf5, plan, (gd_part)part);
	return w->hdf5.status;
}

/* `status`: how it has gone so far. */
static gd_status finish(writing *w, const char *path, const gd_chunk_plan *plan, gd_sha256 *content, gd_status status)
{
	gd_stretches stretches = {0};
	char digest[65];
	if (!w->temporary)
		return status;
	if (!gd_failed(&status)) {
		gd_dataset_content_finish(content, &plan->header->preprocessing, digest);
		gd_hdf5_put_text(&w->hdf5, "/", "content_sha256", digest);
		if (!list_chunks(plan, &stretches))
			gd_hdf5_fail_out_of_memory(&w->hdf5, "the places of a dataset's chunks");
	}
	gd_status closed = gd_hdf5_close(&w->hdf5);
	if (!gd_failed(&status))
		status = closed;
	if (!gd_failed(&status))
		status = seal(w->temporary, path, &stretches);
	if (!gd_failed(&status))
		status = gd_file_publish(w->temporary, path);
	if (gd_failed(&status))
		gd_file_discard(w->temporary);
	gd_leftover_release(w->held);
	free(stretches.items);
	return status;
}

/* The temporary file's name, and the places of its chunks. */
static gd_status spread(gd_communicator *communicator, writing *w, gd_chunk_plan *plan)
{
	size_t length = w->temporary ? strlen(w->temporary) + 1 : 0, bytes = plan->count * sizeof *plan->places;
	gd_status status = gd_broadcast_allocated(communicator, (void **)&w->temporary, &length);
	return gd_failed(&status) || !bytes ? status : gd_broadcast_allocated(communicator, (void **)&plan->places, &bytes);
}

static gd_status write_all(gd_communicator *communicator, const char *path, const gd_dataset_header *header, const gd_dataset_piece *pieces, size_t count, gd_dataset_source *source, void *context)
{
	writing w = {.held = -1};
	gd_chunk_plan plan;
	gd_sha256 content;
	bool first = !communicator || communicator->rank == 0;
	gd_chunk_plan_init(&plan, header);
	gd_status status = first ? begin(&w, path, header, &plan) : gd_ok();
	if (communicator)
		status = gd_agree(communicator, &status);
	if (communicator && !gd_failed(&status))
		status = spread(communicator, &w, &plan);
	if (!gd_failed(&status))
		status = gd_chunks_write(communicator, &plan, first ? &w.hdf5 : NULL, w.temporary, path, pieces, count, source, context, &content);
	if (first)
		status = finish(&w, path, &plan, &content, status);
	if (communicator)
		status = gd_agree(communicator, &status);
	free(plan.places);
	free(plan.stored);
	free(w.temporary);
	return status;
}

gd_status gd_dataset_write_together(gd_communicator *communicator, const char *path, const gd_dataset_header *header, const gd_dataset_piece *pieces, size_t count, gd_dataset_source *source, void *context)
{
	return write_all(communicator->size > 1 ? communicator : NULL, path, header, pieces, count, source, context);
}

gd_status gd_dataset_write(const char *path, const gd_dataset_header *header, gd_dataset_source *source, void *context)
{
	gd_dataset_piece pieces[GD_PARTS];
	size_t count = 0;
	for (int part = 0; part < GD_PARTS; part++)
		if (header->rows[part] > 0)
			pieces[count++] = (gd_dataset_piece){(gd_part)part, 0, header->rows[part], 0};
	return write_all(NULL, path, header, pieces, count, source, context);
}
