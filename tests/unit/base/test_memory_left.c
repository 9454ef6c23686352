#include <math.h>
#include <sys/resource.h>

#include "gd/base/memory_left.h"
#include "files.h"

const char *const unit_suite = "memory left";

static double left(const char *root, const char *list)
{
	put("list", list);
	return gd_memory_left_in_groups(unit_path(root), unit_path("list"));
}

static void version_2(void)
{
	put("two/job/memory.max", "1000000\n");
	put("two/job/memory.current", "700000\n");
	put("two/job/memory.stat", "anon 400000\nfile 300000\ninactive_file 150000\nactive_file 50000\nslab 9\n");
	put("two/job/step/memory.max", "max\n");
	put("two/job/step/memory.current", "600000\n");
	CU_ASSERT(isinf(left("two", "0::/\n")));
	CU_ASSERT_EQUAL(left("two", "0::/job\n"), 500000);
	/* A group has no more than those above it. */
	CU_ASSERT_EQUAL(left("two", "0::/job/step\n"), 500000);
	put("two/job/step/memory.max", "650000\n");
	CU_ASSERT_EQUAL(left("two", "0::/job/step\n"), 50000);
	put("two/job/step/memory.max", "500000\n");
	CU_ASSERT_EQUAL(left("two", "0::/job/step\n"), 0);
}

static void version_1(void)
{
	put("one/memory/job/memory.limit_in_bytes", "1000000\n");
	put("one/memory/job/memory.usage_in_bytes", "700000\n");
	put("one/memory/job/memory.stat", "cache 1\ninactive_file 7\ntotal_inactive_file 100000\n");
	put("one/cpu/job/memory.limit_in_bytes", "10\n");
	put("one/cpu/job/memory.usage_in_bytes", "5\n");
	CU_ASSERT_EQUAL(left("one", "9:cpu:/job\n4:memory:/job\n0::/\n"), 400000);
	CU_ASSERT(isinf(left("one", "9:cpu:/job\n4:memory:/\n")));
	CU_ASSERT(isinf(gd_memory_left_in_groups(unit_path("one"), unit_path("no such list"))));
}

static void this_process(void)
{
	struct rlimit before, limit;
	CU_ASSERT(gd_memory_left() > 0);
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_AS, &before), 0);
	limit = before;
	/* More than a sanitizer's shadow memory, which is 20 TB of addresses. */
	limit.rlim_cur = (rlim_t)1 << 46;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_AS, &limit), 0);
	/* QEMU takes such a limit for done, and sets none. */
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_AS, &limit), 0);
	if (limit.rlim_cur == (rlim_t)1 << 46) {
		CU_ASSERT(gd_memory_left_to_process() < 0x1p46 && gd_memory_left_to_process() > 0);
	} else {
		printf("    no limit is kept here\n");
	}
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_AS, &before), 0);
}

const unit_test unit_tests[] = {
	{"control groups, version 2", version_2},
	{"control groups, version 1", version_1},
	{"this process", this_process},
	{0},
};
