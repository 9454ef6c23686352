/*
 * A table's records in memory, as a recipe measures them: 8 bytes for each treatment of each record, and some 40 more. Local.
 */
#ifndef GD_ROWS_H
#define GD_ROWS_H

#include <stdint.h>

#include "gd/base/status.h"
#include "gd/table/dictionary.h"
#include "gd/table/recipe.h"
#include "gd/table/split.h"
#include "gd/table/table.h"
#include "gd/table/together.h"

typedef struct gd_rows {
	gd_recipe *recipe;        /* the caller's */
	const char *split_column; /* whose texts train, validation, test name a part; NULL: none */
	int split_field;
	int64_t count, room;
	double *codes;            /* [count, terms]; NaN: missing */
	int32_t *labels;          /* [count] */
	int32_t *groups;          /* [count, groups] */
	gd_content *content;      /* [count] */
	int64_t *source_row;      /* [count]: the record's number in the table */
	float *weights;           /* [count]; NULL: the schema has no column of weights */
	uint8_t *part;            /* [count], from the split column */
	gd_dictionary *group_names; /* [groups] */
	int64_t read, dropped;    /* those without a label among the dropped */
	int64_t unlabelled;
	int64_t strangers;        /* dropped too: of a class that the inputs lack */
	bool tests;               /* rows from `inputs` on are of test tables */
	int64_t inputs;
	int64_t number_base;      /* that names records without a group apart */
	bool spares_labels;       /* of test tables: a class that is not known is no error */
	const gd_together *together; /* who holds the other rows, once their dictionaries are one; NULL: nobody */
} gd_rows;

/* Reads the table with a recipe that may still learn. A record that misses a value is kept, or dropped and counted, or GD_BAD_DATA, as the schema says; one without a label is never kept, and of imputed ones none
 * without a weight, where the schema has weights. */
GD_CHECKED gd_status gd_rows_read(gd_rows *rows, gd_recipe *recipe, const char *split_column, gd_table_source *source, void *context, char sha256[65]);
/*
 * Reads another table behind those rows, its columns in the same places, for the test part: what the recipe has learned stays as it is. A category that it does not know becomes unseen when
 * categories are fitted; a record of another class is left out and counted, if rows->spares_labels, else GD_BAD_DATA. On failure the rows are the caller's to release.
 */
GD_CHECKED gd_status gd_rows_read_tests(gd_rows *rows, gd_table_source *source, void *context, char sha256[65]);
/* How many rows, the first ones, are of the inputs. */
int64_t gd_rows_inputs(const gd_rows *rows);
void gd_rows_release(gd_rows *rows);

/* What follows is done by all holders of rows together. */

/* Joins learned classes that are alike, if the schema says so, puts them in order (numbers by value, texts by their bytes) and renumbers the labels. Nothing to do for listed ones. */
GD_CHECKED gd_status gd_rows_fit_classes(gd_rows *rows);
/*
 * Fixes the categories that terms have learned to those of the training part, in order, and renumbers the codes; rare ones get a feature together (gd_schema_rare). A category of other parts
 * alone becomes unseen (counted in the recipe), or GD_BAD_DATA if the schema says so.
 */
GD_CHECKED gd_status gd_rows_fit_categories(gd_rows *rows);
/* Learns what missing values become, and which columns get a flag, from the training part; if the schema imputes. */
GD_CHECKED gd_status gd_rows_fit_missing(gd_rows *rows);
/* The training part's values of a term, values [rows], without the missing ones; how many there are. */
int64_t gd_rows_list_training(const gd_rows *rows, int term, double *values);

#endif
