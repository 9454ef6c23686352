#include "gd/store/row_array.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/store/dataset.h"
#include "gd/store/hdf5_driver.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are read as they lie in memory");

enum { MOST_CHUNK_BYTES = 64 << 20 }; /* of which each rank holds one or two an array */

static void make_buffers(gd_hdf5 *hdf5, gd_row_array *a, size_t room)
{
	if (room <= a->room)
		return;
	a->room = room;
	a->held_chunk = -1;
	for (int i = 0; i < (a->filters.count ? 2 : 1); i++) {
		free(a->bytes[i]);
		a->bytes[i] = gd_allocate(room, 1);
		if (!a->bytes[i])
			gd_hdf5_fail_out_of_memory(hdf5, "a chunk of rows");
	}
}

/* As many whole chunks at a time, where HDF5 reads them, as a dataset of our own has in one. */
static void plan(gd_row_array *a, hid_t creation)
{
	hsize_t chunk[2] = {1, 1};
	unsigned edges = 0;
	hid_t type = H5Dget_type(a->id);
	H5D_layout_t layout = H5Pget_layout(creation);
	bool as_in_memory = type >= 0 && H5Tequal(type, gd_element_memory_type(a->element)) > 0;
	a->chunk_rows = gd_dataset_block_rows((int)a->width);
	a->chunked = layout == H5D_CHUNKED && H5Pget_chunk(creation, 2, chunk) > 0;
	if (a->chunked) {
		bool known = gd_chunk_filters_find(creation, &a->filters) && H5Pget_chunk_opts(creation, &edges) >= 0 && edges == 0;
		int64_t rows = (int64_t)chunk[0];
		a->by_library = !as_in_memory || !known || chunk[1] != a->width;
		a->chunk_rows = !a->by_library || rows > a->chunk_rows ? rows : a->chunk_rows / rows * rows;
	} else {
		a->place.address = layout == H5D_CONTIGUOUS ? H5Dget_offset(a->id) : HADDR_UNDEF;
		a->by_library = !as_in_memory || a->place.address == HADDR_UNDEF;
	}
	gd_hdf5_drop(type);
}

void gd_row_array_open(gd_hdf5 *hdf5, gd_element element, int rank, int64_t rows, int width, gd_row_array *a)
{
	char lacking[64];
	a->element = element;
	a->rank = rank;
	a->rows = rows;
	a->width = rank == 2 ? (hsize_t)width : 1;
	a->row_bytes = a->width * gd_element_size(element);
	a->chunk = a->held_chunk = -1;
	a->id = H5Dopen2(hdf5->file, a->path, H5P_DEFAULT);
	hid_t creation = a->id >= 0 ? H5Dget_create_plist(a->id) : -1;
	if (creation < 0) {
		gd_hdf5_fail_in_library(hdf5, a->path, "cannot open the dataset");
		return;
	}
	plan(a, creation);
	if (gd_chunk_filters_lack(creation, lacking, sizeof lacking))
		gd_hdf5_fail(hdf5, a->path, "expected rows that can be read, found them packed by the filter '%s', which this HDF5 lacks; where there is one, h5repack -f NONE unpacks them", lacking);
	else if ((size_t)a->chunk_rows > MOST_CHUNK_BYTES / a->row_bytes)
		gd_hdf5_fail(hdf5, a->path, "expected chunks of up to %d MiB, found them of %" PRId64 " rows of %zu bytes; h5repack -l makes shorter ones", MOST_CHUNK_BYTES >> 20, a->chunk_rows, a->row_bytes);
	else
		make_buffers(hdf5, a, gd_chunk_filters_room((size_t)a->chunk_rows * a->row_bytes, 0));
	gd_hdf5_drop(creation);
}

void gd_row_array_close(gd_row_array *a)
{
	gd_hdf5_drop(a->id);
	free(a->bytes[0]);
	free(a->bytes[1]);
}

/* HDF5 1.10 tells a chunk's place by going through all chunks; a read finds it by the index, and the driver, told not to read, says where it was sent. */
gd_chunk_place gd_row_array_locate(gd_hdf5 *hdf5, gd_row_array *a, int64_t chunk)
{
	hsize_t offset[2] = {(hsize_t)(chunk * a->chunk_rows), 0}, size = 0;
	size_t bytes = (size_t)a->chunk_rows * a->row_bytes;
	if (gd_hdf5_failed(hdf5) || a->by_library || !a->chunked || a->chunk == chunk)
		return a->place;
	/* What filters made of a chunk is hardly longer than it was. */
	bool found = H5Dget_chunk_storage_size(a->id, offset, &size) >= 0 && (a->filters.count ? size > 0 && size <= 2 * bytes + 4096 : size == bytes);
	if (found)
		make_buffers(hdf5, a, gd_chunk_filters_room(bytes, size));
	if (found && !gd_hdf5_failed(hdf5)) {
		hdf5->sink->located = HADDR_UNDEF;
		hdf5->sink->locating = a->bytes[0];
		found = H5Dread_chunk(a->id, H5P_DEFAULT, offset, &a->place.skipped, a->bytes[0]) >= 0 && hdf5->sink->located != HADDR_UNDEF;
		hdf5->sink->locating = NULL;
	}
	if (!found)
		gd_hdf5_fail_in_library(hdf5, a->path, "cannot find its chunks");
	a->chunk = gd_hdf5_failed(hdf5) ? -1 : chunk;
	a->place.address = hdf5->sink->located;
	a->place.bytes = size;
	return a->place;
}

gd_status gd_row_array_fail(const gd_hdf5 *hdf5, const gd_row_array *a, const char *message, int64_t row)
{
	return gd_error(GD_BAD_DATA, "cannot read '%s': '%s': %s at row %" PRId64, hdf5->name, a->path, message, row);
}

/* `bytes` of the file at `address`; they begin with row `row`. */
static gd_status fetch(const gd_hdf5 *hdf5, const gd_row_array *a, uint64_t address, char *to, size_t bytes, int64_t row)
{
	while (bytes) {
		ssize_t got = pread(hdf5->sink->descriptor, to, bytes, (off_t)address);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return gd_file_error(GD_BAD_DATA, "read", hdf5->name, errno);
		if (got == 0)
			return gd_row_array_fail(hdf5, a, "the file ends", row);
		to += got;
		bytes -= (size_t)got;
		address += (uint64_t)got;
	}
	return gd_ok();
}

gd_status gd_row_array_fetch(const gd_hdf5 *hdf5, const gd_row_array *a, int64_t first, int64_t count, char *to)
{
	return fetch(hdf5, a, a->place.address + (uint64_t)first * a->row_bytes, to, (size_t)count * a->row_bytes, first);
}

static gd_status ask_library(gd_hdf5 *hdf5, gd_row_array *a, int64_t first, int64_t count)
{
	hsize_t start[2] = {(hsize_t)first, 0}, shape[2] = {(hsize_t)count, a->width};
	hid_t space = H5Dget_space(a->id), memory = H5Screate_simple(a->rank, shape, NULL);
	bool read = space >= 0 && memory >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, shape, NULL) >= 0 &&
		    H5Dread(a->id, gd_element_memory_type(a->element), memory, space, H5P_DEFAULT, a->bytes[0]) >= 0;
	if (!read)
		gd_hdf5_fail_in_library(hdf5, a->path, "cannot read rows");
	gd_hdf5_drop(memory);
	gd_hdf5_drop(space);
	return hdf5->status;
}

gd_status gd_row_array_hold(gd_hdf5 *hdf5, gd_row_array *a, int64_t chunk, const gd_chunk_place *place)
{
	int64_t first = chunk * a->chunk_rows, left = a->rows - first, rows = left < a->chunk_rows ? left : a->chunk_rows;
	const char *wrong = NULL;
	gd_status status;
	if (a->held_chunk == chunk)
		return gd_ok();
	a->held_chunk = -1;
	a->held = a->bytes[0];
	if (a->by_library)
		status = ask_library(hdf5, a, first, rows);
	else if (!a->chunked)
		status = gd_row_array_fetch(hdf5, a, first, rows, a->bytes[0]);
	else
		status = fetch(hdf5, a, place->address, a->bytes[0], place->bytes, first);
	if (!gd_failed(&status) && !a->by_library && a->chunked)
		wrong = gd_chunk_filters_undo(&a->filters, place->skipped, a->bytes, place->bytes, (size_t)a->chunk_rows * a->row_bytes, &a->held);
	if (wrong)
		status = gd_row_array_fail(hdf5, a, wrong, first);
	a->held_chunk = gd_failed(&status) ? -1 : chunk;
	return status;
}
