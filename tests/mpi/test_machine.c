#include "ranks.h"

#include <string.h>

#include "gd/kernel/self_check.h"
#include "gd/run/machine.h"

const char *const ranks_suite = "machine";

static void test_alike(void)
{
	char hosts[1024];
	CU_ASSERT(ranks_ok(gd_machine_survey(&ranks, hosts, sizeof hosts)));
	CU_ASSERT(ranks.rank ? !*hosts : strstr(hosts, gd_machine_host()) == hosts);
}

/* One wrong bit on the last rank: all are told the same, with both hosts and values. */
static void test_unlike(void)
{
	char hosts[1024], right[32], wrong[32];
	const uint64_t value = gd_self_check(), other = value ^ 1;
	const bool last = ranks.rank == ranks.size - 1;
	if (ranks.size == 1)
		return;
	gd_status status = gd_machine_compare(&ranks, last ? other : value, hosts, sizeof hosts);
	snprintf(right, sizeof right, "gives %016llx,", (unsigned long long)value);
	snprintf(wrong, sizeof wrong, "gives %016llx;", (unsigned long long)other);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, right));
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, wrong));
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, gd_machine_host()));
}

const ranks_test ranks_tests[] = {
	{"ranks alike go together", test_alike},
	{"a rank of other bits is refused by all", test_unlike},
	{NULL, NULL},
};
