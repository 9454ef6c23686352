/*
 * Chunks of a new dataset that are deflated as they are written: none has a place before its size is known, so that ranks keep some of them until all have asked rank 0, which has the file's index, for
 * places. Then each writes its own.
 */
#ifndef GD_DEFLATED_CHUNKS_H
#define GD_DEFLATED_CHUNKS_H

#include "gd/store/chunk_plan.h"

typedef struct gd_deflated_chunks gd_deflated_chunks;

/*
 * Local. Room for about 2 MB of such chunks, and two of a whole one. Sets places and sizes of `plan`, on all ranks. hdf5: the file on rank 0, which is `file` on each, and which messages call `path`; all of them
 * are the caller's. communicator NULL: one rank. Errors: out of memory.
 */
GD_CHECKED gd_status gd_deflated_chunks_create(gd_communicator *communicator, gd_chunk_plan *plan, gd_hdf5 *hdf5, int file, const char *path, gd_deflated_chunks **chunks);
void gd_deflated_chunks_free(gd_deflated_chunks *chunks);
/* Waits for the other ranks now and then, until they call it as well, or `finish`. The bytes [size] of a whole chunk, of which a copy is kept. */
GD_CHECKED gd_status gd_deflated_chunks_put(gd_deflated_chunks *chunks, gd_part part, int64_t index, const char *bytes, size_t size);
/* Collective. What is kept is written when all ranks are here, whatever has failed; their statuses may differ. */
GD_CHECKED gd_status gd_deflated_chunks_finish(gd_deflated_chunks *chunks);
/* Local. A chunk that this rank has written, again: *bytes [size], until the next call. */
GD_CHECKED gd_status gd_deflated_chunks_get(gd_deflated_chunks *chunks, gd_part part, int64_t index, size_t size, const char **bytes);

#endif
