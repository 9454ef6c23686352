/* A table that rank 0 reads and all ranks classify, batch after batch: a file, several, a pipe. */
#ifndef GD_SHARED_TABLE_H
#define GD_SHARED_TABLE_H

#include "gd/parallel/ordered_work.h"
#include "gd/score/batch.h"
#include "gd/score/classifier.h"

typedef struct gd_shared_table {
	gd_communicator *communicator;
	gd_table *table; /* rank 0's */
	int *columns;    /* [column_count] of the table, which travel: those that the recipe looks at, in its bindings' order, then `kept` ones; rank 0's */
	int column_count, kept;
	gd_batch_reader reader; /* of a batch on this rank */
} gd_shared_table;

/*
 * Collective. Opens paths [count] on rank 0 and binds the classifier's recipe on all ranks to the records that batches hold. `keep` (may be NULL): a list of columns with commas, whose
 * fields come last in a record. GD_BAD_DATA for columns that are lacking.
 */
GD_CHECKED gd_status gd_shared_table_open(gd_shared_table *shared, gd_communicator *communicator, gd_classifier *classifier, const char *const *paths, int count, const gd_table_options *options,
	gd_bind bind, const char *keep);
/* Collective. gd_ordered_work's pieces are the table's batches. */
GD_CHECKED gd_status gd_shared_table_run(gd_shared_table *shared, gd_status (*perform)(void *context, const char *piece, size_t length, gd_buffer *result),
	gd_status (*take)(void *context, const char *result, size_t length), void *context);
void gd_shared_table_close(gd_shared_table *shared);

#endif
