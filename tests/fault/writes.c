/*
 * Preloaded: the GD_FAIL_AT-th call that reads or changes files whose name holds GD_FAIL_NAME fails with errno GD_FAIL_ERRNO, as do all later ones with GD_FAIL_ON. With
 * GD_FAIL_SHORT a write takes half of the bytes instead; with GD_FAIL_ONLY calls of other names do not count, and without it pread does not. GD_FAIL_LOG names a file that gets a line a call, so that a
 * dry run counts them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int calls;

static bool concerns(int file)
{
	char link[64], path[4096];
	const char *name = getenv("GD_FAIL_NAME");
	snprintf(link, sizeof link, "/proc/self/fd/%d", file);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0 || !name)
		return false;
	path[length] = '\0';
	return strstr(path, name) != NULL;
}

static bool named(const char *path)
{
	const char *name = getenv("GD_FAIL_NAME");
	return name && strstr(path, name);
}

/* Whether this call is the one. */
static bool fails(const char *what)
{
	const char *at = getenv("GD_FAIL_AT"), *log = getenv("GD_FAIL_LOG"), *only = getenv("GD_FAIL_ONLY");
	if (only && strcmp(only, what))
		return false;
	int number = ++calls, wanted = at ? atoi(at) : 0;
	if (getenv("GD_FAIL_SHORT") && strcmp(what, "write"))
		wanted = 0;
	if (log) {
		int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		if (out >= 0) {
			dprintf(out, "%d %s\n", number, what);
			close(out);
		}
	}
	return wanted && (number == wanted || (getenv("GD_FAIL_ON") && number > wanted));
}

static int refuse(void)
{
	const char *number = getenv("GD_FAIL_ERRNO");
	errno = number ? atoi(number) : EIO;
	return -1;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void *bytes, size_t size)
{
	static ssize_t (*real)(int, const void *, size_t);
	if (!real)
		real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	if (concerns(file) && fails("write")) {
		if (getenv("GD_FAIL_SHORT"))
			return real(file, bytes, size > 1 ? size / 2 : size);
		return refuse();
	}
	return real(file, bytes, size);
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
	static ssize_t (*real)(int, void *, size_t, off_t);
	if (!real)
		real = (ssize_t(*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread");
	return getenv("GD_FAIL_ONLY") && concerns(file) && fails("pread") ? refuse() : real(file, bytes, size, offset);
}

ssize_t pread64(int file, void *bytes, size_t size, off_t offset)
{
	return pread(file, bytes, size, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
	static ssize_t (*real)(int, const void *, size_t, off_t);
	if (!real)
		real = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
	return concerns(file) && fails("pwrite") ? refuse() : real(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset)
{
	return pwrite(file, bytes, size, offset);
}

ssize_t read(int file, void *bytes, size_t size)
{
	static ssize_t (*real)(int, void *, size_t);
	if (!real)
		real = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	return concerns(file) && fails("read") ? refuse() : real(file, bytes, size);
}

int fsync(int file)
{
	REAL(fsync);
	return concerns(file) && fails("fsync") ? refuse() : real(file);
}

int close(int file)
{
	static int (*real)(int);
	if (!real)
		real = (int (*)(int))dlsym(RTLD_NEXT, "close");
	bool wrong = (fcntl(file, F_GETFL) & O_ACCMODE) != O_RDONLY && concerns(file) && fails("close");
	int code = real(file);
	return wrong ? refuse() : code;
}

int rename(const char *from, const char *to)
{
	REAL(rename);
	return named(to) && fails("rename") ? refuse() : real(from, to);
}

int link(const char *from, const char *to)
{
	REAL(link);
	return named(to) && fails("link") ? refuse() : real(from, to);
}
