#include "gd/store/array_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/base/number_text.h"
#include "gd/base/parse.h"
#include "gd/store/array_names.h"
#include "gd/store/hdf5_file.h"

/* Of a block of rows; chunks that are larger are read in one piece, up to 16 times that. */
enum { BLOCK = 1 << 20,
	MOST_COLUMNS = 1 << 20 };

/* What elements are read as: all integers and floating-point numbers of a file fit in one of them. */
typedef enum kind { REAL,
	SIGNED,
	UNSIGNED,
	TEXT } kind;

typedef struct array {
	const char *path;
	hid_t dataset, type; /* `type`: in memory */
	kind kind;
	size_t size; /* of an element in memory; of a text the bytes with its end, or that of a pointer */
	bool variable;
	int64_t rows, columns;
	void *block; /* [block_rows, columns] */
} array;

struct gd_array_table {
	const char *path;
	gd_hdf5 hdf5;
	array features, labels;
	int64_t block_rows, first, count, number;
	gd_arena arena;
	char **names, **fields; /* [columns + 1] */
	size_t *name_lengths, *lengths;
	char *texts; /* [columns + 1, GD_NUMBER_TEXT_ROOM] */
};

static gd_status choose_type(gd_array_table *t, array *a, bool texts)
{
	hid_t found = H5Dget_type(a->dataset);
	H5T_class_t class = found < 0 ? H5T_NO_CLASS : H5Tget_class(found);
	if (class == H5T_FLOAT) {
		a->kind = REAL;
		a->type = H5Tcopy(H5T_NATIVE_DOUBLE);
	} else if (class == H5T_INTEGER) {
		a->kind = H5Tget_sign(found) == H5T_SGN_NONE ? UNSIGNED : SIGNED;
		a->type = H5Tcopy(a->kind == UNSIGNED ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64);
	} else if (class == H5T_STRING && texts) {
		a->kind = TEXT;
		a->variable = H5Tis_variable_str(found) > 0;
		a->type = H5Tcopy(H5T_C_S1);
		H5Tset_size(a->type, a->variable ? H5T_VARIABLE : H5Tget_size(found) + 1);
		H5Tset_cset(a->type, H5Tget_cset(found));
	} else {
		gd_hdf5_fail(&t->hdf5, a->path, "expected %s, found %s", texts ? "numbers or texts" : "numbers", gd_hdf5_class_word(class));
	}
	a->size = a->type >= 0 ? H5Tget_size(a->type) : 0;
	gd_hdf5_drop(found);
	return t->hdf5.status;
}

static gd_status open_array(gd_array_table *t, array *a, int rank, bool texts)
{
	hsize_t shape[2] = {0, 1};
	if (!gd_hdf5_failed(&t->hdf5) && !gd_hdf5_has(&t->hdf5, a->path))
		gd_hdf5_fail(&t->hdf5, a->path, "there is none in this file; h5ls -r lists what there is");
	if (gd_hdf5_failed(&t->hdf5))
		return t->hdf5.status;
	a->dataset = H5Dopen2(t->hdf5.file, a->path, H5P_DEFAULT);
	hid_t space = a->dataset < 0 ? -1 : H5Dget_space(a->dataset);
	int found = space < 0 || H5Sget_simple_extent_type(space) != H5S_SIMPLE ? -1 : H5Sget_simple_extent_ndims(space);
	if (a->dataset < 0)
		gd_hdf5_fail(&t->hdf5, a->path, "expected an array, found a group or something else");
	else if (found != rank)
		gd_hdf5_fail(&t->hdf5, a->path, "expected an array of %s, found one of %d dimensions", rank == 2 ? "[rows, columns]" : "[rows]", found < 0 ? 0 : found);
	else if (H5Sget_simple_extent_dims(space, shape, NULL) < 0)
		gd_hdf5_fail_in_library(&t->hdf5, a->path, "cannot read its shape");
	gd_hdf5_drop(space);
	if (!gd_hdf5_failed(&t->hdf5) && (shape[1] < 1 || shape[1] > MOST_COLUMNS))
		gd_hdf5_fail(&t->hdf5, a->path, "has %llu columns; expected 1 to %d", (unsigned long long)shape[1], MOST_COLUMNS);
	a->rows = (int64_t)shape[0];
	a->columns = (int64_t)shape[1];
	return gd_hdf5_failed(&t->hdf5) ? t->hdf5.status : choose_type(t, a, texts);
}

/* Whole chunks, where they are not too large: each is read, and unpacked, once. */
static int64_t choose_rows(const array *features)
{
	int64_t row = features->columns * (int64_t)features->size, rows = BLOCK / row > 0 ? BLOCK / row : 1;
	hsize_t chunk[2] = {0, 0};
	hid_t creation = H5Dget_create_plist(features->dataset);
	if (creation >= 0 && H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_chunk(creation, 2, chunk) == 2) {
		int64_t whole = (int64_t)chunk[0];
		if (whole > rows && whole <= 16 * rows)
			rows = whole;
		else if (whole > 0 && whole <= rows)
			rows = rows / whole * whole;
	}
	gd_hdf5_drop(creation);
	return rows;
}

static gd_status take_names(gd_array_table *t)
{
	size_t count = (size_t)t->features.columns + 1;
	t->names = gd_arena_take(&t->arena, count, sizeof *t->names);
	t->fields = gd_arena_take(&t->arena, count, sizeof *t->fields);
	t->lengths = gd_arena_take(&t->arena, count, sizeof *t->lengths);
	t->name_lengths = gd_arena_take(&t->arena, count, sizeof *t->name_lengths);
	t->texts = gd_arena_take(&t->arena, count, GD_NUMBER_TEXT_ROOM);
	t->block_rows = choose_rows(&t->features);
	t->features.block = malloc((size_t)t->block_rows * (count - 1) * t->features.size);
	t->labels.block = malloc((size_t)t->block_rows * t->labels.size);
	if (!t->names || !t->fields || !t->lengths || !t->name_lengths || !t->texts || !t->features.block || !t->labels.block)
		return gd_out_of_memory("a block of rows");
	gd_status status = gd_array_names(&t->hdf5, t->features.path, t->features.dataset, count - 1, &t->arena, t->names);
	t->names[count - 1] = gd_arena_string(&t->arena, gd_array_table_label(t->labels.path));
	if (!gd_failed(&status) && !t->names[count - 1])
		status = gd_out_of_memory("the columns' names");
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		t->name_lengths[i] = strlen(t->names[i]);
	return status;
}

gd_status gd_array_table_open(const char *path, const char *features, const char *labels, gd_array_table **opened)
{
	*opened = NULL;
	gd_array_table *t = calloc(1, sizeof *t);
	if (!t)
		return gd_out_of_memory("reading a table");
	t->path = path;
	t->features = (array){.path = features, .dataset = -1, .type = -1};
	t->labels = (array){.path = labels, .dataset = -1, .type = -1};
	gd_hdf5_open_foreign(&t->hdf5, path);
	gd_status status = open_array(t, &t->features, 2, false);
	if (!gd_failed(&status))
		status = open_array(t, &t->labels, 1, true);
	if (!gd_failed(&status) && t->features.rows != t->labels.rows)
		gd_hdf5_fail(&t->hdf5, NULL, "'%s' has %" PRId64 " rows, but '%s' has %" PRId64, features, t->features.rows, labels, t->labels.rows);
	status = t->hdf5.status;
	if (!gd_failed(&status))
		status = take_names(t);
	t->count = t->features.rows;
	if (gd_failed(&status))
		gd_array_table_close(t);
	else
		*opened = t;
	return status;
}

int64_t gd_array_table_rows(const gd_array_table *table)
{
	return table->features.rows;
}

void gd_array_table_divide(gd_array_table *table, int64_t first, int64_t count, int64_t number)
{
	table->first = first;
	table->count = count;
	table->number = number;
}

const char *gd_array_table_label(const char *labels)
{
	const char *slash = strrchr(labels, '/');
	return slash && slash[1] ? slash + 1 : labels;
}

static gd_status read_block(gd_array_table *t, array *a, int64_t first, int64_t count)
{
	hsize_t start[2] = {(hsize_t)first, 0}, shape[2] = {(hsize_t)count, (hsize_t)a->columns};
	hid_t file = H5Dget_space(a->dataset);
	int rank = file < 0 ? 0 : H5Sget_simple_extent_ndims(file);
	hid_t memory = rank > 0 ? H5Screate_simple(rank, shape, NULL) : -1;
	bool read = memory >= 0 && H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, shape, NULL) >= 0;
	if (!read || H5Dread(a->dataset, a->type, memory, file, H5P_DEFAULT, a->block) < 0)
		gd_hdf5_fail_in_library(&t->hdf5, a->path, "cannot read its rows");
	gd_hdf5_drop(memory);
	gd_hdf5_drop(file);
	return t->hdf5.status;
}

static void release_texts(const array *labels, int64_t count)
{
	for (int64_t i = 0; labels->variable && i < count; i++)
		H5free_memory(((char **)labels->block)[i]);
}

/* Field `to` of the record at hand, from element `at` of a block. */
static void put_field(gd_array_table *t, const array *a, int64_t at, int64_t to)
{
	char *text = t->texts + to * GD_NUMBER_TEXT_ROOM;
	t->fields[to] = text;
	switch (a->kind) {
	case REAL:
		t->lengths[to] = gd_number_text_double(((const double *)a->block)[at], text);
		break;
	case SIGNED:
		t->lengths[to] = (size_t)snprintf(text, GD_NUMBER_TEXT_ROOM, "%" PRId64, ((const int64_t *)a->block)[at]);
		break;
	case UNSIGNED:
		t->lengths[to] = (size_t)snprintf(text, GD_NUMBER_TEXT_ROOM, "%" PRIu64, ((const uint64_t *)a->block)[at]);
		break;
	case TEXT:
		t->fields[to] = a->variable ? ((char **)a->block)[at] : (char *)a->block + (size_t)at * a->size;
		if (!t->fields[to])
			t->fields[to] = memset(text, 0, 1);
		t->lengths[to] = strlen(t->fields[to]);
		break;
	}
	t->fields[to][t->lengths[to]] = '\0';
}

static gd_status deliver_block(gd_array_table *t, const gd_table_reader *reader, int64_t first, int64_t count)
{
	gd_status status = gd_ok();
	int64_t columns = t->features.columns;
	for (int64_t i = 0; i < count && !gd_failed(&status); i++) {
		for (int64_t j = 0; j < columns; j++)
			put_field(t, &t->features, i * columns + j, j);
		put_field(t, &t->labels, i, columns);
		const gd_record record = {.number = t->number + first - t->first + i + 1, .count = (int)columns + 1, .fields = t->fields, .lengths = t->lengths};
		if (t->labels.kind == TEXT && !gd_utf8_valid(t->fields[columns], t->lengths[columns], NULL))
			status = gd_error(GD_BAD_DATA, "the text in '%s' is not valid UTF-8", t->labels.path);
		else
			status = reader->record(reader->context, &record);
		if (status.code == GD_BAD_DATA)
			status = gd_error(GD_BAD_DATA, "cannot read '%s': row %" PRId64 ": %s", t->path, first + i + 1, status.message);
	}
	return status;
}

gd_status gd_array_table_deliver(void *context, const gd_table_reader *reader, char sha256[65])
{
	gd_array_table *t = context;
	const gd_record header = {.count = (int)t->features.columns + 1, .fields = t->names, .lengths = t->name_lengths};
	gd_status status = reader->header(reader->context, &header);
	if (status.code == GD_BAD_DATA)
		status = gd_error(GD_BAD_DATA, "cannot read '%s': %s", t->path, status.message);
	for (int64_t done = 0; done < t->count && !gd_failed(&status);) {
		/* Blocks begin where chunks do, wherever the rows of ours begin. */
		int64_t first = t->first + done, room = t->block_rows - first % t->block_rows, count = t->count - done < room ? t->count - done : room;
		status = read_block(t, &t->features, first, count);
		if (!gd_failed(&status))
			status = read_block(t, &t->labels, first, count);
		if (gd_failed(&status))
			break;
		status = deliver_block(t, reader, first, count);
		release_texts(&t->labels, count);
		done += count;
	}
	if (sha256)
		*sha256 = '\0';
	return status;
}

static void close_array(array *a)
{
	gd_hdf5_drop(a->dataset);
	gd_hdf5_drop(a->type);
	free(a->block);
}

void gd_array_table_close(gd_array_table *table)
{
	if (!table)
		return;
	close_array(&table->features);
	close_array(&table->labels);
	/* What was read stands whatever the close says. */
	gd_status status = gd_hdf5_close(&table->hdf5);
	(void)status;
	gd_arena_release(&table->arena);
	free(table);
}
