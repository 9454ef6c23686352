#include "gd/preprocess/preprocess_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/features/levels.h"
#include "gd/preprocess/preprocess_encoding.h"

void gd_preprocess_row(void *context, int64_t position, double *features)
{
	gd_preprocess *run = context;
	if (!position)
		run->walk = gd_rows_training(&run->rows);
	const gd_row *row = gd_walk_next(&run->walk);
	if (row)
		gd_recipe_expand(&run->recipe, gd_row_codes(&run->rows, row), features);
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
	gd_status status = gd_statistics_moments(training, features, gd_preprocess_row, run, run->together, fitted->mean, fitted->standard_deviation, run->constant, run->flag);
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
		status = gd_statistics_correlation(training, features, gd_preprocess_row, run, run->together, fitted->mean, fitted->standard_deviation, run->constant, run->flag, run->header.correlation);
	return agree_on_rows(run, &status);
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
	run->flag = gd_allocate(features, sizeof *run->flag);
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
	if (!run->features || !run->constant || !run->flag || !run->scalar || !run->category || (correlated && !run->header.correlation) || !run->header.class_counts || !fitted->recipe)
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
	/* Of a column of many levels all features but one say the same in nearly every row, which takes no longer to say than to write. */
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
	if (!gd_failed(&status))
		status = gd_preprocess_fit_medians(run);
	if (gd_failed(&status))
		return status;
	status = plan(run);
	status = gd_together_agree(run->together, &status);
	if (!gd_failed(&status))
		status = fit_moments(run);
	return gd_failed(&status) ? status : gd_preprocess_fit_encoding(run);
}
