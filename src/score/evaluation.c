#include "gd/score/evaluation.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/features/levels.h"
#include "gd/kernel/permutation.h"
#include "gd/kernel/transpose.h"
#include "gd/network/temperature.h"
#include "gd/parallel/deal.h"
#include "gd/score/score_reduce.h"
#include "gd/store/packed_rows.h"
#include "gd/store/row_file.h"

enum { PIECE_BYTES = 4 << 20 }; /* of the rows that are read at a time */

struct gd_evaluation {
	gd_communicator *communicator;
	int64_t rows, first, total; /* of this rank, the first of them among all, and all */
	int features, classes;
	float *x; /* block after block, each [features, rows of the block]; one block where rows are streamed or packed */
	gd_row_form form;         /* no words: rows are not packed */
	float *packed;            /* [rows, words] */
	int32_t *labels;
	float *weights; /* NULL: all 1 */
	bool weighted;
	gd_row_file *file;        /* NULL: all rows are here */
	int64_t piece_rows;       /* of a piece: whole blocks */
	gd_dataset_rows piece[2]; /* [piece_rows] of which one is scored while the other is read */
	gd_run run;               /* that is read */
	float *probabilities;     /* [classes, GD_EVALUATION_ROWS] */
	float *workspace;
	size_t workspace_floats;
};

/* The widest network's scratch, aligned as it wants, then a member's own probabilities. */
size_t gd_members_workspace(const gd_member *members, int member_count, int rows)
{
	size_t widest = 0;
	for (int m = 0; m < member_count; m++) {
		size_t floats = gd_network_workspace(members[m].network, rows);
		widest = floats > widest ? floats : widest;
	}
	return widest + (size_t)gd_network_get_options(members[0].network)->classes * (size_t)rows;
}

void gd_members_infer(const gd_member *members, int member_count, int rows, const float *x, float *workspace, float *mean)
{
	size_t count = (size_t)gd_network_get_options(members[0].network)->classes * (size_t)rows;
	float *apart = workspace + gd_members_workspace(members, member_count, rows) - count;
	for (int m = 0; m < member_count; m++) {
		float *own = m ? apart : mean;
		gd_network_infer(members[m].network, members[m].parameters, members[m].statistics, rows, x, workspace, own);
		gd_temperature_apply(members[m].temperature, gd_network_get_options(members[m].network)->classes, rows, (size_t)rows, own);
		for (size_t i = 0; m && i < count; i++)
			mean[i] += own[i];
	}
	for (size_t i = 0; member_count > 1 && i < count; i++)
		mean[i] /= (float)member_count;
}

static int block_rows(const gd_evaluation *e, int64_t first)
{
	return e->rows - first < GD_EVALUATION_ROWS ? (int)(e->rows - first) : GD_EVALUATION_ROWS;
}

static void to_blocks(gd_evaluation *e, const float *rows)
{
	for (int64_t first = 0; first < e->rows; first += GD_EVALUATION_ROWS)
		gd_transpose((size_t)block_rows(e, first), (size_t)e->features, rows + first * e->features, (size_t)e->features, e->x + first * e->features, (size_t)block_rows(e, first));
}

/* This rank's share of `total` rows, without their values, for which there is room, or for those of one block where they are streamed or packed, in words [0: they are not]; NULL: out of memory. */
static gd_evaluation *allocate(gd_communicator *communicator, int features, int classes, bool weighted, int64_t total, bool streamed, int words)
{
	gd_evaluation *e = gd_allocate(1, sizeof *e);
	if (!e)
		return NULL;
	gd_share blocks = gd_share_of((total + GD_EVALUATION_ROWS - 1) / GD_EVALUATION_ROWS, communicator->rank, communicator->size);
	int64_t first = blocks.first * GD_EVALUATION_ROWS, end = (blocks.first + blocks.count) * GD_EVALUATION_ROWS;
	e->communicator = communicator;
	e->first = first < total ? first : total;
	e->rows = (end < total ? end : total) - e->first;
	e->total = total;
	e->features = features;
	e->classes = classes;
	e->weighted = weighted;
	size_t room = streamed ? GD_EVALUATION_ROWS : (size_t)e->rows, blocks_room = words ? GD_EVALUATION_ROWS : room;
	bool complete = (e->x = gd_allocate(blocks_room * (size_t)features, sizeof *e->x)) && (!words || (e->packed = gd_allocate(room * (size_t)words, sizeof *e->packed))) && (e->labels = gd_allocate(room, sizeof *e->labels)) &&
			(e->probabilities = gd_allocate((size_t)classes * GD_EVALUATION_ROWS, sizeof(float))) && (!weighted || (e->weights = gd_allocate(room, sizeof *e->weights)));
	if (!complete) {
		gd_evaluation_free(e);
		e = NULL;
	}
	return e;
}

static void take_form(gd_evaluation *e, gd_row_form *form)
{
	e->form = *form;
	*form = (gd_row_form){0};
}

/* Collective. */
static gd_status create_plain(gd_communicator *communicator, gd_dataset *dataset, gd_part part, gd_evaluation **evaluation)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	gd_evaluation *e = allocate(communicator, header->preprocessing.features, header->preprocessing.classes, header->weight != NULL, header->rows[part], false, 0);
	float *rows = e ? gd_allocate((size_t)e->rows * (size_t)e->features, sizeof *rows) : NULL;
	gd_status mine = rows ? gd_ok() : gd_out_of_memory("the rows to be scored");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_dataset_read(dataset, part, e->first, e->rows, rows, e->labels, NULL);
	if (!gd_failed(&status) && e->weighted)
		status = gd_dataset_read_weights(dataset, part, e->first, e->rows, e->weights);
	if (!gd_failed(&status))
		to_blocks(e, rows);
	free(rows);
	if (gd_failed(&status)) {
		gd_evaluation_free(e);
		e = NULL;
	}
	*evaluation = e;
	return status;
}

/* Collective. *evaluation: NULL where rows do not fit the form. */
static gd_status create_packed(gd_communicator *communicator, gd_dataset *dataset, gd_part part, gd_row_form *form, gd_evaluation **evaluation)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	gd_evaluation *e = allocate(communicator, header->preprocessing.features, header->preprocessing.classes, header->weight != NULL, header->rows[part], false, form->words);
	bool fit = false;
	gd_status mine = e ? gd_ok() : gd_out_of_memory("the rows to be scored");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_packed_rows_read(communicator, dataset, form, part, e->first, e->rows, e->packed, &fit);
	if (!gd_failed(&status) && fit)
		status = gd_dataset_read(dataset, part, e->first, e->rows, NULL, e->labels, NULL);
	if (!gd_failed(&status) && fit && e->weighted)
		status = gd_dataset_read_weights(dataset, part, e->first, e->rows, e->weights);
	if (gd_failed(&status) || !fit) {
		gd_evaluation_free(e);
		e = NULL;
	} else {
		take_form(e, form);
	}
	*evaluation = e;
	return status;
}

gd_status gd_evaluation_create(gd_communicator *communicator, gd_dataset *dataset, gd_part part, gd_evaluation **evaluation)
{
	gd_row_form form;
	*evaluation = NULL;
	gd_status mine = gd_levels_form(&gd_dataset_get_header(dataset)->preprocessing, &form), status = gd_agree(communicator, &mine);
	if (!gd_failed(&status) && form.words)
		status = create_packed(communicator, dataset, part, &form, evaluation);
	gd_row_form_release(&form);
	return gd_failed(&status) || *evaluation ? status : create_plain(communicator, dataset, part, evaluation);
}

gd_status gd_evaluation_stream(gd_communicator *communicator, gd_dataset *dataset, gd_part part, gd_evaluation **evaluation)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	gd_evaluation *e = allocate(communicator, header->preprocessing.features, header->preprocessing.classes, header->weight != NULL, header->rows[part], true, 0);
	bool complete = e != NULL;
	if (complete)
		e->piece_rows = (PIECE_BYTES / ((int64_t)e->features * (int64_t)sizeof(float)) / GD_EVALUATION_ROWS + 1) * GD_EVALUATION_ROWS;
	for (int i = 0; i < 2 && complete; i++) {
		gd_dataset_rows *piece = &e->piece[i];
		size_t rows = (size_t)e->piece_rows;
		complete = (piece->features = gd_allocate(rows * (size_t)e->features, sizeof(float))) && (piece->labels = gd_allocate(rows, sizeof(int32_t))) &&
			   (!e->weighted || (piece->weights = gd_allocate(rows, sizeof(float))));
	}
	gd_status mine = complete ? gd_row_file_open(dataset, part, &e->file) : gd_out_of_memory("the rows to be scored");
	gd_status status = gd_agree(communicator, &mine);
	if (gd_failed(&status)) {
		gd_evaluation_free(e);
		e = NULL;
	}
	*evaluation = e;
	return status;
}

void gd_evaluation_free(gd_evaluation *e)
{
	if (!e)
		return;
	gd_row_file_close(e->file);
	for (int i = 0; i < 2; i++) {
		free(e->piece[i].features);
		free(e->piece[i].labels);
		free(e->piece[i].weights);
	}
	free(e->x);
	free(e->packed);
	gd_row_form_release(&e->form);
	free(e->labels);
	free(e->weights);
	free(e->probabilities);
	free(e->workspace);
	free(e);
}

/* Scratch for these members, grown when wider ones come. */
static bool have_workspace(gd_evaluation *e, const gd_member *members, int member_count)
{
	size_t floats = gd_members_workspace(members, member_count, GD_EVALUATION_ROWS);
	if (floats <= e->workspace_floats)
		return true;
	free(e->workspace);
	e->workspace = gd_allocate(floats, sizeof(float));
	e->workspace_floats = e->workspace ? floats : 0;
	return e->workspace != NULL;
}

static void score_block(gd_evaluation *e, const gd_member *members, int member_count, int rows, const float *x, const int32_t *labels, const float *weights, gd_score_sums *sums)
{
	gd_members_infer(members, member_count, rows, x, e->workspace, e->probabilities);
	gd_score_sums_add_weighted(sums, rows, e->probabilities, labels, weights);
}

/* Rows from `first` of this rank's on. */
static gd_status begin_piece(gd_evaluation *e, int64_t first, int turn)
{
	e->run = (gd_run){.first = e->first + first, .count = e->rows - first < e->piece_rows ? e->rows - first : e->piece_rows};
	return gd_row_file_begin(e->file, &e->run, e->run.count > 0, &e->piece[turn]);
}

/* Local. One piece after the other, while the next one is read. */
static gd_status score_stream(gd_evaluation *e, const gd_member *members, int member_count, gd_score_sums *sums)
{
	int turn = 0;
	gd_status status = begin_piece(e, 0, turn);
	for (int64_t first = 0; first < e->rows && !gd_failed(&status); first += e->piece_rows, turn = 1 - turn) {
		int64_t count = e->run.count;
		status = gd_row_file_finish(e->file);
		if (!gd_failed(&status) && first + count < e->rows)
			status = begin_piece(e, first + count, 1 - turn);
		for (int64_t at = 0; at < count && !gd_failed(&status); at += GD_EVALUATION_ROWS) {
			int rows = block_rows(e, first + at);
			const gd_dataset_rows *piece = &e->piece[turn];
			gd_transpose(rows, e->features, piece->features + at * e->features, e->features, e->x, rows);
			score_block(e, members, member_count, rows, e->x, piece->labels + at, e->weighted ? piece->weights + at : NULL, sums);
		}
	}
	/* Where there was nothing to read, too. */
	gd_status read = gd_row_file_finish(e->file);
	return gd_failed(&status) ? status : read;
}

/* The values of a block. */
static const float *block_of(gd_evaluation *e, int64_t first)
{
	uint64_t index[GD_EVALUATION_ROWS];
	int rows = block_rows(e, first);
	if (!e->form.words)
		return e->x + first * e->features;
	for (int r = 0; r < rows; r++)
		index[r] = (uint64_t)(first + r);
	gd_row_form_expand(&e->form, (size_t)rows, e->packed, (size_t)e->form.words, index, e->x, (size_t)rows);
	return e->x;
}

gd_status gd_evaluation_run(gd_evaluation *e, const gd_member *members, int member_count, gd_score_sums *sums)
{
	bool ready = have_workspace(e, members, member_count);
	gd_status mine = ready ? gd_ok() : gd_out_of_memory("scoring");
	if (ready && e->weighted)
		mine = gd_score_sums_weigh(sums);
	gd_status status = gd_agree(e->communicator, &mine);
	if (gd_failed(&status))
		return status;
	if (e->file) {
		mine = score_stream(e, members, member_count, sums);
		status = gd_agree(e->communicator, &mine);
		if (gd_failed(&status))
			return status;
	}
	for (int64_t first = 0; first < e->rows && !e->file; first += GD_EVALUATION_ROWS)
		score_block(e, members, member_count, block_rows(e, first), block_of(e, first), e->labels + first, e->weighted ? e->weights + first : NULL, sums);
	return gd_score_reduce(e->communicator, sums);
}

int64_t gd_evaluation_rows(const gd_evaluation *e)
{
	return e->rows;
}

gd_communicator *gd_evaluation_communicator(const gd_evaluation *e)
{
	return e->communicator;
}

/* A place is a feature, or a word of packed rows. */
static float *value_of(gd_evaluation *e, int64_t row, int place)
{
	int64_t block = row / GD_EVALUATION_ROWS * GD_EVALUATION_ROWS;
	if (e->form.words)
		return e->packed + row * e->form.words + place;
	return e->x + block * e->features + (int64_t)place * block_rows(e, block) + (row - block);
}

int gd_evaluation_find_places(const gd_evaluation *e, int *features, int count)
{
	int places = 0;
	const gd_row_run *run = e->form.run;
	if (!e->form.words)
		return count;
	for (int i = 0; i < count; i++) {
		while (features[i] >= run->first + run->count)
			run++;
		if (!run->levels || features[i] == run->first)
			features[places++] = run->word + features[i] - run->first;
	}
	return places;
}

/* The rank that holds a row. */
static int holder_of(const gd_evaluation *e, int64_t row)
{
	int64_t blocks = (e->total + GD_EVALUATION_ROWS - 1) / GD_EVALUATION_ROWS, block = row / GD_EVALUATION_ROWS;
	int low = 0;
	for (int count = e->communicator->size; count > 1;) {
		int half = count / 2;
		low = gd_share_of(blocks, low + half, e->communicator->size).first <= block ? low + half : low;
		count -= half;
	}
	return low;
}

size_t gd_evaluation_entry(int width)
{
	return sizeof(int64_t) + sizeof(int32_t) + (size_t)(width + 1) * sizeof(float);
}

static int64_t place_of(const char *entry)
{
	int64_t place;
	memcpy(&place, entry, sizeof place);
	return place;
}

static void take_entry(gd_evaluation *e, int width, const char *entry)
{
	int64_t row = place_of(entry) - e->first;
	const char *weight = entry + sizeof(int64_t) + sizeof(int32_t), *values = weight + sizeof(float);
	memcpy(&e->labels[row], entry + sizeof(int64_t), sizeof(int32_t));
	if (e->weighted)
		memcpy(&e->weights[row], weight, sizeof(float));
	for (int p = 0; p < width; p++)
		memcpy(value_of(e, row, p), values + (size_t)p * sizeof(float), sizeof(float));
}

gd_status gd_evaluation_deal(gd_communicator *communicator, int features, gd_row_form *form, int classes, bool weighted, int64_t total, const char *entries, size_t count, gd_evaluation **evaluation)
{
	const int width = form->words ? form->words : features;
	size_t bytes = gd_evaluation_entry(width), ranks = (size_t)communicator->size, received_count = 0;
	gd_evaluation *e = allocate(communicator, features, classes, weighted, total, false, form->words);
	int *counts = gd_allocate(2 * ranks, sizeof *counts);
	char *sorted = gd_allocate(count, bytes);
	void *received = NULL;
	gd_status mine = e && counts && sorted ? gd_ok() : gd_out_of_memory("the rows to be scored");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		int *next = counts + ranks;
		for (size_t i = 0; i < count; i++)
			counts[holder_of(e, place_of(entries + i * bytes))]++;
		for (size_t r = 1; r < ranks; r++)
			next[r] = next[r - 1] + counts[r - 1];
		for (size_t i = 0; i < count; i++)
			memcpy(sorted + (size_t)next[holder_of(e, place_of(entries + i * bytes))]++ * bytes, entries + i * bytes, bytes);
		status = gd_deal(communicator, bytes, sorted, counts, &received, &received_count);
	}
	if (!gd_failed(&status))
		take_form(e, form);
	for (size_t i = 0; !gd_failed(&status) && i < received_count; i++)
		take_entry(e, width, (const char *)received + i * bytes);
	free(received);
	free(sorted);
	free(counts);
	if (gd_failed(&status)) {
		gd_evaluation_free(e);
		e = NULL;
	}
	*evaluation = e;
	return status;
}

/* A row's values with the place that they go to, as bytes: a whole number, then floats. */
static void list_values(gd_evaluation *e, const int *places, int count, const uint64_t *to, int *counts, int *next, char *entries)
{
	size_t bytes = sizeof(int64_t) + (size_t)count * sizeof(float);
	for (int64_t row = 0; row < e->rows; row++)
		counts[holder_of(e, (int64_t)to[row])]++;
	for (int r = 1; r < e->communicator->size; r++)
		next[r] = next[r - 1] + counts[r - 1];
	for (int64_t row = 0; row < e->rows; row++) {
		char *entry = entries + (size_t)next[holder_of(e, (int64_t)to[row])]++ * bytes;
		memcpy(entry, &to[row], sizeof *to);
		for (int p = 0; p < count; p++)
			memcpy(entry + sizeof(int64_t) + (size_t)p * sizeof(float), value_of(e, row, places[p]), sizeof(float));
	}
}

gd_status gd_evaluation_shuffle(gd_evaluation *e, const int *places, int count, uint64_t key, float *kept)
{
	size_t bytes = sizeof(int64_t) + (size_t)count * sizeof(float), ranks = (size_t)e->communicator->size, received_count = 0;
	uint64_t *to = gd_allocate((size_t)e->rows, sizeof *to);
	int *counts = gd_allocate(2 * ranks, sizeof *counts);
	char *entries = gd_allocate((size_t)e->rows, bytes);
	void *received = NULL;
	gd_status mine = to && counts && entries ? gd_ok() : gd_out_of_memory("the permutation of a column");
	gd_status status = gd_agree(e->communicator, &mine);
	if (!gd_failed(&status)) {
		gd_permutation permutation;
		gd_permutation_init(&permutation, (uint64_t)e->total, key);
		gd_permutation_positions(&permutation, (uint64_t)e->first, (size_t)e->rows, to);
		for (int64_t row = 0; row < e->rows; row++)
			for (int p = 0; p < count; p++)
				memcpy(&kept[row * count + p], value_of(e, row, places[p]), sizeof *kept);
		list_values(e, places, count, to, counts, counts + ranks, entries);
		status = gd_deal(e->communicator, bytes, entries, counts, &received, &received_count);
	}
	for (size_t i = 0; !gd_failed(&status) && i < received_count; i++) {
		const char *entry = (const char *)received + i * bytes;
		for (int p = 0; p < count; p++)
			memcpy(value_of(e, place_of(entry) - e->first, places[p]), entry + sizeof(int64_t) + (size_t)p * sizeof(float), sizeof(float));
	}
	free(received);
	free(entries);
	free(counts);
	free(to);
	return status;
}

void gd_evaluation_restore(gd_evaluation *e, const int *places, int count, const float *kept)
{
	for (int64_t row = 0; row < e->rows; row++)
		for (int p = 0; p < count; p++)
			memcpy(value_of(e, row, places[p]), &kept[row * count + p], sizeof *kept);
}
