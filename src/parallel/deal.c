#include "gd/parallel/deal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/mpi_error.h"

/* MPI's counts and starts, to and from each rank. */
typedef struct traffic {
	int *arrive, *from, *to; /* [size] */
} traffic;

static bool plan(gd_communicator *communicator, traffic *t)
{
	size_t size = (size_t)communicator->size;
	t->arrive = gd_allocate(size, sizeof *t->arrive);
	t->from = gd_allocate(size, sizeof *t->from);
	t->to = gd_allocate(size, sizeof *t->to);
	return t->arrive && t->from && t->to;
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

static int move(gd_communicator *communicator, const traffic *t, size_t bytes, const void *entries, const int *counts, void *received)
{
	MPI_Datatype entry;
	int code = MPI_Type_contiguous((int)bytes, MPI_BYTE, &entry);
	if (code != MPI_SUCCESS)
		return code;
	code = MPI_Type_commit(&entry);
	if (code == MPI_SUCCESS)
		code = MPI_Alltoallv(entries, counts, t->to, entry, received, t->arrive, t->from, entry, communicator->mpi);
	MPI_Type_free(&entry);
	return code;
}

gd_status gd_deal(gd_communicator *communicator, size_t bytes, const void *entries, const int *counts, void **received, size_t *received_count)
{
	traffic t = {0};
	size_t sent = 0, total = 0;
	*received = NULL;
	*received_count = 0;
	if (communicator->size == 1) {
		*received_count = (size_t)counts[0];
		*received = gd_allocate_unset(*received_count, bytes);
		if (*received)
			memcpy(*received, entries, *received_count * bytes);
		return *received ? gd_ok() : gd_out_of_memory("what ranks deal out");
	}
	gd_status mine = plan(communicator, &t) ? gd_ok() : gd_out_of_memory("what ranks deal out");
	gd_status status = gd_agree(communicator, &mine);
	int code = MPI_SUCCESS;
	if (gd_failed(&status))
		goto done;
	gd_wait_begin(communicator);
	code = MPI_Alltoall(counts, 1, MPI_INT, t.arrive, 1, MPI_INT, communicator->mpi);
	gd_wait_finish(communicator);
	if (code != MPI_SUCCESS)
		goto done;
	if (!add_up(communicator->size, counts, t.to, &sent) || !add_up(communicator->size, t.arrive, t.from, &total))
		mine = gd_error(GD_FAILED, "cannot deal out more than %d entries to one rank; more ranks would have fewer each", INT_MAX);
	else if (!(*received = gd_allocate_unset(total, bytes)))
		mine = gd_out_of_memory("what ranks deal out");
	status = gd_agree(communicator, &mine);
	if (gd_failed(&status))
		goto done;
	gd_wait_begin(communicator);
	code = move(communicator, &t, bytes, entries, counts, *received);
	gd_wait_finish(communicator);
	*received_count = total;
done:
	if (code != MPI_SUCCESS)
		status = gd_mpi_error(code, "deal out entries to the ranks");
	free(t.arrive);
	free(t.from);
	free(t.to);
	if (gd_failed(&status)) {
		free(*received);
		*received = NULL;
	}
	return status;
}
