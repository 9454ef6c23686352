#include <sched.h>

#include "gd/base/cores.h"
#include "files.h"

const char *const unit_suite = "cores";

static double quota(const char *root, const char *list)
{
	put("list", list);
	return gd_cores_quota(unit_path(root), unit_path("list"));
}

static void version_2(void)
{
	put("two/cpu.weight", "100\n");
	put("two/job/cpu.max", "150000 100000\n");
	put("two/job/step/cpu.max", "max 100000\n");
	put("two/job/step/task/cpu.max", "300000 100000\n");
	CU_ASSERT_EQUAL(quota("two", "0::/\n"), 0);
	CU_ASSERT_EQUAL(quota("two", "0::/job\n"), 1.5);
	/* A group has no more than those above it. */
	CU_ASSERT_EQUAL(quota("two", "0::/job/step\n"), 1.5);
	CU_ASSERT_EQUAL(quota("two", "0::/job/step/task\n"), 1.5);
	put("two/cpu.max", "50000 100000\n");
	CU_ASSERT_EQUAL(quota("two", "0::/job/step/task\n"), 0.5);
	/* A container's path as its host names it. */
	CU_ASSERT_EQUAL(quota("two", "0::/docker/0123\n"), 0.5);
}

static void version_1(void)
{
	put("one/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
	put("one/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
	put("one/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n");
	put("one/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
	put("one/cpuset/job/cpu.cfs_quota_us", "1000\n");
	put("one/cpuset/job/cpu.cfs_period_us", "100000\n");
	CU_ASSERT_EQUAL(quota("one", "9:cpuset:/job\n4:cpu,cpuacct:/\n0::/\n"), 0);
	CU_ASSERT_EQUAL(quota("one", "9:cpuset:/job\n4:cpu,cpuacct:/job\n0::/\n"), 4);
}

static void nothing(void)
{
	CU_ASSERT_EQUAL(quota("none", "0::/\n"), 0);
	CU_ASSERT_EQUAL(quota("none", "no group\n:\n"), 0);
	CU_ASSERT_EQUAL(gd_cores_quota(unit_path("none"), unit_path("absent")), 0);
}

static void bound(void)
{
	cpu_set_t all, one;
	int cores = gd_cores_available();
	CU_ASSERT_EQUAL(sched_getaffinity(0, sizeof all, &all), 0);
	CU_ASSERT(cores >= 1 && cores <= CPU_COUNT(&all));
	CU_ASSERT(gd_cores_whole() >= 1 && gd_cores_whole() <= cores);
	CPU_ZERO(&one);
	for (int core = 0; !CPU_COUNT(&one); core++)
		if (CPU_ISSET(core, &all))
			CPU_SET(core, &one);
	CU_ASSERT_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
	CU_ASSERT_EQUAL(gd_cores_available(), cores);
	sched_setaffinity(0, sizeof all, &all);
}

const unit_test unit_tests[] = {
	{"a quota of version 2", version_2},
	{"a quota of version 1", version_1},
	{"no quota", nothing},
	{"a rank bound to a core counts the others' too", bound},
	{NULL, NULL},
};
