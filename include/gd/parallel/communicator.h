/*
 * The ranks of a job, and how they agree. Fail locally, agree globally, then communicate: every rank leaves a collective
 * call with the same code.
 */
#ifndef GD_COMMUNICATOR_H
#define GD_COMMUNICATOR_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

#include "gd/base/status.h"

typedef struct gd_communicator {
	MPI_Comm mpi;   /* a duplicate of our own; MPI_ERRORS_RETURN */
	int rank, size;
	struct gd_host_sum *node; /* sums within one host's memory; NULL: by MPI */
	double waited;  /* seconds spent in collective calls, for the report; the caller resets it */
	const char *phase; /* what this rank is doing, for the watchdog's message; never NULL, and stays valid while a call waits */
	void (*attend)(void *attended); /* called between training steps, for what this rank does for others meanwhile; NULL: nothing */
	void *attended;
	double watchdog;   /* seconds without progress in a wait before the job is ended; 0: never */
} gd_communicator;

/*
 * Collective. Starts MPI (for one thread of ours) and duplicates MPI_COMM_WORLD; mutes the log on every rank but 0. Once a
 * process. `watchdog` holds from the first wait on, that for ranks which do not come at all.
 */
GD_CHECKED gd_status gd_communicator_start(gd_communicator *communicator, int *argc, char ***argv, double watchdog);
/* Collective. Where all ranks of a communicator of the caller's own making share a host, sets `node`; freed by the caller. gd_communicator_start does it by itself. */
GD_CHECKED gd_status gd_communicator_share(gd_communicator *communicator);
/* Collective. Frees the duplicate and ends MPI; nothing if it was not started. */
void gd_communicator_finish(gd_communicator *communicator);

/*
 * Collective. Every rank hands in its own status and gets the same one back: OK if all are, else that of the lowest rank
 * with the largest code, where GD_STOPPED counts as the smallest of the failures. The message then ends in
 * " (rank R on HOST)" unless all ranks failed alike, that is, with the same code and message.
 */
GD_CHECKED gd_status gd_agree(gd_communicator *communicator, const gd_status *mine);

/*
 * Collective, behind a call of a library that may keep the other ranks waiting where it has failed on this one (HDF5 1.14 does, in a collective read): gd_agree; but where the others do not come within
 * some seconds of a failure of this rank, it says so by itself and ends the job with that exit code.
 */
GD_CHECKED gd_status gd_agree_or_end(gd_communicator *communicator, const gd_status *mine);

/* Collective. Bytes of rank 0 to all. */
GD_CHECKED gd_status gd_broadcast(gd_communicator *communicator, void *bytes, size_t size);
/* Collective. Rank 0's allocated bytes to all: others receive a fresh allocation (free()), never NULL; on failure NULL and 0. */
GD_CHECKED gd_status gd_broadcast_allocated(gd_communicator *communicator, void **bytes, size_t *size);

/* Local. A contiguous share of `count` things: rank r of P has [r*count/P, (r+1)*count/P). */
typedef struct gd_share {
	long long first, count;
} gd_share;
gd_share gd_share_of(long long count, int rank, int size);

/* Local. Waits for a request, watched; adds to `waited`. */
GD_CHECKED gd_status gd_wait(gd_communicator *communicator, MPI_Request *request);

/*
 * Local. Brackets a call that may wait for other ranks (a collective of MPI, MPI-IO or parallel HDF5): past `watchdog`
 * seconds in it, this rank says who and where it is and in what phase, and ends the job with GD_FAILED. The time counts as
 * `waited`. No nesting; every collective of this layer does it by itself.
 */
void gd_wait_begin(gd_communicator *communicator);
void gd_wait_finish(gd_communicator *communicator);

#endif
