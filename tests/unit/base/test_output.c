#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gd/base/output.h"
#include "unit.h"

const char *const unit_suite = "output";

enum { LATE = 150 /* milliseconds after which the reader of a relayed pipe begins; of another, once it was looked at */ };

/* Bytes that the reader of a pipe has not taken yet when a flush of stdout comes back. */
static int left_behind(bool relayed)
{
	int ends[2], start[2], kept = dup(STDOUT_FILENO), left = -1;
	fflush(stdout);
	CU_ASSERT_EQUAL_FATAL(pipe(ends) | pipe(start), 0);
	const pid_t reader = fork();
	CU_ASSERT_FATAL(reader >= 0);
	if (reader == 0) {
		char bytes[256];
		close(ends[1]);
		close(start[1]);
		poll(&(struct pollfd){.fd = start[0], .events = POLLIN}, 1, relayed ? LATE : -1);
		while (read(ends[0], bytes, sizeof bytes) > 0)
			;
		_exit(0);
	}
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	gd_output_set_relayed(relayed);
	for (int i = 0; i < 100; i++)
		fputs("one line of many\n", stdout);
	gd_status status = gd_output_flush(stdout, "stdout");
	ioctl(STDOUT_FILENO, FIONREAD, &left);
	gd_output_set_relayed(false);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	close(ends[0]);
	close(start[0]);
	close(start[1]);
	waitpid(reader, NULL, 0);
	CU_ASSERT(!gd_failed(&status));
	return left;
}

static void test_relayed(void)
{
	CU_ASSERT_EQUAL(left_behind(true), 0);
	CU_ASSERT_EQUAL(left_behind(false), 100 * 17);
}

const unit_test unit_tests[] = {
	{"a flush of stdout waits for a launcher that relays it, and for nobody else", test_relayed},
	{NULL, NULL},
};
