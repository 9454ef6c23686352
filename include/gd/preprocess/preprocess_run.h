/* The state of one `preprocess`, which its stages hand on. */
#ifndef GD_PREPROCESS_RUN_H
#define GD_PREPROCESS_RUN_H

#include <stdbool.h>

#include "gd/base/meter.h"
#include "gd/base/status.h"
#include "gd/features/recipe.h"
#include "gd/features/rows.h"
#include "gd/features/split.h"
#include "gd/features/statistics.h"
#include "gd/parallel/communicator.h"
#include "gd/preprocess/preprocess.h"
#include "gd/store/array_table.h"
#include "gd/store/dataset.h"

typedef struct gd_preprocess {
	const gd_preprocess_options *options;
	char *output;
	gd_meter meter;           /* of the reading at hand */
	FILE *out;                /* where this rank prints tables; NULL: nowhere */
	gd_table *table;          /* NULL: the options' source delivers it */
	const gd_table *after;    /* on one rank: the table in front of this one, whose digest goes on; NULL: none */
	struct gd_preprocess *tests; /* the files of the test part, as a table of their own; NULL: none, or not opened yet */
	gd_writing writing;       /* of its first file */
	gd_array_table *arrays;   /* of an HDF5 file, in the place of `table` */
	char *spool;              /* the directory in which it may keep what comes once; outlives it */
	gd_communicator *communicator;
	const gd_together *together; /* how ranks add up; NULL: there is one */
	gd_arena arena;           /* of the next ones, up to the stretches */
	const char **paths, **names; /* [inputs]: what is read, and what messages call it */
	char **copies;            /* [inputs]: temporary files that are read instead of the inputs; NULL: none */
	int *held;                /* [inputs]: rank 0's holds on these (gd/base/leftover.h) */
	int64_t *sizes;           /* [inputs], of what is read */
	int64_t *times;           /* [inputs], when that was last changed, ns */
	gd_stretch *stretches;    /* [stretch_count]: those that this rank reads */
	int stretch_count;
	bool twice;               /* the table was read, and is to be read again */
	char source_sha256[65];   /* on several ranks, and of arrays, known beforehand */
	gd_recipe recipe;
	int64_t memory;           /* bytes that this process may take */
	char *spill_directory;
	gd_spill spill;           /* where rows are */
	gd_rows rows;             /* of this rank; once they are placed, those whose keys fall into its ranges */
	int64_t records;          /* of all ranks, that are kept */
	int64_t *loose, *loose_line; /* [columns + GD_LINE_KINDS], in the arena: quotes that enclose nothing, and the line of the first; behind them, of lines unlike the others */
	int64_t *starts;          /* [ranges + 1, parts]: where the rows of each range (gd/preprocess/preprocess_ranges.h) begin in a part; behind them the parts' ends */
	gd_walk walk;             /* of gd_preprocess_row */
	double *features;         /* [features]: scratch */
	bool *constant, *flag, *scalar, *category; /* [features]: one value only; 0 or 1 everywhere; a number; of a one-hot group of several */
	gd_audit *audits;         /* [groups]; without groups one, of copies */
	gd_dataset_header header;
} gd_preprocess;

/* An error of the data as a whole, with the table's name in front; other errors as they are. */
gd_status gd_preprocess_name_table(const gd_preprocess *run, gd_status status);

#endif
