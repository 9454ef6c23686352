#include "gd/preprocess/preprocess_write.h"

#include <math.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/parallel/mpi_error.h"
#include "gd/preprocess/preprocess_ranges.h"

enum { TAG_GO = 73,
	TAG_BLOCK };

typedef struct writing {
	gd_preprocess *run;
	gd_part part; /* at hand */
	int64_t made; /* of this rank's rows in it */
	gd_walk walk; /* over these */
	int64_t block_rows;
} writing;

static gd_status make_row(const writing *w, const double *codes, int64_t record, float *standardised)
{
	gd_preprocess *run = w->run;
	const gd_preprocessing *fitted = &run->header.preprocessing;
	char room[GD_EXCERPT_ROOM];
	gd_recipe_expand(&run->recipe, codes, run->features);
	gd_recipe_standardise(fitted, run->features, standardised);
	for (int j = 0; j < fitted->features; j++)
		if (!isfinite(standardised[j]))
			return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "record %lld is too far out in '%s' to be standardised", (long long)record,
								     gd_excerpt(fitted->feature_names[j], room)));
	return gd_ok();
}

/* A stretch of a part's stored order. */
typedef struct piece {
	int64_t first, count;
} piece;

/* Which of the rows [first, first + count) of a part are of a range of keys. */
static piece piece_of(const gd_preprocess *run, int range, gd_part part, int64_t first, int64_t count)
{
	int64_t from = run->starts[range * GD_SPLIT_PARTS + (int)part], to = run->starts[(range + 1) * GD_SPLIT_PARTS + (int)part];
	from = from > first ? from : first;
	to = to < first + count ? to : first + count;
	return (piece){from, to > from ? to - from : 0};
}

/* The next rows of this rank's own in a part. */
static gd_status make_rows(writing *w, gd_part part, int64_t count, const gd_dataset_rows *to)
{
	gd_preprocess *run = w->run;
	int64_t width = run->header.preprocessing.features;
	gd_status status = gd_ok();
	if (!w->made || part != w->part) {
		w->part = part;
		w->made = 0;
		w->walk = gd_walk_over(&run->rows.piles[part], 1);
		w->walk.consume = true;
	}
	for (int64_t i = 0; i < count && !gd_failed(&status); i++) {
		gd_row *row = gd_walk_next(&w->walk);
		if (!row)
			return run->spill.status;
		to->labels[i] = row->label;
		to->source_rows[i] = row->source_row;
		if (to->weights)
			to->weights[i] = row->weight;
		if (to->groups)
			to->groups[i] = (int32_t)(gd_row_groups(&run->rows, row)->high % GD_GROUP_SLOTS);
		status = make_row(w, row->codes, row->source_row, to->features + i * width);
	}
	w->made += count;
	return status;
}

/* ---- blocks to rank 0 ---- */

/* Rank 0 says to each when it wants its block, or that it wants no more (0). */
static gd_status tell(const writing *w, int rank, int go)
{
	return gd_mpi_error(MPI_Send(&go, 1, MPI_INT, rank, TAG_GO, w->run->communicator->mpi), "ask for a block of rows");
}

static gd_status take_rows(const writing *w, int from, int64_t count, const gd_dataset_rows *rows)
{
	gd_communicator *communicator = w->run->communicator;
	gd_status theirs = gd_ok();
	gd_wait_begin(communicator);
	gd_status status = tell(w, from, 1);
	int code = MPI_SUCCESS;
	if (!gd_failed(&status))
		code = MPI_Recv(&theirs, (int)sizeof theirs, MPI_BYTE, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
	if (!gd_failed(&status) && code == MPI_SUCCESS && !gd_failed(&theirs)) {
		code = MPI_Recv(rows->features, (int)count * w->run->header.preprocessing.features, MPI_FLOAT, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
		if (code == MPI_SUCCESS)
			code = MPI_Recv(rows->labels, (int)count, MPI_INT32_T, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
		if (code == MPI_SUCCESS)
			code = MPI_Recv(rows->source_rows, (int)count, MPI_INT64_T, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
		if (code == MPI_SUCCESS && rows->weights)
			code = MPI_Recv(rows->weights, (int)count, MPI_FLOAT, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
		if (code == MPI_SUCCESS && rows->groups)
			code = MPI_Recv(rows->groups, (int)count, MPI_INT32_T, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
	}
	gd_wait_finish(communicator);
	if (!gd_failed(&status))
		status = gd_mpi_error(code, "receive a block of rows");
	return gd_failed(&status) ? status : theirs;
}

/* A block is one rank's, or of ranks that follow each other. */
static gd_status take_block(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	writing *w = context;
	gd_status status = gd_ok();
	int64_t width = w->run->header.preprocessing.features;
	int ranks = w->run->communicator->size;
	for (int range = 0; range < GD_REGIONS * ranks && !gd_failed(&status); range++) {
		const piece its = piece_of(w->run, range, part, first, count);
		int64_t at = its.first - first;
		int rank = range % ranks;
		if (!its.count)
			continue;
		const gd_dataset_rows here = {rows->features + at * width, rows->labels + at, rows->source_rows + at, rows->weights ? rows->weights + at : NULL, rows->groups ? rows->groups + at : NULL};
		status = rank ? take_rows(w, rank, its.count, &here) : make_rows(w, part, its.count, &here);
	}
	return status;
}

/* *go: whether this rank's block was wanted. */
static gd_status give_block(const writing *w, const gd_status *made, int64_t count, const gd_dataset_rows *rows, int *go)
{
	gd_communicator *communicator = w->run->communicator;
	gd_wait_begin(communicator);
	int code = MPI_Recv(go, 1, MPI_INT, 0, TAG_GO, communicator->mpi, MPI_STATUS_IGNORE);
	if (code == MPI_SUCCESS && *go && made)
		code = MPI_Send(made, (int)sizeof *made, MPI_BYTE, 0, TAG_BLOCK, communicator->mpi);
	if (code == MPI_SUCCESS && *go && made && !gd_failed(made)) {
		code = MPI_Send(rows->features, (int)count * w->run->header.preprocessing.features, MPI_FLOAT, 0, TAG_BLOCK, communicator->mpi);
		if (code == MPI_SUCCESS)
			code = MPI_Send(rows->labels, (int)count, MPI_INT32_T, 0, TAG_BLOCK, communicator->mpi);
		if (code == MPI_SUCCESS)
			code = MPI_Send(rows->source_rows, (int)count, MPI_INT64_T, 0, TAG_BLOCK, communicator->mpi);
		if (code == MPI_SUCCESS && rows->weights)
			code = MPI_Send(rows->weights, (int)count, MPI_FLOAT, 0, TAG_BLOCK, communicator->mpi);
		if (code == MPI_SUCCESS && rows->groups)
			code = MPI_Send(rows->groups, (int)count, MPI_INT32_T, 0, TAG_BLOCK, communicator->mpi);
	}
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "send a block of rows");
}

/* Each block is made while rank 0 writes others. */
static gd_status give_blocks(writing *w, const gd_dataset_rows *rows)
{
	gd_status status = gd_ok();
	int go = 1;
	int ranks = w->run->communicator->size;
	for (int i = 0; i < GD_PARTS * GD_REGIONS && !gd_failed(&status) && go; i++) {
		int part = i / GD_REGIONS, range = i % GD_REGIONS * ranks + w->run->communicator->rank;
		const piece mine = piece_of(w->run, range, (gd_part)part, 0, w->run->header.rows[part]);
		for (int64_t at = mine.first, count; at < mine.first + mine.count && !gd_failed(&status) && go; at += count) {
			int64_t block = at / w->block_rows * w->block_rows;
			count = piece_of(w->run, range, (gd_part)part, block, w->block_rows).count;
			gd_status made = make_rows(w, (gd_part)part, count, rows);
			status = give_block(w, &made, count, rows, &go);
		}
	}
	return gd_failed(&status) || !go ? status : give_block(w, NULL, 0, NULL, &go);
}

static gd_status write_together(writing *w)
{
	gd_preprocess *run = w->run;
	gd_communicator *communicator = run->communicator;
	size_t room = communicator->rank ? (size_t)w->block_rows : 0;
	const gd_dataset_rows rows = {
		.features = gd_allocate(room * (size_t)run->header.preprocessing.features, sizeof *rows.features),
		.labels = gd_allocate(room, sizeof *rows.labels),
		.source_rows = gd_allocate(room, sizeof *rows.source_rows),
		.weights = run->header.weight ? gd_allocate(room, sizeof *rows.weights) : NULL,
		.groups = run->header.grouped ? gd_allocate(room, sizeof *rows.groups) : NULL,
	};
	gd_status mine = rows.features && rows.labels && rows.source_rows && (rows.weights || !run->header.weight) && (rows.groups || !run->header.grouped) ? gd_ok() : gd_out_of_memory("a block of rows");
	gd_status status = gd_agree(communicator, &mine);
	if (gd_failed(&status))
		goto done;
	if (communicator->rank) {
		mine = give_blocks(w, &rows);
	} else {
		mine = gd_dataset_write(run->output, &run->header, take_block, w);
		for (int rank = 1; rank < communicator->size; rank++) {
			gd_status told = tell(w, rank, 0);
			if (gd_failed(&told) && !gd_failed(&mine))
				mine = told;
		}
	}
	/* The rank that writes knows what went wrong, on whatever rank. */
	status = mine;
	gd_status sent = gd_broadcast(communicator, &status, sizeof status);
	if (gd_failed(&sent) && !gd_failed(&mine))
		mine = sent;
	if (!gd_failed(&status))
		status = gd_agree(communicator, &mine);
done:
	free(rows.features);
	free(rows.labels);
	free(rows.source_rows);
	free(rows.weights);
	free(rows.groups);
	return status;
}

gd_status gd_preprocess_write(gd_preprocess *run)
{
	writing w = {.run = run, .block_rows = gd_dataset_block_rows(run->header.preprocessing.features)};
	run->communicator->phase = "writing the dataset";
	return run->together ? write_together(&w) : gd_dataset_write(run->output, &run->header, take_block, &w);
}
