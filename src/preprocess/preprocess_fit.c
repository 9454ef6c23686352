#include "gd/preprocess/preprocess_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/table/encoding_fit.h"

/* The stored order, or, of a rank that has some of the rows, those of the training part. */
static gd_status order_rows(gd_preprocess *run)
{
	const gd_rows *rows = &run->rows;
	gd_status status = gd_ok();
	run->order = gd_allocate((size_t)rows->count, sizeof *run->order);
	if (!run->order)
		return gd_out_of_memory("the order of the records");
	if (!run->together)
		status = gd_split_order(rows->count, run->keys, rows->part, run->order, run->header.rows);
	for (int64_t row = 0; row < rows->count; row++) {
		if (run->together && rows->part[row] == GD_SPLIT_TRAIN)
			run->order[run->training] = row;
		run->training += rows->part[row] == GD_SPLIT_TRAIN;
	}
	return status;
}

void gd_preprocess_row(void *context, int64_t position, double *features)
{
	const gd_preprocess *run = context;
	gd_recipe_expand(&run->recipe, run->rows.codes + run->order[position] * run->recipe.schema.term_count, features);
}

static gd_status fit_moments(gd_preprocess *run)
{
	gd_preprocessing *fitted = &run->header.preprocessing;
	char room[GD_EXCERPT_ROOM];
	int features = fitted->features;
	gd_status status = gd_statistics_moments(run->training, features, gd_preprocess_row, run, run->together, fitted->mean, fitted->standard_deviation, run->constant);
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
		status = gd_statistics_correlation(run->training, features, gd_preprocess_row, run, run->together, fitted->mean, fitted->standard_deviation, run->constant, run->header.correlation);
	return status;
}

/* Bins and ranks of the numeric features, of the values that are there. */
static gd_status fit_encoding(gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	gd_preprocessing *fitted = &run->header.preprocessing;
	gd_status status = gd_ok();
	double *values = gd_allocate((size_t)run->training + 1, sizeof *values);
	if (!values)
		status = gd_out_of_memory("the encoding");
	status = gd_together_agree(run->together, &status);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		gd_ordered ordered;
		gd_column_encoding encoding = gd_schema_find_encoding(schema, schema->terms[i].column);
		if (schema->terms[i].treatment->form != GD_FORM_SCALAR)
			continue;
		int64_t rows = gd_rows_list_training(&run->rows, i, values);
		status = gd_ordered_init(&ordered, &status, values, rows, run->together);
		/* None has a value. */
		if (!ordered.total) {
			values[0] = schema->terms[i].fill;
			ordered.count = run->communicator->rank == 0;
			ordered.total = 1;
		}
		if (!gd_failed(&status))
			status = gd_encoding_fit_column(fitted, run->recipe.first[i], &encoding, &ordered);
	}
	free(values);
	return status;
}

/* What is learned goes into header.preprocessing, whose features are named; moments and encoding follow. */
static gd_status plan(gd_preprocess *run)
{
	gd_recipe *recipe = &run->recipe;
	gd_preprocessing *fitted = &run->header.preprocessing;
	gd_status status = gd_recipe_plan(recipe);
	if (gd_failed(&status))
		return gd_preprocess_name_table(run, status);
	size_t features = (size_t)recipe->features, classes = (size_t)recipe->schema.classes.count;
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
	return gd_recipe_name(recipe, &fitted->arena, fitted->feature_names);
}

gd_status gd_preprocess_fit(gd_preprocess *run)
{
	gd_status status = order_rows(run);
	status = gd_together_agree(run->together, &status);
	if (!gd_failed(&status) && !run->header.rows[GD_TRAIN])
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
