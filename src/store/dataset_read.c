#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/parallel/mpi_error.h"
#include "gd/store/dataset_file.h"

struct gd_dataset {
	gd_communicator *communicator; /* NULL: local */
	char *path;
	gd_hdf5 hdf5;
	gd_dataset_header header;
	gd_fold fold; /* none held out: as the file has them */
	hid_t arrays[GD_PARTS][GD_COLUMNS];
	hid_t transfer;
};

enum { ROUND_BYTES = 64 << 20 }; /* what one collective read brings to a rank at most, besides chunks' edges */

static gd_status agree(gd_communicator *communicator, gd_status mine)
{
	return communicator ? gd_agree(communicator, &mine) : mine;
}

/* Around calls in which HDF5 or MPI-IO may wait for other ranks. */
static void begin_wait(const gd_dataset *dataset)
{
	if (dataset->communicator)
		gd_wait_begin(dataset->communicator);
}

static void finish_wait(const gd_dataset *dataset)
{
	if (dataset->communicator)
		gd_wait_finish(dataset->communicator);
}

const gd_dataset_header *gd_dataset_get_header(const gd_dataset *dataset)
{
	return &dataset->header;
}

const char *gd_dataset_path(const gd_dataset *dataset)
{
	return dataset->path;
}

gd_fold *gd_dataset_get_fold(gd_dataset *dataset, gd_communicator **communicator)
{
	*communicator = dataset->communicator;
	return &dataset->fold;
}

/* ---- open ---- */

/* A part's arrays against the header: all rows are there before anyone makes room for them. */
static void check_parts(gd_hdf5 *hdf5, const gd_dataset_header *header)
{
	char path[32];
	for (int part = 0; part < GD_PARTS; part++) {
		hsize_t rows = (hsize_t)header->rows[part], features = (hsize_t)header->preprocessing.features;
		for (int column = 0; column < GD_COLUMNS && rows && !gd_hdf5_failed(hdf5); column++) {
			if (!gd_column_is_there(header, column))
				continue;
			const gd_column_form *form = &gd_column_forms[column];
			hsize_t shape[2], expected[2] = {rows, form->rank == 2 ? features : 1};
			gd_hdf5_get_shape(hdf5, gd_column_path(part, column, path), form->element, form->rank, shape);
			if (!gd_hdf5_failed(hdf5) && (shape[0] != expected[0] || shape[1] != expected[1]))
				gd_hdf5_fail(hdf5, path, "expected shape [%llu, %llu], found [%llu, %llu]", (unsigned long long)expected[0],
					(unsigned long long)expected[1], (unsigned long long)shape[0], (unsigned long long)shape[1]);
		}
	}
}

/* The file as one process sees it, with all checks; left open. */
static gd_status open_alone(gd_dataset *dataset)
{
	gd_hdf5 *hdf5 = &dataset->hdf5;
	gd_hdf5_open(hdf5, dataset->path);
	gd_hdf5_expect_kind(hdf5, GD_KIND_DATASET);
	gd_hdf5_get_dataset_header(hdf5, &dataset->header);
	if (!gd_hdf5_failed(hdf5))
		check_parts(hdf5, &dataset->header);
	return hdf5->status;
}

/* Whether this rank sees the file at all: directories need not be shared between hosts. */
static gd_status look(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor >= 0) {
		close(descriptor);
		return gd_ok();
	}
	char reason[128];
	snprintf(reason, sizeof reason, "%s", strerror(errno));
	reason[0] = (char)tolower((unsigned char)reason[0]);
	return gd_error(GD_BAD_DATA, "cannot read '%s': %s%s", path, reason, strcmp(path, GD_DATASET_DEFAULT) ? "" : "; --data FILE.h5 names another dataset");
}

/* The header travels as a small file of its own, so that one rank reads it from the disk and all check it alike. */
static gd_status pack_header(const gd_dataset *dataset, void **bytes, size_t *size)
{
	gd_hdf5 image;
	gd_hdf5_create_image(&image, "header");
	gd_hdf5_put_dataset_header(&image, &dataset->header);
	gd_hdf5_take_image(&image, 0, bytes, size);
	return gd_hdf5_close(&image);
}

static gd_status unpack_header(gd_dataset *dataset, const void *bytes, size_t size)
{
	gd_hdf5 image;
	gd_hdf5_open_image(&image, dataset->path, bytes, size);
	gd_hdf5_get_dataset_header(&image, &dataset->header);
	return gd_hdf5_close(&image);
}

static gd_status share_header(gd_dataset *dataset)
{
	gd_communicator *communicator = dataset->communicator;
	bool first = communicator->rank == 0;
	void *bytes = NULL;
	size_t size = 0;
	gd_status status = look(dataset->path);
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		return status;
	if (first) {
		status = open_alone(dataset);
		gd_status closed = gd_hdf5_close(&dataset->hdf5);
		if (!gd_failed(&status))
			status = gd_failed(&closed) ? closed : pack_header(dataset, &bytes, &size);
	}
	/* What the first rank found holds for all: a fault of the file, not of that rank. */
	gd_status sent = gd_broadcast(communicator, &status, sizeof status);
	if (gd_failed(&sent))
		status = sent;
	if (!gd_failed(&status))
		status = gd_broadcast_allocated(communicator, &bytes, &size);
	if (!gd_failed(&status)) {
		if (!first)
			status = unpack_header(dataset, bytes, size);
		status = gd_agree(communicator, &status);
	}
	free(bytes);
	return status;
}

static gd_status open_together(gd_dataset *dataset)
{
	gd_status status = share_header(dataset);
	if (gd_failed(&status))
		return status;
	gd_hdf5_quiet();
	dataset->hdf5 = (gd_hdf5){.name = dataset->path, .file = -1, .status = gd_ok()};
	hid_t access = H5Pcreate(H5P_FILE_ACCESS);
	dataset->transfer = H5Pcreate(H5P_DATASET_XFER);
	bool ready = access >= 0 && dataset->transfer >= 0 && H5Pset_fapl_mpio(access, dataset->communicator->mpi, MPI_INFO_NULL) >= 0 &&
		H5Pset_all_coll_metadata_ops(access, true) >= 0 && H5Pset_dxpl_mpio(dataset->transfer, H5FD_MPIO_COLLECTIVE) >= 0;
	status = ready ? gd_ok() : gd_error(GD_FAILED, "cannot prepare HDF5 for reading '%s' on all ranks", dataset->path);
	status = gd_agree(dataset->communicator, &status);
	if (!gd_failed(&status)) {
		begin_wait(dataset);
		dataset->hdf5.file = H5Fopen(dataset->path, H5F_ACC_RDONLY, access);
		finish_wait(dataset);
		if (dataset->hdf5.file < 0)
			gd_hdf5_fail_in_library(&dataset->hdf5, NULL, "cannot open the file on all ranks");
		status = gd_agree(dataset->communicator, &dataset->hdf5.status);
	}
	gd_hdf5_drop(access);
	return status;
}

static gd_status open_arrays(gd_dataset *dataset)
{
	char path[32];
	gd_hdf5 *hdf5 = &dataset->hdf5;
	for (int part = 0; part < GD_PARTS; part++) {
		for (int column = 0; column < GD_COLUMNS && dataset->header.rows[part] && !gd_hdf5_failed(hdf5); column++) {
			if (!gd_column_is_there(&dataset->header, column))
				continue;
			hid_t *array = &dataset->arrays[part][column];
			begin_wait(dataset);
			*array = H5Dopen2(hdf5->file, gd_column_path(part, column, path), H5P_DEFAULT);
			finish_wait(dataset);
			if (*array < 0)
				gd_hdf5_fail_in_library(hdf5, path, "cannot open the dataset");
		}
	}
	return agree(dataset->communicator, hdf5->status);
}

gd_status gd_dataset_open(gd_communicator *communicator, const char *path, gd_dataset **opened)
{
	*opened = NULL;
	gd_dataset *dataset = calloc(1, sizeof *dataset);
	char *copy = strdup(path);
	gd_status status = dataset && copy ? gd_ok() : gd_out_of_memory("a dataset");
	status = agree(communicator, status);
	if (gd_failed(&status)) {
		free(copy);
		free(dataset);
		return status;
	}
	dataset->communicator = communicator;
	dataset->path = copy;
	dataset->hdf5.file = -1;
	dataset->transfer = -1;
	for (int i = 0; i < GD_PARTS * GD_COLUMNS; i++)
		dataset->arrays[i / GD_COLUMNS][i % GD_COLUMNS] = -1;
	status = communicator ? open_together(dataset) : open_alone(dataset);
	if (!gd_failed(&status))
		status = open_arrays(dataset);
	if (gd_failed(&status)) {
		gd_dataset_close(dataset);
		return status;
	}
	*opened = dataset;
	return status;
}

void gd_dataset_close(gd_dataset *dataset)
{
	if (!dataset)
		return;
	begin_wait(dataset);
	for (int i = 0; i < GD_PARTS * GD_COLUMNS; i++)
		gd_hdf5_drop(dataset->arrays[i / GD_COLUMNS][i % GD_COLUMNS]);
	if (dataset->transfer >= 0)
		H5Pclose(dataset->transfer);
	/* Nothing was written, so a failed close loses nothing. */
	gd_status closed = gd_hdf5_close(&dataset->hdf5);
	finish_wait(dataset);
	(void)closed;
	gd_dataset_header_release(&dataset->header);
	free(dataset->fold.members);
	free(dataset->fold.before);
	free(dataset->path);
	free(dataset);
}

/* ---- read ---- */

/* Dataspaces of one array: in the file, and in memory for up to `room` rows. */
typedef struct selection {
	hid_t file, memory;
} selection;

static bool selection_init(selection *s, hid_t array, int rank, hsize_t room, hsize_t width)
{
	hsize_t shape[2] = {room ? room : 1, width};
	s->file = H5Dget_space(array);
	s->memory = H5Screate_simple(rank, shape, NULL);
	return s->file >= 0 && s->memory >= 0;
}

static void selection_release(selection *s)
{
	gd_hdf5_drop(s->memory);
	gd_hdf5_drop(s->file);
}

/* Rows [first, first + count) of the file, `offset` rows into the memory. Nothing, when there are none or they cannot be selected. */
static bool selection_set(selection *s, hsize_t first, hsize_t offset, hsize_t count, hsize_t width)
{
	hsize_t from[2] = {first, 0}, to[2] = {offset, 0}, shape[2] = {count, width};
	bool set = count && H5Sselect_hyperslab(s->file, H5S_SELECT_SET, from, NULL, shape, NULL) >= 0 &&
		H5Sselect_hyperslab(s->memory, H5S_SELECT_SET, to, NULL, shape, NULL) >= 0;
	if (!set) {
		H5Sselect_none(s->file);
		H5Sselect_none(s->memory);
	}
	return set || !count;
}

/* Rows of a part as the file has it. */
static gd_status read_stored(gd_dataset *dataset, gd_part part, gd_column column, int64_t first, int64_t count, void *values)
{
	char path[32];
	const gd_column_form *form = &gd_column_forms[column];
	gd_hdf5 *hdf5 = &dataset->hdf5;
	hid_t array = dataset->arrays[part][column], type = gd_element_memory_type(form->element);
	hid_t transfer = dataset->transfer >= 0 ? dataset->transfer : H5P_DEFAULT;
	hsize_t width = form->rank == 2 ? (hsize_t)dataset->header.preprocessing.features : 1;
	size_t row_bytes = width * gd_element_size(form->element);
	selection rows;
	gd_column_path(part, column, path);
	if (!selection_init(&rows, array, form->rank, (hsize_t)count, width))
		gd_hdf5_fail_in_library(hdf5, path, "cannot select rows");
	/* Rounds end at multiples of a power of two, as chunks do, so that few chunks are read twice. */
	int64_t step = 1, position = first, end = first + count;
	while (2 * (size_t)step * row_bytes <= ROUND_BYTES)
		step *= 2;
	long long rounds = count ? (end - 1) / step - first / step + 1 : 0;
	gd_status status = agree(dataset->communicator, hdf5->status);
	if (!gd_failed(&status) && dataset->communicator) {
		begin_wait(dataset);
		int code = MPI_Allreduce(MPI_IN_PLACE, &rounds, 1, MPI_LONG_LONG, MPI_MAX, dataset->communicator->mpi);
		finish_wait(dataset);
		if (code != MPI_SUCCESS)
			status = gd_mpi_error(code, "reading a dataset");
	}
	for (long long round = 0; round < rounds && !gd_failed(&status); round++) {
		int64_t next = (position / step + 1) * step;
		int64_t some = (next < end ? next : end) - position;
		bool set = selection_set(&rows, (hsize_t)position, (hsize_t)(position - first), (hsize_t)some, width);
		begin_wait(dataset);
		bool read = H5Dread(array, type, rows.memory, rows.file, transfer, values) >= 0;
		finish_wait(dataset);
		if (!read || !set)
			gd_hdf5_fail_in_library(hdf5, path, "cannot read rows");
		position += some;
		/* Before the next round, in which the others would wait for this rank. */
		status = dataset->communicator ? gd_agree_or_end(dataset->communicator, &hdf5->status) : hdf5->status;
	}
	selection_release(&rows);
	return status;
}

/* Of a fold that keeps groups together: all stored rows from the first to the last that are asked for, of which those of the part are kept. */
static gd_status read_members(gd_dataset *dataset, bool held, gd_column column, int64_t first, int64_t count, size_t row_bytes, char *values)
{
	const gd_fold *fold = &dataset->fold;
	int64_t from = count ? gd_fold_place(fold, held, first) : 0, to = count ? gd_fold_place(fold, held, first + count - 1) + 1 : 0;
	char *stored = malloc((size_t)(to - from + 1) * row_bytes);
	gd_status status = agree(dataset->communicator, stored ? gd_ok() : gd_out_of_memory("a fold's rows"));
	if (!gd_failed(&status))
		status = read_stored(dataset, GD_TRAIN, column, from, to - from, stored);
	for (int64_t row = from; row < to && !gd_failed(&status); row++)
		if (gd_fold_holds(fold, row) == held) {
			memcpy(values, stored + (size_t)(row - from) * row_bytes, row_bytes);
			values += row_bytes;
		}
	free(stored);
	return status;
}

/* Of a fold's training part what lies before the stretch that is held out, then what lies behind. */
gd_status gd_dataset_read_column(gd_dataset *dataset, gd_part part, gd_column column, int64_t first, int64_t count, void *values)
{
	const gd_share *held = &dataset->fold.held;
	const gd_column_form *form = &gd_column_forms[column];
	size_t row_bytes = (form->rank == 2 ? (size_t)dataset->header.preprocessing.features : 1) * gd_element_size(form->element);
	if (!held->count || part == GD_TEST)
		return read_stored(dataset, part, column, first, count, values);
	if (dataset->fold.members)
		return read_members(dataset, part == GD_VALIDATION, column, first, count, row_bytes, values);
	if (part == GD_VALIDATION)
		return read_stored(dataset, GD_TRAIN, column, held->first + first, count, values);
	int64_t before = first >= held->first ? 0 : held->first - first < count ? held->first - first : count;
	gd_status status = read_stored(dataset, GD_TRAIN, column, first, before, values);
	if (gd_failed(&status))
		return status;
	return read_stored(dataset, GD_TRAIN, column, first + before + (before < count ? held->count : 0), count - before, (char *)values + (size_t)before * row_bytes);
}

static gd_status check_rows(gd_dataset *dataset, gd_part part, int64_t first, int64_t count, const float *features, const int32_t *labels)
{
	char path[32];
	gd_hdf5 *hdf5 = &dataset->hdf5;
	int classes = dataset->header.preprocessing.classes, width = dataset->header.preprocessing.features;
	for (int64_t row = 0; labels && row < count && !gd_hdf5_failed(hdf5); row++)
		if (labels[row] < 0 || labels[row] >= classes)
			gd_hdf5_fail(hdf5, gd_column_path(part, GD_LABELS, path), "expected labels from 0 to %d, found %" PRId32 " at row %" PRId64, classes - 1, labels[row], first + row);
	for (int64_t i = 0; features && i < count * width && !gd_hdf5_failed(hdf5); i++)
		if (!isfinite(features[i]))
			gd_hdf5_fail(hdf5, gd_column_path(part, GD_FEATURES, path), "expected finite values, found %g at row %" PRId64 ", column '%.60s'", (double)features[i],
				first + i / width, dataset->header.preprocessing.feature_names[i % width]);
	return agree(dataset->communicator, hdf5->status);
}

gd_status gd_dataset_read(gd_dataset *dataset, gd_part part, int64_t first, int64_t count, float *features, int32_t *labels, int64_t *source_row)
{
	assert(first >= 0 && count >= 0 && first + count <= dataset->header.rows[part]);
	void *values[GD_WEIGHTS] = {features, labels, source_row};
	gd_status status = gd_ok();
	dataset->hdf5.status = gd_ok();
	if (!dataset->header.rows[part])
		return status;
	for (int column = 0; column < GD_WEIGHTS && !gd_failed(&status); column++)
		if (values[column])
			status = gd_dataset_read_column(dataset, part, column, first, count, values[column]);
	if (!gd_failed(&status))
		status = check_rows(dataset, part, first, count, features, labels);
	return status;
}

gd_status gd_dataset_read_weights(gd_dataset *dataset, gd_part part, int64_t first, int64_t count, float *weights)
{
	char path[32];
	gd_hdf5 *hdf5 = &dataset->hdf5;
	hdf5->status = gd_ok();
	if (!dataset->header.weight || !dataset->header.rows[part]) {
		for (int64_t i = 0; i < count; i++)
			weights[i] = 1.0f;
		return gd_ok();
	}
	gd_status status = gd_dataset_read_column(dataset, part, GD_WEIGHTS, first, count, weights);
	if (gd_failed(&status))
		return status;
	for (int64_t i = 0; i < count && !gd_hdf5_failed(hdf5); i++)
		if (!(weights[i] >= 0 && isfinite(weights[i])))
			gd_hdf5_fail(hdf5, gd_column_path(part, GD_WEIGHTS, path), "expected weights that are finite and not negative, found %g at row %" PRId64, (double)weights[i], first + i);
	return agree(dataset->communicator, hdf5->status);
}
