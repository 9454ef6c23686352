#include "gd/store/hdf5_driver.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/little_endian.h"

typedef struct driver_file {
	H5FD_t base; /* HDF5's part, first */
	gd_hdf5_sink *sink;
	haddr_t end_of_allocation, end_of_file;
} driver_file;

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access, haddr_t maximum)
{
	(void)name, (void)flags, (void)maximum;
	gd_hdf5_sink *const *sink = H5Pget_driver_info(access);
	driver_file *file = sink ? calloc(1, sizeof *file) : NULL;
	if (file) {
		file->sink = *sink;
		file->end_of_file = (*sink)->reading ? (*sink)->size : 0;
	} else if (sink) {
		(*sink)->error = ENOMEM;
	}
	return (H5FD_t *)file;
}

static herr_t close_file(H5FD_t *file)
{
	free(file);
	return 0;
}

static int compare_files(const H5FD_t *a, const H5FD_t *b)
{
	uintptr_t left = (uintptr_t)((const driver_file *)a)->sink, right = (uintptr_t)((const driver_file *)b)->sink;
	return (left > right) - (left < right);
}

static herr_t query(const H5FD_t *file, unsigned long *flags)
{
	/* HDF5 also asks about no file in particular. One that is read goes without its accumulator, so that a heap is read from its beginning. */
	bool reading = file && ((const driver_file *)file)->sink->reading;
	*flags = H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
	if (!reading)
		*flags |= H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA;
	return 0;
}

static haddr_t get_end_of_allocation(const H5FD_t *file, H5FD_mem_t type)
{
	(void)type;
	return ((const driver_file *)file)->end_of_allocation;
}

static herr_t set_end_of_allocation(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
	(void)type;
	((driver_file *)file)->end_of_allocation = address;
	return 0;
}

static haddr_t get_end_of_file(const H5FD_t *file, H5FD_mem_t type)
{
	(void)type;
	return ((const driver_file *)file)->end_of_file;
}

/* ---- memory ---- */

/* The file becomes `size` bytes long, with zeros where nothing was written: equal contents are equal bytes. */
static void resize(gd_hdf5_sink *sink, size_t size)
{
	if (size > sink->room) {
		size_t room = sink->room + sink->room / 2 > size ? sink->room + sink->room / 2 : size;
		char *bytes = realloc(sink->bytes, room);
		if (!bytes) {
			sink->error = ENOMEM;
			return;
		}
		sink->bytes = bytes;
		sink->room = room;
	}
	if (size > sink->size)
		memset(sink->bytes + sink->size, 0, size - sink->size);
	sink->size = size;
}

static size_t copy_out(const gd_hdf5_sink *sink, size_t address, size_t size, void *buffer)
{
	size_t left = address < sink->size ? sink->size - address : 0;
	size_t count = size < left ? size : left;
	if (count)
		memcpy(buffer, sink->bytes + address, count);
	return count;
}

static void copy_in(gd_hdf5_sink *sink, size_t address, size_t size, const void *buffer)
{
	if (address + size > sink->size)
		resize(sink, address + size);
	if (!sink->error)
		memcpy(sink->bytes + address, buffer, size);
}

/* ---- what HDF5 calls ---- */

/* How many of `size` bytes at `address` the file has. */
static size_t fetch(gd_hdf5_sink *sink, haddr_t address, size_t size, void *buffer)
{
	if (sink->descriptor < 0)
		return copy_out(sink, address, size, buffer);
	size_t done = 0;
	while (done < size) {
		ssize_t got = pread(sink->descriptor, (char *)buffer + done, size - done, (off_t)(address + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && !sink->error)
			sink->error = errno;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

/*
 * Whether the objects of a global heap collection fill it without gap or overlap. Source: HDF5 File Format Specification 3.0, III.E. What merely
 * looks like a heap (2^-64 of all data) would have to be one.
 */
static bool heap_is_sound(gd_hdf5_sink *sink, haddr_t address)
{
	uint8_t head[16];
	if (fetch(sink, address, sizeof head, head) != sizeof head)
		return false;
	uint64_t size = gd_get_little_endian(head + 8, 8);
	if (size < 4096 || address > sink->size || size > sink->size - address)
		return false;
	for (uint64_t at = sizeof head; at + sizeof head <= size;) {
		if (fetch(sink, address + at, sizeof head, head) != sizeof head)
			return false;
		uint64_t index = gd_get_little_endian(head, 2), length = gd_get_little_endian(head + 8, 8), left = size - at;
		if (index == 0) /* free space, its own head included: the rest of the collection */
			return length == left;
		if (length > left - sizeof head)
			return false;
		at += sizeof head + (length + 7) / 8 * 8;
	}
	return true;
}

static herr_t read_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer)
{
	(void)type, (void)transfer;
	static const uint8_t heap[8] = {'G', 'C', 'O', 'L', 1, 0, 0, 0};
	driver_file *file = (driver_file *)base;
	if (file->sink->locating == buffer) {
		file->sink->located = address;
		return 0;
	}
	size_t got = fetch(file->sink, address, size, buffer);
	memset((char *)buffer + got, 0, size - got);
	if (file->sink->reading && got >= sizeof heap && memcmp(buffer, heap, sizeof heap) == 0 && !heap_is_sound(file->sink, address))
		return -1;
	return 0;
}

static herr_t write_bytes(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *buffer)
{
	(void)type, (void)transfer;
	driver_file *file = (driver_file *)base;
	const char *bytes = buffer;
	if (address + size > file->end_of_file)
		file->end_of_file = address + size;
	/* (Not by its type: HDF5 writes heaps as raw data, too, whenever its cache lets go of one.) */
	if (file->sink->locating == buffer) {
		file->sink->located = address;
		return 0;
	}
	if (file->sink->descriptor < 0 && !file->sink->error)
		copy_in(file->sink, address, size, buffer);
	while (size && file->sink->descriptor >= 0 && !file->sink->error) {
		ssize_t put = pwrite(file->sink->descriptor, bytes, size, (off_t)address);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			file->sink->error = put < 0 ? errno : EIO;
			break;
		}
		bytes += put;
		size -= (size_t)put;
		address += (haddr_t)put;
	}
	return 0;
}

static herr_t truncate_file(H5FD_t *base, hid_t transfer, hbool_t closing)
{
	(void)transfer, (void)closing;
	driver_file *file = (driver_file *)base;
	if (file->end_of_allocation != file->end_of_file) {
		if (file->sink->descriptor < 0 && !file->sink->error)
			resize(file->sink, file->end_of_allocation);
		else if (!file->sink->error && ftruncate(file->sink->descriptor, (off_t)file->end_of_allocation) != 0)
			file->sink->error = errno;
		file->end_of_file = file->end_of_allocation;
	}
	return 0;
}

bool gd_hdf5_sink_attach(gd_hdf5_sink *sink, hid_t access)
{
	static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION /* from HDF5 1.14 on */
		.version = H5FD_CLASS_VERSION,
#endif
		.name = "genre_dist",
		.maxaddr = ((haddr_t)1 << 62) - 1,
		.fc_degree = H5F_CLOSE_WEAK,
		.fapl_size = sizeof(gd_hdf5_sink *),
		.open = open_file,
		.close = close_file,
		.cmp = compare_files,
		.query = query,
		.get_eoa = get_end_of_allocation,
		.set_eoa = set_end_of_allocation,
		.get_eof = get_end_of_file,
		.read = read_bytes,
		.write = write_bytes,
		.truncate = truncate_file,
		.fl_map = H5FD_FLMAP_DICHOTOMY,
	};
	sink->driver = H5FDregister(&driver);
	return sink->driver >= 0 && H5Pset_driver(access, sink->driver, &sink) >= 0;
}

void gd_hdf5_sink_release(gd_hdf5_sink *sink)
{
	if (sink->driver >= 0)
		H5FDunregister(sink->driver);
	sink->driver = -1;
}
