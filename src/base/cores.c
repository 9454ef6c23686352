#include "gd/base/cores.h"

#include <math.h>
#include <sched.h>
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

int gd_cores_available(void)
{
	cpu_set_t mine, launcher;
	if (sched_getaffinity(0, sizeof mine, &mine))
		return 1;
	/* A launcher that gives each rank cores of its own is not bound itself. */
	if (!sched_getaffinity(getppid(), sizeof launcher, &launcher))
		CPU_OR(&mine, &mine, &launcher);
	int cores = CPU_COUNT(&mine);
	double quota = gd_cores_quota(GD_CONTROL_GROUPS_ROOT, GD_CONTROL_GROUPS_LIST);
	return quota > 0 && quota < cores ? (int)ceil(quota) : cores;
}
