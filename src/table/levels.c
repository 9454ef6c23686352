#include "gd/table/levels.h"

int gd_levels_words(const gd_recipe *recipe)
{
	int words = recipe->features;
	for (int i = 0; i < recipe->schema.term_count; i++) {
		int levels = gd_term_levels(&recipe->schema.terms[i]);
		words -= levels ? levels - 1 : 0;
	}
	return words;
}
