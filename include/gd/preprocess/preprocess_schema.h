/* What the columns of a table mean to `preprocess`: from a file, from the options, from the data. Local. */
#ifndef GD_PREPROCESS_SCHEMA_H
#define GD_PREPROCESS_SCHEMA_H

#include "gd/preprocess/preprocess_run.h"

/* `schema` is the caller's to release, also on failure. Prints the decisions and writes them to a file, where that is asked for. */
GD_CHECKED gd_status gd_preprocess_choose_schema(gd_preprocess *run, gd_table_source *source, void *context, gd_schema *schema);

#endif
