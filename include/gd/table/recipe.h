/* From a record's texts to numbers: a schema bound to a table's header, learning or fitted. Local. */
#ifndef GD_RECIPE_H
#define GD_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/table/preprocessing.h"
#include "gd/table/schema.h"
#include "gd/table/table.h"

/* Which columns a table must have. */
typedef enum gd_bind {
	GD_BIND_ALL,      /* every column that the schema names: `preprocess` */
	GD_BIND_FEATURES, /* those that features are made of: `predict` */
} gd_bind;

typedef struct gd_recipe {
	gd_schema schema;
	int features;        /* once it is planned */
	int *first;          /* [terms]: first feature of each term */
	double *codes;       /* [terms]: scratch of gd_recipe_encode */
	int64_t *unseen;     /* [terms]: records whose value has no feature, counted by gd_recipe_measure (not while a term learns) */
	int *field;          /* [columns]: index in the bound header, -1: not looked at */
} gd_recipe;

/* Takes the schema over, which is released with the recipe (also on failure). */
GD_CHECKED gd_status gd_recipe_init(gd_recipe *recipe, gd_schema *schema);
/* A fitted recipe from the text that a dataset or model carries (gd_preprocessing.recipe); GD_BAD_DATA when it is damaged. `name` is the file's. */
GD_CHECKED gd_status gd_recipe_read(gd_recipe *recipe, const char *text, const char *name);
void gd_recipe_release(gd_recipe *recipe);

/* Finds the columns. One that is lacking is GD_BAD_DATA and named; the table's name is the caller's to add (gd_table_read does). */
GD_CHECKED gd_status gd_recipe_bind(gd_recipe *recipe, const gd_record *header, gd_bind bind);

/* Name of the first bound column that has no value in this record, or NULL. */
const char *gd_recipe_missing(const gd_recipe *recipe, const gd_record *record);
/* The terms' values, codes [terms], overwritten: numbers, or numbers of categories, which a learning term collects. GD_BAD_DATA for a text where a number is expected,
 * and for what is unseen if the schema says so. The record must not miss a value. */
GD_CHECKED gd_status gd_recipe_measure(gd_recipe *recipe, const gd_record *record, double *codes);
/* The record's class; a learning recipe adds new ones. GD_BAD_DATA for a class that is not listed. */
GD_CHECKED gd_status gd_recipe_label(gd_recipe *recipe, const gd_record *record, int32_t *label);

/* Fixes the features' places, once nothing is left to learn. GD_BAD_DATA when two features have one name. */
GD_CHECKED gd_status gd_recipe_plan(gd_recipe *recipe);
/* Names of the features, names [features], in the arena. */
GD_CHECKED gd_status gd_recipe_name(const gd_recipe *recipe, gd_arena *arena, char **names);
/* codes [terms] → features [features], raw, double, overwritten. */
void gd_recipe_expand(const gd_recipe *recipe, const double *codes, double *features);
/* A record to raw features [features], overwritten; or `*missing` is a column without a value, and the features are untouched. For a planned recipe. */
GD_CHECKED gd_status gd_recipe_encode(gd_recipe *recipe, const gd_record *record, double *features, const char **missing);

/* features [features] raw, double → row [features], standardised, overwritten: (float)((raw - mean) / deviation). The one place where that is done, so that
 * whoever encodes a record gets the same bits. */
void gd_recipe_standardise(const gd_preprocessing *preprocessing, const double *features, float *row);

#endif
