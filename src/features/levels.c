#include "gd/features/levels.h"

#include <stdlib.h>

#include "gd/base/memory.h"

enum { LEAST_LEVELS = 3 }; /* that are worth a word of their own kind */

/* Of the term's first features, those that one word says. */
static int levels_of(const gd_term *term)
{
	int levels = gd_term_levels(term);
	return levels >= LEAST_LEVELS ? levels : 0;
}

int gd_levels_words(const gd_recipe *recipe)
{
	int words = recipe->features;
	for (int i = 0; i < recipe->schema.term_count; i++) {
		int levels = levels_of(&recipe->schema.terms[i]);
		words -= levels ? levels - 1 : 0;
	}
	return words;
}

static gd_status make_form(const gd_recipe *recipe, const gd_preprocessing *preprocessing, gd_row_form *form)
{
	double *raw = gd_allocate((size_t)preprocessing->features, sizeof *raw);
	bool complete = raw && gd_row_form_init(form, preprocessing->features);
	for (int i = 0; i < recipe->schema.term_count && complete; i++) {
		const gd_term *term = &recipe->schema.terms[i];
		int levels = levels_of(term), others = gd_term_size(term) - levels;
		if (levels)
			gd_row_form_add(form, levels, true);
		if (others)
			gd_row_form_add(form, others, false);
	}
	if (complete) {
		gd_recipe_standardise(preprocessing, raw, form->absent);
		for (int i = 0; i < preprocessing->features; i++)
			raw[i] = 1;
		gd_recipe_standardise(preprocessing, raw, form->present);
	}
	free(raw);
	return complete ? gd_ok() : gd_out_of_memory("the form of rows");
}

gd_status gd_levels_form(const gd_preprocessing *preprocessing, gd_row_form *form)
{
	gd_recipe recipe;
	*form = (gd_row_form){0};
	gd_status status = gd_recipe_read(&recipe, preprocessing->recipe, "a dataset");
	if (gd_failed(&status))
		return status.code == GD_BAD_DATA ? gd_ok() : status;
	if (recipe.features == preprocessing->features && 2 * gd_levels_words(&recipe) <= recipe.features)
		status = make_form(&recipe, preprocessing, form);
	gd_recipe_release(&recipe);
	return status;
}
