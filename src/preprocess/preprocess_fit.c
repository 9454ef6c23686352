#include "gd/preprocess/preprocess_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/parallel/join.h"
#include "gd/preprocess/preprocess_ranges.h"
#include "gd/table/encoding_fit.h"
#include "gd/table/levels.h"

void gd_preprocess_row(void *context, int64_t position, double *features)
{
	gd_preprocess *run = context;
	if (!position)
		run->walk = gd_rows_training(&run->rows);
	const gd_row *row = gd_walk_next(&run->walk);
	if (row)
		gd_recipe_expand(&run->recipe, row->codes, features);
}

/* All rows could be read, on all ranks. */
static gd_status agree_on_rows(const gd_preprocess *run, const gd_status *status)
{
	return gd_together_agree(run->together, gd_failed(status) ? status : &run->spill.status);
}

static gd_status fit_moments(gd_preprocess *run)
{
	gd_preprocessing *fitted = &run->header.preprocessing;
	char room[GD_EXCERPT_ROOM];
	int features = fitted->features;
	int64_t training = run->rows.piles[GD_SPLIT_TRAIN].count;
	gd_status status = gd_statistics_moments(training, features, gd_preprocess_row, run, run->together, fitted->mean, fitted->standard_deviation, run->constant);
	status = agree_on_rows(run, &status);
	gd_enumeration constant = {0};
	for (int i = 0; i < features && !gd_failed(&status); i++) {
		if (!isfinite(fitted->mean[i]) || !isfinite(fitted->standard_deviation[i]))
			status = gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "the values of '%s' are too large to be standardised", gd_excerpt(fitted->feature_names[i], room)));
		else if (run->constant[i] && !run->category[i])
			gd_enumeration_add(&constant, fitted->feature_names[i]);
	}
	if (constant.count)
		gd_log_warning("%s %s one value only in the training part and become%s 0", gd_enumeration_text(&constant), constant.count > 1 ? "have" : "has", constant.count > 1 ? "" : "s");
	if (!gd_failed(&status) && run->header.correlation)
		status = gd_statistics_correlation(training, features, gd_preprocess_row, run, run->together, fitted->mean, fitted->standard_deviation, run->constant, run->header.correlation);
	return agree_on_rows(run, &status);
}

/* `together`: who holds the other values; NULL: nobody. */
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
	FEW_ROWS = 1 << 15, /* of the training part, whose columns are made known to all ranks */
	MOST_COLUMNS = 32,
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

/* What columns of all ranks take, and this rank's once more. */
static double gathered_bytes(const gd_preprocess *run, int columns)
{
	return (double)columns * (double)(1 + most_rows(run)) * (1 + run->communicator->size) * sizeof(double);
}

/* Values of few records are made known to all ranks, many columns at a time: else each column costs tens of messages, one behind the other, to find its quantiles. */
static gd_status gather(gd_preprocess *run, const gd_status *mine, gd_pile *columns, size_t count)
{
	const size_t ranks = (size_t)run->communicator->size, stride = 1 + (size_t)most_rows(run), one = count * stride;
	double *own = gd_allocate(one, sizeof *own), *all = gd_allocate_unset(ranks * one, sizeof *all);
	gd_status status = *mine;
	if (!gd_failed(&status) && (!own || !all))
		status = gd_out_of_memory("the encoding");
	for (size_t c = 0; c < count && !gd_failed(&status); c++) {
		double *to = own + c * stride;
		gd_walk walk = gd_walk_over(&columns[c], 1);
		for (const double *value; (value = gd_walk_next(&walk)); to[0]++)
			to[1 + (size_t)to[0]] = *value;
		status = run->spill.status;
	}
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_join_all(run->communicator, own, one * sizeof *own, all);
	for (size_t i = 0; i < ranks * count && !gd_failed(&status); i++) {
		const double *from = all + i * stride;
		const bool others = i / count != (size_t)run->communicator->rank;
		for (size_t k = 1; others && k <= (size_t)from[0]; k++) {
			double *to = gd_pile_extend(&columns[i % count]);
			if (!to)
				break;
			*to = from[k];
		}
	}
	free(own);
	free(all);
	return gd_failed(&status) ? status : run->spill.status;
}

/* Bins and ranks of the numeric features, of the values that are there. */
static gd_status fit_encoding(gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	int64_t many = run->header.rows[GD_TRAIN] > FEW_ROWS || gathered_bytes(run, MOST_COLUMNS) > (double)run->spill.work;
	int count = 0, *terms = gd_allocate((size_t)schema->term_count, sizeof *terms);
	gd_ordered_room room = {0};
	gd_pile *columns = gd_allocate((size_t)schema->term_count, sizeof *columns);
	gd_status status = terms && columns ? gd_ok() : gd_out_of_memory("the encoding");
	for (int i = 0; terms && i < schema->term_count; i++)
		if (schema->terms[i].treatment->form == GD_FORM_SCALAR)
			terms[count++] = i;
	/* Where one rank has no room for it. */
	status = gd_together_sum(run->together, &status, &many, 1);
	const bool few = run->together && !many;
	for (int i = 0; i < count && !gd_failed(&status);) {
		/* All ranks must take as many at a time where they tell one another. */
		int most = few ? MOST_COLUMNS : choose_columns(&run->spill, run->rows.piles[GD_SPLIT_TRAIN].count, count - i), end = most < count - i ? i + most : count;
		status = gd_rows_list_training(&run->rows, end - i, terms + i, columns + i);
		if (few)
			status = gather(run, &status, columns + i, (size_t)(end - i));
		for (bool failed = false; i < end; i++) {
			/* As many as all ranks know of. */
			if (!failed)
				status = fit_column(run, terms[i], &status, &columns[i], &room, few ? NULL : run->together);
			failed = gd_failed(&status);
			gd_pile_release(&columns[i]);
		}
		if (few)
			status = gd_agree(run->communicator, &status);
	}
	gd_ordered_room_release(&room);
	free(terms);
	free(columns);
	return status;
}

enum { SPARSE = 8 }; /* features for each number that says what they are, from which on they are deflated */

/* What is learned goes into header.preprocessing, whose features are named; moments and encoding follow. */
static gd_status plan(gd_preprocess *run)
{
	gd_recipe *recipe = &run->recipe;
	gd_preprocessing *fitted = &run->header.preprocessing;
	gd_status status = gd_recipe_plan(recipe);
	if (gd_failed(&status))
		return gd_preprocess_name_table(run, status);
	size_t features = (size_t)recipe->features, classes = (size_t)recipe->schema.classes.count;
	/* Moments of all features are added up at once. */
	double bytes = (double)features * sizeof(gd_exact_moments);
	if (run->spill.directory && bytes > (double)run->memory / 4)
		return gd_error(GD_FAILED, "%zu features do not fit into --memory; %.0fM would do", features, ceil(4 * bytes / 0x1p20));
	status = gd_preprocessing_init(fitted, recipe->features, recipe->schema.classes.count);
	if (gd_failed(&status))
		return status;
	run->features = gd_allocate(features, sizeof *run->features);
	run->constant = gd_allocate(features, sizeof *run->constant);
	run->scalar = gd_allocate(features, sizeof *run->scalar);
	run->category = gd_allocate(features, sizeof *run->category);
	bool correlated = features <= GD_MOST_CORRELATED;
	if (correlated)
		run->header.correlation = gd_arena_take(&fitted->arena, features * features, sizeof *run->header.correlation);
	run->header.class_counts = gd_arena_take(&fitted->arena, GD_PARTS * classes, sizeof *run->header.class_counts);
	if (recipe->schema.weighs && !(run->header.weight = gd_arena_string(&fitted->arena, recipe->schema.columns[recipe->schema.weight])))
		return gd_out_of_memory("the features");
	char *text = NULL;
	status = gd_schema_format(&recipe->schema, &text);
	if (gd_failed(&status))
		return gd_preprocess_name_table(run, status);
	fitted->recipe = gd_arena_string(&fitted->arena, text);
	free(text);
	if (!run->features || !run->constant || !run->scalar || !run->category || (correlated && !run->header.correlation) || !run->header.class_counts || !fitted->recipe)
		return gd_out_of_memory("the features");
	for (size_t i = 0; i < classes; i++) {
		fitted->class_names[i] = gd_arena_string(&fitted->arena, recipe->schema.classes.texts[i]);
		if (!fitted->class_names[i])
			return gd_out_of_memory("the classes");
	}
	for (int i = 0; i < recipe->schema.term_count; i++) {
		gd_form form = recipe->schema.terms[i].treatment->form;
		run->scalar[recipe->first[i]] = form == GD_FORM_SCALAR;
		for (int j = 0; form == GD_FORM_ONE_HOT && gd_term_size(&recipe->schema.terms[i]) > 1 && j < gd_term_size(&recipe->schema.terms[i]); j++)
			run->category[recipe->first[i] + j] = true;
	}
	/* Of a column of many levels all features but one say the same in nearly every row: by then deflating takes no longer than writing what it saves. */
	run->header.deflated = SPARSE * gd_levels_words(recipe) < recipe->features;
	return gd_recipe_name(recipe, &fitted->arena, fitted->feature_names);
}

gd_status gd_preprocess_fit(gd_preprocess *run)
{
	gd_status status = gd_ok();
	if (!run->header.rows[GD_TRAIN])
		status = gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "no record is left for the training part"));
	if (!gd_failed(&status))
		status = gd_preprocess_name_table(run, gd_rows_fit_categories(&run->rows));
	if (!gd_failed(&status))
		status = gd_preprocess_name_table(run, gd_rows_fit_missing(&run->rows));
	if (gd_failed(&status))
		return status;
	status = plan(run);
	status = gd_together_agree(run->together, &status);
	if (!gd_failed(&status))
		status = fit_moments(run);
	return gd_failed(&status) ? status : fit_encoding(run);
}
