#include "gd/store/hdf5_file.h"

#include <stdlib.h>
#include <string.h>

#include <hdf5_hl.h>

#include "gd/base/parse.h"
#include "gd/store/chunk_kernels.h"
#include "gd/store/hdf5_driver.h"

/* A creation list for objects that carry no time of birth. */
static hid_t timeless(hid_t class)
{
	hid_t list = H5Pcreate(class);
	if (list >= 0 && H5Pset_obj_track_times(list, false) < 0) {
		H5Pclose(list);
		list = -1;
	}
	return list;
}

static hid_t text_type(void)
{
	hid_t type = H5Tcopy(H5T_C_S1);
	if (type >= 0 && (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
		H5Tclose(type);
		type = -1;
	}
	return type;
}

/* A copy in which every byte that breaks UTF-8 (of a path, say) is a question mark. */
static char *clean_copy(const char *text)
{
	char *copy = strdup(text ? text : "");
	size_t bad;
	for (char *rest = copy; rest && !gd_utf8_valid(rest, strlen(rest), &bad); rest += bad + 1)
		rest[bad] = '?';
	return copy;
}

void gd_hdf5_put_group(gd_hdf5 *hdf5, const char *path)
{
	if (gd_hdf5_failed(hdf5))
		return;
	hid_t creation = timeless(H5P_GROUP_CREATE);
	hid_t group = creation < 0 ? -1 : H5Gcreate2(hdf5->file, path, H5P_DEFAULT, creation, H5P_DEFAULT);
	if (group < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot make the group");
	gd_hdf5_drop(group);
	gd_hdf5_drop(creation);
	gd_hdf5_notice_disk(hdf5);
}

/* ---- attributes ---- */

/* `count` < 0: a scalar. */
static void put_attribute(gd_hdf5 *hdf5, const char *path, const char *name, hid_t file_type, hid_t memory_type, long long count, const void *value)
{
	if (gd_hdf5_failed(hdf5))
		return;
	hsize_t shape = count < 0 ? 0 : (hsize_t)count;
	hid_t space = count < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &shape, NULL);
	hid_t attribute = space < 0 ? -1 : H5Acreate_by_name(hdf5->file, path, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	if (attribute < 0 || (count != 0 && H5Awrite(attribute, memory_type, value) < 0)) {
		char doing[128];
		snprintf(doing, sizeof doing, "cannot write attribute '%s'", name);
		gd_hdf5_fail_in_library(hdf5, path, doing);
	}
	gd_hdf5_drop(attribute);
	gd_hdf5_drop(space);
	gd_hdf5_notice_disk(hdf5);
}

void gd_hdf5_put_text(gd_hdf5 *hdf5, const char *path, const char *name, const char *text)
{
	if (gd_hdf5_failed(hdf5))
		return;
	hid_t type = text_type();
	char *clean = clean_copy(text);
	if (!clean)
		gd_hdf5_fail_out_of_memory(hdf5, "an attribute");
	put_attribute(hdf5, path, name, type, type, -1, &clean);
	free(clean);
	gd_hdf5_drop(type);
}

void gd_hdf5_put_integer(gd_hdf5 *hdf5, const char *path, const char *name, int64_t value)
{
	put_attribute(hdf5, path, name, H5T_STD_I64LE, H5T_NATIVE_INT64, -1, &value);
}

void gd_hdf5_put_unsigned(gd_hdf5 *hdf5, const char *path, const char *name, uint64_t value)
{
	put_attribute(hdf5, path, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, -1, &value);
}

void gd_hdf5_put_real(gd_hdf5 *hdf5, const char *path, const char *name, double value)
{
	put_attribute(hdf5, path, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, -1, &value);
}

void gd_hdf5_put_integers(gd_hdf5 *hdf5, const char *path, const char *name, size_t count, const int *values)
{
	put_attribute(hdf5, path, name, H5T_STD_I64LE, H5T_NATIVE_INT, (long long)count, values);
}

void gd_hdf5_put_reals(gd_hdf5 *hdf5, const char *path, const char *name, size_t count, const float *values)
{
	put_attribute(hdf5, path, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, (long long)count, values);
}

/* ---- datasets ---- */

static hid_t create_array(gd_hdf5 *hdf5, const char *path, const gd_hdf5_array *array)
{
	hid_t dataset = -1;
	hid_t space = H5Screate_simple(array->rank, array->shape, NULL);
	hid_t creation = timeless(H5P_DATASET_CREATE);
	bool ready = space >= 0 && creation >= 0 && H5Pset_fill_time(creation, H5D_FILL_TIME_IFSET) >= 0;
	if (ready && array->chunk[0])
		ready = H5Pset_chunk(creation, array->rank, array->chunk) >= 0 && (!array->deflated || H5Pset_deflate(creation, 1) >= 0) && H5Pset_fletcher32(creation) >= 0;
	if (ready)
		dataset = H5Dcreate2(hdf5->file, path, gd_element_file_type(array->element), space, H5P_DEFAULT, creation, H5P_DEFAULT);
	if (dataset < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot make the dataset");
	gd_hdf5_drop(creation);
	gd_hdf5_drop(space);
	return dataset;
}

void gd_hdf5_put_array(gd_hdf5 *hdf5, const char *path, const gd_hdf5_array *array, const void *values)
{
	if (gd_hdf5_failed(hdf5))
		return;
	hid_t dataset = create_array(hdf5, path, array);
	if (dataset >= 0 && values && H5Dwrite(dataset, gd_element_memory_type(array->element), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot write the dataset");
	if (dataset >= 0 && H5Dclose(dataset) < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot write the dataset");
	if (array->units)
		gd_hdf5_put_text(hdf5, path, "units", array->units);
	if (array->long_name)
		gd_hdf5_put_text(hdf5, path, "long_name", array->long_name);
	gd_hdf5_notice_disk(hdf5);
}

void gd_hdf5_place_chunks(gd_hdf5 *hdf5, const char *path, size_t first, size_t count, size_t stored, uint64_t *places)
{
	if (gd_hdf5_failed(hdf5))
		return;
	hsize_t chunk[2] = {1, 1}, at[2] = {0, 0};
	hid_t dataset = H5Dopen2(hdf5->file, path, H5P_DEFAULT);
	hid_t creation = dataset < 0 ? -1 : H5Dget_create_plist(dataset), type = dataset < 0 ? -1 : H5Dget_type(dataset);
	bool placed = creation >= 0 && type >= 0 && H5Pget_chunk(creation, 2, chunk) > 0;
	/* HDF5 wants the bytes, which the driver does not write. */
	size_t size = stored ? stored : (size_t)(chunk[0] * chunk[1]) * H5Tget_size(type) + GD_CHECKSUM_BYTES;
	char *bytes = placed ? calloc(1, size) : NULL;
	hdf5->sink->locating = bytes;
	at[0] = first * chunk[0];
	for (size_t i = 0; bytes && placed && i < count; i++, at[0] += chunk[0]) {
		hdf5->sink->located = HADDR_UNDEF;
		placed = H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at, size, bytes) >= 0 && hdf5->sink->located != HADDR_UNDEF;
		places[i] = hdf5->sink->located;
	}
	hdf5->sink->locating = NULL;
	if (!placed)
		gd_hdf5_fail_in_library(hdf5, path, "cannot place its chunks");
	else if (!bytes)
		gd_hdf5_fail_out_of_memory(hdf5, "a chunk of rows");
	free(bytes);
	gd_hdf5_drop(type);
	gd_hdf5_drop(creation);
	gd_hdf5_drop(dataset);
	gd_hdf5_notice_disk(hdf5);
}

enum {
	COMPACT_TEXTS = 3000,      /* of 16 bytes each, in a header of at most 64 KiB */
	CONVERSION_BYTES = 1 << 14 /* at once: HDF5's own two megabytes, cleared for each array of texts, take longer than all else in a small file */
};

/* `count` < 0: a scalar. */
static void put_strings(gd_hdf5 *hdf5, const char *path, long long count, const char *const *texts, const char *long_name)
{
	if (gd_hdf5_failed(hdf5))
		return;
	size_t entries = count < 0 ? 1 : (size_t)count;
	hsize_t shape = entries;
	char **clean = calloc(entries ? entries : 1, sizeof *clean);
	bool copied = clean;
	for (size_t i = 0; copied && i < entries; i++)
		copied = (clean[i] = clean_copy(texts[i])) != NULL;
	if (!copied) {
		gd_hdf5_fail_out_of_memory(hdf5, "text for a file");
	} else {
		hid_t type = text_type(), creation = timeless(H5P_DATASET_CREATE), transfer = H5Pcreate(H5P_DATASET_XFER);
		/* In the object's header, where they are, references into the heap of texts are checksummed. */
		if (entries <= COMPACT_TEXTS)
			H5Pset_layout(creation, H5D_COMPACT);
		hid_t space = count < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &shape, NULL);
		hid_t dataset = type < 0 || creation < 0 || space < 0 ? -1 : H5Dcreate2(hdf5->file, path, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
		if (dataset < 0 || transfer < 0 || H5Pset_buffer(transfer, CONVERSION_BYTES, NULL, NULL) < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, transfer, clean) < 0)
			gd_hdf5_fail_in_library(hdf5, path, "cannot write text");
		gd_hdf5_drop(dataset);
		gd_hdf5_drop(space);
		gd_hdf5_drop(transfer);
		gd_hdf5_drop(creation);
		gd_hdf5_drop(type);
		gd_hdf5_put_text(hdf5, path, "long_name", long_name);
	}
	for (size_t i = 0; clean && i < entries; i++)
		free(clean[i]);
	free(clean);
	gd_hdf5_notice_disk(hdf5);
}

void gd_hdf5_put_document(gd_hdf5 *hdf5, const char *path, const char *text, const char *long_name)
{
	put_strings(hdf5, path, -1, &text, long_name);
}

void gd_hdf5_put_texts(gd_hdf5 *hdf5, const char *path, size_t count, char *const *texts, const char *long_name)
{
	put_strings(hdf5, path, (long long)count, (const char *const *)texts, long_name);
}

/* ---- dimension scales ---- */

void gd_hdf5_put_scale(gd_hdf5 *hdf5, const char *path, const char *label)
{
	if (gd_hdf5_failed(hdf5))
		return;
	hid_t dataset = H5Dopen2(hdf5->file, path, H5P_DEFAULT);
	if (dataset < 0 || H5DSset_scale(dataset, label) < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot make it a dimension scale");
	gd_hdf5_drop(dataset);
	gd_hdf5_notice_disk(hdf5);
}

void gd_hdf5_bind_scale(gd_hdf5 *hdf5, const char *path, unsigned dimension, const char *scale)
{
	if (gd_hdf5_failed(hdf5))
		return;
	hid_t dataset = H5Dopen2(hdf5->file, path, H5P_DEFAULT);
	hid_t scale_dataset = H5Dopen2(hdf5->file, scale, H5P_DEFAULT);
	if (dataset < 0 || scale_dataset < 0 || H5DSattach_scale(dataset, scale_dataset, dimension) < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot bind its dimension scale");
	gd_hdf5_drop(scale_dataset);
	gd_hdf5_drop(dataset);
	gd_hdf5_notice_disk(hdf5);
}
