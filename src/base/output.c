#include "gd/base/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/file.h"

char *gd_output_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path))
						   : strdup(".");
}

gd_status gd_output_check(const char *path)
{
	struct stat info;
	if (!stat(path, &info)) {
		if (S_ISDIR(info.st_mode))
			return gd_error(GD_USAGE, "'%s' is a directory, expected a file's name", path);
		if (!S_ISREG(info.st_mode))
			return gd_ok();
	}
	char *directory = gd_output_directory(path);
	if (!directory)
		return gd_out_of_memory("a path");
	gd_status status = gd_ok();
	if (stat(directory, &info))
		status = errno == ENOENT ? gd_error(GD_USAGE, "cannot write '%s': there is no directory '%s'", path, directory) : gd_file_error(GD_USAGE, "write", path, errno);
	else if (!S_ISDIR(info.st_mode))
		status = gd_error(GD_USAGE, "cannot write '%s': '%s' is not a directory", path, directory);
	else if (access(directory, W_OK))
		status = gd_file_error(GD_FAILED, "write", path, errno);
	free(directory);
	return status;
}

gd_status gd_output_check_new(const char *path)
{
	const bool replaced = !gd_output_is_stdout(path) && gd_file_exists(path) && !gd_file_is_stream(path);
	return replaced ? gd_error(GD_USAGE, "'%s' exists; --force overwrites it", path) : gd_ok();
}

gd_status gd_output_check_inputs(const char *path, const char *const *inputs, int count)
{
	for (int i = 0; i < count; i++)
		if (inputs[i] && gd_file_same(inputs[i], path))
			return gd_error(GD_USAGE, "'%s' is both input and output; choose another name for the output", path);
	return gd_ok();
}

bool gd_output_begins(const char *path, const char *beginning)
{
	char first[128];
	const size_t size = strlen(beginning);
	struct stat info;
	FILE *file = size <= sizeof first && !stat(path, &info) && S_ISREG(info.st_mode) ? fopen(path, "rb") : NULL;
	const bool begins = file && fread(first, 1, size, file) == size && !memcmp(first, beginning, size);
	if (file)
		fclose(file);
	return begins;
}

gd_status gd_output_check_result(const char *path, const char *const *inputs, int count, const gd_output_kind *kind)
{
	struct stat info;
	gd_status status = gd_output_check(path);
	if (!gd_failed(&status))
		status = gd_output_check_inputs(path, inputs, count);
	if (gd_failed(&status) || stat(path, &info) || !S_ISREG(info.st_mode) || !info.st_size || gd_output_begins(path, kind->beginning))
		return status;
	return gd_error(GD_USAGE, "'%s' exists and holds no %s, so it is not overwritten; choose another --output, or remove it", path, kind->noun);
}

static bool relayed;

void gd_output_set_relayed(bool is_relayed)
{
	relayed = is_relayed;
}

/* Until the launcher has taken what was written to stdout, two seconds at most, and a while for it to pass that on; of a terminal the kernel does not say what it still holds, but it holds little. */
static void wait_for_relay(void)
{
	enum { TRIES = 400, MILLISECONDS = 5, A_WHILE = 250 };
	int left = 0;
	for (int i = 0; i < TRIES && !ioctl(STDOUT_FILENO, FIONREAD, &left) && left > 0 && !isatty(STDOUT_FILENO); i++)
		poll(NULL, 0, MILLISECONDS);
	poll(NULL, 0, A_WHILE);
}

gd_status gd_output_flush(FILE *out, const char *name)
{
	const bool failed = ferror(out) != 0;
	/* What could not be written is tried again, so that the reason is known. */
	clearerr(out);
	if (fflush(out) != 0)
		return gd_file_error(GD_FAILED, "write to", name, errno);
	if (relayed && out == stdout)
		wait_for_relay();
	if (!failed)
		return gd_ok();
	if (fputc('\n', out) == EOF || fflush(out) != 0)
		return gd_file_error(GD_FAILED, "write to", name, errno);
	return gd_file_error(GD_FAILED, "write to", name, EIO);
}

bool gd_output_is_stdout(const char *path)
{
	return !path || !strcmp(path, "-") || !strcmp(path, "/dev/stdout");
}

gd_status gd_output_open_stream(const char *path, FILE **out)
{
	*out = gd_output_is_stdout(path) ? stdout : NULL;
	if (!*out && gd_file_is_stream(path) && !(*out = fopen(path, "w")))
		return gd_file_error(GD_FAILED, "write", path, errno);
	return gd_ok();
}

gd_status gd_output_close_stream(FILE *out, const char *path)
{
	gd_status status = gd_output_flush(out, out == stdout ? "stdout" : path);
	if (out != stdout && fclose(out) != 0 && !gd_failed(&status))
		status = gd_file_error(GD_FAILED, "write to", path, errno);
	return status;
}

gd_status gd_output_write(const char *path, const void *bytes, size_t size)
{
	FILE *out;
	gd_status status = gd_output_open_stream(path, &out);
	if (gd_failed(&status))
		return status;
	if (!out)
		return gd_file_write(path, bytes, size);
	/* A failure shows when it is flushed. */
	fwrite(bytes, 1, size, out);
	return gd_output_close_stream(out, path);
}
