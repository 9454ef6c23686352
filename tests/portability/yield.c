/*
 * Preloaded into ranks of MPICH over UCX: a rank that polls in vain gives way to others, and after a while sleeps, which MPICH itself never does. Without
 * it, on fewer cores than ranks, each message takes a turn of the scheduler, and tests of a second take minutes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <time.h>

unsigned ucp_worker_progress(void *worker);

unsigned ucp_worker_progress(void *worker)
{
	static unsigned (*progress)(void *), in_vain;
	if (!progress)
		*(void **)&progress = dlsym(RTLD_NEXT, "ucp_worker_progress");
	unsigned events = progress(worker);
	in_vain = events ? 0 : in_vain + 1;
	if (in_vain > 100)
		nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
	else if (in_vain)
		sched_yield();
	return events;
}
