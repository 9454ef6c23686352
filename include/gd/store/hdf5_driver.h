/*
 * Where HDF5 writes a new file, and reads one: a descriptor, or memory. Local.
 *
 * HDF5 1.10 cannot close a file after a failed write: what it could not flush stays open and is freed twice at exit. So the first error
 * of the disk is kept here, what follows is dropped: no write fails in HDF5's eyes. The caller looks at `error` and discards the file.
 *
 * Nor does HDF5 1.10 check the heap of its texts: no checksum, and lengths are believed. So a heap is looked through here before HDF5 gets it.
 *
 * HDF5's own files in memory
 * will not do either: H5Fget_file_image leaves a superblock of version 2 with a wrong checksum, H5LTopen_file_image leaks on bad bytes.
 */
#ifndef GD_HDF5_DRIVER_H
#define GD_HDF5_DRIVER_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct gd_hdf5_sink {
	int descriptor; /* the caller's; -1: memory */
	bool reading;   /* an existing file, of `size` bytes */
	char *bytes;    /* in memory: the file. Of a new one, the caller's to free() once it is closed; one that is read is left alone */
	size_t size, room;
	const void *locating; /* what is to be read to this place, or written from it, is neither: `located` becomes where it lies in the file; NULL: none */
	haddr_t located;
	int error;      /* of writing: errno of the first failure, or 0 */
	hid_t driver;   /* as registered with HDF5 */
} gd_hdf5_sink;

/* Makes a file access property list one of `sink`; false when HDF5 refuses, with the reason on its error stack. */
bool gd_hdf5_sink_attach(gd_hdf5_sink *sink, hid_t access);
/* Forgets the driver, once the file is closed. */
void gd_hdf5_sink_release(gd_hdf5_sink *sink);

#endif
