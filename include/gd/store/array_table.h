/*
 * Two arrays of any HDF5 file as a table: features [rows, columns], of numbers, and labels [rows], of numbers or texts, which are its last column. Local.
 *
 * A number is the shortest text that reads back as it, NaN is an empty field. Columns are called as an attribute of the features says ('column_names', 'feature_names', 'names' or 'columns',
 * [columns] texts), or else a dimension scale of texts at its second axis, or else 1, 2, ... like those of a table without a header; the labels like the last part of their path.
 */
#ifndef GD_ARRAY_TABLE_H
#define GD_ARRAY_TABLE_H

#include <stdint.h>

#include "gd/base/status.h"
#include "gd/reader/table.h"

typedef struct gd_array_table gd_array_table;

/* The strings are the caller's, as long as it is open. GD_BAD_DATA for a file that is no HDF5, a path without an array, and a shape or type that is none of those above; it names file and path. */
GD_CHECKED gd_status gd_array_table_open(const char *path, const char *features, const char *labels, gd_array_table **table);
int64_t gd_array_table_rows(const gd_array_table *table);
/* From now on the table is `count` rows from row `first` on (from 0), numbered from `number` + 1 on. */
void gd_array_table_divide(gd_array_table *table, int64_t first, int64_t count, int64_t number);
/* A gd_table_source; `context` is a gd_array_table. There is no digest: an empty text. */
gd_status gd_array_table_deliver(void *context, const gd_table_reader *reader, char sha256[65]);
/* What the labels' column is called: the last part of their path. */
const char *gd_array_table_label(const char *labels);
/* May be NULL. */
void gd_array_table_close(gd_array_table *table);

#endif
