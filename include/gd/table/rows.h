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

typedef struct gd_rows {
	gd_recipe *recipe;        /* the caller's */
	const char *split_column; /* whose texts train, validation, test name a part; NULL: none */
	int split_field;
	int64_t count, room;
	double *codes;            /* [count, terms] */
	int32_t *labels;          /* [count] */
	int32_t *groups;          /* [count, groups] */
	gd_content *content;      /* [count] */
	int64_t *source_row;      /* [count]: the record's number in the table */
	uint8_t *part;            /* [count], from the split column */
	gd_dictionary *group_names; /* [groups] */
	int64_t read, dropped;
} gd_rows;

/* Reads the table with a recipe that may still learn. A record that misses a value is dropped and counted, or GD_BAD_DATA, as the schema says. */
GD_CHECKED gd_status gd_rows_read(gd_rows *rows, gd_recipe *recipe, const char *split_column, gd_table_source *source, void *context, char sha256[65]);
void gd_rows_release(gd_rows *rows);

/* Puts learned classes in order (numbers by value, texts by their bytes) and renumbers the labels. Nothing to do for listed ones. */
GD_CHECKED gd_status gd_rows_fit_classes(gd_rows *rows);
/*
 * Fixes the categories that terms have learned to those of the training part, in order, and renumbers the codes; a category of other parts alone becomes unseen
 * (counted in the recipe), or GD_BAD_DATA if the schema says so.
 */
GD_CHECKED gd_status gd_rows_fit_categories(gd_rows *rows);

#endif
