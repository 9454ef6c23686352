#include "gd/parallel/join.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/mpi_error.h"

enum { TAG_JOIN = 71 };

/* MPI counts are ints. */
#define PIECE ((size_t)1 << 29)

gd_status gd_join_counts(gd_communicator *communicator, int64_t *counts, size_t count)
{
	int code = MPI_SUCCESS;
	if (communicator->size == 1)
		return gd_ok();
	gd_wait_begin(communicator);
	for (size_t done = 0; done < count && code == MPI_SUCCESS; done += PIECE)
		code = MPI_Allreduce(MPI_IN_PLACE, counts + done, (int)(count - done < PIECE ? count - done : PIECE), MPI_INT64_T, MPI_SUM, communicator->mpi);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "add up counts of all ranks");
}

gd_status gd_join_before(gd_communicator *communicator, const int64_t *counts, size_t count, int64_t *before)
{
	int code = MPI_SUCCESS;
	memset(before, 0, count * sizeof *before);
	if (communicator->size == 1)
		return gd_ok();
	gd_wait_begin(communicator);
	for (size_t done = 0; done < count && code == MPI_SUCCESS; done += PIECE)
		code = MPI_Exscan(counts + done, before + done, (int)(count - done < PIECE ? count - done : PIECE), MPI_INT64_T, MPI_SUM, communicator->mpi);
	gd_wait_finish(communicator);
	if (communicator->rank == 0)
		memset(before, 0, count * sizeof *before);
	return gd_mpi_error(code, "add up counts of the ranks before");
}

gd_status gd_join_all(gd_communicator *communicator, const void *mine, size_t bytes, void *all)
{
	if (communicator->size == 1) {
		memcpy(all, mine, bytes);
		return gd_ok();
	}
	gd_wait_begin(communicator);
	int code = MPI_Allgather(mine, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, communicator->mpi);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "gather from all ranks");
}

gd_status gd_join_shares(gd_communicator *communicator, const gd_status *mine, const void *bytes, size_t size, void **all, size_t *all_size)
{
	const size_t ranks = (size_t)communicator->size;
	const int64_t own = (int64_t)size;
	gd_status status = *mine;
	int64_t *sizes = gd_allocate(ranks, sizeof *sizes), sum = 0;
	int *counts = gd_allocate(2 * ranks, sizeof *counts), *starts = counts ? counts + ranks : NULL;
	*all = NULL;
	*all_size = 0;
	if (!gd_failed(&status) && (!sizes || !counts))
		status = gd_out_of_memory("what other ranks know");
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_join_all(communicator, &own, sizeof own, sizes);
	for (size_t r = 0; r < ranks && !gd_failed(&status); r++) {
		starts[r] = (int)sum;
		counts[r] = (int)sizes[r];
		sum += sizes[r];
		if (sum > INT_MAX)
			status = gd_error(GD_FAILED, "what ranks know of the table takes more than %d bytes in one message", INT_MAX);
	}
	if (!gd_failed(&status) && !(*all = malloc((size_t)sum + 1)))
		status = gd_out_of_memory("what other ranks know");
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status)) {
		gd_wait_begin(communicator);
		int code = MPI_Allgatherv(bytes, counts[communicator->rank], MPI_BYTE, *all, counts, starts, MPI_BYTE, communicator->mpi);
		gd_wait_finish(communicator);
		status = gd_mpi_error(code, "gather from all ranks");
		*all_size = (size_t)sum;
	}
	if (gd_failed(&status)) {
		free(*all);
		*all = NULL;
	}
	free(sizes);
	free(counts);
	return status;
}

gd_status gd_join_agree(gd_communicator *communicator, const gd_status *mine)
{
	if (communicator->size == 1)
		return *mine;
	/* The greatest of these: another failure than of the data if there is one, and the lowest rank with bad data. */
	int word[2] = {mine->code != GD_OK && mine->code != GD_BAD_DATA, mine->code == GD_BAD_DATA ? communicator->size - communicator->rank : 0};
	gd_wait_begin(communicator);
	int code = MPI_Allreduce(MPI_IN_PLACE, word, 2, MPI_INT, MPI_MAX, communicator->mpi);
	gd_wait_finish(communicator);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "agree with the other ranks");
	if (word[0])
		return gd_agree(communicator, mine);
	gd_status verdict = *mine;
	if (word[1]) {
		gd_wait_begin(communicator);
		code = MPI_Bcast(&verdict, (int)sizeof verdict, MPI_BYTE, communicator->size - word[1], communicator->mpi);
		gd_wait_finish(communicator);
	}
	return code == MPI_SUCCESS ? verdict : gd_mpi_error(code, "learn what failed on another rank");
}

static int send_bytes(const gd_communicator *communicator, int rank, const void *bytes, uint64_t size)
{
	int code = MPI_Send(&size, 1, MPI_UINT64_T, rank, TAG_JOIN, communicator->mpi);
	for (uint64_t done = 0; done < size && code == MPI_SUCCESS; done += PIECE)
		code = MPI_Send((const char *)bytes + done, (int)(size - done < PIECE ? size - done : PIECE), MPI_BYTE, rank, TAG_JOIN, communicator->mpi);
	return code;
}

/* What there is no memory for is received all the same, piece by piece into nothing. */
static int receive_bytes(const gd_communicator *communicator, int rank, void **bytes, uint64_t *size)
{
	*bytes = NULL;
	int code = MPI_Recv(size, 1, MPI_UINT64_T, rank, TAG_JOIN, communicator->mpi, MPI_STATUS_IGNORE);
	if (code == MPI_SUCCESS && *size)
		*bytes = malloc(*size);
	for (uint64_t done = 0; done < *size && code == MPI_SUCCESS; done += PIECE) {
		int piece = (int)(*size - done < PIECE ? *size - done : PIECE);
		void *room = *bytes ? (char *)*bytes + done : malloc((size_t)piece);
		code = room ? MPI_Recv(room, piece, MPI_BYTE, rank, TAG_JOIN, communicator->mpi, MPI_STATUS_IGNORE) : MPI_ERR_NO_MEM;
		if (!*bytes)
			free(room);
	}
	return code;
}

/* One rank takes from another; a size of 0 says that there was nothing to give, and that rank failed. */
static gd_status take_from(gd_communicator *communicator, int rank, const gd_status *mine, const gd_join *join)
{
	void *bytes;
	uint64_t size = 0;
	gd_wait_begin(communicator);
	int code = receive_bytes(communicator, rank, &bytes, &size);
	gd_wait_finish(communicator);
	gd_status status = gd_failed(mine) ? *mine : gd_mpi_error(code, "take in what other ranks know");
	if (!gd_failed(&status) && size)
		status = bytes ? join->take(join->context, bytes, size) : gd_out_of_memory("what other ranks know");
	free(bytes);
	return status;
}

gd_status gd_join_ranks(gd_communicator *communicator, const gd_status *mine, const gd_join *join, void **bytes, size_t *size)
{
	gd_status status = *mine;
	*bytes = NULL;
	*size = 0;
	for (int step = 1; step < communicator->size; step *= 2) {
		if (communicator->rank % (2 * step) == step) {
			if (!gd_failed(&status))
				status = join->give(join->context, bytes, size);
			gd_wait_begin(communicator);
			int code = send_bytes(communicator, communicator->rank - step, *bytes, gd_failed(&status) ? 0 : *size);
			gd_wait_finish(communicator);
			if (!gd_failed(&status))
				status = gd_mpi_error(code, "hand on what this rank knows");
			free(*bytes);
			*bytes = NULL;
			*size = 0;
			break;
		}
		if (communicator->rank + step < communicator->size)
			status = take_from(communicator, communicator->rank + step, &status, join);
	}
	if (communicator->rank == 0 && !gd_failed(&status))
		status = join->give(join->context, bytes, size);
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_broadcast_allocated(communicator, bytes, size);
	if (gd_failed(&status)) {
		free(*bytes);
		*bytes = NULL;
		*size = 0;
	}
	return status;
}
