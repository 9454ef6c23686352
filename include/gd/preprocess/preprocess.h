/* From a table of text to a dataset, by one process or by all ranks; the dataset is the same. */
#ifndef GD_PREPROCESS_H
#define GD_PREPROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gd/base/status.h"
#include "gd/features/rows.h"
#include "gd/features/split.h"
#include "gd/features/statistics.h"
#include "gd/reader/table.h"
#include "gd/schema/inference.h"
#include "gd/store/dataset.h"

/* Texts are the caller's and may be NULL where it says so. */
typedef struct gd_preprocess_options {
	const char *input;        /* the table's first path, or its name when `source` delivers it */
	const char *const *inputs; /* [input_count]: the files that are the table; none: `input` alone */
	int input_count;
	const char *const *tests; /* [test_count]: files whose records are the test part, with test_fraction 0; none: it is drawn from the inputs */
	int test_count;
	gd_dialect_options dialect; /* how they are written */
	const char *features, *labels; /* paths of two arrays in the one input, an HDF5 file (gd/store/array_table.h); NULL: the inputs are text */
	const char *output;       /* NULL: the input's path with .h5 */
	const char *schema;       /* path; NULL: the shipped one, or none if there is a target */
	const char *target;       /* NULL: the schema's; without a schema the other columns' treatments are inferred */
	const char *group;        /* NULL: the schema's */
	const char *weight;       /* NULL: the schema's */
	const char *drop, *numeric, *categorical, *date; /* lists of columns with commas; NULL: none */
	const gd_missing *missing;       /* NULL: the schema's */
	const char *missing_values;      /* a list of further words; NULL: none */
	bool join_classes;
	const char *write_schema; /* path of a file that gets what was decided; NULL: none */
	gd_split_kind split;
	const char *split_column; /* with GD_SPLIT_COLUMN alone */
	double test_fraction, validation_fraction;
	const gd_encoding_kind *encoding; /* of all numbers; NULL: the schema's */
	bool settles_encoding;    /* it is not left to training */
	int bins;                 /* for all numbers; 0: the schema's, or as many as the encoding has by itself */
	int64_t seed;
	bool force;               /* overwrite the output */
	int64_t memory;           /* bytes that each rank's process may take; 0: half of what its host has free, shared among its ranks */
	const char *history;      /* command line */
	FILE *out;                /* where tables are printed; NULL: nowhere */
	bool verbose;             /* all of their lines, and all warnings */
	gd_table_source *source;  /* of what a plain CSV would hold; NULL: the files */
	void *source_context;
	gd_communicator *communicator; /* of the ranks that share the work; NULL: this process alone, as where there is a `source` */
} gd_preprocess_options;

/*
 * Collective over the ranks, where there are several. Reads, decides, splits, fits, prints its tables and writes the file. `output` (may be NULL) gets the path, released with free().
 * GD_USAGE for options that contradict each other, a schema that is malformed, and an output that exists; GD_BAD_DATA for the table; GD_FAILED for disk and memory.
 */
GD_CHECKED gd_status gd_preprocess_run(const gd_preprocess_options *options, char **output);

#endif
