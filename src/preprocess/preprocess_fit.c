/* The second stage of `preprocess`: what is learned from the training part, and what there is to say about all of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/preprocess/preprocess_run.h"
#include "gd/table/encoding_fit.h"

static gd_status order_rows(gd_preprocess *run)
{
	run->order = gd_allocate((size_t)run->rows.count, sizeof *run->order);
	if (!run->order)
		return gd_out_of_memory("the order of the records");
	gd_status status = gd_split_order(run->rows.count, run->keys, run->rows.part, run->order, run->header.rows);
	if (!gd_failed(&status) && !run->header.rows[GD_TRAIN])
		status = gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "no record is left for the training part"));
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
	gd_status status = gd_statistics_moments(run->header.rows[GD_TRAIN], features, gd_preprocess_row, run, fitted->mean, fitted->standard_deviation, run->constant);
	for (int i = 0; i < features && !gd_failed(&status); i++) {
		if (!isfinite(fitted->mean[i]) || !isfinite(fitted->standard_deviation[i]))
			status = gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "the values of '%s' are too large to be standardised", gd_excerpt(fitted->feature_names[i], room)));
		else if (run->constant[i])
			gd_log_warning("'%s' has one value only in the training part and becomes 0", gd_excerpt(fitted->feature_names[i], room));
	}
	if (!gd_failed(&status))
		status = gd_statistics_correlation(run->header.rows[GD_TRAIN], features, gd_preprocess_row, run, fitted->mean, fitted->standard_deviation, run->constant, run->header.correlation);
	return status;
}

static int compare_reals(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Bins and ranks of the numeric features. */
static gd_status fit_encoding(gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	gd_preprocessing *fitted = &run->header.preprocessing;
	int64_t rows = run->header.rows[GD_TRAIN];
	gd_status status = gd_ok();
	double *values = gd_allocate((size_t)rows, sizeof *values);
	if (!values)
		return gd_out_of_memory("the encoding");
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		gd_column_encoding encoding = gd_schema_find_encoding(schema, schema->terms[i].column);
		if (schema->terms[i].treatment->form != GD_FORM_SCALAR)
			continue;
		for (int64_t row = 0; row < rows; row++)
			values[row] = run->rows.codes[run->order[row] * schema->term_count + i];
		qsort(values, (size_t)rows, sizeof *values, compare_reals);
		status = gd_encoding_fit(fitted, run->recipe.first[i], encoding.kind, encoding.bins, rows, values);
	}
	free(values);
	return status;
}

/* Fills header.preprocessing: categories, features, names, moments, encoding; and the correlation. */
static gd_status fit(gd_preprocess *run)
{
	gd_recipe *recipe = &run->recipe;
	gd_preprocessing *fitted = &run->header.preprocessing;
	gd_status status = gd_rows_fit_categories(&run->rows);
	if (!gd_failed(&status))
		status = gd_recipe_plan(recipe);
	if (gd_failed(&status))
		return gd_preprocess_name_table(run, status);
	size_t features = (size_t)recipe->features, classes = (size_t)recipe->schema.classes.count;
	status = gd_preprocessing_init(fitted, recipe->features, recipe->schema.classes.count);
	if (gd_failed(&status))
		return status;
	run->features = gd_allocate(features, sizeof *run->features);
	run->constant = gd_allocate(features, sizeof *run->constant);
	run->scalar = gd_allocate(features, sizeof *run->scalar);
	run->header.correlation = gd_arena_take(&fitted->arena, features * features, sizeof *run->header.correlation);
	run->header.class_counts = gd_arena_take(&fitted->arena, GD_PARTS * classes, sizeof *run->header.class_counts);
	char *text = NULL;
	status = gd_schema_format(&recipe->schema, &text);
	if (gd_failed(&status))
		return gd_preprocess_name_table(run, status);
	fitted->recipe = gd_arena_string(&fitted->arena, text);
	free(text);
	if (!run->features || !run->constant || !run->scalar || !run->header.correlation || !run->header.class_counts || !fitted->recipe)
		return gd_out_of_memory("the features");
	for (size_t i = 0; i < classes; i++) {
		fitted->class_names[i] = gd_arena_string(&fitted->arena, recipe->schema.classes.texts[i]);
		if (!fitted->class_names[i])
			return gd_out_of_memory("the classes");
	}
	status = gd_recipe_name(recipe, &fitted->arena, fitted->feature_names);
	for (int i = 0; i < recipe->schema.term_count; i++)
		run->scalar[recipe->first[i]] = recipe->schema.terms[i].treatment->form == GD_FORM_SCALAR;
	if (!gd_failed(&status))
		status = fit_moments(run);
	return gd_failed(&status) ? status : fit_encoding(run);
}

static void count_classes(gd_preprocess *run)
{
	const gd_preprocessing *fitted = &run->header.preprocessing;
	char room[GD_EXCERPT_ROOM];
	for (int64_t i = 0; i < run->rows.count; i++)
		run->header.class_counts[run->rows.part[i] * fitted->classes + run->rows.labels[i]]++;
	for (int i = 0; i < fitted->classes; i++) {
		int64_t all = 0;
		for (int part = 0; part < GD_PARTS; part++)
			all += run->header.class_counts[part * fitted->classes + i];
		gd_excerpt(fitted->class_names[i], room);
		if (!all)
			gd_log_warning("class '%s' has no records", room);
		else if (all == 1 && run->options->split == GD_SPLIT_RANDOM)
			gd_log_warning("class '%s' has one record, which goes to the training part", room);
		else if (!run->header.class_counts[GD_TRAIN * fitted->classes + i])
			gd_log_warning("class '%s' has no training records", room);
		else if (run->header.rows[GD_TEST] && !run->header.class_counts[GD_TEST * fitted->classes + i])
			gd_log_warning("class '%s' has no test records", room);
	}
	for (int part = GD_VALIDATION; part < GD_PARTS; part++) {
		double fraction = part == GD_TEST ? run->options->test_fraction : run->options->validation_fraction;
		if (!run->header.rows[part] && (fraction > 0 || run->options->split == GD_SPLIT_COLUMN))
			gd_log_warning("the %s part has no records", gd_part_names[part]);
	}
	for (int i = 0; i < run->recipe.schema.term_count; i++) {
		const char *column = run->recipe.schema.columns[run->recipe.schema.terms[i].column];
		if (run->recipe.unseen[i])
			gd_log_warning("%lld records have a value in column '%s' that has no feature; their features of it are 0", (long long)run->recipe.unseen[i], gd_excerpt(column, room));
	}
}

static gd_status audit(gd_preprocess *run)
{
	const gd_rows *rows = &run->rows;
	const gd_schema *schema = &run->recipe.schema;
	gd_status status = gd_ok();
	int32_t *groups = gd_allocate((size_t)rows->count, sizeof *groups);
	run->audits = gd_allocate((size_t)schema->group_count, sizeof *run->audits);
	if (!groups || !run->audits) {
		free(groups);
		return gd_out_of_memory("the leak audit");
	}
	for (int i = 0; i < schema->group_count && !gd_failed(&status); i++) {
		for (int64_t row = 0; row < rows->count; row++)
			groups[row] = rows->groups[row * schema->group_count + i];
		status = gd_statistics_audit(rows->count, schema->classes.count, rows->labels, groups, rows->group_names[i].count, rows->part, &run->audits[i]);
	}
	free(groups);
	char *text = NULL;
	size_t size;
	FILE *out = gd_failed(&status) ? NULL : open_memstream(&text, &size);
	if (out) {
		gd_preprocess_print_audit(out, schema, gd_split_names[run->options->split], run->audits);
		if (fclose(out) == 0)
			run->header.audit = gd_arena_string(&run->header.preprocessing.arena, text);
		free(text);
	}
	if (!gd_failed(&status) && !run->header.audit)
		status = gd_out_of_memory("the leak audit");
	return status;
}

/* A category that fixes the class is more often a name of the class than luck: a guess at what the user would want to know. */
static gd_status warn_of_hints(const gd_preprocess *run)
{
	const gd_rows *rows = &run->rows;
	const gd_schema *schema = &run->recipe.schema;
	char room[GD_EXCERPT_ROOM];
	gd_status status = gd_ok();
	int32_t *groups = gd_allocate((size_t)rows->count, sizeof *groups);
	if (!groups)
		return gd_out_of_memory("a look at the categories");
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		const gd_term *term = &schema->terms[i];
		gd_audit hint;
		if (term->treatment->reads != GD_READS_TEXT)
			continue;
		/* The unseen share a group of their own. */
		for (int64_t row = 0; row < rows->count; row++) {
			double code = rows->codes[row * schema->term_count + i];
			groups[row] = code < 0 ? term->categories.count : (int32_t)code;
		}
		status = gd_statistics_audit(rows->count, schema->classes.count, rows->labels, groups, term->categories.count + 1, rows->part, &hint);
		if (!gd_failed(&status) && hint.conflicting_groups == 0 && 10 * hint.groups <= rows->count)
			gd_log_warning("column '%s' alone tells the class of every record; drop it if it would not be known beforehand", gd_excerpt(schema->columns[term->column], room));
	}
	free(groups);
	return status;
}

gd_status gd_preprocess_fit(gd_preprocess *run)
{
	gd_status status = order_rows(run);
	if (!gd_failed(&status))
		status = fit(run);
	if (gd_failed(&status))
		return status;
	count_classes(run);
	status = warn_of_hints(run);
	return gd_failed(&status) ? status : audit(run);
}
