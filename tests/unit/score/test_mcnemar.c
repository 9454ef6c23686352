#include "gd/score/mcnemar.h"

#include "unit.h"

/* scipy 1.10: binomtest(min, sum).pvalue */
static void exact_values(void)
{
	static const struct {
		int64_t first, second;
		double p;
	} known[] = {
		{6, 16, 0.052478790283203125},
		{59, 121, 4.4344492637551645e-06},
		{0, 5, 0.0625},
		{10, 12, 0.8318119049072266},
		{5000, 5400, 9.116949314541163e-05},
		{1, 0, 1.0},
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		CU_ASSERT_DOUBLE_EQUAL(gd_mcnemar_p(known[i].first, known[i].second) / known[i].p, 1, 1e-9);
		CU_ASSERT_EQUAL(gd_mcnemar_p(known[i].first, known[i].second), gd_mcnemar_p(known[i].second, known[i].first));
	}
}

static void no_difference(void)
{
	CU_ASSERT_EQUAL(gd_mcnemar_p(0, 0), 1);
	CU_ASSERT_EQUAL(gd_mcnemar_p(7, 7), 1);
	CU_ASSERT_TRUE(gd_mcnemar_p(1000000, 900000) < 1e-300);
}

const char *const unit_suite = "mcnemar";
const unit_test unit_tests[] = {
	{"exact values", exact_values},
	{"no difference", no_difference},
	{NULL, NULL},
};
