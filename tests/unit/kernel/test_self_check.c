#include "gd/kernel/self_check.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gd/base/processor.h"
#include "unit.h"

const char *const unit_suite = "self-check";

/* In a process of its own, since the instruction set is settled once. */
static uint64_t value_with(const char *kernel)
{
	uint64_t value = 0;
	int ends[2];
	if (pipe(ends))
		return 0;
	pid_t child = fork();
	if (child == 0) {
		setenv("GENRE_DIST_KERNEL", kernel, 1);
		value = gd_self_check();
		_exit(write(ends[1], &value, sizeof value) != sizeof value);
	}
	close(ends[1]);
	CU_ASSERT_EQUAL(read(ends[0], &value, sizeof value), sizeof value);
	close(ends[0]);
	waitpid(child, NULL, 0);
	return value;
}

static void test_instructions(void)
{
	const uint64_t plain = value_with("plain");
	CU_ASSERT_NOT_EQUAL(plain, 0);
	for (int set = GD_PLAIN; set <= (int)gd_processor_widest(); set++)
		CU_ASSERT_EQUAL(value_with(gd_instructions_names[set]), plain);
}

const unit_test unit_tests[] = {
	{"every instruction set has the same value", test_instructions},
	{NULL, NULL},
};
