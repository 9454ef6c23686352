#include "gd/preprocess/preprocess_join.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/deal.h"
#include "gd/parallel/join.h"
#include "gd/preprocess/preprocess_memory.h"

static gd_status finish(FILE *out, void **bytes, const char *what)
{
	bool failed = !out || ferror(out) != 0;
	failed = (out && fclose(out) != 0) || failed;
	if (!failed)
		return gd_ok();
	free(*bytes);
	*bytes = NULL;
	return gd_out_of_memory(what);
}

/* ---- inference ---- */

enum { MOST_COLUMNS = 256 }; /* that are dealt out at a time: 20 MB of them at most */

/* Columns [first, end), of which each rank owns an equal share, in the order of the ranks. */
typedef struct batch {
	int first, end;
} batch;

static batch batch_of(const batch *all, int rank, int ranks)
{
	const gd_share share = gd_share_of(all->end - all->first, rank, ranks);
	return (batch){all->first + (int)share.first, all->first + (int)(share.first + share.count)};
}

/* What this rank knows of columns that others own, sizes [ranks] to each; then they alone keep it. */
static gd_status give_columns(gd_preprocess *run, gd_inference *inference, const batch *all, void **bytes, int *sizes)
{
	const int ranks = run->communicator->size;
	size_t size = 0, before = 0;
	FILE *out = open_memstream((char **)bytes, &size);
	for (int rank = 0; rank < ranks; rank++) {
		const batch theirs = batch_of(all, rank, ranks);
		for (int i = theirs.first; i < theirs.end && out && rank != run->communicator->rank; i++) {
			gd_summary_pack(&inference->columns[i].summary, out);
			gd_summary_release(&inference->columns[i].summary);
		}
		if (out)
			fflush(out);
		sizes[rank] = (int)(size - before);
		before = size;
	}
	return finish(out, bytes, "the columns");
}

/* What all ranks know of this rank's columns is made one, in their order, and finished; what the others need of it goes into *bytes. */
static gd_status take_columns(gd_preprocess *run, gd_inference *inference, const batch *all, const char *at, size_t size, void **bytes, size_t *given)
{
	const int ranks = run->communicator->size;
	const batch mine = batch_of(all, run->communicator->rank, ranks);
	const char *end = at + size;
	gd_status status = gd_ok();
	const int count = mine.end - mine.first;
	gd_inference_column *columns = inference->columns + mine.first;
	gd_summary *own = gd_allocate((size_t)count, sizeof *own), later;
	if (!own)
		return gd_out_of_memory("the columns");
	gd_summary_init(&later);
	for (int i = 0; i < count && run->communicator->rank; i++) {
		own[i] = columns[i].summary;
		gd_summary_init(&columns[i].summary);
	}
	for (int rank = 0; rank < ranks; rank++)
		for (int i = 0; i < count && !gd_failed(&status); i++) {
			const bool here = rank == run->communicator->rank;
			if (!here)
				status = gd_summary_unpack(rank ? &later : &columns[i].summary, &at, end);
			if (rank && !gd_failed(&status))
				status = gd_summary_merge(&columns[i].summary, here ? &own[i] : &later);
			if (here)
				gd_summary_release(&own[i]);
		}
	for (int i = 0; i < count; i++)
		gd_summary_release(&own[i]);
	gd_summary_release(&later);
	free(own);
	FILE *out = open_memstream((char **)bytes, given);
	for (int i = 0; i < count && out && !gd_failed(&status); i++) {
		gd_summary *summary = &columns[i].summary;
		status = gd_summary_finish(summary);
		gd_summary_condense(summary);
		gd_summary_pack(summary, out);
	}
	gd_status complete = finish(out, bytes, "the columns");
	return gd_failed(&status) ? status : complete;
}

static gd_status join_batch(gd_preprocess *run, gd_inference *inference, const batch *all)
{
	void *given = NULL, *taken = NULL;
	size_t size = 0, given_size = 0;
	int *sizes = gd_allocate((size_t)run->communicator->size, sizeof *sizes);
	gd_status status = sizes ? give_columns(run, inference, all, &given, sizes) : gd_out_of_memory("the columns");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_deal(run->communicator, 1, given, sizes, &taken, &size);
	free(given);
	free(sizes);
	given = NULL;
	if (gd_failed(&status))
		return status;
	status = take_columns(run, inference, all, taken, size, &given, &given_size);
	free(taken);
	status = gd_join_shares(run->communicator, &status, given, given_size, &taken, &size);
	const char *at = taken, *end = at ? at + size : at;
	for (int i = all->first; i < all->end && !gd_failed(&status); i++)
		status = gd_summary_unpack(&inference->columns[i].summary, &at, end);
	free(given);
	free(taken);
	return gd_agree(run->communicator, &status);
}

gd_status gd_preprocess_join_inference(gd_preprocess *run, const gd_status *mine, gd_inference *inference)
{
	if (!run->together)
		return *mine;
	gd_status status = gd_join_agree(run->communicator, mine);
	if (!gd_failed(&status))
		status = gd_preprocess_fit_columns_together(run, inference);
	if (!gd_failed(&status))
		status = gd_join_counts(run->communicator, &inference->records, 1);
	for (int i = inference->from; i < inference->upto && !gd_failed(&status); i += MOST_COLUMNS) {
		const batch some = {i, inference->upto - i < MOST_COLUMNS ? inference->upto : i + MOST_COLUMNS};
		status = join_batch(run, inference, &some);
	}
	return status;
}

/* ---- rows ---- */

/* The dictionaries that a recipe has learned: its classes, then terms' categories. */
static gd_dictionary *learned(gd_preprocess *run, int index)
{
	gd_schema *schema = &run->recipe.schema;
	if (index < 0)
		return schema->learns_classes ? &schema->classes : NULL;
	return schema->terms[index].learns ? &schema->terms[index].categories : NULL;
}

static gd_status give_learned(void *context, void **bytes, size_t *size)
{
	gd_preprocess *run = context;
	const gd_schema *schema = &run->recipe.schema;
	size_t columns = (size_t)schema->column_count;
	FILE *out = open_memstream((char **)bytes, size);
	if (out) {
		fwrite(run->recipe.oddities, sizeof *run->recipe.oddities, columns, out);
		fwrite(run->loose, sizeof *run->loose, columns + GD_LINE_KINDS, out);
		fwrite(run->loose_line, sizeof *run->loose_line, columns + GD_LINE_KINDS, out);
	}
	for (int i = -1; out && i < schema->term_count; i++) {
		const gd_dictionary *dictionary = learned(run, i);
		int32_t count = dictionary ? dictionary->count : 0;
		fwrite(&count, sizeof count, 1, out);
		for (int32_t text = 0; text < count; text++)
			fwrite(dictionary->texts[text], strlen(dictionary->texts[text]) + 1, 1, out);
	}
	return finish(out, bytes, "what is learned of the columns");
}

/* The texts of one dictionary. */
static gd_status take_texts(gd_dictionary *dictionary, const char **at)
{
	gd_status status = gd_ok();
	int32_t number, count;
	memcpy(&count, *at, sizeof count);
	*at += sizeof count;
	for (int32_t i = 0; i < count; i++) {
		if (dictionary && !gd_failed(&status))
			status = gd_dictionary_add(dictionary, *at, &number);
		*at += strlen(*at) + 1;
	}
	return status;
}

static gd_status take_learned(void *context, const void *bytes, size_t size)
{
	gd_preprocess *run = context;
	const gd_schema *schema = &run->recipe.schema;
	size_t columns = (size_t)schema->column_count;
	const char *at = bytes;
	gd_status status = gd_ok();
	(void)size;
	for (size_t i = 0; i < columns * GD_ODDS; i++, at += sizeof(gd_oddity)) {
		gd_oddity later, *mine = &run->recipe.oddities[i / GD_ODDS][i % GD_ODDS];
		memcpy(&later, at, sizeof later);
		later.count += mine->count;
		if (!mine->count)
			*mine = later;
		mine->count = later.count;
	}
	const char *lines = at + (columns + GD_LINE_KINDS) * sizeof(int64_t);
	for (size_t i = 0; i < columns + GD_LINE_KINDS; i++) {
		int64_t count, line;
		memcpy(&count, at + i * sizeof count, sizeof count);
		memcpy(&line, lines + i * sizeof line, sizeof line);
		run->loose_line[i] = run->loose[i] ? run->loose_line[i] : line;
		run->loose[i] += count;
	}
	at = lines + (columns + GD_LINE_KINDS) * sizeof(int64_t);
	for (int i = -1; i < schema->term_count && !gd_failed(&status); i++)
		status = take_texts(learned(run, i), &at);
	return status;
}

/* Texts of all ranks, in the order of their first appearance, in the place of this rank's; place [count] gets the numbers of these. */
static gd_status replace(gd_dictionary *dictionary, const char **at, int32_t *place)
{
	gd_dictionary all = {0};
	gd_status status = take_texts(&all, at);
	for (int32_t i = 0; i < dictionary->count && !gd_failed(&status); i++)
		place[i] = gd_dictionary_find(&all, dictionary->texts[i]);
	if (gd_failed(&status)) {
		gd_dictionary_release(&all);
		return status;
	}
	gd_dictionary_release(dictionary);
	*dictionary = all;
	return status;
}

static gd_status put_learned(gd_preprocess *run, const char *at)
{
	const gd_schema *schema = &run->recipe.schema;
	gd_rows *rows = &run->rows;
	size_t columns = (size_t)schema->column_count;
	gd_status status = gd_ok();
	memcpy(run->recipe.oddities, at, columns * sizeof *run->recipe.oddities);
	at += columns * sizeof *run->recipe.oddities;
	memcpy(run->loose, at, (columns + GD_LINE_KINDS) * sizeof *run->loose);
	at += (columns + GD_LINE_KINDS) * sizeof *run->loose;
	memcpy(run->loose_line, at, (columns + GD_LINE_KINDS) * sizeof *run->loose_line);
	at += (columns + GD_LINE_KINDS) * sizeof *run->loose_line;
	rows->code_place = gd_allocate((size_t)schema->term_count, sizeof *rows->code_place);
	if (!rows->code_place)
		return gd_out_of_memory("a column's categories");
	for (int i = -1; i < schema->term_count && !gd_failed(&status); i++) {
		gd_dictionary *dictionary = learned(run, i);
		if (!dictionary) {
			status = take_texts(NULL, &at);
			continue;
		}
		int32_t **place = i < 0 ? &rows->label_place : &rows->code_place[i];
		rows->labels = i < 0 ? dictionary->count : rows->labels;
		*place = gd_allocate((size_t)dictionary->count, sizeof **place);
		status = *place ? replace(dictionary, &at, *place) : gd_out_of_memory("a column's categories");
	}
	return status;
}

/* Of all ranks, whose labels have new numbers. */
static gd_status join_frequencies(gd_preprocess *run)
{
	gd_rows *rows = &run->rows;
	int32_t classes = run->recipe.schema.classes.count, known = rows->label_place ? rows->labels : classes;
	int64_t *all = gd_allocate((size_t)classes, sizeof *all);
	gd_status status = all ? gd_ok() : gd_out_of_memory("the classes");
	for (int32_t i = 0; i < known && i < rows->frequency_room && all; i++)
		all[rows->label_place ? rows->label_place[i] : i] += rows->frequency[i];
	status = gd_together_sum(run->together, &status, all, (size_t)classes);
	free(rows->frequency);
	rows->frequency = all;
	rows->frequency_room = all ? classes : 0;
	return status;
}

/* Records are numbered over all ranks. */
static gd_status number_records(gd_preprocess *run)
{
	gd_rows *rows = &run->rows;
	int64_t counts[4] = {rows->read, rows->dropped, rows->unlabelled, rows->count};
	gd_status status = gd_join_before(run->communicator, &rows->read, 1, &rows->first_record);
	if (!gd_failed(&status))
		status = gd_join_counts(run->communicator, counts, 4);
	if (gd_failed(&status))
		return status;
	rows->read = counts[0];
	rows->dropped = counts[1];
	rows->unlabelled = counts[2];
	run->records = counts[3];
	for (int i = 0; i < run->recipe.schema.column_count; i++)
		for (int odd = 0; odd < GD_ODDS; odd++)
			run->recipe.oddities[i][odd].record += rows->first_record;
	return status;
}

/* Of this rank, before what others have found is added. */
static gd_status count_loose_quotes(gd_preprocess *run)
{
	size_t columns = (size_t)run->recipe.schema.column_count;
	run->loose = gd_arena_take(&run->arena, columns + GD_LINE_KINDS, sizeof *run->loose);
	run->loose_line = gd_arena_take(&run->arena, columns + GD_LINE_KINDS, sizeof *run->loose_line);
	if (!run->loose || !run->loose_line)
		return gd_out_of_memory("the columns");
	for (size_t i = 0; run->table && i < columns; i++)
		if (run->recipe.field[i] >= 0)
			run->loose[i] = gd_table_count_loose_quotes(run->table, run->recipe.field[i], &run->loose_line[i]);
	for (gd_line_kind kind = 0; run->table && kind < GD_LINE_KINDS; kind++)
		run->loose[columns + kind] = gd_table_count_lines(run->table, kind, &run->loose_line[columns + kind]);
	return gd_ok();
}

gd_status gd_preprocess_join_rows(gd_preprocess *run, const gd_status *mine)
{
	void *bytes = NULL;
	size_t size = 0;
	gd_status status = gd_join_agree(run->communicator, mine);
	if (gd_failed(&status))
		return status;
	run->records = run->rows.count;
	status = count_loose_quotes(run);
	if (!run->together)
		return status;
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = number_records(run);
	const gd_join join = {give_learned, take_learned, run};
	if (!gd_failed(&status))
		status = gd_join_ranks(run->communicator, &status, &join, &bytes, &size);
	if (!gd_failed(&status)) {
		status = put_learned(run, bytes);
		if (!gd_failed(&status))
			status = gd_rows_check_learned(&run->rows);
		status = gd_agree(run->communicator, &status);
		if (!gd_failed(&status))
			status = join_frequencies(run);
	}
	free(bytes);
	return status;
}
