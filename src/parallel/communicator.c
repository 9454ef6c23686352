#include "gd/parallel/communicator.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/clock.h"
#include "gd/base/log.h"
#include "gd/parallel/host_sum.h"
#include "gd/parallel/launch.h"
#include "gd/parallel/mpi_error.h"
#include "gd/parallel/watchdog.h"

/* MPI counts are ints. */
#define PIECE_BYTES ((size_t)1 << 30)

static void host_name(char host[MPI_MAX_PROCESSOR_NAME])
{
	int length = 0;
	if (MPI_Get_processor_name(host, &length) != MPI_SUCCESS || length == 0)
		snprintf(host, MPI_MAX_PROCESSOR_NAME, "unknown host");
}

gd_status gd_communicator_start(gd_communicator *communicator, int *argc, char ***argv, double watchdog)
{
	*communicator = (gd_communicator){.mpi = MPI_COMM_NULL, .size = 1, .phase = "start", .watchdog = watchdog};
	int provided = MPI_THREAD_SINGLE;
	char host[MPI_MAX_PROCESSOR_NAME] = "unknown host";
	gethostname(host, sizeof host - 1);
	/* Open MPI's shared file pointers, which nobody uses here, lie in a file named after the communicator's number: groups of one job that open a dataset at once would share it. */
	setenv("OMPI_MCA_sharedfp", "individual", 0);
	/* Open MPI's own reader of files tells nobody of a read that failed, and HDF5 takes zeros for what was not read; ROMIO, which both its versions have beside it, does tell. */
	setenv("OMPI_MCA_io_romio321_priority", "100", 0);
	setenv("OMPI_MCA_io_romio341_priority", "100", 0);
	gd_launch_apply_settings();
	gd_status watched = gd_launch_size() > 1 ? gd_watchdog_start(gd_launch_rank(), host) : gd_ok();
	gd_wait_begin(communicator);
	gd_watchdog_without_mpi(true);
	int code = MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
	gd_watchdog_without_mpi(false);
	if (code != MPI_SUCCESS)
		return gd_error(GD_FAILED, "cannot start MPI: error %d", code);
	if (provided < MPI_THREAD_FUNNELED)
		return gd_error(GD_FAILED, "cannot start MPI: the library does not support programs with threads (MPI_THREAD_FUNNELED)");
	MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
	code = MPI_Comm_dup(MPI_COMM_WORLD, &communicator->mpi);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_set_errhandler(communicator->mpi, MPI_ERRORS_RETURN);
	gd_wait_finish(communicator);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_rank(communicator->mpi, &communicator->rank);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_size(communicator->mpi, &communicator->size);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "set up the communicator");
	gd_log_mute(communicator->rank != 0);
	/* A launcher that says nothing about its ranks before MPI starts. */
	if (communicator->size > 1 && !gd_failed(&watched))
		watched = gd_watchdog_start(communicator->rank, host);
	gd_status status = gd_agree(communicator, &watched);
	return gd_failed(&status) ? status : gd_communicator_share(communicator);
}

gd_status gd_communicator_share(gd_communicator *communicator)
{
	gd_wait_begin(communicator);
	gd_status status = gd_host_sum_create(communicator->mpi, &communicator->node);
	gd_wait_finish(communicator);
	return status;
}

/*
 * A process says goodbye to mpirun's daemon and waits two seconds for its answer (PMIx 4). A daemon that is too busy to hear of it before it sees the process gone calls the job failed; so one that did
 * not answer is given a while more.
 */
static void finalize(void)
{
	enum { UNANSWERED = 2, WHILE = 5 }; /* seconds */
	const double before = gd_seconds();
	MPI_Finalize();
	if (gd_seconds() - before >= UNANSWERED)
		sleep(WHILE);
}

void gd_communicator_finish(gd_communicator *communicator)
{
	int started = 0, finished = 0;
	gd_host_sum_free(communicator->node);
	communicator->node = NULL;
	MPI_Initialized(&started);
	MPI_Finalized(&finished);
	if (started && !finished) {
		/* Met here first, since a job whose ranks are within MPI_Finalize can no longer be ended by MPI_Abort. */
		gd_wait_begin(communicator);
		if (communicator->mpi != MPI_COMM_NULL) {
			MPI_Barrier(communicator->mpi);
			MPI_Comm_free(&communicator->mpi);
		}
		gd_watchdog_without_mpi(true);
		finalize();
		gd_wait_finish(communicator);
	}
	gd_watchdog_stop();
}

void gd_wait_begin(gd_communicator *communicator)
{
	gd_watchdog_enter(communicator->phase, communicator->watchdog);
}

void gd_wait_finish(gd_communicator *communicator)
{
	communicator->waited += gd_watchdog_leave();
}

gd_status gd_wait(gd_communicator *communicator, MPI_Request *request)
{
	if (*request == MPI_REQUEST_NULL)
		return gd_ok();
	gd_wait_begin(communicator);
	int code = MPI_Wait(request, MPI_STATUS_IGNORE);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "wait for other ranks");
}

/* 0 for OK; a wish to stop gives way to every real failure. */
static uint32_t severity(gd_code code)
{
	switch (code) {
	case GD_OK:
		return 0;
	case GD_STOPPED:
		return 1;
	default:
		return (uint32_t)code + 1;
	}
}

/* FNV-1a: to tell whether ranks say the same, not to keep secrets. */
static uint64_t message_hash(const char *message)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (; *message; message++)
		hash = (hash ^ (unsigned char)*message) * 0x100000001b3u;
	return hash;
}

/* Appends where it happened, cutting the message rather than that. */
static void append_place(gd_status *status, int rank)
{
	char host[MPI_MAX_PROCESSOR_NAME], place[MPI_MAX_PROCESSOR_NAME + 32];
	host_name(host);
	int length = snprintf(place, sizeof place, " (rank %d on %s)", rank, host);
	size_t room = sizeof status->message - 1 - (size_t)length;
	size_t end = strlen(status->message);
	/* Not within a UTF-8 character. */
	if (end > room)
		for (end = room; end > 0 && ((unsigned char)status->message[end] & 0xc0) == 0x80;)
			end--;
	memcpy(status->message + end, place, (size_t)length + 1);
}

gd_status gd_agree(gd_communicator *communicator, const gd_status *mine)
{
	if (communicator->size == 1)
		return *mine;
	/*
	 * One maximum finds everything: the largest severity and, inverted, the lowest rank that has it; inverted severity and
	 * hash beside the plain ones show by their maxima whether all are equal.
	 */
	uint64_t level = severity(mine->code);
	uint64_t hash = level ? message_hash(mine->message) : 0;
	uint64_t word[4] = {level << 32 | (UINT32_MAX - (uint32_t)communicator->rank), ~level, hash, ~hash};
	gd_wait_begin(communicator);
	int code = MPI_Allreduce(MPI_IN_PLACE, word, 4, MPI_UINT64_T, MPI_MAX, communicator->mpi);
	gd_wait_finish(communicator);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "agree with the other ranks");
	uint64_t worst = word[0] >> 32;
	if (worst == 0)
		return gd_ok();
	int speaker = (int)(UINT32_MAX - (uint32_t)word[0]);
	bool alike = word[1] == ~worst && word[2] == ~word[3];
	gd_status verdict = *mine;
	if (communicator->rank == speaker && !alike)
		append_place(&verdict, speaker);
	gd_wait_begin(communicator);
	code = MPI_Bcast(&verdict, (int)sizeof verdict, MPI_BYTE, speaker, communicator->mpi);
	gd_wait_finish(communicator);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "learn what failed on another rank");
	return verdict;
}

gd_status gd_agree_or_end(gd_communicator *communicator, const gd_status *mine)
{
	enum { PATIENCE = 10 }; /* seconds */
	const double watchdog = communicator->watchdog;
	if (!gd_failed(mine))
		return gd_agree(communicator, mine);
	gd_watchdog_set_cause(mine);
	communicator->watchdog = watchdog > 0 && watchdog < PATIENCE ? watchdog : PATIENCE;
	gd_status status = gd_agree(communicator, mine);
	communicator->watchdog = watchdog;
	gd_watchdog_set_cause(NULL);
	return status;
}

gd_status gd_broadcast(gd_communicator *communicator, void *bytes, size_t size)
{
	if (communicator->size == 1)
		return gd_ok();
	int code = MPI_SUCCESS;
	gd_wait_begin(communicator);
	for (size_t done = 0; done < size && code == MPI_SUCCESS; done += PIECE_BYTES) {
		size_t piece = size - done < PIECE_BYTES ? size - done : PIECE_BYTES;
		code = MPI_Bcast((char *)bytes + done, (int)piece, MPI_BYTE, 0, communicator->mpi);
	}
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "broadcast");
}

gd_status gd_broadcast_allocated(gd_communicator *communicator, void **bytes, size_t *size)
{
	if (communicator->size == 1)
		return gd_ok();
	bool root = communicator->rank == 0;
	if (!root) {
		*bytes = NULL;
		*size = 0;
	}
	uint64_t length = *size;
	gd_status status = gd_broadcast(communicator, &length, sizeof length);
	if (gd_failed(&status))
		return status;
	if (!root) {
		*bytes = malloc(length > 0 ? length : 1);
		if (!*bytes)
			status = gd_out_of_memory("what rank 0 sends");
	}
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, *bytes, length);
	if (!root) {
		if (gd_failed(&status)) {
			free(*bytes);
			*bytes = NULL;
			length = 0;
		}
		*size = length;
	}
	return status;
}

gd_share gd_share_of(long long count, int rank, int size)
{
	/* rank * count / size, without the product that may overflow. */
	long long quotient = count / size, rest = count % size;
	gd_share share = {.first = rank * quotient + rank * rest / size};
	share.count = (rank + 1) * quotient + (rank + 1) * rest / size - share.first;
	return share;
}
