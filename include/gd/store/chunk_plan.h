/* The chunks of a dataset that is being written: which there are, and where they lie. Local. */
#ifndef GD_CHUNK_PLAN_H
#define GD_CHUNK_PLAN_H

#include "gd/store/dataset_file.h"

typedef struct gd_chunk_plan {
	const gd_dataset_header *header; /* the caller's */
	int64_t rows[GD_COLUMNS];        /* of a chunk, in parts that have so many */
	size_t row_bytes[GD_COLUMNS];
	size_t first[GD_PARTS][GD_COLUMNS]; /* of an array's places among all */
	size_t count;
	uint64_t *places; /* [count], released with free(); NULL: not known yet */
	uint64_t *stored; /* [count] bytes in the file, likewise; NULL: as many as their rows and checksums have. Of what is deflated, place and size are known once it is written */
} gd_chunk_plan;

void gd_chunk_plan_init(gd_chunk_plan *plan, const gd_dataset_header *header);
bool gd_chunk_plan_deflates(const gd_chunk_plan *plan, gd_column column);
/* How many rows a chunk of such an array has, and how many chunks there are. */
int64_t gd_chunk_plan_rows(const gd_chunk_plan *plan, gd_part part, gd_column column);
size_t gd_chunk_plan_count(const gd_chunk_plan *plan, gd_part part, gd_column column);
/* Bytes of a whole chunk with its checksum, before it is deflated; and those of one of them in the file. */
size_t gd_chunk_plan_room(const gd_chunk_plan *plan, gd_part part, gd_column column);
size_t gd_chunk_plan_stored(const gd_chunk_plan *plan, gd_part part, gd_column column, size_t index);

/* `size` bytes at `place` of the file, which messages call `path`. */
GD_CHECKED gd_status gd_chunk_put_bytes(int file, const char *path, const char *bytes, size_t size, uint64_t place);
GD_CHECKED gd_status gd_chunk_get_bytes(int file, const char *path, char *bytes, size_t size, uint64_t place);

#endif
