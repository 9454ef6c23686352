/* What turns a record into a row of features, as plain data: in datasets and checkpoints alike. Local. */
#ifndef GD_PREPROCESSING_H
#define GD_PREPROCESSING_H

#include <stdbool.h>

#include "gd/memory.h"
#include "gd/status.h"

typedef struct gd_preprocessing {
	gd_arena arena;            /* owns everything below */
	char *recipe;              /* the fitted recipe as INI text (gd_recipe_read) */
	int features;
	char **feature_names;      /* [features] */
	double *mean;              /* [features], of the training part */
	double *standard_deviation; /* [features], of the training part (population); 1 for a constant column, which becomes 0 */
	int classes;
	char **class_names;        /* [classes] */
} gd_preprocessing;

/* Room for the counts; strings are put in by the caller with the arena. */
GD_CHECKED gd_status gd_preprocessing_init(gd_preprocessing *preprocessing, int features, int classes);
GD_CHECKED gd_status gd_preprocessing_copy(const gd_preprocessing *source, gd_preprocessing *copy);
void gd_preprocessing_release(gd_preprocessing *preprocessing);

/* Same recipe, names, means and deviations to the last bit; else `*difference` names the first field that differs. */
bool gd_preprocessing_equal(const gd_preprocessing *a, const gd_preprocessing *b, const char **difference);

#endif
