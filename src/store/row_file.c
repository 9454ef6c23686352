#include "gd/store/row_file.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/store/chunk_kernels.h"
#include "gd/store/dataset_file.h"
#include "gd/store/row_array.h"

/* Rows of one chunk. */
typedef struct segment {
	gd_column column;
	int64_t chunk;
	gd_chunk_place place;
	int64_t first;        /* of the stored part */
	int64_t before, rows; /* of the chunk; */
	int64_t kept;         /* of which so many are wanted */
	char *to;
} segment;

struct gd_row_file {
	gd_hdf5 hdf5;
	gd_part part;        /* as it is stored */
	gd_share held;       /* rows of it that are not seen; */
	int64_t offset;      /* or in front of those that are seen alone */
	const gd_fold *fold; /* where either lie anywhere; */
	bool holds;          /* its rows are seen, not the others */
	int64_t rows;
	int classes, width;
	char *const *names;              /* of the features; the dataset's */
	gd_row_array arrays[GD_COLUMNS]; /* but for source rows and groups */
	segment *segments;               /* [room] */
	size_t count, room;
	pthread_t thread;
	bool running;
	gd_status status; /* the thread's */
};

/* ---- open ---- */

gd_status gd_row_file_open(gd_dataset *dataset, gd_part part, gd_row_file **opened)
{
	gd_communicator *communicator;
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	const gd_fold *fold = gd_dataset_get_fold(dataset, &communicator);
	const gd_share *held = &fold->held;
	bool folded = held->count && part != GD_TEST, scattered = folded && fold->members;
	gd_row_file *file = *opened = gd_allocate(1, sizeof *file);
	if (!file)
		return gd_out_of_memory("reading rows");
	for (int column = 0; column < GD_COLUMNS; column++)
		file->arrays[column].id = -1;
	file->part = folded ? GD_TRAIN : part;
	file->fold = scattered ? fold : NULL;
	file->holds = part == GD_VALIDATION;
	file->held = folded && !scattered && part == GD_TRAIN ? *held : (gd_share){0};
	file->offset = folded && !scattered && part == GD_VALIDATION ? held->first : 0;
	file->rows = folded ? header->rows[GD_TRAIN] + header->rows[GD_VALIDATION] : header->rows[part];
	file->classes = header->preprocessing.classes;
	file->width = header->preprocessing.features;
	file->names = header->preprocessing.feature_names;
	file->status = gd_ok();
	gd_hdf5_reopen(&file->hdf5, gd_dataset_path(dataset));
	for (int column = 0; column < GD_COLUMNS && !gd_hdf5_failed(&file->hdf5); column++)
		if (column != GD_SOURCE_ROWS && column != GD_GROUPS && gd_column_is_there(header, column)) {
			gd_row_array *a = &file->arrays[column];
			gd_column_path(file->part, column, a->path);
			gd_row_array_open(&file->hdf5, gd_column_forms[column].element, gd_column_forms[column].rank, file->rows, file->width, a);
		}
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
	for (int column = 0; column < GD_COLUMNS; column++)
		gd_row_array_close(&file->arrays[column]);
	/* Nothing was written, so a failed close loses nothing. */
	abandoned = gd_hdf5_close(&file->hdf5);
	(void)abandoned;
	free(file->segments);
	free(file);
}

/* ---- where rows lie ---- */

/* Of stored rows [first, first + count), how many are seen. */
static int64_t kept_of(const gd_row_file *file, int64_t first, int64_t count)
{
	if (!file->fold)
		return count;
	int64_t held = gd_fold_before(file->fold, first + count) - gd_fold_before(file->fold, first);
	return file->holds ? held : count - held;
}

/* Stored rows, in their order; returns where those go that follow. */
static char *add_rows(gd_row_file *file, gd_column column, int64_t first, int64_t count, char *to)
{
	gd_row_array *a = &file->arrays[column];
	while (count && !gd_hdf5_failed(&file->hdf5)) {
		int64_t chunk = first / a->chunk_rows, before = first % a->chunk_rows, rows = a->chunk_rows - before < count ? a->chunk_rows - before : count;
		int64_t kept = kept_of(file, first, rows);
		segment *segments = gd_make_room(file->segments, file->count, &file->room, sizeof *segments);
		if (!segments) {
			gd_hdf5_fail_out_of_memory(&file->hdf5, "the places of rows");
			break;
		}
		file->segments = segments;
		if (kept) {
			gd_chunk_place place = gd_row_array_locate(&file->hdf5, a, chunk);
			file->segments[file->count++] = (segment){.column = column, .chunk = chunk, .place = place, .first = first, .before = before, .rows = rows, .kept = kept, .to = to};
		}
		first += rows;
		count -= rows;
		to += (size_t)kept * a->row_bytes;
	}
	return to;
}

/* ---- reading: the thread's, but for what HDF5 reads ---- */

/* The stored row that is row `n` of a segment's. */
static int64_t row_at(const gd_row_file *file, const segment *s, int64_t n)
{
	int64_t row = s->first;
	if (!file->fold)
		return row + n;
	while (gd_fold_holds(file->fold, row) != file->holds || n-- > 0)
		row++;
	return row;
}

static gd_status fail(const gd_row_file *file, const segment *s, const char *message, int64_t row)
{
	return gd_row_array_fail(&file->hdf5, &file->arrays[s->column], message, row_at(file, s, row));
}

/* Those of a chunk's rows that are seen, side by side. */
static void gather(const gd_row_file *file, const segment *s, size_t row_bytes, const char *from)
{
	char *to = s->to;
	if (s->kept == s->rows)
		memcpy(to, from, (size_t)s->rows * row_bytes);
	for (int64_t i = 0, run; i < s->rows && s->kept < s->rows; i += run) {
		bool seen = gd_fold_holds(file->fold, s->first + i) == file->holds;
		for (run = 1; i + run < s->rows && (gd_fold_holds(file->fold, s->first + i + run) == file->holds) == seen;)
			run++;
		if (seen) {
			memcpy(to, from + (size_t)i * row_bytes, (size_t)run * row_bytes);
			to += (size_t)run * row_bytes;
		}
	}
}

static gd_status check_features(const gd_row_file *file, const segment *s)
{
	char message[160];
	const float *values = (const float *)(void *)s->to;
	const gd_chunk_kernels *kernels = GD_CHOSEN(gd_chunk_kernels);
	if (kernels->all_finite(values, (size_t)(s->kept * file->width)))
		return gd_ok();
	int64_t i = 0;
	while (kernels->all_finite(values + i, 1))
		i++;
	snprintf(message, sizeof message, "expected finite values, found %g in column '%.60s'", (double)values[i], file->names[i % file->width]);
	return fail(file, s, message, i / file->width);
}

static gd_status check_values(const gd_row_file *file, const segment *s)
{
	char message[160];
	const int32_t *labels = (const int32_t *)(void *)s->to;
	const float *weights = (const float *)(void *)s->to;
	if (s->column == GD_FEATURES)
		return check_features(file, s);
	for (int64_t i = 0; i < s->kept; i++) {
		if (s->column == GD_LABELS && (labels[i] < 0 || labels[i] >= file->classes)) {
			snprintf(message, sizeof message, "expected labels from 0 to %d, found %" PRId32, file->classes - 1, labels[i]);
			return fail(file, s, message, i);
		}
		if (s->column == GD_WEIGHTS && !(weights[i] >= 0 && isfinite(weights[i]))) {
			snprintf(message, sizeof message, "expected weights that are finite and not negative, found %g", (double)weights[i]);
			return fail(file, s, message, i);
		}
	}
	return gd_ok();
}

static gd_status read_segment(gd_row_file *file, const segment *s)
{
	gd_row_array *a = &file->arrays[s->column];
	gd_status status;
	if (!a->by_library && !a->chunked && s->kept == s->rows) {
		status = gd_row_array_fetch(&file->hdf5, a, s->first, s->rows, s->to);
	} else {
		status = gd_row_array_hold(&file->hdf5, a, s->chunk, &s->place);
		if (!gd_failed(&status))
			gather(file, s, a->row_bytes, a->held + (size_t)s->before * a->row_bytes);
	}
	return gd_failed(&status) ? status : check_values(file, s);
}

/* Those of arrays that HDF5 reads, or all others. */
static void read_segments(gd_row_file *file, bool by_library)
{
	for (size_t i = 0; i < file->count && !gd_failed(&file->status); i++)
		if (file->arrays[file->segments[i].column].by_library == by_library)
			file->status = read_segment(file, &file->segments[i]);
}

static void *run_thread(void *context)
{
	read_segments(context, false);
	return NULL;
}

/* Rows as the part shows them. */
static char *add_run(gd_row_file *file, gd_column column, gd_run run, char *to)
{
	if (file->fold) {
		int64_t first = gd_fold_place(file->fold, file->holds, run.first), last = gd_fold_place(file->fold, file->holds, run.first + run.count - 1);
		return add_rows(file, column, first, last + 1 - first, to);
	}
	/* What lies in front of the rows that are not seen, then what lies behind them. */
	int64_t first = run.first + file->offset, left = file->held.first - first, before = run.count;
	if (file->held.count && left < before)
		before = left > 0 ? left : 0;
	to = add_rows(file, column, first, before, to);
	return add_rows(file, column, first + before + file->held.count, run.count - before, to);
}

gd_status gd_row_file_begin(gd_row_file *file, const gd_run *runs, size_t count, const gd_dataset_rows *rows)
{
	assert(!file->running && !rows->source_rows && !rows->groups);
	char *to[GD_COLUMNS] = {[GD_FEATURES] = (char *)rows->features, [GD_LABELS] = (char *)rows->labels, [GD_WEIGHTS] = (char *)rows->weights};
	file->count = 0;
	file->status = file->hdf5.status = gd_ok();
	for (size_t r = 0; r < count; r++)
		for (int column = 0; column < GD_COLUMNS; column++)
			if (to[column] && runs[r].count)
				to[column] = add_run(file, column, runs[r], to[column]);
	read_segments(file, true);
	if (gd_hdf5_failed(&file->hdf5))
		return file->hdf5.status;
	/* Signals are the main thread's. */
	sigset_t all, outside;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &outside);
	file->running = pthread_create(&file->thread, NULL, run_thread, file) == 0;
	pthread_sigmask(SIG_SETMASK, &outside, NULL);
	if (!file->running)
		read_segments(file, false);
	return gd_ok();
}

gd_status gd_row_file_finish(gd_row_file *file)
{
	if (file->running)
		pthread_join(file->thread, NULL);
	file->running = false;
	return file->status;
}
