/* What `preprocess` says: a screen at most, unless all is asked for. Local. */
#ifndef GD_PREPROCESS_PRINT_H
#define GD_PREPROCESS_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/features/recipe.h"
#include "gd/features/statistics.h"
#include "gd/schema/inference.h"

/* A line a column. */
void gd_preprocess_print_decisions(FILE *out, const gd_inference *inference, bool all);
/* The warnings that came with them. */
void gd_preprocess_warn_of_decisions(const gd_inference *inference, bool all);
/* Of records with odd values, a warning a column and kind. */
void gd_preprocess_warn_of_oddities(const gd_recipe *recipe, bool all);
/* audits [groups]; without groups: that of copies. */
void gd_preprocess_print_audit(FILE *out, const gd_schema *schema, const char *split, const gd_audit *audits);

#endif
