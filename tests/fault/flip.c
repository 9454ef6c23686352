/*
 * Preloaded: sums go by messages, as no memory can be shared; after the GD_FLIP_CALL-th sum over the ranks of at least GD_FLIP_LEAST doubles, rank GD_FLIP_RANK (-1: each) finds one bit of it flipped, as faulty memory
 * would have it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int number(const char *name, int otherwise)
{
	const char *text = getenv(name);
	return text ? atoi(text) : otherwise;
}

int shm_open(const char *name, int flags, mode_t mode)
{
	if (!strncmp(name, "/genre-dist", 11)) {
		errno = ENOENT;
		return -1;
	}
	int (*next)(const char *, int, mode_t) = (int (*)(const char *, int, mode_t))dlsym(RTLD_NEXT, "shm_open");
	return next(name, flags, mode);
}

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm communicator)
{
	static int calls;
	int rank = 0, code = PMPI_Allreduce(from, to, count, type, op, communicator);
	if (type != MPI_DOUBLE || op != MPI_SUM || count < number("GD_FLIP_LEAST", 64) || ++calls != number("GD_FLIP_CALL", 20))
		return code;
	PMPI_Comm_rank(communicator, &rank);
	if (rank == number("GD_FLIP_RANK", 0) || number("GD_FLIP_RANK", 0) < 0) {
		/* A bit that changes the sum beyond float32's rounding, of a value in the middle that is not zero: of the gradient, whatever lies around it. */
		uint64_t *values = to;
		int at = count / 2;
		while (at < count - 1 && !values[at])
			at++;
		values[at] ^= (uint64_t)1 << 50;
	}
	return code;
}
