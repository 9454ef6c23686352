#include "gd/store/row_file.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/store/chunk_kernels.h"
#include "gd/store/dataset_file.h"
#include "gd/store/hdf5_driver.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are read as they lie in memory");

/* An array of the part, as it lies in the file. */
typedef struct array {
	hid_t id;
	bool chunked;
	int64_t chunk_rows; /* one chunk of all rows where it is not chunked */
	size_t row_bytes;
	int64_t chunk;    /* that was looked up last; -1: none */
	uint64_t address; /* of that chunk */
	bool checked;     /* a checksum lies behind it */
	char *bytes;      /* [chunk, and its checksum] of which some rows are wanted */
	uint64_t held;    /* the address of what is there; 0: none */
} array;

/* Rows of one chunk that are wanted. */
typedef struct segment {
	gd_column column;
	uint64_t address; /* of the chunk */
	bool checked;
	int64_t first;        /* of the stored part */
	int64_t before, rows; /* of the chunk */
	char *to;
} segment;

struct gd_row_file {
	gd_hdf5 hdf5;
	gd_part part;   /* as it is stored */
	gd_share held;  /* rows of it that are not seen; */
	int64_t offset; /* or in front of those that are seen alone */
	int64_t rows;
	int classes, width;
	char *const *names;       /* of the features; the dataset's */
	array arrays[GD_COLUMNS]; /* but for source rows and groups */
	segment *segments;        /* [room] */
	size_t count, room;
	pthread_t thread;
	bool running;
	gd_status status; /* the thread's */
};

/* ---- open ---- */

static void open_array(gd_row_file *file, gd_column column)
{
	char path[32];
	hsize_t chunk[2] = {0, 0};
	gd_hdf5 *hdf5 = &file->hdf5;
	array *a = &file->arrays[column];
	bool wide = gd_column_forms[column].rank == 2;
	gd_column_path(file->part, column, path);
	a->row_bytes = (wide ? (size_t)file->width : 1) * gd_element_size(gd_column_forms[column].element);
	a->chunk = -1;
	a->id = H5Dopen2(hdf5->file, path, H5P_DEFAULT);
	hid_t creation = a->id >= 0 ? H5Dget_create_plist(a->id) : -1;
	H5D_layout_t layout = creation >= 0 ? H5Pget_layout(creation) : H5D_LAYOUT_ERROR;
	int filters = creation >= 0 ? H5Pget_nfilters(creation) : -1;
	unsigned flags;
	size_t none = 0;
	bool plain = filters == 0 || (filters == 1 && H5Pget_filter2(creation, 0, &flags, &none, NULL, 0, NULL, NULL) == H5Z_FILTER_FLETCHER32);
	if (layout == H5D_CHUNKED && H5Pget_chunk(creation, 2, chunk) > 0) {
		plain = plain && (!wide || chunk[1] == (hsize_t)file->width);
		a->chunked = true;
		a->chunk_rows = (int64_t)chunk[0];
	} else if (layout == H5D_CONTIGUOUS) {
		a->chunk_rows = file->rows;
		a->address = H5Dget_offset(a->id);
		plain = plain && H5Dget_offset(a->id) != HADDR_UNDEF;
	} else {
		plain = false;
	}
	if (creation < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot open the dataset");
	else if (!plain)
		gd_hdf5_fail(hdf5, path, "expected rows that lie in the file as they are, found them compressed or cut between features; preprocess makes such files, or h5repack -l");
	gd_hdf5_drop(creation);
	if (gd_hdf5_failed(hdf5) || !a->chunked)
		return;
	a->bytes = gd_allocate((size_t)a->chunk_rows, a->row_bytes);
	if (!a->bytes)
		gd_hdf5_fail_out_of_memory(hdf5, "a chunk of rows");
}

gd_status gd_row_file_open(gd_dataset *dataset, gd_part part, gd_row_file **opened)
{
	gd_communicator *communicator;
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	const gd_fold *fold = gd_dataset_get_fold(dataset, &communicator);
	const gd_share *held = &fold->held;
	bool folded = held->count && part != GD_TEST;
	*opened = NULL;
	if (folded && fold->members)
		return gd_error(GD_USAGE, "--window needs folds that are stretches of the file, and those of '%s' keep groups together; leave --window out", gd_dataset_path(dataset));
	gd_row_file *file = *opened = gd_allocate(1, sizeof *file);
	if (!file)
		return gd_out_of_memory("reading rows");
	for (int column = 0; column < GD_COLUMNS; column++)
		file->arrays[column].id = -1;
	file->part = folded ? GD_TRAIN : part;
	file->held = folded && part == GD_TRAIN ? *held : (gd_share){0};
	file->offset = folded && part == GD_VALIDATION ? held->first : 0;
	file->rows = folded ? header->rows[GD_TRAIN] + header->rows[GD_VALIDATION] : header->rows[part];
	file->classes = header->preprocessing.classes;
	file->width = header->preprocessing.features;
	file->names = header->preprocessing.feature_names;
	file->status = gd_ok();
	gd_hdf5_reopen(&file->hdf5, gd_dataset_path(dataset));
	for (int column = 0; column < GD_COLUMNS && !gd_hdf5_failed(&file->hdf5); column++)
		if (column != GD_SOURCE_ROWS && column != GD_GROUPS && gd_column_is_there(header, column))
			open_array(file, column);
	gd_status status = file->hdf5.status;
	if (gd_failed(&status)) {
		gd_row_file_close(file);
		*opened = NULL;
	}
	return status;
}

void gd_row_file_close(gd_row_file *file)
{
	if (!file)
		return;
	gd_status abandoned = gd_row_file_finish(file);
	for (int column = 0; column < GD_COLUMNS; column++) {
		gd_hdf5_drop(file->arrays[column].id);
		free(file->arrays[column].bytes);
	}
	/* Nothing was written, so a failed close loses nothing. */
	abandoned = gd_hdf5_close(&file->hdf5);
	(void)abandoned;
	free(file->segments);
	free(file);
}

/* ---- where rows lie ---- */

/* HDF5 1.10 tells a chunk's place by going through all chunks; a read finds it by the index, and the driver, told not to read, says where it was sent. */
static void locate(gd_row_file *file, gd_column column, int64_t chunk)
{
	char path[32];
	gd_hdf5 *hdf5 = &file->hdf5;
	array *a = &file->arrays[column];
	hsize_t offset[2] = {(hsize_t)(chunk * a->chunk_rows), 0}, size = 0;
	uint32_t skipped = 0;
	size_t bytes = (size_t)a->chunk_rows * a->row_bytes;
	if (!a->chunked || a->chunk == chunk)
		return;
	gd_column_path(file->part, column, path);
	bool found = H5Dget_chunk_storage_size(a->id, offset, &size) >= 0 && (size == bytes || size == bytes + GD_CHECKSUM_BYTES);
	if (found) {
		hdf5->sink->located = HADDR_UNDEF;
		hdf5->sink->locating = a->bytes;
		found = H5Dread_chunk(a->id, H5P_DEFAULT, offset, &skipped, a->bytes) >= 0 && hdf5->sink->located != HADDR_UNDEF;
		hdf5->sink->locating = NULL;
	}
	if (!found)
		gd_hdf5_fail_in_library(hdf5, path, "cannot find its chunks");
	a->chunk = found ? chunk : -1;
	a->address = hdf5->sink->located;
	a->checked = size != bytes;
}

/* Rows of an array, in the order in which they are stored. */
static void add_rows(gd_row_file *file, gd_column column, int64_t first, int64_t count, char *to)
{
	array *a = &file->arrays[column];
	while (count && !gd_hdf5_failed(&file->hdf5)) {
		int64_t chunk = first / a->chunk_rows, before = first % a->chunk_rows, rows = a->chunk_rows - before < count ? a->chunk_rows - before : count;
		segment *segments = gd_make_room(file->segments, file->count, &file->room, sizeof *segments);
		if (!segments) {
			gd_hdf5_fail_out_of_memory(&file->hdf5, "the places of rows");
			return;
		}
		file->segments = segments;
		locate(file, column, chunk);
		file->segments[file->count++] = (segment){.column = column, .address = a->address, .checked = a->checked, .first = first, .before = before, .rows = rows, .to = to};
		first += rows;
		count -= rows;
		to += (size_t)rows * a->row_bytes;
	}
}

/* ---- the thread ---- */

static gd_status fail(const gd_row_file *file, gd_column column, const char *message, int64_t row)
{
	char path[32];
	return gd_error(GD_BAD_DATA, "cannot read '%s': '%s': %s at row %" PRId64, file->hdf5.name, gd_column_path(file->part, column, path), message, row);
}

/* `bytes` of the file at `address`, then those of a checksum. */
static gd_status fetch(const gd_row_file *file, const segment *s, uint64_t address, void *to, size_t bytes, uint32_t *sum)
{
	struct iovec parts[2] = {{to, bytes}, {sum, s->checked ? GD_CHECKSUM_BYTES : 0}};
	for (int part = 0; part < 2;) {
		if (!parts[part].iov_len) {
			part++;
			continue;
		}
		ssize_t got = preadv(file->hdf5.sink->descriptor, parts + part, 2 - part, (off_t)address);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return gd_file_error(GD_BAD_DATA, "read", file->hdf5.name, errno);
		if (got == 0)
			return fail(file, s->column, "the file ends", s->first);
		address += (uint64_t)got;
		for (; part < 2 && (size_t)got >= parts[part].iov_len; part++)
			got -= (ssize_t)parts[part].iov_len;
		if (part < 2) {
			parts[part].iov_base = (char *)parts[part].iov_base + got;
			parts[part].iov_len -= (size_t)got;
		}
	}
	return gd_ok();
}

/* The whole of a chunk, against its checksum. */
static gd_status fetch_chunk(const gd_row_file *file, const segment *s, void *to)
{
	uint32_t sum = 0;
	const array *a = &file->arrays[s->column];
	size_t bytes = (size_t)a->chunk_rows * a->row_bytes;
	gd_status status = fetch(file, s, s->address, to, bytes, &sum);
	if (!gd_failed(&status) && s->checked && GD_CHOSEN(gd_chunk_kernels)->checksum(to, bytes / 2) != sum)
		status = fail(file, s->column, "a chunk does not match its checksum", s->first - s->before);
	return status;
}

static gd_status check_features(const gd_row_file *file, const segment *s)
{
	char message[160];
	const float *values = (const float *)(void *)s->to;
	const gd_chunk_kernels *kernels = GD_CHOSEN(gd_chunk_kernels);
	if (kernels->all_finite(values, (size_t)(s->rows * file->width)))
		return gd_ok();
	int64_t i = 0;
	while (kernels->all_finite(values + i, 1))
		i++;
	snprintf(message, sizeof message, "expected finite values, found %g in column '%.60s'", (double)values[i], file->names[i % file->width]);
	return fail(file, s->column, message, s->first + i / file->width);
}

static gd_status check_values(const gd_row_file *file, const segment *s)
{
	char message[160];
	const int32_t *labels = (const int32_t *)(void *)s->to;
	const float *weights = (const float *)(void *)s->to;
	if (s->column == GD_FEATURES)
		return check_features(file, s);
	for (int64_t i = 0; i < s->rows; i++) {
		if (s->column == GD_LABELS && (labels[i] < 0 || labels[i] >= file->classes)) {
			snprintf(message, sizeof message, "expected labels from 0 to %d, found %" PRId32, file->classes - 1, labels[i]);
			return fail(file, s->column, message, s->first + i);
		}
		if (s->column == GD_WEIGHTS && !(weights[i] >= 0 && isfinite(weights[i]))) {
			snprintf(message, sizeof message, "expected weights that are finite and not negative, found %g", (double)weights[i]);
			return fail(file, s->column, message, s->first + i);
		}
	}
	return gd_ok();
}

static gd_status read_segment(gd_row_file *file, const segment *s)
{
	array *a = &file->arrays[s->column];
	size_t before = (size_t)s->before * a->row_bytes, bytes = (size_t)s->rows * a->row_bytes;
	gd_status status = gd_ok();
	if (!a->chunked) {
		status = fetch(file, s, s->address + before, s->to, bytes, NULL);
	} else if (s->rows == a->chunk_rows) {
		status = fetch_chunk(file, s, s->to);
	} else {
		if (a->held != s->address)
			status = fetch_chunk(file, s, a->bytes);
		a->held = gd_failed(&status) ? 0 : s->address;
		if (!gd_failed(&status))
			memcpy(s->to, a->bytes + before, bytes);
	}
	return gd_failed(&status) ? status : check_values(file, s);
}

static void *read_segments(void *context)
{
	gd_row_file *file = context;
	for (size_t i = 0; i < file->count && !gd_failed(&file->status); i++)
		file->status = read_segment(file, &file->segments[i]);
	return NULL;
}

gd_status gd_row_file_begin(gd_row_file *file, const gd_run *runs, size_t count, const gd_dataset_rows *rows)
{
	assert(!file->running && !rows->source_rows && !rows->groups);
	char *to[GD_COLUMNS] = {[GD_FEATURES] = (char *)rows->features, [GD_LABELS] = (char *)rows->labels, [GD_WEIGHTS] = (char *)rows->weights};
	file->count = 0;
	file->status = file->hdf5.status = gd_ok();
	for (size_t r = 0; r < count; r++) {
		int64_t first = runs[r].first + file->offset, length = runs[r].count;
		/* What lies in front of the rows that are not seen, then what lies behind them. */
		int64_t before = !file->held.count || first + length <= file->held.first ? length : first < file->held.first ? file->held.first - first
															     : 0;
		for (int column = 0; column < GD_COLUMNS; column++) {
			size_t row_bytes = file->arrays[column].row_bytes;
			if (!to[column])
				continue;
			add_rows(file, column, first, before, to[column]);
			add_rows(file, column, first + before + file->held.count, length - before, to[column] + (size_t)before * row_bytes);
			to[column] += (size_t)length * row_bytes;
		}
	}
	if (gd_hdf5_failed(&file->hdf5))
		return file->hdf5.status;
	/* Signals are the main thread's. */
	sigset_t all, outside;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &outside);
	file->running = pthread_create(&file->thread, NULL, read_segments, file) == 0;
	pthread_sigmask(SIG_SETMASK, &outside, NULL);
	if (!file->running)
		read_segments(file);
	return gd_ok();
}

gd_status gd_row_file_finish(gd_row_file *file)
{
	if (file->running)
		pthread_join(file->thread, NULL);
	file->running = false;
	return file->status;
}
