#include "gd/base/cores.h"

#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "gd/base/control_group.h"

/* Cores that one control group grants: 0 for any number ("max", -1). */
static double quota_of(const char *directory)
{
	double quota = 0, period = 0, ignored;
	if (gd_control_group_read(directory, "cpu.max", &quota, &period) == 2 && quota > 0 && period > 0)
		return quota / period;
	if (gd_control_group_read(directory, "cpu.cfs_quota_us", &quota, &ignored) >= 1 && quota > 0 && gd_control_group_read(directory, "cpu.cfs_period_us", &period, &ignored) >= 1 && period > 0)
		return quota / period;
	return 0;
}

static void take_least(void *least, const char *directory)
{
	double quota = quota_of(directory);
	if (quota > 0 && (*(double *)least == 0 || quota < *(double *)least))
		*(double *)least = quota;
}

double gd_cores_quota(const char *root, const char *list)
{
	double least = 0;
	gd_control_groups(root, list, "cpu", take_least, &least);
	return least;
}

static bool shared(cpu_set_t *set)
{
	cpu_set_t launcher;
	if (sched_getaffinity(0, sizeof *set, set))
		return false;
	/* A launcher that gives each rank cores of its own is not bound itself. */
	if (!sched_getaffinity(getppid(), sizeof launcher, &launcher))
		CPU_OR(set, set, &launcher);
	return true;
}

static int within_quota(int cores)
{
	double quota = gd_cores_quota(GD_CONTROL_GROUPS_ROOT, GD_CONTROL_GROUPS_LIST);
	return quota > 0 && quota < cores ? (int)ceil(quota) : cores;
}

int gd_cores_available(void)
{
	cpu_set_t set;
	return shared(&set) ? within_quota(CPU_COUNT(&set)) : 1;
}

/* The first hardware thread of the core that `cpu` is one of; itself where nothing says so. */
static int first_thread(int cpu)
{
	char path[96];
	int first = cpu;
	snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
	FILE *file = fopen(path, "r");
	if (!file)
		return cpu;
	if (fscanf(file, "%d", &first) != 1 || first < 0 || first >= CPU_SETSIZE)
		first = cpu;
	fclose(file);
	return first;
}

int gd_cores_whole(void)
{
	cpu_set_t set, cores;
	if (!shared(&set))
		return 1;
	CPU_ZERO(&cores);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			CPU_SET(first_thread(cpu), &cores);
	return within_quota(CPU_COUNT(&cores));
}
