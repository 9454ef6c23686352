/* Columns of a table that are many features of a row, of which one at most is 1: what a row says in few numbers. Local. */
#ifndef GD_LEVELS_H
#define GD_LEVELS_H

#include "gd/table/recipe.h"

/* How many numbers say what the features of a planned recipe are: one for all levels of a column. */
int gd_levels_words(const gd_recipe *recipe);

#endif
