/* The dataset file: HDF5, written and read by all ranks together. Layout: data/README.md, "Files". */
#ifndef GD_DATASET_H
#define GD_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/features/preprocessing.h"
#include "gd/parallel/communicator.h"

typedef enum gd_part { GD_TRAIN, GD_VALIDATION, GD_TEST, GD_PARTS } gd_part;
extern const char *const gd_part_names[GD_PARTS]; /* "train", "validation", "test" */

enum { GD_MOST_CORRELATED = 512 };

/* The dataset of commands that are not told one by --data. */
#define GD_DATASET_DEFAULT "data/spotify.h5"

/* All but the rows. */
typedef struct gd_dataset_header {
	gd_preprocessing preprocessing;
	int64_t rows[GD_PARTS];
	int64_t *class_counts;   /* [GD_PARTS, classes], in preprocessing.arena */
	double *correlation;     /* [features, features] of the training part's raw features; NULL where there are more than GD_MOST_CORRELATED */
	char *source;            /* path as given */
	char source_sha256[65];
	char content_sha256[65]; /* gd/store/dataset_content.h; found by the writer, empty in older files */
	int64_t rows_read, rows_dropped;
	char *split;             /* "random", "grouped", "column" */
	char *weight;            /* the column that rows have their weights from; NULL: all weigh 1 */
	bool grouped;            /* rows say which of them belong together */
	bool deflated;           /* the writer is to deflate features; not read back */
	int64_t seed;
	char *history;           /* command line */
	char *audit;             /* the leak audit as text, printed by `info`; may be empty */
} gd_dataset_header;
void gd_dataset_header_release(gd_dataset_header *header);

/*
 * Some rows: features [count, features] (standardised), labels, source rows, weights and groups [count], the last two where the header has them alone. A group is a number from 0 to
 * GD_GROUP_SLOTS - 1, a hash of what names it.
 */
enum { GD_GROUP_SLOTS = 1 << 16 };
typedef struct gd_dataset_rows {
	float *features;
	int32_t *labels;
	int64_t *source_rows;
	float *weights;
	int32_t *groups;
} gd_dataset_rows;
/* Where a writer takes its rows: `count` rows of `part` from `first` on, overwritten. */
typedef gd_status gd_dataset_source(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows);

/* Local. How many rows a writer takes at a time, from the beginning of each part on; the last time in a part fewer. */
int64_t gd_dataset_block_rows(int features);
/* Local. Writes the file as a whole, rows in the source's order, chunks checksummed (fletcher32). class_counts add up to rows. A full disk leaves nothing behind. */
GD_CHECKED gd_status gd_dataset_write(const char *path, const gd_dataset_header *header, gd_dataset_source *source, void *context);

/* A stretch of a part's rows in the stored order, and the rank that has them. */
typedef struct gd_dataset_piece {
	gd_part part;
	int64_t first, count; /* at least one row */
	int rank;
} gd_dataset_piece;
/*
 * Collective. The same file, of rows that ranks have: pieces [count], alike on all ranks, one behind the other, are all rows. The source of each rank gives the rows of its pieces, in their order, up to
 * gd_dataset_block_rows of them at a time. All ranks see one file system. They leave with one status; of sources that fail, that of the first row.
 */
GD_CHECKED gd_status gd_dataset_write_together(gd_communicator *communicator, const char *path, const gd_dataset_header *header, const gd_dataset_piece *pieces, size_t count, gd_dataset_source *source,
	void *context);

typedef struct gd_dataset gd_dataset;

/* Collective over `communicator`; or local with NULL (no parallel HDF5). Checks format, version and shapes. The header is the dataset's. */
GD_CHECKED gd_status gd_dataset_open(gd_communicator *communicator, const char *path, gd_dataset **dataset);
const gd_dataset_header *gd_dataset_get_header(const gd_dataset *dataset);
/* Collective (or local): each rank its own contiguous hyperslab, `count` may be 0. Any pointer may be NULL on all ranks. Refuses labels out of range and
 * features that are not finite. */
GD_CHECKED gd_status gd_dataset_read(gd_dataset *dataset, gd_part part, int64_t first, int64_t count, float *features, int32_t *labels, int64_t *source_row);
/* Collective (or local). Their weights [count], 1 where the dataset has none. Refuses negative ones, and those that are not finite. */
GD_CHECKED gd_status gd_dataset_read_weights(gd_dataset *dataset, gd_part part, int64_t first, int64_t count, float *weights);
/*
 * Collective (or local). From now on the dataset shows fold `fold` (from 1) of `folds` of its training part: rows that are held out are the validation part, the others the training part,
 * each in the stored order; rows and class_counts of the header follow. Rows are stored in an order drawn by a key of their content, so folds are contiguous stretches of it, near-equal,
 * whatever the ranks. Where rows are of groups, folds are stretches of the groups' hashes instead, as near to equal as whole groups allow; then each rank holds two bits for each training row.
 * Its own validation part is not seen. Errors: GD_USAGE with more folds than rows or groups, or for an older dataset that was split by groups and does not say which rows are of one.
 */
GD_CHECKED gd_status gd_dataset_fold(gd_dataset *dataset, int fold, int folds);
/* Collective (or local). */
void gd_dataset_close(gd_dataset *dataset);

#endif
