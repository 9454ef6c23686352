/* What turns a record into a row of features, as plain data: in datasets and checkpoints alike. Local. */
#ifndef GD_PREPROCESSING_H
#define GD_PREPROCESSING_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/network/encoding.h"
#include "gd/reader/dialect.h"

/* How one feature becomes columns inside a model (gd/network/encoding.h); fitted to the training part, in the feature's own units. */
typedef struct gd_feature_tables {
	gd_encoding_kind kind;
	int columns;                /* 1 but for piecewise-linear */
	double *edge;               /* [columns + 1], rising: quantiles; piecewise-linear alone */
	double *mean, *deviation;   /* [columns] of the columns; NULL for standard */
	int knots;                  /* 0: not a number */
	double *knot, *normal;      /* [knots]: values, rising, and the normal quantiles of their ranks */
	int quantiles;              /* 0: preprocessing settled the kind; else training chooses it (gd_encoding_choose) */
	double *quantile;           /* [quantiles]: at equal steps of the rank, not falling, from the least value to the greatest */
} gd_feature_tables;

typedef struct gd_preprocessing {
	gd_arena arena;            /* owns everything below */
	char *recipe;              /* the fitted recipe as INI text (gd_recipe_read) */
	int features;
	char **feature_names;      /* [features] */
	double *mean;              /* [features], of the training part */
	double *standard_deviation; /* [features], of the training part (population); 1 for a constant column, which becomes 0 */
	gd_feature_tables *tables; /* [features] */
	int classes;
	char **class_names;        /* [classes] */
	gd_writing writing;        /* how the table was written (its first file), for people */
} gd_preprocessing;

/* Room for the counts; strings are put in by the caller with the arena. All features are standard, and none is a number. */
GD_CHECKED gd_status gd_preprocessing_init(gd_preprocessing *preprocessing, int features, int classes);
/* Room for a feature's tables, which the caller fills in; its quantiles stay. */
GD_CHECKED gd_status gd_preprocessing_reserve(gd_preprocessing *preprocessing, int feature, gd_encoding_kind kind, int columns, int knots);
/* Room for the quantiles of a feature whose kind is chosen later; the caller fills them in. */
GD_CHECKED gd_status gd_preprocessing_reserve_quantiles(gd_preprocessing *preprocessing, int feature, int quantiles);
/* The tables in the units that a model's input has; everything lies in `arena`. */
GD_CHECKED gd_status gd_preprocessing_encoding(const gd_preprocessing *preprocessing, gd_arena *arena, gd_encoding *encoding);
/* The one encoding of the features that are not standard ("standard" when all are), or "mixed". */
const char *gd_preprocessing_encoding_word(const gd_preprocessing *preprocessing);
GD_CHECKED gd_status gd_preprocessing_copy(const gd_preprocessing *source, gd_preprocessing *copy);
/*
 * A feature's tables as bytes of this machine, a multiple of 8 of them, appended to `out`; and back, from `*at` in front of `end`, behind which `*at` is then. `known`: they are there already.
 */
void gd_preprocessing_pack(const gd_preprocessing *preprocessing, int feature, FILE *out);
GD_CHECKED gd_status gd_preprocessing_unpack(gd_preprocessing *preprocessing, int feature, bool known, const char **at, const char *end);
void gd_preprocessing_release(gd_preprocessing *preprocessing);

/* Same recipe (but for the records' weights), names (however the tables were written), means, deviations and encoding to the last bit; else `*difference` names the first fields that differ, "means". */
bool gd_preprocessing_equal(const gd_preprocessing *a, const gd_preprocessing *b, const char **difference);
/* The same but for what training chose: whether a model and a dataset, or two models, go together. */
bool gd_preprocessing_match(const gd_preprocessing *a, const gd_preprocessing *b, const char **difference);
/* Whether the records have weights; whether those of both have, by one column, or neither's. */
bool gd_preprocessing_weighs(const gd_preprocessing *preprocessing);
bool gd_preprocessing_weighs_alike(const gd_preprocessing *a, const gd_preprocessing *b);

#endif
