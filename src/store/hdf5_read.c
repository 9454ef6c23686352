#include "gd/store/hdf5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hid_t open_dataset(gd_hdf5 *hdf5, const char *path)
{
	if (gd_hdf5_failed(hdf5))
		return -1;
	hid_t dataset = gd_hdf5_has(hdf5, path) ? H5Dopen2(hdf5->file, path, H5P_DEFAULT) : -1;
	if (dataset < 0)
		gd_hdf5_fail(hdf5, path, "expected a dataset, found none");
	return dataset;
}

static const char *element_word(H5T_class_t class, size_t size)
{
	if (class == H5T_FLOAT)
		return size == 4 ? "float32" : size == 8 ? "float64" : "another floating-point type";
	if (class == H5T_INTEGER)
		return size == 4 ? "int32" : size == 8 ? "int64" : "another integer type";
	return gd_hdf5_class_word(class);
}

/* Whether a filter makes chunks smaller: another tool's doing, since our files have checksums alone. */
static bool is_compressed(hid_t creation)
{
	int filters = H5Pget_nfilters(creation);
	for (int i = 0; i < filters; i++) {
		unsigned flags;
		size_t values = 0;
		H5Z_filter_t filter = H5Pget_filter2(creation, (unsigned)i, &flags, &values, NULL, 0, NULL, NULL);
		if (filter != H5Z_FILTER_FLETCHER32 && filter != H5Z_FILTER_SHUFFLE)
			return true;
	}
	return false;
}

/* Whether as many bytes as the dataset claims are there: nothing is allocated on a claim alone. */
static bool is_stored(const gd_hdf5 *hdf5, hid_t dataset, hsize_t elements, size_t element_size)
{
	hid_t creation = H5Dget_create_plist(dataset);
	H5D_layout_t layout = creation < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(creation);
	bool own = (layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED) && H5Pget_external_count(creation) == 0;
	hsize_t stored = own ? H5Dget_storage_size(dataset) : 0;
	if (stored > hdf5->size)
		stored = hdf5->size;
	/* Deflate's best is 1032 bytes for each one stored. */
	if (own && is_compressed(creation))
		stored *= 1032;
	gd_hdf5_drop(creation);
	return elements <= stored / element_size;
}

enum { SHAPE_TEXT = 80 };

static const char *shape_text(int rank, const hsize_t *shape, char text[SHAPE_TEXT])
{
	int used = 0;
	for (int d = 0; d < rank; d++)
		used += snprintf(text + used, (size_t)(SHAPE_TEXT - used), d ? ", %llu" : "[%llu", (unsigned long long)shape[d]);
	snprintf(text + used, (size_t)(SHAPE_TEXT - used), "]");
	return text;
}

/* The element count of a dataset's shape; 0 with the failure kept. */
static hsize_t check_dataset(gd_hdf5 *hdf5, const char *path, hid_t dataset, H5T_class_t class, size_t size, int rank, hsize_t shape[GD_HDF5_DIMENSIONS])
{
	hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
	hsize_t elements = 1;
	char text[SHAPE_TEXT];
	for (int d = 0; d < GD_HDF5_DIMENSIONS; d++)
		shape[d] = 1;
	if (type < 0 || space < 0) {
		gd_hdf5_fail_in_library(hdf5, path, "cannot read the dataset");
		goto done;
	}
	H5T_class_t found = H5Tget_class(type);
	size_t found_size = H5Tget_size(type);
	bool right = found == class && (class == H5T_STRING || found_size == size) && (class != H5T_INTEGER || H5Tget_sign(type) == H5T_SGN_2);
	int found_rank = H5Sget_simple_extent_type(space) == H5S_NULL ? -1 : H5Sget_simple_extent_ndims(space);
	if (!right)
		gd_hdf5_fail(hdf5, path, "expected %s, found %s", element_word(class, size), element_word(found, found_size));
	else if (found_rank != rank)
		gd_hdf5_fail(hdf5, path, "expected %d dimensions, found %d", rank, found_rank);
	else if (rank && H5Sget_simple_extent_dims(space, shape, NULL) != rank)
		gd_hdf5_fail_in_library(hdf5, path, "cannot read the dataset's shape");
	else if (__builtin_mul_overflow(shape[0], shape[1], &elements) || __builtin_mul_overflow(elements, shape[2], &elements) || !is_stored(hdf5, dataset, elements, found_size))
		gd_hdf5_fail(hdf5, path, "claims %s elements, more than the file holds", shape_text(rank, shape, text));
done:
	gd_hdf5_drop(space);
	gd_hdf5_drop(type);
	return gd_hdf5_failed(hdf5) ? 0 : elements;
}

static H5T_class_t class_of(gd_element element)
{
	return element == GD_FLOAT32 || element == GD_FLOAT64 ? H5T_FLOAT : H5T_INTEGER;
}

void gd_hdf5_get_shape(gd_hdf5 *hdf5, const char *path, gd_element element, int rank, hsize_t shape[2])
{
	hsize_t found[GD_HDF5_DIMENSIONS] = {0};
	hid_t dataset = open_dataset(hdf5, path);
	if (dataset >= 0)
		check_dataset(hdf5, path, dataset, class_of(element), gd_element_size(element), rank, found);
	for (int d = 0; d < 2; d++)
		shape[d] = gd_hdf5_failed(hdf5) ? 0 : found[d];
	gd_hdf5_drop(dataset);
}

void gd_hdf5_get_array(gd_hdf5 *hdf5, const char *path, gd_element element, int rank, const hsize_t *shape, void *values)
{
	hsize_t found[GD_HDF5_DIMENSIONS] = {0};
	char expected_text[SHAPE_TEXT], found_text[SHAPE_TEXT];
	hid_t dataset = open_dataset(hdf5, path);
	if (dataset < 0)
		return;
	check_dataset(hdf5, path, dataset, class_of(element), gd_element_size(element), rank, found);
	if (!gd_hdf5_failed(hdf5) && memcmp(found, shape, (size_t)rank * sizeof *found) != 0) {
		if (rank > 1)
			gd_hdf5_fail(hdf5, path, "expected shape %s, found %s", shape_text(rank, shape, expected_text), shape_text(rank, found, found_text));
		else
			gd_hdf5_fail(hdf5, path, "expected %llu elements, found %llu", (unsigned long long)shape[0], (unsigned long long)found[0]);
	}
	if (!gd_hdf5_failed(hdf5) && H5Dread(dataset, gd_element_memory_type(element), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot read the dataset");
	gd_hdf5_drop(dataset);
}

/* All texts of a dataset of this rank, one by one: texts that share their bytes in a crafted file must not add up to more than the file. */
static char **read_strings(gd_hdf5 *hdf5, const char *path, int rank, gd_arena *arena, size_t *count)
{
	*count = 0;
	hid_t dataset = open_dataset(hdf5, path);
	if (dataset < 0)
		return NULL;
	hsize_t shape[GD_HDF5_DIMENSIONS];
	hsize_t entries = check_dataset(hdf5, path, dataset, H5T_STRING, 0, rank, shape);
	hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
	char **texts = gd_hdf5_failed(hdf5) ? NULL : gd_arena_take(arena, entries + 1, sizeof *texts);
	if (!texts)
		gd_hdf5_fail_out_of_memory(hdf5, "texts of a file");
	size_t total = 0;
	for (hsize_t i = 0; i < entries && !gd_hdf5_failed(hdf5); i++) {
		if (rank && H5Sselect_elements(space, H5S_SELECT_SET, 1, &i) < 0)
			gd_hdf5_fail_in_library(hdf5, path, "cannot read its texts");
		else if ((texts[i] = gd_hdf5_read_string(hdf5, path, dataset, false, type, space, arena)))
			total += strlen(texts[i]);
		if (total > hdf5->size)
			gd_hdf5_fail(hdf5, path, "claims more text than the file holds");
	}
	gd_hdf5_drop(space);
	gd_hdf5_drop(type);
	gd_hdf5_drop(dataset);
	*count = gd_hdf5_failed(hdf5) ? 0 : entries;
	return gd_hdf5_failed(hdf5) ? NULL : texts;
}

char *gd_hdf5_get_document(gd_hdf5 *hdf5, const char *path, gd_arena *arena)
{
	size_t count;
	char **texts = read_strings(hdf5, path, 0, arena, &count);
	return texts ? texts[0] : NULL;
}

char **gd_hdf5_get_texts(gd_hdf5 *hdf5, const char *path, size_t *count, gd_arena *arena)
{
	size_t expected = *count;
	char **texts = read_strings(hdf5, path, 1, arena, count);
	if (texts && expected && *count != expected) {
		gd_hdf5_fail(hdf5, path, "expected %zu texts, found %zu", expected, *count);
		texts = NULL;
		*count = 0;
	}
	return texts;
}
