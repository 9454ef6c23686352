#include "gd/store/packed_rows.h"

#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/join.h"
#include "gd/parallel/mpi_error.h"

enum { PIECE_BLOCKS = 2 }; /* of the file's rows at a time: 1 MB at most, or two rows */

/* The most of any rank. */
static gd_status find_most(gd_communicator *communicator, int64_t *count)
{
	if (communicator->size == 1)
		return gd_ok();
	gd_wait_begin(communicator);
	int code = MPI_Allreduce(MPI_IN_PLACE, count, 1, MPI_INT64_T, MPI_MAX, communicator->mpi);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "reading a dataset");
}

gd_status gd_packed_rows_read(gd_communicator *communicator, gd_dataset *dataset, const gd_row_form *form, gd_part part, int64_t first, int64_t count, float *packed, bool *fit)
{
	/* Pieces end where the file's chunks do. */
	int64_t step = PIECE_BLOCKS * gd_dataset_block_rows(form->features), end = first + count, pieces = count ? (end - 1) / step - first / step + 1 : 0, misfits = 0;
	float *rows = gd_allocate((size_t)(step * form->features), sizeof *rows);
	gd_status mine = rows ? gd_ok() : gd_out_of_memory("a piece of the rows"), status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = find_most(communicator, &pieces);
	for (int64_t at = first; pieces-- > 0 && !gd_failed(&status);) {
		int64_t next = (at / step + 1) * step, some = (next < end ? next : end) - at;
		status = gd_dataset_read(dataset, part, at, some, rows, NULL, NULL);
		if (!gd_failed(&status) && !misfits)
			misfits = !gd_row_form_pack(form, (size_t)some, rows, packed + (at - first) * form->words);
		at += some;
	}
	free(rows);
	if (!gd_failed(&status))
		status = gd_join_counts(communicator, &misfits, 1);
	*fit = !misfits;
	return status;
}
