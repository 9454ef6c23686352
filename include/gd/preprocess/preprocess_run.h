/* The state of one `preprocess`, which its stages hand on. Local. */
#ifndef GD_PREPROCESS_RUN_H
#define GD_PREPROCESS_RUN_H

#include <stdbool.h>

#include "gd/base/status.h"
#include "gd/preprocess/preprocess.h"
#include "gd/store/dataset.h"
#include "gd/table/recipe.h"
#include "gd/table/rows.h"
#include "gd/table/split.h"
#include "gd/table/statistics.h"

typedef struct gd_preprocess {
	const gd_preprocess_options *options;
	char *output;
	char inferred_sha256[65]; /* of the first reading, where there are two */
	gd_recipe recipe;
	gd_rows rows;
	gd_split_key *keys;       /* [rows] */
	int64_t *order;           /* [rows]: training, validation, test, each in its stored order */
	double *features;         /* [features]: scratch */
	bool *constant, *scalar;  /* [features] */
	gd_audit *audits;         /* [groups] */
	gd_dataset_header header;
} gd_preprocess;

/* An error of the data as a whole, with the table's name in front; other errors as they are. */
gd_status gd_preprocess_name_table(const gd_preprocess *run, gd_status status);

/* Chooses the schema and reads the table: recipe (which may still have categories to learn) and rows, labels in the order of the classes. */
GD_CHECKED gd_status gd_preprocess_read(gd_preprocess *run);
/* From rows that are split: their stored order, and all of the header but where it came from. Warns of what the user should know. */
GD_CHECKED gd_status gd_preprocess_fit(gd_preprocess *run);
/* The raw features [features] of the row at `position` of the stored order, overwritten (a gd_statistics_row). */
void gd_preprocess_row(void *run, int64_t position, double *features);

#endif
