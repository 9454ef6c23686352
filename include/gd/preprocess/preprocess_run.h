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
	gd_table *table;          /* NULL: the options' source delivers it */
	char *spool;              /* the directory in which it may keep what comes once; outlives it */
	char inferred_sha256[65]; /* of the first reading, where there are two */
	gd_recipe recipe;
	gd_rows rows;
	gd_split_key *keys;       /* [rows] */
	int64_t *order;           /* [rows]: training, validation, test, each in its stored order */
	double *features;         /* [features]: scratch */
	bool *constant, *scalar, *category; /* [features]: one value only; a number; of a one-hot group */
	gd_audit *audits;         /* [groups]; without groups one, of copies */
	gd_dataset_header header;
} gd_preprocess;

/* An error of the data as a whole, with the table's name in front; other errors as they are. */
gd_status gd_preprocess_name_table(const gd_preprocess *run, gd_status status);

#endif
