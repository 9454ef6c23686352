#include "gd/preprocess/preprocess_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/parallel/deal.h"
#include "gd/parallel/mpi_error.h"
#include "gd/preprocess/preprocess_units.h"

enum { TAG_GO = 73,
	TAG_BLOCK };

/* A row on its way, its codes behind it. */
typedef struct head {
	int64_t position, source_row;
	int32_t label;
	float weight;
	int32_t group;
} head;

/* The rows of this rank's blocks. */
typedef struct writing {
	gd_preprocess *run;
	int64_t block_rows;
	int64_t first_block[GD_PARTS]; /* each part's first one, among the blocks of all parts */
	size_t item;                   /* bytes of a row on its way */
	char *rows;                    /* [blocks of this rank, block_rows] of them; NULL on one rank, which has them as they were read */
	int32_t *slots;                /* [groups]: hashes of what names them; NULL: the split is not by groups */
	int turn;                      /* the rank whose block is next */
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

static int32_t slot_of(const writing *w, int64_t row)
{
	return w->slots ? w->slots[w->run->rows.groups[row * w->run->recipe.schema.group_count]] : 0;
}

/* A block of this rank's own. */
static gd_status make_block(const writing *w, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *to)
{
	const gd_preprocess *run = w->run;
	const gd_rows *rows = &run->rows;
	int64_t width = run->header.preprocessing.features, terms = run->recipe.schema.term_count, start = first;
	gd_status status = gd_ok();
	for (int before = 0; before < (int)part; before++)
		start += run->header.rows[before];
	int64_t slot = (w->first_block[part] + first / w->block_rows) / run->communicator->size * w->block_rows;
	for (int64_t i = 0; i < count && !gd_failed(&status); i++) {
		if (!w->rows) {
			int64_t row = run->order[start + i];
			to->labels[i] = rows->labels[row];
			to->source_rows[i] = rows->source_row[row];
			if (to->weights)
				to->weights[i] = rows->weights[row];
			if (to->groups)
				to->groups[i] = slot_of(w, row);
			status = make_row(w, rows->codes + row * terms, to->source_rows[i], to->features + i * width);
			continue;
		}
		const char *item = w->rows + (size_t)(slot + i) * w->item;
		head at;
		memcpy(&at, item, sizeof at);
		to->labels[i] = at.label;
		to->source_rows[i] = at.source_row;
		if (to->weights)
			to->weights[i] = at.weight;
		if (to->groups)
			to->groups[i] = at.group;
		status = make_row(w, (const double *)(const void *)(item + sizeof at), at.source_row, to->features + i * width);
	}
	return status;
}

/* ---- rows to the ranks that make blocks of them ---- */

/* Which block of all parts a place in the stored order falls into, and where in it. */
static int64_t find_block(const writing *w, int64_t position, int64_t *inside)
{
	int part = 0;
	while (position >= w->run->header.rows[part])
		position -= w->run->header.rows[part++];
	*inside = position % w->block_rows;
	return w->first_block[part] + position / w->block_rows;
}

static gd_status deal_rows(writing *w, int64_t blocks)
{
	gd_preprocess *run = w->run;
	gd_rows *rows = &run->rows;
	gd_communicator *communicator = run->communicator;
	size_t count = (size_t)rows->count, size = (size_t)communicator->size, terms = (size_t)run->recipe.schema.term_count, got = 0;
	int64_t mine = (blocks + communicator->size - 1 - communicator->rank) / communicator->size, inside;
	int *counts = gd_allocate(size, sizeof *counts);
	int64_t *next = gd_allocate(size + 1, sizeof *next);
	char *sent = gd_allocate(count, w->item);
	void *received = NULL;
	gd_status status = counts && next && sent ? gd_ok() : gd_out_of_memory("the records");
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		next[find_block(w, run->position[i], &inside) % communicator->size + 1]++;
	for (size_t r = 0; r < size && !gd_failed(&status); r++) {
		counts[r] = (int)next[r + 1];
		next[r + 1] += next[r];
	}
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		char *item = sent + (size_t)next[find_block(w, run->position[i], &inside) % communicator->size]++ * w->item;
		const head at = {run->position[i], rows->source_row[i], rows->labels[i], rows->weights ? rows->weights[i] : 1.0f, slot_of(w, (int64_t)i)};
		memcpy(item, &at, sizeof at);
		memcpy(item + sizeof at, rows->codes + i * terms, terms * sizeof *rows->codes);
	}
	/* They are on their way. */
	free(rows->codes);
	rows->codes = NULL;
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_deal(communicator, w->item, sent, counts, &received, &got);
	free(sent);
	w->rows = gd_failed(&status) ? NULL : gd_allocate((size_t)(mine * w->block_rows), w->item);
	if (!gd_failed(&status) && !w->rows)
		status = gd_out_of_memory("the records");
	for (size_t i = 0; i < got && !gd_failed(&status); i++) {
		const char *item = (const char *)received + i * w->item;
		head at;
		memcpy(&at, item, sizeof at);
		int64_t slot = find_block(w, at.position, &inside) / communicator->size * w->block_rows;
		memcpy(w->rows + (size_t)(slot + inside) * w->item, item, w->item);
	}
	free(received);
	free(counts);
	free(next);
	return gd_agree(communicator, &status);
}

/* ---- blocks to rank 0 ---- */

/* Rank 0 says to each when it wants its block, or that it wants no more (0). */
static gd_status tell(const writing *w, int rank, int go)
{
	return gd_mpi_error(MPI_Send(&go, 1, MPI_INT, rank, TAG_GO, w->run->communicator->mpi), "ask for a block of rows");
}

static gd_status take_block(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	writing *w = context;
	gd_communicator *communicator = w->run->communicator;
	int from = w->turn;
	gd_status theirs = gd_ok();
	w->turn = (from + 1) % communicator->size;
	if (from == 0)
		return make_block(w, part, first, count, rows);
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
static gd_status give_blocks(const writing *w, const gd_dataset_rows *rows)
{
	gd_communicator *communicator = w->run->communicator;
	gd_status status = gd_ok();
	int turn = 0, go = 1;
	for (int part = 0; part < GD_PARTS && !gd_failed(&status) && go; part++) {
		int64_t all = w->run->header.rows[part];
		for (int64_t first = 0; first < all && !gd_failed(&status) && go; first += w->block_rows, turn = (turn + 1) % communicator->size) {
			int64_t count = all - first < w->block_rows ? all - first : w->block_rows;
			if (turn != communicator->rank)
				continue;
			gd_status made = make_block(w, (gd_part)part, first, count, rows);
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

/* Folds keep equal ones together. */
static gd_status hash_groups(writing *w)
{
	gd_content *names = NULL;
	gd_status status = gd_preprocess_name_groups(w->run, 0, &names);
	int32_t count = w->run->rows.group_names[0].count;
	w->slots = gd_allocate((size_t)count, sizeof *w->slots);
	if (!gd_failed(&status) && !w->slots)
		status = gd_out_of_memory("the groups");
	for (int32_t g = 0; g < count && !gd_failed(&status); g++)
		w->slots[g] = (int32_t)(names[g].high % GD_GROUP_SLOTS);
	free(names);
	return gd_agree(w->run->communicator, &status);
}

gd_status gd_preprocess_write(gd_preprocess *run)
{
	writing w = {.run = run, .block_rows = gd_dataset_block_rows(run->header.preprocessing.features)};
	int64_t blocks = 0;
	w.item = sizeof(head) + (size_t)run->recipe.schema.term_count * sizeof *run->rows.codes;
	for (int part = 0; part < GD_PARTS; part++) {
		w.first_block[part] = blocks;
		blocks += (run->header.rows[part] + w.block_rows - 1) / w.block_rows;
	}
	run->communicator->phase = "writing the dataset";
	gd_status status = run->header.grouped ? hash_groups(&w) : gd_ok();
	if (!gd_failed(&status) && !run->together)
		status = gd_dataset_write(run->output, &run->header, take_block, &w);
	else if (!gd_failed(&status))
		status = deal_rows(&w, blocks);
	if (!gd_failed(&status) && run->together)
		status = write_together(&w);
	free(w.rows);
	free(w.slots);
	return status;
}
