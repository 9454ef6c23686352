#include <string.h>

#include "gd/run/machine_rate.h"
#include "unit.h"

const char *const unit_suite = "machine_rate";

static void told(void)
{
	char text[200];
	gd_machine_engine_text("X", 0.85, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "X, 85 % of this core's peak");
	gd_machine_engine_text("X", 0.05, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "X, 5.0 % of this core's peak");
	gd_machine_engine_text("X", 3.57, text, sizeof text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "not measured"));
	CU_ASSERT_PTR_NULL(strchr(text, '%'));
}

static void advised(void)
{
	CU_ASSERT_PTR_NULL(gd_machine_engine_advice(0.4, true, false));
	CU_ASSERT_PTR_NULL(gd_machine_engine_advice(3.57, false, true));
	CU_ASSERT_PTR_NOT_NULL(strstr(gd_machine_engine_advice(0.3, true, false), "unset BLIS_ARCH_TYPE"));
	CU_ASSERT_PTR_NOT_NULL(strstr(gd_machine_engine_advice(0.3, false, true), "libblis"));
	CU_ASSERT_PTR_NOT_NULL(strstr(gd_machine_engine_advice(0.3, false, false), "--bind-to core"));
}

const unit_test unit_tests[] = {
	{"what is said of an engine", told},
	{"what to do about a slow one", advised},
	{NULL, NULL},
};
