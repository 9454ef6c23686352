#include "gd/store/deflated_chunks.h"

#include <stdlib.h>

#include "gd/base/little_endian.h"
#include "gd/base/memory.h"
#include "gd/base/unpack.h"
#include "gd/parallel/join.h"
#include "gd/store/chunk_filters.h"
#include "gd/store/chunk_kernels.h"
#include "gd/store/row_deflate.h"

enum {
	MOST = 64,           /* chunks that a rank asks places for at once */
	KEPT_BYTES = 2 << 20 /* of them */
};
#define NOWHERE UINT64_MAX

/* What a rank asks for: room for chunks `number` (of the plan) of `stored` bytes. */
typedef struct wish {
	int32_t count;
	int32_t last; /* there will be no more of this rank */
	uint64_t number[MOST], stored[MOST];
} wish;

struct gd_deflated_chunks {
	gd_communicator *communicator;
	gd_chunk_plan *plan;
	gd_hdf5 *hdf5;
	int file, ranks;
	const char *path;
	wish mine, *all;    /* all [ranks] */
	uint64_t *places;   /* [ranks, MOST] of what all wish for */
	char *kept;         /* [room] this rank's, one behind the other */
	size_t used, room;
	char *buffers[2];   /* [buffer_room] of chunks that are read again */
	size_t buffer_room;
};

/* ---- room ---- */

gd_status gd_deflated_chunks_create(gd_communicator *communicator, gd_chunk_plan *plan, gd_hdf5 *hdf5, int file, const char *path, gd_deflated_chunks **result)
{
	gd_deflated_chunks *chunks = *result = gd_allocate(1, sizeof *chunks);
	if (!chunks)
		return gd_out_of_memory("blocks of rows");
	*chunks = (gd_deflated_chunks){.communicator = communicator, .plan = plan, .hdf5 = hdf5, .file = file, .path = path, .ranks = communicator ? communicator->size : 1};
	size_t whole = 0;
	for (int part = 0; part < GD_PARTS; part++)
		whole = gd_chunk_plan_room(plan, (gd_part)part, GD_FEATURES) > whole ? gd_chunk_plan_room(plan, (gd_part)part, GD_FEATURES) : whole;
	size_t most = gd_pack_zlib_room(whole) + GD_CHECKSUM_BYTES + 1;
	chunks->room = most > KEPT_BYTES ? most : KEPT_BYTES;
	chunks->buffer_room = gd_chunk_filters_room(whole, most);
	chunks->kept = malloc(chunks->room);
	chunks->all = gd_allocate((size_t)chunks->ranks, sizeof *chunks->all);
	chunks->places = gd_allocate((size_t)chunks->ranks * MOST, sizeof *chunks->places);
	bool complete = chunks->kept && chunks->all && chunks->places;
	for (int i = 0; i < 2; i++)
		complete = (chunks->buffers[i] = malloc(chunks->buffer_room)) && complete;
	if (complete && (plan->stored = calloc(plan->count + 1, sizeof *plan->stored)))
		return gd_ok();
	gd_deflated_chunks_free(chunks);
	*result = NULL;
	return gd_out_of_memory("blocks of rows");
}

void gd_deflated_chunks_free(gd_deflated_chunks *chunks)
{
	if (!chunks)
		return;
	free(chunks->kept);
	free(chunks->all);
	free(chunks->places);
	free(chunks->buffers[0]);
	free(chunks->buffers[1]);
	free(chunks);
}

/* ---- writing ---- */

/* What a chunk takes of what is kept: each begins where a checksum's words may. */
static size_t kept_bytes(size_t stored)
{
	return (stored + 7) / 8 * 8;
}

/* On rank 0. The array's and the chunk's number in it follow from the number in the plan. */
static void place(gd_deflated_chunks *chunks)
{
	const gd_chunk_plan *plan = chunks->plan;
	char path[32];
	for (int rank = 0; rank < chunks->ranks; rank++)
		for (int i = 0; i < chunks->all[rank].count; i++) {
			uint64_t number = chunks->all[rank].number[i];
			int part = GD_PARTS - 1;
			while (part && plan->first[part][GD_FEATURES] > number)
				part--;
			uint64_t *to = chunks->places + rank * MOST + i;
			*to = NOWHERE;
			gd_hdf5_place_chunks(chunks->hdf5, gd_column_path((gd_part)part, GD_FEATURES, path), number - plan->first[part][GD_FEATURES], 1, chunks->all[rank].stored[i], to);
			*to = gd_hdf5_failed(chunks->hdf5) ? NOWHERE : *to;
		}
}

static gd_status write_kept(gd_deflated_chunks *chunks)
{
	gd_status status = gd_ok();
	for (int rank = 0; rank < chunks->ranks; rank++) {
		bool own = !chunks->communicator || rank == chunks->communicator->rank;
		const char *bytes = chunks->kept;
		for (int i = 0; i < chunks->all[rank].count && !gd_failed(&status); i++) {
			uint64_t number = chunks->all[rank].number[i], stored = chunks->all[rank].stored[i];
			chunks->plan->places[number] = chunks->places[rank * MOST + i];
			chunks->plan->stored[number] = stored;
			if (chunks->plan->places[number] == NOWHERE)
				status = chunks->hdf5 ? chunks->hdf5->status : gd_error(GD_FAILED, "cannot write '%s'", chunks->path);
			else if (own)
				status = gd_chunk_put_bytes(chunks->file, chunks->path, bytes, stored, chunks->plan->places[number]);
			bytes += kept_bytes(stored);
		}
	}
	return status;
}

/* Collective. *over: no rank has any more. */
static gd_status write_together(gd_deflated_chunks *chunks, bool last, bool *over)
{
	gd_status status = gd_ok();
	chunks->mine.last = last;
	*over = true;
	if (chunks->communicator)
		status = gd_join_all(chunks->communicator, &chunks->mine, sizeof chunks->mine, chunks->all);
	else
		chunks->all[0] = chunks->mine;
	if (gd_failed(&status))
		return status;
	if (chunks->hdf5)
		place(chunks);
	if (chunks->communicator)
		status = gd_broadcast(chunks->communicator, chunks->places, (size_t)chunks->ranks * MOST * sizeof *chunks->places);
	for (int rank = 0; rank < chunks->ranks; rank++)
		*over = *over && chunks->all[rank].last;
	if (!gd_failed(&status))
		status = write_kept(chunks);
	chunks->mine.count = 0;
	chunks->used = 0;
	return status;
}

gd_status gd_deflated_chunks_put(gd_deflated_chunks *chunks, gd_part part, int64_t index, const char *bytes, size_t size)
{
	bool over;
	size_t made = 0;
	gd_status status = gd_ok();
	if (chunks->mine.count == MOST || chunks->used + gd_pack_zlib_room(size) + GD_CHECKSUM_BYTES + 1 > chunks->room)
		status = write_together(chunks, false, &over);
	if (gd_failed(&status))
		return status;
	char *to = chunks->kept + chunks->used;
	made = gd_row_deflate(bytes, size, chunks->plan->row_bytes[GD_FEATURES], to, gd_pack_zlib_room(size));
	if (!made && !gd_pack_zlib(bytes, size, to, &made))
		return gd_out_of_memory("a block of rows");
	to[made] = '\0'; /* an odd number of bytes is whole words with it */
	gd_put_little_endian((uint8_t *)to + made, GD_CHECKSUM_BYTES, GD_CHOSEN(gd_chunk_kernels)->checksum((const uint16_t *)(const void *)to, (made + 1) / 2));
	chunks->mine.number[chunks->mine.count] = chunks->plan->first[part][GD_FEATURES] + (uint64_t)index;
	chunks->mine.stored[chunks->mine.count++] = made + GD_CHECKSUM_BYTES;
	chunks->used += kept_bytes(made + GD_CHECKSUM_BYTES);
	return status;
}

gd_status gd_deflated_chunks_finish(gd_deflated_chunks *chunks)
{
	bool over = false;
	gd_status status = gd_ok();
	while (!over) {
		gd_status now = write_together(chunks, true, &over);
		status = gd_failed(&status) ? status : now;
	}
	return status;
}

/* ---- reading ---- */

gd_status gd_deflated_chunks_get(gd_deflated_chunks *chunks, gd_part part, int64_t index, size_t size, const char **bytes)
{
	static const gd_chunk_filters filters = {2, {H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32}};
	size_t number = chunks->plan->first[part][GD_FEATURES] + (size_t)index, stored = chunks->plan->stored[number];
	gd_status status = gd_chunk_get_bytes(chunks->file, chunks->path, chunks->buffers[0], stored, chunks->plan->places[number]);
	if (gd_failed(&status))
		return status;
	const char *wrong = gd_chunk_filters_undo(&filters, 0, chunks->buffers, stored, size, bytes);
	return wrong ? gd_error(GD_FAILED, "cannot write '%s': %s", chunks->path, wrong) : gd_ok();
}
