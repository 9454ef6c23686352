/*
 * What reading a table costs here, stage by stage on the beginning of a file, and what the whole should take on other numbers of ranks.
 *
 * A rank that has a core of its own reads a byte in 1/digest + 1/columns + 1/values seconds (without the columns where a schema says what they are); p ranks take the p-th part of that, but no less
 * than the disk does. Split, statistics and the writing of the dataset come on top.
 */
#ifndef GD_BENCH_INGEST_H
#define GD_BENCH_INGEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gd/base/options.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/reduce.h"

typedef struct gd_bench_ingest {
	const char *path;
	int ranks, cores, local_ranks;
	int64_t bytes;      /* of the file */
	int64_t sample;     /* bytes of its beginning, which each rank reads for the stages */
	int64_t records;    /* in them */
	int columns;
	bool dropped;       /* the system let go of the page cache before the disk was read */
	/* Bytes a second of a rank, all of them at work at once. */
	gd_spread disk;     /* of its own part of the file, not in the page cache */
	gd_spread memory;   /* the same once more */
	gd_spread digest;   /* SHA-256 */
	gd_spread split;    /* into records and fields */
	gd_spread inferred; /* records, and what inference sees of each column */
	gd_spread values;   /* records, their content's hash and their numbers */
} gd_bench_ingest;

typedef struct gd_ingest_line {
	int ranks;
	double fitted, inferred; /* seconds of the whole file: with a schema; where columns are inferred */
	bool by_disk;            /* the second is the disk's */
} gd_ingest_line;

/* Collective. Takes about `seconds`. GD_BAD_DATA for what is no plain file with a table in it. `path` is the caller's. */
GD_CHECKED gd_status gd_bench_ingest_run(gd_communicator *communicator, const char *path, double seconds, gd_bench_ingest *ingest);
/* The whole file on `ranks` ranks, each with a core. */
gd_ingest_line gd_bench_ingest_plan(const gd_bench_ingest *ingest, int ranks);
/* Local. For people; one JSON object. `plan`: numbers of ranks. */
void gd_bench_ingest_print(FILE *out, const gd_bench_ingest *ingest, const gd_widths *plan);
void gd_bench_ingest_print_json(FILE *out, const gd_bench_ingest *ingest, const gd_widths *plan);

#endif
