/* From a record's texts to numbers: a schema bound to a table's header, learning or fitted. Local. */
#ifndef GD_RECIPE_H
#define GD_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/excerpt.h"
#include "gd/base/status.h"
#include "gd/features/preprocessing.h"
#include "gd/reader/table.h"
#include "gd/schema/schema.h"

/* Which columns a table must have. */
typedef enum gd_bind {
	GD_BIND_ALL,      /* every column that the schema names: `preprocess` */
	GD_BIND_FEATURES, /* those that features are made of: `predict` */
	GD_BIND_LABELLED, /* and the target: `evaluate`; the column of weights too, if it is there */
} gd_bind;

/* What can be odd about a value, and is counted. */
typedef enum gd_odd {
	GD_ODD_MISSING,
	GD_ODD_UNREADABLE, /* a text where a number or a date is expected */
	GD_ODD_UNSEEN,     /* a category or year without a feature (not while a term learns) */
	GD_ODD_OUTSIDE,    /* a number farther from the training part's range than the range is wide (gd_recipe_watch) */
	GD_ODDS,
} gd_odd;

enum { GD_EXAMPLE_ROOM = 40 };

/* Records of one kind, and the first of them. */
typedef struct gd_oddity {
	int64_t count;
	int64_t record, latest;        /* numbers of the first and of the latest of them */
	char example[GD_EXAMPLE_ROOM]; /* the first one's text, cut */
} gd_oddity;

typedef struct gd_recipe {
	gd_schema schema;
	int features;        /* once it is planned */
	int *first;          /* [terms]: first feature of each term */
	double *codes;       /* [terms]: scratch of gd_recipe_encode */
	double *range;       /* [terms, 2]: least and greatest number of the training part; NaN: not known */
	gd_oddity (*oddities)[GD_ODDS]; /* [columns], counted as records are measured */
	int *field;          /* [columns]: index in the bound header, -1: not looked at */
	bool exact;          /* names must be the same to the letter; else, but for GD_BIND_ALL, one that differs in case, blanks or punctuation alone will do */
	gd_enumeration renamed; /* such columns, as gd_recipe_bind found them */
	bool frozen;         /* terms that learn have seen all that they learn from: what is new is unseen */
	int odd_column;      /* the first column of which something odd was noted since this was set to -1, and what */
	gd_odd odd;
} gd_recipe;

/* Takes the schema over, which is released with the recipe (also on failure). */
GD_CHECKED gd_status gd_recipe_init(gd_recipe *recipe, gd_schema *schema);
/* A fitted recipe from the text that a dataset or model carries (gd_preprocessing.recipe); GD_BAD_DATA when it is damaged. `name` is the file's. */
GD_CHECKED gd_status gd_recipe_read(gd_recipe *recipe, const char *text, const char *name);
void gd_recipe_release(gd_recipe *recipe);

/* Finds the columns. Those that are lacking are GD_BAD_DATA, the first is named with the column that may be meant; the table's name is the caller's to add (gd_table_read does). */
GD_CHECKED gd_status gd_recipe_bind(gd_recipe *recipe, const gd_record *header, gd_bind bind);

/*
 * The terms' values, codes [terms], overwritten: numbers, or numbers of categories, which a learning term collects; NaN where there is none. `*missing` is the first bound column without a value,
 * or NULL; unless missing values are imputed, nothing else is then measured. A text that is no number or date is missing if the schema says so, else GD_BAD_DATA; so is what is unseen, if it
 * says that.
 */
GD_CHECKED gd_status gd_recipe_measure(gd_recipe *recipe, const gd_record *record, double *codes, const char **missing);
/* Whether the record has no label. */
bool gd_recipe_is_unlabelled(const gd_recipe *recipe, const gd_record *record);
/* The record's class, a number in its normal form (gd/value/spelling.h); a learning recipe adds new ones. GD_BAD_DATA for a class that is not listed. */
GD_CHECKED gd_status gd_recipe_label(gd_recipe *recipe, const gd_record *record, int32_t *label);

/* Whether the recipe has weights and is bound to their column; whether the record lacks its own. */
bool gd_recipe_weighs(const gd_recipe *recipe);
bool gd_recipe_is_unweighted(const gd_recipe *recipe, const gd_record *record);
/* The record's weight, for a recipe that is bound to their column; GD_BAD_DATA unless it is finite, as a float too, and not negative. */
GD_CHECKED gd_status gd_recipe_weight(const gd_recipe *recipe, const gd_record *record, float *weight);

/* Fixes the features' places, once nothing is left to learn. GD_BAD_DATA when two features have one name. */
GD_CHECKED gd_status gd_recipe_plan(gd_recipe *recipe);
/* Names of the features, names [features], in the arena. */
GD_CHECKED gd_status gd_recipe_name(const gd_recipe *recipe, gd_arena *arena, char **names);
/* codes [terms] → features [features], raw, double, overwritten. */
void gd_recipe_expand(const gd_recipe *recipe, const double *codes, double *features);
/* A record to raw features [features], overwritten; or `*missing` is a column without a value, if they are not imputed, and the features are untouched. For a planned recipe. */
GD_CHECKED gd_status gd_recipe_encode(gd_recipe *recipe, const gd_record *record, double *features, const char **missing);

/* Notes the ranges of the training part's numbers, so that gd_recipe_encode counts what is far outside. */
void gd_recipe_watch(gd_recipe *recipe, const gd_preprocessing *preprocessing);

/* features [features] raw, double → row [features], standardised, overwritten: (float)((raw - mean) / deviation). The one place where that is done, so that
 * whoever encodes a record gets the same bits. */
void gd_recipe_standardise(const gd_preprocessing *preprocessing, const double *features, float *row);

#endif
