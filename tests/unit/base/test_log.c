#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/build.h"
#include "gd/base/log.h"
#include "unit.h"

const char *const unit_suite = "log";

static int kept_stderr, ends[2];

static void catch_stderr(void)
{
	kept_stderr = dup(STDERR_FILENO);
	CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_DIRECT | O_NONBLOCK), 0); /* packets: one read gives what one write gave */
	dup2(ends[1], STDERR_FILENO);
}

static void release_stderr(void)
{
	dup2(kept_stderr, STDERR_FILENO);
	close(kept_stderr);
	close(ends[0]);
	close(ends[1]);
}

/* What the next write wrote; empty when there was none. */
static const char *next_write(void)
{
	static char text[8192];
	ssize_t got = read(ends[0], text, sizeof text - 1);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

static void all_kinds(void)
{
	gd_log_note("note %d", 1);
	gd_log_detail("detail %d", 2);
	gd_log_warning("warning %d", 3);
	gd_log_error("error %d", 4);
}

static void levels(void)
{
	static const struct {
		gd_log_level level;
		bool muted;
		const char *lines[5];
	} cases[] = {
		{GD_LOG_NORMAL, false, {"genre-dist: note 1\n", "genre-dist: warning: warning 3\n", "genre-dist: error 4\n", ""}},
		{GD_LOG_QUIET, false, {"genre-dist: warning: warning 3\n", "genre-dist: error 4\n", ""}},
		{GD_LOG_VERBOSE, false, {"genre-dist: note 1\n", "genre-dist: detail 2\n", "genre-dist: warning: warning 3\n", "genre-dist: error 4\n", ""}},
		{GD_LOG_VERBOSE, true, {"genre-dist: error 4\n", ""}},
	};
	CU_ASSERT_EQUAL(gd_log_get_level(), GD_LOG_NORMAL);
	CU_ASSERT_FALSE(gd_log_muted());
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		catch_stderr();
		gd_log_set_level(cases[i].level);
		gd_log_mute(cases[i].muted);
		all_kinds();
		for (size_t j = 0; j < 5 && cases[i].lines[j]; j++)
			CU_ASSERT_STRING_EQUAL(next_write(), cases[i].lines[j]);
		release_stderr();
		CU_ASSERT_EQUAL(gd_log_get_level(), cases[i].level);
		CU_ASSERT_EQUAL(gd_log_muted(), cases[i].muted);
	}
	gd_log_set_level(GD_LOG_NORMAL);
	gd_log_mute(false);
}

/* A file's name may hold what would part lines or command a terminal. */
static void control_characters(void)
{
	catch_stderr();
	gd_log_error("cannot read '%s'", "a\nb\x1b[31mc\x7f\td \xc3\xa9");
	CU_ASSERT_STRING_EQUAL(next_write(), "genre-dist: cannot read 'a?b?[31mc??d \xc3\xa9'\n");
	release_stderr();
}

static void long_lines(void)
{
	char longer[4000], line[4096];
	for (size_t length = 2020; length < 3500; length = length < 2060 ? length + 1 : length + 300) {
		memset(longer, 'x', length);
		longer[length] = '\0';
		snprintf(line, sizeof line, "genre-dist: %s\n", longer);
		catch_stderr();
		gd_log_error("%s", longer);
		CU_ASSERT_STRING_EQUAL(next_write(), line);
		CU_ASSERT_STRING_EQUAL(next_write(), "");
		release_stderr();
	}
}

static void terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
		printf("(skipped: no pseudo-terminal to be had) ");
		return;
	}
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0) {
		printf("(skipped: no pseudo-terminal to be had) ");
		close(master);
		return;
	}
	static const struct {
		const char *term, *no_color;
		bool expected;
	} cases[] = {
		{"xterm", NULL, true}, {"xterm", "", true}, {"xterm", "1", false}, {"dumb", NULL, false}, {"", NULL, false}, {NULL, NULL, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cases[i].term ? setenv("TERM", cases[i].term, 1) : unsetenv("TERM");
		cases[i].no_color ? setenv("NO_COLOR", cases[i].no_color, 1) : unsetenv("NO_COLOR");
		int kept = dup(STDERR_FILENO);
		dup2(slave, STDERR_FILENO);
		bool answer = gd_log_terminal();
		dup2(kept, STDERR_FILENO);
		close(kept);
		CU_ASSERT_EQUAL(answer, cases[i].expected);
	}
	setenv("TERM", "xterm", 1);
	catch_stderr();
	bool answer = gd_log_terminal();
	release_stderr();
	CU_ASSERT_FALSE(answer);
	close(slave);
	close(master);
}

static void what_was_built(void)
{
	int major, minor, patch, end = 0;
	CU_ASSERT_EQUAL(sscanf(gd_version, "%d.%d.%d%n", &major, &minor, &patch, &end), 3);
	CU_ASSERT_EQUAL((size_t)end, strlen(gd_version));
	CU_ASSERT(strlen(gd_commit) > 0);
	CU_ASSERT(strstr(gd_compiler, "gcc ") == gd_compiler || strstr(gd_compiler, "clang ") == gd_compiler);
	CU_ASSERT(strlen(gd_build_type) > 0);
}

const unit_test unit_tests[] = {
	{"levels and muting, a line a write", levels},
	{"a message is one line whatever it names", control_characters},
	{"long lines", long_lines},
	{"what counts as a terminal", terminal},
	{"what was built", what_was_built},
	{NULL, NULL},
};
