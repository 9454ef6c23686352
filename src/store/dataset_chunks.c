#include "gd/store/dataset_chunks.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/little_endian.h"
#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"
#include "gd/parallel/mpi_error.h"
#include "gd/store/chunk_kernels.h"
#include "gd/store/dataset_content.h"
#include "gd/store/deflated_chunks.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are written as they lie in memory");

enum { TAG_DIGEST = 75 };

/* ---- a chunk that is being filled ---- */

typedef struct chunk {
	gd_part part;
	gd_column column;
	int64_t index;        /* of the array's chunks */
	int64_t from, count;  /* its rows that are there; of a chunk of several ranks, once its owner has them all, as many as it has */
	char *bytes;          /* room for the chunk and its checksum */
} chunk;

typedef struct filling {
	gd_communicator *communicator; /* NULL: none */
	const gd_chunk_plan *plan;
	const char *path;
	const gd_dataset_piece *pieces; /* [piece_count] */
	size_t piece_count;
	int rank, ranks;
	int file;
	chunk now[GD_COLUMNS];
	chunk *shared; /* [shared_count]: those that other ranks may have rows of */
	size_t shared_count, shared_room;
	gd_column asked; /* whose rows are on their way */
	bool kept;       /* what was written is on the disk */
	gd_sha256 *content; /* the digest, where it is at hand: it begins with rank 0 */
	int64_t hashed;  /* the first chunks of the training part's features that are in it */
	gd_deflated_chunks *deflated; /* NULL: none is */
} filling;

/* How many rows of the part are in it. */
static int64_t rows_in(const gd_chunk_plan *plan, const chunk *c)
{
	int64_t rows = gd_chunk_plan_rows(plan, c->part, c->column), left = plan->header->rows[c->part] - c->index * rows;
	return left < rows ? left : rows;
}

static gd_status put_chunk(filling *f, chunk *c)
{
	size_t size = gd_chunk_plan_room(f->plan, c->part, c->column), full = size - GD_CHECKSUM_BYTES, held = (size_t)c->count * f->plan->row_bytes[c->column];
	uint64_t place = f->plan->places[f->plan->first[c->part][c->column] + (size_t)c->index];
	/* The digest's first bytes need not be read again, and are in the cache still. */
	if (!f->rank && c->part == GD_TRAIN && c->column == GD_FEATURES && c->index == f->hashed) {
		gd_dataset_content_add(f->content, c->bytes, held);
		f->hashed++;
	}
	memset(c->bytes + held, 0, full - held);
	if (gd_chunk_plan_deflates(f->plan, c->column))
		return gd_deflated_chunks_put(f->deflated, c->part, c->index, c->bytes, full);
	gd_put_little_endian((uint8_t *)c->bytes + full, GD_CHECKSUM_BYTES, GD_CHOSEN(gd_chunk_kernels)->checksum((const uint16_t *)(const void *)c->bytes, full / sizeof(uint16_t)));
	return gd_chunk_put_bytes(f->file, f->path, c->bytes, size, place);
}

/* Of a chunk that is not whole, the rows that are there. */
static gd_status keep_chunk(filling *f, const chunk *c)
{
	chunk *shared = gd_make_room(f->shared, f->shared_count, &f->shared_room, sizeof *shared);
	if (!shared)
		return gd_out_of_memory("a block of rows");
	f->shared = shared;
	size_t row_bytes = f->plan->row_bytes[c->column];
	/* Room for all of it where others' rows come behind these. */
	char *bytes = malloc(c->from ? (size_t)c->count * row_bytes : gd_chunk_plan_room(f->plan, c->part, c->column));
	if (!bytes)
		return gd_out_of_memory("a block of rows");
	memcpy(bytes, c->bytes + (size_t)c->from * row_bytes, (size_t)c->count * row_bytes);
	f->shared[f->shared_count] = *c;
	f->shared[f->shared_count++].bytes = bytes;
	return gd_ok();
}

static gd_status finish_chunk(filling *f, chunk *c)
{
	gd_status status = gd_ok();
	if (c->count)
		status = c->count == rows_in(f->plan, c) ? put_chunk(f, c) : keep_chunk(f, c);
	c->count = 0;
	return status;
}

/* Where rows [first, first + count) of a column go, of one chunk. */
static void *next_rows(filling *f, gd_part part, gd_column column, int64_t first, int64_t count, gd_status *status)
{
	chunk *c = &f->now[column];
	if (!gd_column_is_there(f->plan->header, column))
		return NULL;
	int64_t rows = gd_chunk_plan_rows(f->plan, part, column), index = first / rows;
	if (!gd_failed(status) && (c->part != part || c->index != index || c->from + c->count != first - index * rows))
		*status = finish_chunk(f, c);
	if (!c->count)
		*c = (chunk){part, column, index, first - index * rows, 0, c->bytes};
	c->count += count;
	return c->bytes + (size_t)(first - index * rows) * f->plan->row_bytes[column];
}

/* Collective where there are such chunks, whatever has happened on this rank. */
static gd_status write_deflated(filling *f, const gd_status *mine)
{
	gd_status status = f->deflated ? gd_deflated_chunks_finish(f->deflated) : gd_ok();
	return gd_failed(mine) ? *mine : status;
}

/* This rank's rows, a block of the features' chunk at a time. *failed: where the source did, in the order of all rows. */
static gd_status fill_chunks(filling *f, gd_dataset_source *source, void *context, int64_t *failed)
{
	gd_status status = gd_ok();
	for (int column = 0; column < GD_COLUMNS && !gd_failed(&status); column++) {
		size_t room = 0;
		for (int part = 0; part < GD_PARTS; part++)
			room = room > gd_chunk_plan_room(f->plan, (gd_part)part, (gd_column)column) ? room : gd_chunk_plan_room(f->plan, (gd_part)part, (gd_column)column);
		if (gd_column_is_there(f->plan->header, (gd_column)column) && !(f->now[column].bytes = malloc(room)))
			status = gd_out_of_memory("a block of rows");
	}
	for (size_t i = 0; i < f->piece_count; i++) {
		const gd_dataset_piece *piece = &f->pieces[i];
		int64_t end = piece->first + piece->count, rows = gd_chunk_plan_rows(f->plan, piece->part, GD_FEATURES);
		for (int64_t first = piece->first, count; piece->rank == f->rank && first < end && !gd_failed(&status); first += count) {
			count = (first / rows + 1) * rows - first;
			count = count < end - first ? count : end - first;
			void *to[GD_COLUMNS];
			for (int column = 0; column < GD_COLUMNS; column++)
				to[column] = next_rows(f, piece->part, (gd_column)column, first, count, &status);
			if (gd_failed(&status))
				break;
			const gd_dataset_rows block = {to[GD_FEATURES], to[GD_LABELS], to[GD_SOURCE_ROWS], to[GD_WEIGHTS], to[GD_GROUPS]};
			status = source(context, piece->part, first, count, &block);
			if (!gd_failed(&status))
				continue;
			*failed = first;
			for (int part = 0; part < (int)piece->part; part++)
				*failed += f->plan->header->rows[part];
		}
	}
	for (int column = 0; column < GD_COLUMNS && !gd_failed(&status); column++)
		status = finish_chunk(f, &f->now[column]);
	return write_deflated(f, &status);
}

/* ---- chunks of several ranks ---- */

/* The rank that has a row. */
static int owner_of(const filling *f, gd_part part, int64_t row)
{
	size_t low = 0, high = f->piece_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		const gd_dataset_piece *piece = &f->pieces[middle];
		if (piece->part > part || (piece->part == part && piece->first > row))
			high = middle;
		else
			low = middle;
	}
	return f->pieces[low].rank;
}

/* A row on its way; its bytes follow. */
typedef struct sent_row {
	int64_t part, row;
} sent_row;

/* The chunk that waits for such a row: the one whose first rows are here. */
static chunk *waiting_for(const filling *f, const sent_row *row, int64_t index)
{
	for (size_t i = 0; i < f->shared_count; i++) {
		chunk *c = &f->shared[i];
		if (c->column == f->asked && !c->from && (int64_t)c->part == row->part && c->index == index)
			return c;
	}
	return NULL;
}

static gd_status take_rows(void *context, const void *entries, size_t count, void *answers)
{
	const filling *f = context;
	(void)answers;
	size_t row_bytes = f->plan->row_bytes[f->asked], size = sizeof(sent_row) + row_bytes;
	for (size_t i = 0; i < count; i++) {
		const char *entry = (const char *)entries + i * size;
		sent_row row;
		memcpy(&row, entry, sizeof row);
		int64_t rows = gd_chunk_plan_rows(f->plan, (gd_part)row.part, f->asked);
		chunk *c = waiting_for(f, &row, row.row / rows);
		if (!c)
			return gd_error(GD_FAILED, "cannot write '%s': a row came to a rank that does not have its chunk", f->path);
		memcpy(c->bytes + (size_t)(row.row % rows) * row_bytes, entry + sizeof row, row_bytes);
		c->count++;
	}
	return gd_ok();
}

/* Those rows of a column that belong to chunks whose first rows are another rank's, or in another of this rank's pieces. */
static gd_status send_column(filling *f, gd_column column, const gd_status *mine)
{
	size_t row_bytes = f->plan->row_bytes[column], size = sizeof(sent_row) + row_bytes, count = 0, at = 0;
	for (size_t i = 0; i < f->shared_count; i++)
		count += f->shared[i].column == column && f->shared[i].from ? (size_t)f->shared[i].count : 0;
	char *entries = malloc(count * size + 1);
	int *owner = malloc(count * sizeof *owner + 1);
	gd_status status = gd_failed(mine) || (entries && owner) ? *mine : gd_out_of_memory("a block of rows");
	for (size_t i = 0; i < f->shared_count && !gd_failed(&status); i++) {
		const chunk *c = &f->shared[i];
		int64_t first = c->index * gd_chunk_plan_rows(f->plan, c->part, column);
		for (int64_t j = 0; c->column == column && c->from && j < c->count; j++, at++) {
			const sent_row row = {c->part, first + c->from + j};
			memcpy(entries + at * size, &row, sizeof row);
			memcpy(entries + at * size + sizeof row, c->bytes + (size_t)j * row_bytes, row_bytes);
			owner[at] = owner_of(f, c->part, first);
		}
	}
	f->asked = column;
	const gd_question question = {size, 0, take_rows, f, NULL};
	if (f->communicator)
		status = gd_ask(f->communicator, &status, &question, entries, owner, count, NULL);
	else if (!gd_failed(&status))
		status = take_rows(f, entries, count, NULL);
	free(entries);
	free(owner);
	return status;
}

static gd_status agree(const filling *f, const gd_status *mine)
{
	return f->communicator ? gd_agree(f->communicator, mine) : *mine;
}

static gd_status share_chunks(filling *f, const gd_status *mine)
{
	gd_status status = *mine;
	for (int column = 0; column < GD_COLUMNS && !gd_failed(&status); column++)
		if (gd_column_is_there(f->plan->header, (gd_column)column))
			status = send_column(f, (gd_column)column, &status);
	if (gd_failed(&status))
		return agree(f, &status); /* as on all ranks */
	for (size_t i = 0; i < f->shared_count && !gd_failed(&status); i++)
		if (!f->shared[i].from)
			status = put_chunk(f, &f->shared[i]);
	status = write_deflated(f, &status);
	return agree(f, &status);
}

/* ---- the digest ---- */

static gd_status hash_chunk(const filling *f, chunk *c)
{
	size_t size = (size_t)rows_in(f->plan, c) * f->plan->row_bytes[c->column];
	uint64_t place = f->plan->places[f->plan->first[c->part][c->column] + (size_t)c->index];
	const char *bytes = c->bytes;
	gd_status status;
	if (gd_chunk_plan_deflates(f->plan, c->column))
		status = gd_deflated_chunks_get(f->deflated, c->part, c->index, gd_chunk_plan_room(f->plan, c->part, c->column) - GD_CHECKSUM_BYTES, &bytes);
	else
		status = gd_chunk_get_bytes(f->file, f->path, c->bytes, size, place);
	if (!gd_failed(&status))
		gd_dataset_content_add(f->content, bytes, size);
	return status;
}

/* Rank 0 does so once more before the file gets its name, but what others have written may be in their hosts' memory alone. */
static gd_status keep_file(filling *f)
{
	bool kept = f->kept || fsync(f->file) == 0;
	f->kept = true;
	return kept ? gd_ok() : gd_file_error(GD_FAILED, "write", f->path, errno);
}

/* It goes from rank to rank with the chunks, in the order of the digest; each hashes what it has written itself, and waits for the disk while others hash. In the end it is rank 0's. */
static gd_status hash_chunks(filling *f)
{
	gd_status status = gd_ok();
	int at = 0, code = MPI_SUCCESS;
	for (int part = 0; part <= GD_PARTS; part++)
		for (int column = 0; column < GD_WEIGHTS; column++) {
			size_t count = part < GD_PARTS ? gd_chunk_plan_count(f->plan, (gd_part)part, (gd_column)column) : column == 0;
			int64_t rows = part < GD_PARTS ? gd_chunk_plan_rows(f->plan, (gd_part)part, (gd_column)column) : 0;
			for (size_t i = 0; i < count; i++) {
				int owner = part < GD_PARTS ? owner_of(f, (gd_part)part, (int64_t)i * rows) : 0;
				if (owner != at && owner == f->rank && !gd_failed(&status))
					status = keep_file(f);
				if (owner != at && f->communicator) {
					gd_wait_begin(f->communicator);
					if (at == f->rank && code == MPI_SUCCESS)
						code = MPI_Send(f->content, (int)sizeof *f->content, MPI_BYTE, owner, TAG_DIGEST, f->communicator->mpi);
					else if (owner == f->rank && code == MPI_SUCCESS)
						code = MPI_Recv(f->content, (int)sizeof *f->content, MPI_BYTE, at, TAG_DIGEST, f->communicator->mpi, MPI_STATUS_IGNORE);
					gd_wait_finish(f->communicator);
					at = owner;
				}
				chunk c = {(gd_part)part, (gd_column)column, (int64_t)i, 0, 0, f->now[column].bytes};
				const bool known = part == GD_TRAIN && column == GD_FEATURES && (int64_t)i < f->hashed;
				if (owner == f->rank && part < GD_PARTS && !known && !gd_failed(&status))
					status = hash_chunk(f, &c);
			}
		}
	return code == MPI_SUCCESS ? status : gd_mpi_error(code, "find a dataset's digest");
}

/* ---- all of it ---- */

/* The failure of the first row that failed, whatever the ranks. */
static gd_status agree_on_rows(const filling *f, const gd_status *mine, int64_t failed)
{
	if (!f->communicator)
		return *mine;
	int64_t *all = malloc((size_t)f->ranks * sizeof *all);
	gd_status enough = all ? gd_ok() : gd_out_of_memory("the ranks' rows"), status = gd_agree(f->communicator, &enough);
	if (!gd_failed(&status))
		status = gd_join_all(f->communicator, &failed, sizeof failed, all);
	int first = 0;
	for (int rank = 1; rank < f->ranks && !gd_failed(&status); rank++)
		first = all[rank] < all[first] ? rank : first;
	if (gd_failed(&status) || all[first] == INT64_MAX) {
		free(all);
		return gd_failed(&status) ? status : gd_agree(f->communicator, mine);
	}
	free(all);
	gd_status verdict = *mine;
	gd_wait_begin(f->communicator);
	int code = MPI_Bcast(&verdict, (int)sizeof verdict, MPI_BYTE, first, f->communicator->mpi);
	gd_wait_finish(f->communicator);
	return code == MPI_SUCCESS ? verdict : gd_mpi_error(code, "learn what failed on another rank");
}

gd_status gd_chunks_write(gd_communicator *communicator, gd_chunk_plan *plan, gd_hdf5 *hdf5, const char *temporary, const char *path, const gd_dataset_piece *pieces, size_t count,
	gd_dataset_source *source, void *context, gd_sha256 *content)
{
	filling f = {.communicator = communicator, .plan = plan, .path = path, .pieces = pieces, .piece_count = count, .content = content};
	int64_t failed = INT64_MAX;
	f.rank = communicator ? communicator->rank : 0;
	f.ranks = communicator ? communicator->size : 1;
	gd_sha256_init(content);
	f.file = open(temporary, O_RDWR | O_CLOEXEC);
	gd_status status = gd_ok();
	if (f.file < 0 && errno == ENOENT)
		status = gd_error(GD_FAILED, "cannot write '%s': what rank 0 has begun there is not seen by all ranks; choose a directory that all hosts share", path);
	else if (f.file < 0)
		status = gd_file_error(GD_FAILED, "write", path, errno);
	else if (plan->header->deflated)
		status = gd_deflated_chunks_create(communicator, plan, hdf5, f.file, path, &f.deflated);
	status = agree(&f, &status);
	if (!gd_failed(&status)) {
		status = fill_chunks(&f, source, context, &failed);
		status = agree_on_rows(&f, &status, failed);
	}
	if (!gd_failed(&status))
		status = share_chunks(&f, &status);
	if (!gd_failed(&status)) {
		status = hash_chunks(&f);
		if (!gd_failed(&status) && f.rank)
			status = keep_file(&f);
		status = agree(&f, &status);
	}
	if (f.file >= 0)
		close(f.file);
	for (int column = 0; column < GD_COLUMNS; column++)
		free(f.now[column].bytes);
	for (size_t i = 0; i < f.shared_count; i++)
		free(f.shared[i].bytes);
	free(f.shared);
	gd_deflated_chunks_free(f.deflated);
	return status;
}
