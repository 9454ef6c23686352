/*
 * Rows of a dataset's part, read by a thread of their own while the caller does something else. The thread knows of no HDF5, which is not made for threads: where the chunks lie is looked up
 * before, in a handle of this process's own, and the thread reads bytes, checks their checksums and values, and puts them in place. Local.
 */
#ifndef GD_ROW_FILE_H
#define GD_ROW_FILE_H

#include <stddef.h>

#include "gd/kernel/stretch_order.h"
#include "gd/store/dataset.h"

typedef struct gd_row_file gd_row_file;

/*
 * Rows of `part` as the dataset shows it, a fold included: of one that keeps groups together, all stored rows from the first to the last of a run are read. The dataset must outlive it.
 * What HDF5 alone understands (gd/store/row_array.h) is read by gd_row_file_begin, not ahead.
 */
GD_CHECKED gd_status gd_row_file_open(gd_dataset *dataset, gd_part part, gd_row_file **file);
/* What is being read is waited for. */
void gd_row_file_close(gd_row_file *file);

/*
 * Begins to read `runs` [count], one after the other, into those arrays of `rows` that are not NULL (source rows and groups are), which are not looked at before gd_row_file_finish has returned; nothing
 * else is being read. Refused by `finish`: what gd_dataset_read and gd_dataset_read_weights refuse, and chunks that do not match their checksums.
 */
GD_CHECKED gd_status gd_row_file_begin(gd_row_file *file, const gd_run *runs, size_t count, const gd_dataset_rows *rows);
/* All that was begun is in place. */
GD_CHECKED gd_status gd_row_file_finish(gd_row_file *file);

#endif
