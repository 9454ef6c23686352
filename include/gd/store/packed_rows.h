/* A dataset's rows in fewer words than features (gd/kernel/row_form.h). */
#ifndef GD_PACKED_ROWS_H
#define GD_PACKED_ROWS_H

#include "gd/kernel/row_form.h"
#include "gd/parallel/communicator.h"
#include "gd/store/dataset.h"

/*
 * Collective over the dataset's ranks, `communicator`. Features of rows as gd_dataset_read gives them, packed [count, words], overwritten; in about 1 MB besides. *fit: those of all ranks fit the form; where they
 * do not, what is packed is of no use.
 */
GD_CHECKED gd_status gd_packed_rows_read(gd_communicator *communicator, gd_dataset *dataset, const gd_row_form *form, gd_part part, int64_t first, int64_t count, float *packed, bool *fit);

#endif
