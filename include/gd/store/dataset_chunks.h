/*
 * The rows of a new dataset, written by the ranks that have them: chunks go to the places that HDF5 has given them (gd_hdf5_place_chunks), each from one rank, with its checksum. Rows of a chunk that
 * several ranks have go to the one that has the first of them.
 */
#ifndef GD_DATASET_CHUNKS_H
#define GD_DATASET_CHUNKS_H

#include "gd/base/sha256.h"
#include "gd/store/chunk_plan.h"

/*
 * Collective; local with NULL. Fills the chunks of the file `temporary`, which messages call `path` (and which rank 0 has open as `hdf5`), and finds the digest of all rows (gd/store/dataset_content.h) up to where the rest follows. pieces
 * [count] as for gd_dataset_write_together. All ranks leave with the same status: of sources that fail, that of the first row in the stored order.
 */
GD_CHECKED gd_status gd_chunks_write(gd_communicator *communicator, gd_chunk_plan *plan, gd_hdf5 *hdf5, const char *temporary, const char *path, const gd_dataset_piece *pieces, size_t count,
	gd_dataset_source *source, void *context, gd_sha256 *content);

#endif
