/*
 * Preloaded into ranks of MPICH over UCX: a rank that polls in vain gives way to others, which MPICH itself never does. Without it, on fewer cores than
 * ranks, each message takes a turn of the scheduler, and tests of a second take minutes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>

unsigned ucp_worker_progress(void *worker);

unsigned ucp_worker_progress(void *worker)
{
	static unsigned (*progress)(void *);
	if (!progress)
		*(void **)&progress = dlsym(RTLD_NEXT, "ucp_worker_progress");
	unsigned events = progress(worker);
	if (!events)
		sched_yield();
	return events;
}
