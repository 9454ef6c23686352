#include "gd/parallel/deal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/mpi_error.h"

bool gd_dealing_init(gd_dealing *dealing, const gd_communicator *communicator)
{
	size_t size = (size_t)communicator->size;
	int *numbers = gd_allocate(4 * size, sizeof *numbers);
	*dealing = numbers ? (gd_dealing){numbers, numbers + size, numbers + 2 * size, numbers + 3 * size} : (gd_dealing){0};
	return numbers != NULL;
}

/* Where each rank's entries start; false beyond what an int counts. */
static bool add_up(int ranks, const int *counts, int *starts, size_t *total)
{
	size_t sum = 0;
	for (int r = 0; r < ranks; r++) {
		starts[r] = (int)sum;
		sum += (size_t)counts[r];
		if (sum > INT_MAX)
			return false;
	}
	*total = sum;
	return true;
}

gd_status gd_dealing_count(gd_communicator *communicator, const gd_dealing *dealing, size_t *received)
{
	size_t sent = 0;
	gd_wait_begin(communicator);
	int code = MPI_Alltoall(dealing->leave, 1, MPI_INT, dealing->arrive, 1, MPI_INT, communicator->mpi);
	gd_wait_finish(communicator);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "deal out entries to the ranks");
	if (!add_up(communicator->size, dealing->leave, dealing->to, &sent) || !add_up(communicator->size, dealing->arrive, dealing->from, received))
		return gd_error(GD_FAILED, "cannot deal out more than %d entries to one rank; more ranks would have fewer each", INT_MAX);
	return gd_ok();
}

gd_status gd_dealing_move(gd_communicator *communicator, const gd_dealing *dealing, size_t bytes, bool back, const void *entries, void *received)
{
	const gd_dealing d = back ? (gd_dealing){dealing->arrive, dealing->from, dealing->leave, dealing->to} : *dealing;
	MPI_Datatype entry;
	gd_wait_begin(communicator);
	int code = MPI_Type_contiguous((int)bytes, MPI_BYTE, &entry);
	if (code == MPI_SUCCESS) {
		code = MPI_Type_commit(&entry);
		if (code == MPI_SUCCESS)
			code = MPI_Alltoallv(entries, d.leave, d.to, entry, received, d.arrive, d.from, entry, communicator->mpi);
		MPI_Type_free(&entry);
	}
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "deal out entries to the ranks");
}

gd_status gd_deal(gd_communicator *communicator, size_t bytes, const void *entries, const int *counts, void **received, size_t *received_count)
{
	gd_dealing dealing = {0};
	size_t total = 0;
	*received = NULL;
	*received_count = 0;
	if (communicator->size == 1) {
		*received_count = (size_t)counts[0];
		*received = gd_allocate_unset(*received_count, bytes);
		if (*received)
			memcpy(*received, entries, *received_count * bytes);
		return *received ? gd_ok() : gd_out_of_memory("what ranks deal out");
	}
	gd_status status = gd_dealing_init(&dealing, communicator) ? gd_ok() : gd_out_of_memory("what ranks deal out");
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		goto done;
	memcpy(dealing.leave, counts, (size_t)communicator->size * sizeof *counts);
	status = gd_dealing_count(communicator, &dealing, &total);
	if (!gd_failed(&status) && !(*received = gd_allocate_unset(total, bytes)))
		status = gd_out_of_memory("what ranks deal out");
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_dealing_move(communicator, &dealing, bytes, false, entries, *received);
	*received_count = total;
done:
	free(dealing.leave);
	if (gd_failed(&status)) {
		free(*received);
		*received = NULL;
	}
	return status;
}
