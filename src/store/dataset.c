#include "gd/store/dataset.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gd/store/dataset_file.h"

const char *const gd_part_names[GD_PARTS] = {"train", "validation", "test"};

const gd_column_form gd_column_forms[GD_COLUMNS] = {
	[GD_FEATURES] = {"features", GD_FLOAT32, 2, "standardised features, a row a record"},
	[GD_LABELS] = {"labels", GD_INT32, 1, "class of each row, an index into class_names"},
	[GD_SOURCE_ROWS] = {"source_row", GD_INT64, 1, "record of the source; the first after the header is 1"},
	[GD_WEIGHTS] = {"weights", GD_FLOAT32, 1, "weight of each row in the loss and the scores"},
	[GD_GROUPS] = {"group", GD_INT32, 1, "hash of each row's group, 0 to 65535; folds keep equal ones together"},
};

bool gd_column_is_there(const gd_dataset_header *header, gd_column column)
{
	return column < GD_WEIGHTS || (column == GD_WEIGHTS ? header->weight != NULL : header->grouped);
}

const char *gd_column_path(gd_part part, gd_column column, char path[32])
{
	snprintf(path, 32, "%s/%s", gd_part_names[part], gd_column_forms[column].name);
	return path;
}

enum { CHUNK_BYTES = 512 << 10 };

/* A power of two: such chunks, and the rows that a rank reads at a time, fit into each other. */
int64_t gd_dataset_block_rows(int features)
{
	int64_t rows = 1;
	while (2 * rows * features * (int64_t)sizeof(float) <= CHUNK_BYTES)
		rows *= 2;
	return rows;
}

void gd_dataset_header_release(gd_dataset_header *header)
{
	gd_preprocessing_release(&header->preprocessing);
	*header = (gd_dataset_header){0};
}

void gd_hdf5_put_dataset_header(gd_hdf5 *hdf5, const gd_dataset_header *header)
{
	hsize_t features = (hsize_t)header->preprocessing.features, classes = (hsize_t)header->preprocessing.classes;
	gd_hdf5_put_root(hdf5, GD_KIND_DATASET, header->history);
	gd_hdf5_put_text(hdf5, "/", "source", header->source);
	gd_hdf5_put_text(hdf5, "/", "source_sha256", header->source_sha256);
	if (*header->content_sha256)
		gd_hdf5_put_text(hdf5, "/", "content_sha256", header->content_sha256);
	gd_hdf5_put_integer(hdf5, "/", "rows_read", header->rows_read);
	gd_hdf5_put_integer(hdf5, "/", "rows_dropped", header->rows_dropped);
	gd_hdf5_put_text(hdf5, "/", "split", header->split);
	gd_hdf5_put_integer(hdf5, "/", "seed", header->seed);
	if (header->weight)
		gd_hdf5_put_text(hdf5, "/", "weight_column", header->weight);
	if (header->grouped)
		gd_hdf5_put_integer(hdf5, "/", "groups_kept", 1);
	gd_hdf5_put_preprocessing(hdf5, &header->preprocessing);
	gd_hdf5_put_group(hdf5, "statistics");
	gd_hdf5_array counts = {
		.element = GD_INT64, .rank = 2, .shape = {GD_PARTS, classes}, .units = "1", .long_name = "rows of each class in train, validation and test"};
	gd_hdf5_put_array(hdf5, "statistics/class_counts", &counts, header->class_counts);
	gd_hdf5_bind_scale(hdf5, "statistics/class_counts", 1, GD_CLASS_SCALE);
	gd_hdf5_array correlation = {
		.element = GD_FLOAT64, .rank = 2, .shape = {features, features}, .units = "1", .long_name = "Pearson correlation of the features in the training part"};
	if (header->correlation) {
		gd_hdf5_put_array(hdf5, "statistics/correlation", &correlation, header->correlation);
		gd_hdf5_bind_scale(hdf5, "statistics/correlation", 0, GD_FEATURE_SCALE);
		gd_hdf5_bind_scale(hdf5, "statistics/correlation", 1, GD_FEATURE_SCALE);
	}
	if (header->audit && header->audit[0])
		gd_hdf5_put_document(hdf5, "statistics/audit", header->audit, "what the test part shares with the training part");
}

static void count_rows(gd_hdf5 *hdf5, gd_dataset_header *header)
{
	int classes = header->preprocessing.classes;
	for (int i = 0; i < GD_PARTS * classes && !gd_hdf5_failed(hdf5); i++) {
		int64_t *rows = &header->rows[i / classes], count = header->class_counts[i];
		if (count < 0 || __builtin_add_overflow(*rows, count, rows))
			gd_hdf5_fail(hdf5, "statistics/class_counts", "expected counts of rows, found %" PRId64, count);
	}
}

static void get_digest(gd_hdf5 *hdf5, const char *name, gd_arena *arena, char digest[65])
{
	const char *text = gd_hdf5_get_text(hdf5, "/", name, arena);
	if (text && strlen(text) > 64)
		gd_hdf5_fail(hdf5, "/", "expected 64 digits in '%s', found %zu", name, strlen(text));
	else if (text)
		strcpy(digest, text);
}

void gd_hdf5_get_dataset_header(gd_hdf5 *hdf5, gd_dataset_header *header)
{
	gd_preprocessing *preprocessing = &header->preprocessing;
	gd_arena *arena = &preprocessing->arena;
	gd_hdf5_get_preprocessing(hdf5, preprocessing);
	if (gd_hdf5_failed(hdf5))
		return;
	size_t features = (size_t)preprocessing->features, classes = (size_t)preprocessing->classes;
	header->source = gd_hdf5_get_text(hdf5, "/", "source", arena);
	get_digest(hdf5, "source_sha256", arena, header->source_sha256);
	if (gd_hdf5_has_attribute(hdf5, "/", "content_sha256"))
		get_digest(hdf5, "content_sha256", arena, header->content_sha256);
	header->rows_read = gd_hdf5_get_integer(hdf5, "/", "rows_read", 0, INT64_MAX);
	header->rows_dropped = gd_hdf5_get_integer(hdf5, "/", "rows_dropped", 0, INT64_MAX);
	header->split = gd_hdf5_get_text(hdf5, "/", "split", arena);
	header->seed = gd_hdf5_get_integer(hdf5, "/", "seed", INT64_MIN, INT64_MAX);
	if (gd_hdf5_has_attribute(hdf5, "/", "weight_column"))
		header->weight = gd_hdf5_get_text(hdf5, "/", "weight_column", arena);
	header->grouped = gd_hdf5_has_attribute(hdf5, "/", "groups_kept");
	header->history = gd_hdf5_get_text(hdf5, "/", "history", arena);

	hsize_t shape[2];
	gd_hdf5_get_shape(hdf5, "statistics/class_counts", GD_INT64, 2, shape);
	bool correlated = features <= GD_MOST_CORRELATED || gd_hdf5_has(hdf5, "statistics/correlation");
	if (correlated)
		gd_hdf5_get_shape(hdf5, "statistics/correlation", GD_FLOAT64, 2, shape);
	/* The file holds some matrix of either type; that it is of this shape is checked before anything is allocated. */
	if (correlated && !gd_hdf5_failed(hdf5) && (shape[0] != features || shape[1] != features))
		gd_hdf5_fail(hdf5, "statistics/correlation", "expected shape [%zu, %zu], found [%llu, %llu]", features, features,
			(unsigned long long)shape[0], (unsigned long long)shape[1]);
	if (gd_hdf5_failed(hdf5))
		return;
	header->class_counts = gd_arena_take(arena, GD_PARTS * classes, sizeof *header->class_counts);
	if (correlated)
		header->correlation = gd_arena_take(arena, features * features, sizeof *header->correlation);
	if (!header->class_counts || (correlated && !header->correlation))
		gd_hdf5_fail_out_of_memory(hdf5, "the dataset's statistics");
	gd_hdf5_get_array(hdf5, "statistics/class_counts", GD_INT64, 2, (const hsize_t[2]){GD_PARTS, classes}, header->class_counts);
	if (correlated)
		gd_hdf5_get_array(hdf5, "statistics/correlation", GD_FLOAT64, 2, (const hsize_t[2]){features, features}, header->correlation);
	if (!gd_hdf5_failed(hdf5))
		count_rows(hdf5, header);
	header->audit = !gd_hdf5_failed(hdf5) && gd_hdf5_has(hdf5, "statistics/audit") ? gd_hdf5_get_document(hdf5, "statistics/audit", arena)
										       : gd_arena_string(arena, "");
}
