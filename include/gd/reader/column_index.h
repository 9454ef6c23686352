/* The columns of a header by name, for those who look for many: there may be tens of thousands. Local. */
#ifndef GD_COLUMN_INDEX_H
#define GD_COLUMN_INDEX_H

#include "gd/reader/table.h"
#include "gd/value/dictionary.h"

typedef struct gd_column_names {
	gd_dictionary texts;
	int *field; /* [texts.count]: the one of that name; of several, none */
} gd_column_names;

/* A zeroed one may be released. */
typedef struct gd_column_index {
	const gd_record *header; /* the caller's, for as long as anything is looked for */
	gd_column_names exact, alike;
} gd_column_index;

GD_CHECKED gd_status gd_column_index_init(gd_column_index *index, const gd_record *header);
void gd_column_index_release(gd_column_index *index);

/* As gd_table_find. */
GD_CHECKED gd_status gd_column_index_find(const gd_column_index *index, const char *name, int *field);
/* As gd_table_find_alike. */
GD_CHECKED gd_status gd_column_index_find_alike(const gd_column_index *index, const char *name, int *field);

#endif
