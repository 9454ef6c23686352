#include "gd/parallel/host_sum.h"

#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/clock.h"
#include "gd/base/cores.h"
#include "gd/base/memory.h"
#include "gd/kernel/vector_math.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/launch.h"
#include "gd/parallel/mpi_error.h"

/* A piece of a message stays in the caches of those that add it up; all ranks' together leave room in the 64 MiB of shared memory that containers have. */
enum { LARGEST_PIECE = 256 << 10, SMALLEST_PIECE = 4 << 10, LARGEST_TOTAL = 16 << 20 };
/* Up to this many bytes of all ranks together, each rank adds up all of them; above, each a slice. */
enum { TOGETHER = 128 << 10 };
/* What a rank spins, or gives way to others, before it sleeps. */
#define SPIN_SECONDS 1e-3
/* A sleeper looks up now and then, to move what MPI may have left to move. */
#define SLEEP_NANOSECONDS 20000000

typedef struct meeting {
	_Alignas(GD_ALIGNMENT) atomic_uint arrived; /* ranks, over all rounds */
	_Alignas(GD_ALIGNMENT) atomic_uint round;   /* the last one that all have come to; what sleepers wait on */
	_Alignas(GD_ALIGNMENT) atomic_uint sleepers;
} meeting;

/* In shared memory: the meeting, then slots [2][ranks][piece], then sums [2][piece]. */
struct gd_host_sum {
	MPI_Comm mpi;
	unsigned rank, size, round;
	bool crowded;     /* more ranks than cores */
	unsigned turn;    /* the slots' and sums' next use */
	size_t piece;     /* bytes */
	gd_shared_memory memory;
	meeting *meeting;
	char *slots, *sums;
};

/* Bytes that all ranks can add up in, a piece at a time. */
static size_t plan(gd_host_sum *n)
{
	size_t piece = LARGEST_TOTAL / (2 * ((size_t)n->size + 1));
	piece = piece > LARGEST_PIECE ? LARGEST_PIECE : piece < SMALLEST_PIECE ? SMALLEST_PIECE : piece;
	n->piece = piece / GD_ALIGNMENT * GD_ALIGNMENT;
	return sizeof *n->meeting + 2 * ((size_t)n->size + 1) * n->piece;
}

/* Collective. Whether all ranks say yes; an MPI error code. */
static int all(MPI_Comm mpi, bool mine, bool *yes)
{
	int vote = mine, code = MPI_Allreduce(MPI_IN_PLACE, &vote, 1, MPI_INT, MPI_LAND, mpi);
	*yes = code == MPI_SUCCESS && vote;
	return code;
}

/* Collective. Whether all ranks are on one host, as far as MPI knows. */
static int on_one_host(MPI_Comm mpi, int size, bool *one)
{
	MPI_Comm host;
	int there = 0, code = MPI_Comm_split_type(mpi, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_size(host, &there);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_free(&host);
	return code == MPI_SUCCESS ? all(mpi, there == size, one) : code;
}

gd_status gd_host_sum_create(MPI_Comm mpi, gd_host_sum **node)
{
	*node = NULL;
	int rank, size, code = MPI_Comm_size(mpi, &size);
	bool one = false;
	if (code == MPI_SUCCESS)
		code = MPI_Comm_rank(mpi, &rank);
	if (code == MPI_SUCCESS && size > 1)
		code = on_one_host(mpi, size, &one);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "find out which ranks share a host");
	if (!one)
		return gd_ok();
	gd_host_sum *n = gd_allocate(1, sizeof *n);
	bool allocated;
	code = all(mpi, n != NULL, &allocated);
	if (code != MPI_SUCCESS || !allocated) {
		free(n);
		return code == MPI_SUCCESS ? gd_ok() : gd_mpi_error(code, "share memory on a host");
	}
	n->mpi = mpi;
	n->rank = (unsigned)rank;
	n->size = (unsigned)size;
	int ranks = gd_launch_local_size();
	n->crowded = (ranks > size ? ranks : size) > gd_cores_available();
	gd_status status = gd_shared_memory_create(mpi, plan(n), &n->memory);
	if (gd_failed(&status) || !n->memory.start) {
		free(n);
		return status;
	}
	n->meeting = n->memory.start;
	n->slots = (char *)(n->meeting + 1);
	n->sums = n->slots + 2 * (size_t)n->size * n->piece;
	*node = n;
	return gd_ok();
}

void gd_host_sum_free(gd_host_sum *n)
{
	if (!n)
		return;
	gd_shared_memory_free(&n->memory);
	free(n);
}

gd_status gd_host_sum_share(gd_host_sum *n, size_t bytes, gd_shared_memory *memory)
{
	return gd_shared_memory_create(n->mpi, bytes, memory);
}

/* ---- meeting ---- */

static bool over(const gd_host_sum *n)
{
	return (int32_t)(atomic_load(&n->meeting->round) - n->round) >= 0;
}

static void sleep_until_over(gd_host_sum *n)
{
	const struct timespec limit = {.tv_nsec = SLEEP_NANOSECONDS};
	atomic_fetch_add(&n->meeting->sleepers, 1);
	for (unsigned seen; !over(n);) {
		seen = atomic_load(&n->meeting->round);
		if ((int32_t)(seen - n->round) >= 0)
			break;
		if (syscall(SYS_futex, &n->meeting->round, FUTEX_WAIT, seen, &limit, NULL, 0) != 0) {
			int flag;
			MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, n->mpi, &flag, MPI_STATUS_IGNORE);
		}
	}
	atomic_fetch_sub(&n->meeting->sleepers, 1);
}

/* Where ranks take turns, each look gives way to another. */
static bool spin_until_over(const gd_host_sum *n)
{
	const int looks = n->crowded ? 10 : 1000;
	double start = gd_seconds();
	do {
		for (int i = 0; i < looks; i++) {
			if (over(n))
				return true;
			if (n->crowded)
				sched_yield();
#ifdef __x86_64__
			else
				__builtin_ia32_pause();
#endif
		}
	} while (gd_seconds() - start < SPIN_SECONDS);
	return false;
}

/* All ranks have come. */
static void meet(gd_host_sum *n)
{
	meeting *m = n->meeting;
	n->round++;
	if (atomic_fetch_add(&m->arrived, 1) + 1 == n->round * n->size) {
		atomic_store(&m->round, n->round);
		if (atomic_load(&m->sleepers) > 0)
			syscall(SYS_futex, &m->round, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	} else if (!spin_until_over(n)) {
		sleep_until_over(n);
	}
}

/* ---- adding ---- */

static char *slot_of(const gd_host_sum *n, unsigned turn, unsigned rank)
{
	return n->slots + ((turn % 2) * (size_t)n->size + rank) * n->piece;
}

static char *sum_of(const gd_host_sum *n, unsigned turn)
{
	return n->sums + (turn % 2) * n->piece;
}

/* Bytes [start, end) of all ranks' slots, into `to`. */
static void add_slots(const gd_host_sum *n, unsigned turn, size_t start, size_t end, gd_sum_type number, void *to)
{
	for (unsigned rank = 1; rank < n->size; rank++) {
		const void *sum = rank == 1 ? slot_of(n, turn, 0) + start : to, *next = slot_of(n, turn, rank) + start;
		if (number == GD_DOUBLES)
			gd_vector_add_doubles((end - start) / sizeof(double), sum, next, to);
		else
			gd_vector_add((end - start) / sizeof(float), sum, next, to);
	}
}

/* This rank's slice of a piece of `bytes`: whole cache lines, but for the last. */
static size_t slice_start(const gd_host_sum *n, size_t bytes, unsigned rank)
{
	size_t lines = (bytes + GD_ALIGNMENT - 1) / GD_ALIGNMENT, start = lines * rank / n->size * GD_ALIGNMENT;
	return start < bytes ? start : bytes;
}

static void add_slice(const gd_host_sum *n, unsigned turn, size_t bytes, gd_sum_type number)
{
	size_t start = slice_start(n, bytes, n->rank), end = slice_start(n, bytes, n->rank + 1);
	if (end > start)
		add_slots(n, turn, start, end, number, sum_of(n, turn) + start);
}

/* Of piece `piece` of a message of `bytes`. */
static size_t length_of(const gd_host_sum *n, size_t bytes, size_t piece)
{
	size_t left = bytes - piece * n->piece;
	return left < n->piece ? left : n->piece;
}

/*
 * Between two meetings, piece i is handed in, i - 1 added up by slices, and i - 2 fetched: each meeting closes the use of a slot and of a sum before their
 * turn comes again. What follows a last fetch writes no sum before it has met once more.
 */
static void add_by_slices(gd_host_sum *n, char *values, size_t bytes, gd_sum_type number)
{
	size_t pieces = (bytes + n->piece - 1) / n->piece;
	for (size_t i = 0; i < pieces + 2; i++) {
		unsigned turn = n->turn + (unsigned)i;
		if (i < pieces)
			memcpy(slot_of(n, turn, n->rank), values + i * n->piece, length_of(n, bytes, i));
		if (i >= 1 && i <= pieces)
			add_slice(n, turn - 1, length_of(n, bytes, i - 1), number);
		if (i >= 2)
			memcpy(values + (i - 2) * n->piece, sum_of(n, turn - 2), length_of(n, bytes, i - 2));
		if (i < pieces + 1)
			meet(n);
	}
	n->turn += (unsigned)pieces;
}

void gd_host_sum_add(gd_host_sum *n, void *values, size_t count, gd_sum_type number)
{
	size_t bytes = count * gd_sum_type_size(number);
	if (!bytes)
		return;
	if (bytes <= n->piece && bytes * n->size <= TOGETHER) {
		memcpy(slot_of(n, n->turn, n->rank), values, bytes);
		meet(n);
		/* The slot's next use comes after another meeting, before which all have read it. */
		add_slots(n, n->turn, 0, bytes, number, values);
		n->turn++;
	} else {
		add_by_slices(n, values, bytes, number);
	}
}
