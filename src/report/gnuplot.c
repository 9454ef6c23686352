#include "gd/report/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST_BYTES = 1 << 20 };

static double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Files instead of pipes: neither side ever waits for the other. */
static gd_status start(FILE *input, FILE *output, pid_t *process)
{
	char path[4096];
	const char *search = getenv("PATH");
	snprintf(path, sizeof path, "PATH=%s", search ? search : "/usr/local/bin:/usr/bin:/bin");
	char program[] = "gnuplot", defaults[] = "-d", from_input[] = "-", locale[] = "LC_ALL=C", home[] = "HOME=/";
	char *arguments[] = {program, defaults, from_input, NULL}, *environment[] = {path, locale, home, NULL};
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions))
		return gd_out_of_memory("a start of gnuplot");
	int code = posix_spawn_file_actions_adddup2(&actions, fileno(input), 0);
	if (!code)
		code = posix_spawn_file_actions_adddup2(&actions, fileno(output), 1);
	if (!code)
		code = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (!code)
		code = posix_spawnp(process, "gnuplot", &actions, NULL, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	if (code == ENOENT)
		return gd_error(GD_FAILED, "gnuplot is not installed here (on Debian: apt-get install gnuplot-nox)");
	return code ? gd_error(GD_FAILED, "gnuplot cannot be started: %s", strerror(code)) : gd_ok();
}

static gd_status await(pid_t process, double seconds)
{
	double end = seconds_now() + seconds;
	int result = 0;
	for (;;) {
		pid_t ended = waitpid(process, &result, WNOHANG);
		if (ended == process)
			break;
		if (ended < 0 && errno != EINTR)
			return gd_error(GD_FAILED, "gnuplot was lost: %s", strerror(errno));
		if (seconds_now() > end) {
			kill(process, SIGKILL);
			waitpid(process, &result, 0);
			return gd_error(GD_FAILED, "gnuplot was not done after %g s", seconds);
		}
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	/* Not found by a shell-like exec: 127. */
	if (WIFEXITED(result) && WEXITSTATUS(result) == 127)
		return gd_error(GD_FAILED, "gnuplot is not installed here (on Debian: apt-get install gnuplot-nox)");
	return WIFEXITED(result) && WEXITSTATUS(result) == 0 ? gd_ok() : gd_error(GD_FAILED, "gnuplot failed");
}

static gd_status collect(FILE *output, char **text)
{
	if (fseek(output, 0, SEEK_END))
		return gd_error(GD_FAILED, "gnuplot's output cannot be read");
	long size = ftell(output);
	if (size < 1 || size > MOST_BYTES)
		return gd_error(GD_FAILED, "gnuplot printed %ld bytes", size);
	rewind(output);
	char *bytes = malloc((size_t)size + 1);
	if (!bytes)
		return gd_out_of_memory("a plot");
	bytes[fread(bytes, 1, (size_t)size, output)] = '\0';
	*text = bytes;
	return gd_ok();
}

gd_status gd_gnuplot_run(const char *script, size_t length, double seconds, char **text)
{
	pid_t process = 0;
	*text = NULL;
	FILE *input = tmpfile(), *output = tmpfile();
	gd_status status = input && output ? gd_ok() : gd_error(GD_FAILED, "no temporary file for gnuplot: %s", strerror(errno));
	if (!gd_failed(&status) && (fwrite(script, 1, length, input) != length || fflush(input) || fseek(input, 0, SEEK_SET)))
		status = gd_error(GD_FAILED, "no room for gnuplot's temporary file: %s", strerror(errno));
	if (!gd_failed(&status))
		status = start(input, output, &process);
	if (!gd_failed(&status))
		status = await(process, seconds);
	if (!gd_failed(&status))
		status = collect(output, text);
	if (input)
		fclose(input);
	if (output)
		fclose(output);
	return status;
}
