/*
 * The rows of a new dataset, written by the ranks that have them: chunks go to the places that HDF5 has given them (gd_hdf5_place_chunks), each from one rank, with its checksum. Rows of a chunk that
 * several ranks have go to the one that has the first of them.
 */
#ifndef GD_DATASET_CHUNKS_H
#define GD_DATASET_CHUNKS_H

#include "gd/base/sha256.h"
#include "gd/store/dataset_file.h"

/* The arrays' chunks, and where they lie. */
typedef struct gd_chunk_plan {
	const gd_dataset_header *header; /* the caller's */
	int64_t rows[GD_COLUMNS];        /* of a chunk, in parts that have so many */
	size_t row_bytes[GD_COLUMNS];
	size_t first[GD_PARTS][GD_COLUMNS]; /* of an array's places among all */
	size_t count;
	uint64_t *places; /* [count], released with free(); NULL: not known yet */
} gd_chunk_plan;

/* Local. */
void gd_chunk_plan_init(gd_chunk_plan *plan, const gd_dataset_header *header);
/* How many rows a chunk of such an array has, and how many chunks there are. */
int64_t gd_chunk_plan_rows(const gd_chunk_plan *plan, gd_part part, gd_column column);
size_t gd_chunk_plan_count(const gd_chunk_plan *plan, gd_part part, gd_column column);

/*
 * Collective; local with NULL. Fills the chunks of the file `temporary`, which messages call `path`, and finds the digest of all rows (gd/store/dataset_content.h) up to where the rest follows. pieces
 * [count] as for gd_dataset_write_together. All ranks leave with the same status: of sources that fail, that of the first row in the stored order.
 */
GD_CHECKED gd_status gd_chunks_write(gd_communicator *communicator, const gd_chunk_plan *plan, const char *temporary, const char *path, const gd_dataset_piece *pieces, size_t count,
	gd_dataset_source *source, void *context, gd_sha256 *content);

#endif
