/*
 * How much a network makes of a table's column: what its scores lose when the column's values are dealt out among the rows at random.
 * Source: L. Breiman, "Random forests", Machine Learning 45 (2001), section 10.
 */
#ifndef GD_IMPORTANCE_H
#define GD_IMPORTANCE_H

#include <stdio.h>

#include "gd/base/memory.h"
#include "gd/score/evaluation.h"

/* Permutations that a column's figures are the mean of. */
enum { GD_IMPORTANCE_ROUNDS = 3 };

typedef struct gd_column_importance {
	const char *column;
	double accuracy; /* by how much it falls */
	double log_loss; /* by how much it rises */
} gd_column_importance;

typedef struct gd_importance {
	gd_arena arena;
	int count;
	gd_column_importance *columns; /* [count], that of the largest rise first; ties in the recipe's order */
} gd_importance;

/*
 * Collective. Of every column that features are made of, all of these at once; features that are made of two columns go with the first one. `sums` are those of the rows as they are. The
 * permutations are functions of the column's place in the recipe and the number of rows: the figures are the same on every number of ranks.
 */
GD_CHECKED gd_status gd_importance_find(gd_evaluation *evaluation, const gd_member *members, int member_count, const gd_preprocessing *preprocessing, const gd_score_sums *sums,
	gd_importance *importance);
void gd_importance_release(gd_importance *importance);

/* Local. A line a column. */
void gd_importance_print(FILE *out, const gd_importance *importance);

#endif
