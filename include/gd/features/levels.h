/* Columns of a table that are many features of a row, of which one at most is 1: what a row says in few words. Local. */
#ifndef GD_LEVELS_H
#define GD_LEVELS_H

#include "gd/features/recipe.h"
#include "gd/kernel/row_form.h"

/* How many numbers say what the features of a planned recipe are: one for all levels of a column. */
int gd_levels_words(const gd_recipe *recipe);
/*
 * The form of standardised rows in which levels are packed, where that saves half of a row or more; else, and where there is no recipe that could be read, all zeros. The caller's to release. Errors: out of
 * memory.
 */
GD_CHECKED gd_status gd_levels_form(const gd_preprocessing *preprocessing, gd_row_form *form);

#endif
