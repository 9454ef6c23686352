/*
 * The chunks of an array of rows, one held at a time. Where they lie is looked up by HDF5, in the caller's thread; their bytes are read, and filters undone, without it, so that another thread can. Of
 * arrays whose bytes no one but HDF5 understands (other filters, other numbers, chunks cut between features) it reads the rows itself. Local.
 */
#ifndef GD_ROW_ARRAY_H
#define GD_ROW_ARRAY_H

#include "gd/store/chunk_filters.h"
#include "gd/store/hdf5_file.h"

/* Where a chunk lies in the file. */
typedef struct gd_chunk_place {
	uint64_t address;
	size_t bytes;     /* as it is stored */
	uint32_t skipped; /* a bit a filter that was left out */
} gd_chunk_place;

typedef struct gd_row_array {
	char path[32];
	hid_t id; /* -1: not open */
	gd_element element;
	int rank;
	int64_t rows;
	hsize_t width;
	bool chunked;    /* in the file; else chunks are what is read of it at a time */
	bool by_library; /* HDF5 alone knows how to read it */
	gd_chunk_filters filters;
	int64_t chunk_rows;
	size_t row_bytes;
	int64_t chunk;        /* that was looked up last; -1: none */
	gd_chunk_place place; /* of that chunk; or of all rows */
	char *bytes[2];       /* [room] a chunk, and on its way through filters */
	size_t room;
	const char *held;   /* the rows of the chunk */
	int64_t held_chunk; /* -1: none */
} gd_row_array;

/* An array of rows by its path in the file: rank 1, or 2 with `width` values a row. Errors: a filter that HDF5 lacks, a chunk of more than 64 MiB. Fails like all of gd_hdf5. */
void gd_row_array_open(gd_hdf5 *hdf5, gd_element element, int rank, int64_t rows, int width, gd_row_array *array);
void gd_row_array_close(gd_row_array *array);

/* By HDF5: the place of a chunk. No other thread holds one meanwhile. */
gd_chunk_place gd_row_array_locate(gd_hdf5 *hdf5, gd_row_array *array, int64_t chunk);
/* The rows of a chunk are in `held`. By HDF5 if `by_library`. Errors name the file and the array: the file ends, a checksum or a compression is wrong. */
GD_CHECKED gd_status gd_row_array_hold(gd_hdf5 *hdf5, gd_row_array *array, int64_t chunk, const gd_chunk_place *place);
/* Rows from `first` on, side by side into `to`, of an array that is neither chunked nor by_library. */
GD_CHECKED gd_status gd_row_array_fetch(const gd_hdf5 *hdf5, const gd_row_array *array, int64_t first, int64_t count, char *to);
/* "cannot read 'x.h5': 'train/features': <message> at row 17". */
gd_status gd_row_array_fail(const gd_hdf5 *hdf5, const gd_row_array *array, const char *message, int64_t row);

#endif
