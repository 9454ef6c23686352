#include "gd/parallel/reduce.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gd/parallel/host_sum.h"
#include "gd/parallel/mpi_error.h"

/* MPI counts are ints. */
#define PIECE ((size_t)1 << 29)

/* Values in one call of a sum by slices. */
#define SCATTERED (1 << 20)

#define DIGEST_BYTES 32
#define DIGEST_WORDS 4

static MPI_Datatype type_of(gd_sum_type number)
{
	return number == GD_DOUBLES ? MPI_DOUBLE : MPI_FLOAT;
}

static gd_status sum(gd_communicator *communicator, void *values, size_t count, gd_sum_type number)
{
	if (communicator->size == 1)
		return gd_ok();
	int code = MPI_SUCCESS;
	MPI_Datatype type = type_of(number);
	size_t size = gd_sum_type_size(number);
	gd_wait_begin(communicator);
	if (communicator->node) {
		gd_host_sum_add(communicator->node, values, count, number);
		count = 0;
	}
	for (size_t done = 0; done < count && code == MPI_SUCCESS; done += PIECE) {
		size_t piece = count - done < PIECE ? count - done : PIECE;
		code = MPI_Allreduce(MPI_IN_PLACE, (char *)values + done * size, (int)piece, type, MPI_SUM, communicator->mpi);
	}
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "sum over the ranks");
}

gd_status gd_reduce_sum(gd_communicator *communicator, double *values, size_t count)
{
	return sum(communicator, values, count, GD_DOUBLES);
}

/* MPI promises the same result on every rank; the replicas' digests are compared besides. */
gd_status gd_reduce_sum_float(gd_communicator *communicator, float *values, size_t count)
{
	return sum(communicator, values, count, GD_FLOATS);
}

gd_status gd_reduce_begin(gd_communicator *communicator, void *values, size_t count, gd_sum_type number, MPI_Request *request)
{
	assert(count <= INT_MAX);
	*request = MPI_REQUEST_NULL;
#ifdef GD_SMPI
	return sum(communicator, values, count, number);
#else
	if (communicator->size == 1)
		return gd_ok();
	return gd_mpi_error(MPI_Iallreduce(MPI_IN_PLACE, values, (int)count, type_of(number), MPI_SUM, communicator->mpi, request), "sum over the ranks");
#endif
}

/* Of each slice, what goes into one call. */
static int scatter_piece(int ranks)
{
	int piece = SCATTERED / ranks;
	return piece > 0 ? piece : 1;
}

size_t gd_reduce_scatter_room(int ranks)
{
	return ((size_t)ranks + 1) * (size_t)scatter_piece(ranks);
}

/* MPI_Reduce_scatter of the whole would take as much again for itself, which is what slices are to save. */
gd_status gd_reduce_scatter(gd_communicator *communicator, void *values, const int *counts, const int *starts, gd_sum_type number, void *room)
{
	int ranks = communicator->size, longest = 0, code = MPI_SUCCESS;
	if (ranks == 1)
		return gd_ok();
	size_t size = gd_sum_type_size(number);
	for (int rank = 0; rank < ranks; rank++)
		longest = counts[rank] > longest ? counts[rank] : longest;
	for (int done = 0, piece = scatter_piece(ranks); done < longest && code == MPI_SUCCESS; done += piece) {
		if (piece > longest - done)
			piece = longest - done;
		char *sums = (char *)room + (size_t)ranks * (size_t)piece * size;
		size_t own = 0;
		for (int rank = 0; rank < ranks; rank++) {
			int left = counts[rank] - done;
			size_t there = (size_t)(left < 0 ? 0 : left < piece ? left : piece) * size, whole = (size_t)piece * size;
			char *place = (char *)room + (size_t)rank * whole;
			memcpy(place, (char *)values + ((size_t)starts[rank] + (size_t)done) * size, there);
			memset(place + there, 0, whole - there);
			if (rank == communicator->rank)
				own = there;
		}
		gd_wait_begin(communicator);
		code = MPI_Reduce_scatter_block(room, sums, piece, type_of(number), MPI_SUM, communicator->mpi);
		gd_wait_finish(communicator);
		memcpy((char *)values + ((size_t)starts[communicator->rank] + (size_t)done) * size, sums, own);
	}
	return gd_mpi_error(code, "sum over the ranks by slices");
}

gd_status gd_reduce_gather(gd_communicator *communicator, void *values, const int *counts, const int *starts, gd_sum_type number)
{
	if (communicator->size == 1)
		return gd_ok();
	gd_wait_begin(communicator);
	int code = MPI_Allgatherv(MPI_IN_PLACE, 0, type_of(number), values, counts, starts, type_of(number), communicator->mpi);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "gather slices from all ranks");
}

gd_status gd_reduce_collect(gd_communicator *communicator, const float *mine, const int *counts, const int *starts, float *all)
{
	gd_wait_begin(communicator);
	int code = MPI_Gatherv(mine, counts[communicator->rank], MPI_FLOAT, all, counts, starts, MPI_FLOAT, 0, communicator->mpi);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "gather slices on rank 0");
}

gd_status gd_reduce_spread(gd_communicator *communicator, double value, gd_spread *spread)
{
	double extremes[2] = {-value, value}, total = value;
	if (communicator->size > 1) {
		gd_wait_begin(communicator);
		int code = MPI_Allreduce(MPI_IN_PLACE, extremes, 2, MPI_DOUBLE, MPI_MAX, communicator->mpi);
		if (code == MPI_SUCCESS)
			code = MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_DOUBLE, MPI_SUM, communicator->mpi);
		gd_wait_finish(communicator);
		if (code != MPI_SUCCESS)
			return gd_mpi_error(code, "compare a number over the ranks");
	}
	*spread = (gd_spread){.minimum = -extremes[0], .mean = total / communicator->size, .maximum = extremes[1]};
	return gd_ok();
}

/* A rank without the digest that more than half of the ranks hold; -1 if there is no such digest. */
static int find_odd(const unsigned char (*digests)[DIGEST_BYTES], int ranks)
{
	/* R. Boyer, J. Moore, "MJRTY - a fast majority vote algorithm" (1981): only this candidate can have the majority. */
	int candidate = 0, lead = 0;
	for (int rank = 0; rank < ranks; rank++) {
		if (lead == 0)
			candidate = rank;
		lead += memcmp(digests[rank], digests[candidate], DIGEST_BYTES) == 0 ? 1 : -1;
	}
	int votes = 0, odd = -1;
	for (int rank = ranks - 1; rank >= 0; rank--) {
		if (memcmp(digests[rank], digests[candidate], DIGEST_BYTES) == 0)
			votes++;
		else
			odd = rank;
	}
	return 2 * votes > ranks ? odd : -1;
}

gd_status gd_reduce_same(gd_communicator *communicator, const unsigned char digest[32], bool *same, int *odd)
{
	*same = true;
	*odd = -1;
	if (communicator->size == 1)
		return gd_ok();
	/* Equal on all ranks if and only if the largest is the smallest: the complement's maximum gives that. */
	uint64_t word[2 * DIGEST_WORDS];
	memcpy(word, digest, DIGEST_BYTES);
	for (int i = 0; i < DIGEST_WORDS; i++)
		word[DIGEST_WORDS + i] = ~word[i];
	gd_wait_begin(communicator);
	int code = MPI_Allreduce(MPI_IN_PLACE, word, 2 * DIGEST_WORDS, MPI_UINT64_T, MPI_MAX, communicator->mpi);
	gd_wait_finish(communicator);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "compare a digest over the ranks");
	for (int i = 0; i < DIGEST_WORDS; i++)
		*same = *same && word[i] == ~word[DIGEST_WORDS + i];
	if (*same)
		return gd_ok();

	unsigned char(*digests)[DIGEST_BYTES] = malloc((size_t)communicator->size * sizeof *digests);
	gd_status status = digests ? gd_ok() : gd_out_of_memory("the digests of all ranks");
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		goto done;
	gd_wait_begin(communicator);
	code = MPI_Allgather(digest, DIGEST_BYTES, MPI_BYTE, digests, DIGEST_BYTES, MPI_BYTE, communicator->mpi);
	gd_wait_finish(communicator);
	status = gd_mpi_error(code, "gather the digests of all ranks");
	if (!gd_failed(&status))
		*odd = find_odd((const unsigned char(*)[DIGEST_BYTES])digests, communicator->size);
done:
	free(digests);
	return status;
}
