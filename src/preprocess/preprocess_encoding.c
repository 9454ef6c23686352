#include "gd/preprocess/preprocess_encoding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/features/encoding_fit.h"
#include "gd/parallel/deal.h"
#include "gd/parallel/join.h"
#include "gd/preprocess/preprocess_ranges.h"

/* What is learned of a column. `together`: who holds the other values; NULL: nobody. */
typedef gd_status column_work(gd_preprocess *run, int term, const gd_status *mine, gd_pile *column, gd_ordered_room *room, const gd_together *together);

static gd_status find_median(gd_preprocess *run, int term, const gd_status *mine, gd_pile *column, gd_ordered_room *room, const gd_together *together)
{
	gd_ordered ordered;
	double middle[2] = {0};
	gd_status status = gd_ordered_sort(&ordered, mine, column, room, together);
	const int64_t places[2] = {(ordered.total - 1) / 2, ordered.total / 2};
	if (!gd_failed(&status))
		status = gd_ordered_at(&ordered, 2, places, middle);
	gd_ordered_release(&ordered);
	run->recipe.schema.terms[term].fill = (middle[0] + middle[1]) / 2;
	return status;
}

static gd_status fit_column(gd_preprocess *run, int term, const gd_status *mine, gd_pile *column, gd_ordered_room *room, const gd_together *together)
{
	const gd_schema *schema = &run->recipe.schema;
	const gd_column_encoding encoding = gd_schema_find_encoding(schema, schema->terms[term].column);
	gd_ordered ordered;
	gd_status status = gd_ordered_sort(&ordered, mine, column, room, together);
	/* None has a value. */
	if (!gd_failed(&status) && !ordered.total) {
		ordered.own[0] = schema->terms[term].fill;
		ordered.count = !together || run->communicator->rank == 0;
		ordered.total = 1;
	}
	if (!gd_failed(&status))
		status = gd_encoding_fit_column(&run->header.preprocessing, run->recipe.first[term], &encoding, &ordered);
	gd_ordered_release(&ordered);
	return status;
}

enum {
	SHORT = 1 << 18,    /* rows of a training part whose columns are dealt out */
	MOST_COLUMNS = 32,  /* that are taken out of the rows at a time */
	LITTLE = 32 << 20,  /* bytes of columns in memory: clearing them takes no time that counts */
	SOME_COLUMNS = 5,   /* of more: clearing what six take would take longer than another look at the rows, however many rows there are */
};

/* How many columns are taken out of the rows at a time: as many as there is room for, or have a chunk in memory where rows must be read from a file. */
static int choose_columns(const gd_spill *spill, int64_t rows, int columns)
{
	size_t one = (size_t)rows * sizeof(double) + spill->chunk, left = spill->room > spill->held ? spill->room - spill->held : 0;
	size_t wanted = one * SOME_COLUMNS > LITTLE ? one * SOME_COLUMNS : LITTLE, most = spill->file >= 0 ? spill->room / 4 / spill->chunk : (left < wanted ? left : wanted) / one;
	most = most < MOST_COLUMNS ? most : MOST_COLUMNS;
	return most < 1 ? 1 : most < (size_t)columns ? (int)most
						     : columns;
}

/* Of the training part, on one rank. */
static int64_t most_rows(const gd_preprocess *run)
{
	const int ranks = run->communicator->size;
	int64_t most = 0;
	for (int rank = 0; rank < ranks; rank++) {
		int64_t rows = 0;
		for (int region = 0; region < GD_REGIONS; region++) {
			const int64_t *start = run->starts + (region * ranks + rank) * GD_SPLIT_PARTS + GD_TRAIN;
			rows += start[GD_SPLIT_PARTS] - start[0];
		}
		most = rows > most ? rows : most;
	}
	return most;
}

/* ---- columns that are dealt out ---- */

/* Of so many columns at a time each rank gets `each`; of their values no rank has more than `most` of a column. */
typedef struct plan {
	int each, columns;
	size_t most;
} plan;

static plan plan_dealing(const gd_preprocess *run, int count)
{
	const int ranks = run->communicator->size;
	const size_t most = 1 + (size_t)most_rows(run);
	size_t each = LITTLE / sizeof(double) / most / (size_t)ranks;
	const size_t needed = ((size_t)count + (size_t)ranks - 1) / (size_t)ranks;
	each = each < 1 ? 1 : each < needed ? each : needed;
	return (plan){(int)each, (int)each * ranks, most};
}

/* The training part's values of terms [count] that are there, one column behind the other, each behind their number; lengths [count]. */
static gd_status list_values(gd_preprocess *run, const plan *p, const int *terms, int count, double *values, size_t *lengths)
{
	for (int first = 0; first < count; first += MOST_COLUMNS) {
		const int end = count - first < MOST_COLUMNS ? count : first + MOST_COLUMNS;
		gd_walk walk = gd_rows_training(&run->rows);
		for (const gd_row *row; (row = gd_rows_next_training(&walk));)
			for (int c = first; c < end; c++) {
				const double code = gd_row_code(&run->rows, row, terms[c]);
				if (!isnan(code))
					values[(size_t)c * p->most + ++lengths[c]] = code;
			}
	}
	double *to = values;
	for (int c = 0; c < count; to += lengths[c++]) {
		memmove(to, values + (size_t)c * p->most, ++lengths[c] * sizeof *to);
		*to = (double)(lengths[c] - 1);
	}
	return run->spill.status;
}

/* What this rank got of its columns from each rank, to piles [count]. */
static gd_status pile_values(gd_preprocess *run, const double *from, gd_pile *columns, int count)
{
	for (int c = 0; c < count; c++)
		gd_pile_init(&columns[c], &run->spill, sizeof(double));
	for (int i = 0; i < run->communicator->size * count; i++) {
		const int64_t length = (int64_t)*from++;
		for (int64_t k = 0; k < length; k++, from++) {
			double *to = gd_pile_extend(&columns[i % count]);
			if (!to)
				return run->spill.status;
			*to = *from;
		}
	}
	return gd_ok();
}

/* Terms [count], at most as many as are planned: this rank's are worked on. */
static gd_status deal_columns(gd_preprocess *run, const plan *p, const int *terms, int count, gd_ordered_room *room, column_work *work)
{
	const int ranks = run->communicator->size, first = p->each * run->communicator->rank, own = first >= count ? 0 : count - first < p->each ? count - first : p->each;
	double *values = gd_allocate_unset((size_t)count * p->most, sizeof *values);
	size_t *lengths = gd_allocate((size_t)count, sizeof *lengths), received;
	int *counts = gd_allocate((size_t)ranks, sizeof *counts);
	gd_pile *columns = gd_allocate((size_t)own, sizeof *columns);
	void *taken = NULL;
	gd_status status = values && lengths && counts && columns ? list_values(run, p, terms, count, values, lengths) : gd_out_of_memory("the encoding");
	for (int c = 0; c < count && !gd_failed(&status); c++)
		counts[c / p->each] += (int)lengths[c];
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_deal(run->communicator, sizeof *values, values, counts, &taken, &received);
	free(values);
	free(lengths);
	free(counts);
	if (!gd_failed(&status))
		status = pile_values(run, taken, columns, own);
	free(taken);
	for (int c = 0; c < own && columns; c++) {
		if (!gd_failed(&status))
			status = work(run, terms[first + c], &status, &columns[c], room, NULL);
		gd_pile_release(&columns[c]);
	}
	free(columns);
	return gd_agree(run->communicator, &status);
}

/* Which rank has the `i`th of the columns that are dealt out so. */
static int owner_of(const plan *p, int i)
{
	return i % p->columns / p->each;
}

/* Ranks tell one another what they fitted: of terms [count] all those of rank 0 come first. */
static gd_status tell_fitted(gd_preprocess *run, const plan *p, const int *terms, int count)
{
	gd_preprocessing *fitted = &run->header.preprocessing;
	const int own = run->communicator->rank;
	void *bytes = NULL;
	char *given = NULL;
	size_t size = 0, given_size = 0;
	FILE *out = open_memstream(&given, &given_size);
	for (int i = 0; i < count && out; i++)
		if (owner_of(p, i) == own)
			gd_preprocessing_pack(fitted, run->recipe.first[terms[i]], out);
	gd_status status = !out || fclose(out) ? gd_out_of_memory("the encoding") : gd_ok();
	status = gd_join_shares(run->communicator, &status, given, given_size, &bytes, &size);
	free(given);
	const char *at = bytes, *end = at ? at + size : at;
	for (int rank = 0; rank < run->communicator->size; rank++)
		for (int i = 0; i < count && !gd_failed(&status); i++)
			if (owner_of(p, i) == rank)
				status = gd_preprocessing_unpack(fitted, run->recipe.first[terms[i]], rank == own, &at, end);
	free(bytes);
	return gd_agree(run->communicator, &status);
}

/* The same of medians. */
static gd_status tell_medians(gd_preprocess *run, const plan *p, const int *terms, int count)
{
	double *medians = gd_allocate((size_t)count, sizeof *medians);
	gd_status status = medians ? gd_ok() : gd_out_of_memory("what missing values become");
	for (int i = 0; i < count && medians; i++)
		medians[i] = owner_of(p, i) == run->communicator->rank ? run->recipe.schema.terms[terms[i]].fill : 0;
	status = gd_together_add_up(run->together, &status, medians, (size_t)count);
	for (int i = 0; i < count && !gd_failed(&status); i++)
		run->recipe.schema.terms[terms[i]].fill = medians[i];
	free(medians);
	return status;
}

typedef gd_status column_news(gd_preprocess *run, const plan *p, const int *terms, int count);

static gd_status deal_out(gd_preprocess *run, const plan *p, const int *terms, int count, gd_ordered_room *room, column_work *work, column_news *tell)
{
	gd_status status = gd_ok();
	for (int i = 0; i < count && !gd_failed(&status); i += p->columns)
		status = deal_columns(run, p, terms + i, count - i < p->columns ? count - i : p->columns, room, work);
	return gd_failed(&status) ? status : tell(run, p, terms, count);
}

/* ---- all columns ---- */

/* As many at a time as this rank has room for. */
static gd_status work_together(gd_preprocess *run, const int *terms, int count, gd_ordered_room *room, column_work *work)
{
	gd_pile *columns = gd_allocate((size_t)count, sizeof *columns);
	gd_status status = columns ? gd_ok() : gd_out_of_memory("the encoding");
	status = gd_together_agree(run->together, &status);
	for (int i = 0; i < count && !gd_failed(&status);) {
		const int end = i + choose_columns(&run->spill, run->rows.piles[GD_SPLIT_TRAIN].count, count - i);
		status = gd_rows_list_training(&run->rows, end - i, terms + i, columns + i);
		/* As many as all ranks know of. */
		for (bool failed = false; i < end; i++) {
			if (!failed)
				status = work(run, terms[i], &status, &columns[i], room, run->together);
			failed = gd_failed(&status);
			gd_pile_release(&columns[i]);
		}
	}
	free(columns);
	return status;
}

static gd_status work_on(gd_preprocess *run, const int *terms, int count, column_work *work, column_news *tell)
{
	gd_ordered_room room = {0};
	const plan p = plan_dealing(run, count);
	/* Where one rank has no room for what it hands on and what it gets. */
	int64_t many = run->header.rows[GD_TRAIN] > SHORT || 2.0 * (double)p.columns * (double)p.most * sizeof(double) > (double)run->spill.work;
	gd_status status = gd_together_sum(run->together, NULL, &many, 1);
	if (!gd_failed(&status))
		status = run->together && !many ? deal_out(run, &p, terms, count, &room, work, tell) : work_together(run, terms, count, &room, work);
	gd_ordered_room_release(&room);
	return status;
}

/* Those terms of which something is wanted, terms [count]. */
static gd_status list_terms(const gd_preprocess *run, bool medians, int **terms, int *count)
{
	const gd_schema *schema = &run->recipe.schema;
	*count = 0;
	*terms = gd_allocate((size_t)schema->term_count, sizeof **terms);
	for (int i = 0; *terms && i < schema->term_count; i++)
		if (medians ? gd_rows_lack_fill(&run->rows, i) : schema->terms[i].treatment->form == GD_FORM_SCALAR)
			(*terms)[(*count)++] = i;
	gd_status status = *terms ? gd_ok() : gd_out_of_memory("the encoding");
	return gd_together_agree(run->together, &status);
}

gd_status gd_preprocess_fit_encoding(gd_preprocess *run)
{
	int count, *terms;
	gd_status status = list_terms(run, false, &terms, &count);
	if (!gd_failed(&status))
		status = work_on(run, terms, count, fit_column, tell_fitted);
	free(terms);
	return status;
}

gd_status gd_preprocess_fit_medians(gd_preprocess *run)
{
	int count, *terms;
	gd_status status = list_terms(run, true, &terms, &count);
	if (!gd_failed(&status) && count)
		status = work_on(run, terms, count, find_median, tell_medians);
	free(terms);
	return status;
}
