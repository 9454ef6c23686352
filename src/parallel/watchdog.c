/*
 * A thread rather than polling of non-blocking collectives: a blocking MPI_Allreduce of a few KB takes half the time of
 * an MPI_Iallreduce between two ranks of one host, and calls that have no non-blocking twin (parallel HDF5) are covered too.
 */
#include "gd/parallel/watchdog.h"

#include <mpi.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/log.h"

#define TICK_NANOSECONDS 250000000ll
/*
 * A tick that took longer than this was spent stopped: job control, a suspended job, or this rank alone. It counts as one
 * that took its time, not as this much: a rank woken with the SIGCONT by which mpirun ends a job would soon accuse the others.
 */
#define LONGEST_TICK_NANOSECONDS 1000000000ll
/* Should MPI_Abort itself hang, because the launcher is out of reach. */
#define ABORT_SECONDS 10

static struct {
	/* Of the waiting thread; `begun` is written last and read first. */
	_Atomic(const char *) phase;
	_Atomic double seconds;
	atomic_llong begun; /* nanoseconds; 0: not waiting */
	atomic_bool without_mpi;
	_Atomic(const gd_status *) cause; /* NULL: it waits for no reason that it knows */
	/* Of the watching thread. */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool running, stop;
	int rank;
	char host[MPI_MAX_PROCESSOR_NAME];
} watchdog;

static long long clock_nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static void leave_process(int signal)
{
	(void)signal;
	_exit(GD_FAILED);
}

static void end_job(long long age)
{
	const gd_status *cause = atomic_load(&watchdog.cause);
	const int code = cause ? (int)cause->code : GD_FAILED;
	if (cause)
		gd_log_error("%s (rank %d on %s, which other ranks, in the middle of it, cannot be told); ending the job", cause->message, watchdog.rank, watchdog.host);
	else
		gd_log_error("rank %d on '%s' has waited %.0f s for other ranks in phase '%s': a rank that says nothing like this no longer answers; ending the job",
			watchdog.rank, watchdog.host, (double)age * 1e-9, atomic_load(&watchdog.phase));
	/* The lowest rank that waits ends the job, so that the launcher has one end to report; the others are its understudies. */
	int understudy = watchdog.rank < 20 ? watchdog.rank : 20;
	struct timespec grace = {.tv_sec = 1 + understudy / 10, .tv_nsec = understudy % 10 * 100000000};
	nanosleep(&grace, NULL);
	struct sigaction action = {.sa_handler = leave_process};
	sigaction(SIGALRM, &action, NULL);
	alarm(ABORT_SECONDS);
	/* Within MPI_Init and MPI_Finalize, MPI_Abort crashes or hangs; a process that just leaves makes the launcher end the job. */
	if (atomic_load(&watchdog.without_mpi))
		_exit(code);
	/* Outside what MPI_THREAD_FUNNELED grants, as the thread that may is the one that hangs; of the ways out, the one whose exit code every launcher passes on. */
	MPI_Abort(MPI_COMM_WORLD, code);
	_exit(code);
}

static void *watch(void *unused)
{
	long long seen = 0, age = 0, last = clock_nanoseconds();
	pthread_mutex_lock(&watchdog.mutex);
	while (!watchdog.stop) {
		long long next = last + TICK_NANOSECONDS;
		struct timespec due = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000};
		pthread_cond_timedwait(&watchdog.wake, &watchdog.mutex, &due);
		long long now = clock_nanoseconds(), tick = now - last;
		last = now;
		long long begun = atomic_load(&watchdog.begun);
		if (begun == 0 || begun != seen) {
			seen = begun;
			age = 0;
			continue;
		}
		age += tick < LONGEST_TICK_NANOSECONDS ? tick : TICK_NANOSECONDS;
		double seconds = atomic_load(&watchdog.seconds);
		if (seconds > 0 && (double)age * 1e-9 >= seconds)
			end_job(age);
	}
	pthread_mutex_unlock(&watchdog.mutex);
	return unused;
}

gd_status gd_watchdog_start(int rank, const char *host)
{
	if (watchdog.running)
		return gd_ok();
	watchdog.rank = rank;
	snprintf(watchdog.host, sizeof watchdog.host, "%s", host);
	watchdog.stop = false;
	pthread_mutex_init(&watchdog.mutex, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&watchdog.wake, &attributes);
	pthread_condattr_destroy(&attributes);
	/* The program's signals are the main thread's. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&watchdog.thread, NULL, watch, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return gd_error(GD_FAILED, "cannot start the watchdog's thread: %s", strerror(error));
	watchdog.running = true;
	return gd_ok();
}

void gd_watchdog_stop(void)
{
	if (!watchdog.running)
		return;
	pthread_mutex_lock(&watchdog.mutex);
	watchdog.stop = true;
	pthread_cond_signal(&watchdog.wake);
	pthread_mutex_unlock(&watchdog.mutex);
	pthread_join(watchdog.thread, NULL);
	pthread_cond_destroy(&watchdog.wake);
	pthread_mutex_destroy(&watchdog.mutex);
	watchdog.running = false;
}

void gd_watchdog_enter(const char *phase, double seconds)
{
	atomic_store_explicit(&watchdog.phase, phase, memory_order_relaxed);
	atomic_store_explicit(&watchdog.seconds, seconds, memory_order_relaxed);
	atomic_store_explicit(&watchdog.begun, clock_nanoseconds(), memory_order_release);
}

void gd_watchdog_set_cause(const gd_status *cause)
{
	atomic_store(&watchdog.cause, cause);
}

void gd_watchdog_without_mpi(bool without)
{
	atomic_store(&watchdog.without_mpi, without);
	atomic_store_explicit(&watchdog.begun, clock_nanoseconds(), memory_order_release);
}

double gd_watchdog_leave(void)
{
	long long begun = atomic_load_explicit(&watchdog.begun, memory_order_relaxed);
	atomic_store_explicit(&watchdog.begun, 0, memory_order_release);
	return (double)(clock_nanoseconds() - begun) * 1e-9;
}
