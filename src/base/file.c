#include "gd/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/unfinished.h"

static int open_again(const char *path, int flags, mode_t mode)
{
	int file;
	do
		file = open(path, flags | O_CLOEXEC, mode);
	while (file < 0 && errno == EINTR);
	return file;
}

/* Up to `size` bytes, fewer only at the end of the file; -1 with errno on error. */
static ssize_t read_full(int file, void *bytes, size_t size)
{
	size_t got = 0;
	while (got < size) {
		ssize_t step = read(file, (char *)bytes + got, size - got);
		if (step < 0 && errno == EINTR)
			continue;
		if (step < 0)
			return -1;
		if (step == 0)
			break;
		got += (size_t)step;
	}
	return (ssize_t)got;
}

/* 0, or -1 with errno. */
static int write_full(int file, const void *bytes, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t step = write(file, (const char *)bytes + done, size - done);
		if (step < 0 && errno == EINTR)
			continue;
		if (step < 0)
			return -1;
		if (step == 0) {
			errno = EIO;
			return -1;
		}
		done += (size_t)step;
	}
	return 0;
}

static int sync_again(int file)
{
	int result;
	do
		result = fsync(file);
	while (result < 0 && errno == EINTR);
	return result;
}

/* Linux has released the descriptor even when close() was interrupted: nothing is to be repeated. */
static int close_once(int file)
{
	return close(file) < 0 && errno != EINTR ? -1 : 0;
}

gd_status gd_file_read(const char *path, gd_code if_missing, void **bytes, size_t *size)
{
	gd_status status = gd_ok();
	char *buffer = NULL;
	size_t room = 0, used = 0;
	struct stat info;
	*bytes = NULL;
	*size = 0;
	int file = open_again(path, O_RDONLY, 0);
	if (file < 0)
		return gd_file_error(if_missing, "read", path, errno);
	if (fstat(file, &info) < 0) {
		status = gd_file_error(if_missing, "read", path, errno);
		goto done;
	}
	if (S_ISDIR(info.st_mode)) {
		status = gd_file_error(if_missing, "read", path, EISDIR);
		goto done;
	}
	/* The size is a hint only: a pipe has none, and a file may grow meanwhile. */
	room = (size_t)(S_ISREG(info.st_mode) && info.st_size > 0 ? info.st_size : 0) + 1;
	for (;;) {
		char *larger = realloc(buffer, room);
		if (!larger) {
			status = gd_error(GD_FAILED, "out of memory for the %zu bytes of '%s'", room, path);
			goto done;
		}
		buffer = larger;
		ssize_t got = read_full(file, buffer + used, room - used);
		if (got < 0) {
			status = gd_file_error(if_missing, "read", path, errno);
			goto done;
		}
		used += (size_t)got;
		if (used < room)
			break;
		room = room * 2 < 65536 ? 65536 : room * 2;
	}
	*bytes = buffer;
	*size = used;
	buffer = NULL;
done:
	free(buffer);
	close_once(file);
	return status;
}

/* The length of `path` up to its last component, the slash included. */
static size_t directory_length(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Makes the entries of the directory that holds `path` last. */
static gd_status sync_directory(const char *path)
{
	gd_status status = gd_ok();
	size_t length = directory_length(path);
	char *directory = length ? strndup(path, length) : strdup(".");
	if (!directory)
		return gd_out_of_memory("a directory's name");
	int file = open_again(directory, O_RDONLY | O_DIRECTORY, 0);
	if (file < 0) {
		/* A directory that may be written but not read (drop box) cannot be synced by us. */
		if (errno != EACCES)
			status = gd_file_error(GD_FAILED, "sync directory", directory, errno);
		goto done;
	}
	/* Some network file systems do not know how, and keep their directories in order themselves. */
	if (sync_again(file) < 0 && errno != EINVAL && errno != ENOTSUP)
		status = gd_file_error(GD_FAILED, "sync directory", directory, errno);
	close_once(file);
done:
	free(directory);
	return status;
}

/* What stands at `path` must be a file or nothing: renaming over /dev/null or a pipe would destroy it. */
static gd_status check_target(const char *path)
{
	struct stat info;
	if (stat(path, &info) < 0)
		return errno == ENOENT ? gd_ok() : gd_file_error(GD_FAILED, "write", path, errno);
	if (S_ISDIR(info.st_mode))
		return gd_file_error(GD_FAILED, "write", path, EISDIR);
	if (!S_ISREG(info.st_mode))
		return gd_error(GD_FAILED, "cannot write '%s': not a regular file", path);
	return gd_ok();
}

/* A name beside `path` that only this process makes: pid and a counter. */
static char *temporary_name(const char *path)
{
	static atomic_uint counter;
	/* The last component is cut, since a name may already be as long as names can be. */
	int directory = (int)directory_length(path);
	char *name = NULL;
	if (asprintf(&name, "%.*s%.200s.%ld-%u.tmp", directory, path, path + directory, (long)getpid(), atomic_fetch_add(&counter, 1)) < 0)
		return NULL;
	return name;
}

/* Makes an empty file of a new name beside `path`; its descriptor, and its name to be freed. */
static gd_status create_temporary(const char *path, char **temporary, int *file)
{
	*temporary = NULL;
	*file = -1;
	gd_status status = check_target(path);
	if (gd_failed(&status))
		return status;
	for (;;) {
		char *name = temporary_name(path);
		if (!name)
			return gd_out_of_memory("a temporary file's name");
		*file = open_again(name, O_WRONLY | O_CREAT | O_EXCL, 0666);
		if (*file >= 0) {
			gd_unfinished_add(name);
			*temporary = name;
			return gd_ok();
		}
		int number = errno;
		free(name);
		/* Left behind by a process of the same number that was killed, perhaps on another host. */
		if (number != EEXIST)
			return gd_file_error(GD_FAILED, "write", path, number);
	}
}

/* Flushes and closes; `path` is what the user knows the file by. */
static gd_status finish_temporary(int file, const char *path)
{
	gd_status status = gd_ok();
	if (sync_again(file) < 0)
		status = gd_file_error(GD_FAILED, "write", path, errno);
	if (close_once(file) < 0 && !gd_failed(&status))
		status = gd_file_error(GD_FAILED, "write", path, errno);
	return status;
}

static gd_status write_temporary(const char *path, const void *bytes, size_t size, char **temporary)
{
	int file;
	gd_status status = create_temporary(path, temporary, &file);
	if (gd_failed(&status))
		return status;
	if (write_full(file, bytes, size) < 0) {
		status = gd_file_error(GD_FAILED, "write", path, errno);
		close_once(file);
	} else {
		status = finish_temporary(file, path);
	}
	if (gd_failed(&status)) {
		gd_file_discard(*temporary);
		free(*temporary);
		*temporary = NULL;
	}
	return status;
}

static gd_status rename_into_place(const char *temporary, const char *path)
{
	if (rename(temporary, path) == 0) {
		gd_unfinished_remove(temporary);
		return gd_ok();
	}
	gd_status status = gd_file_error(GD_FAILED, "replace", path, errno);
	gd_file_discard(temporary);
	return status;
}

gd_status gd_file_write(const char *path, const void *bytes, size_t size)
{
	char *target, *temporary = NULL;
	gd_status status = gd_file_resolve(path, &target);
	if (!gd_failed(&status))
		status = write_temporary(target, bytes, size, &temporary);
	if (!gd_failed(&status))
		status = rename_into_place(temporary, target);
	if (!gd_failed(&status))
		status = sync_directory(target);
	free(temporary);
	free(target);
	return status;
}

/* A copy of `path` under a new name beside `previous`. */
static gd_status copy_temporary(const char *path, const char *previous, char **temporary)
{
	enum { PIECE = 1 << 20 };
	int to = -1;
	*temporary = NULL;
	char *piece = malloc(PIECE);
	if (!piece)
		return gd_out_of_memory("copying a file");
	gd_status status = gd_ok();
	int from = open_again(path, O_RDONLY, 0);
	if (from < 0) {
		status = gd_file_error(GD_FAILED, "read", path, errno);
		goto done;
	}
	status = create_temporary(previous, temporary, &to);
	if (gd_failed(&status))
		goto done;
	ssize_t got;
	while ((got = read_full(from, piece, PIECE)) > 0) {
		if (write_full(to, piece, (size_t)got) < 0) {
			status = gd_file_error(GD_FAILED, "write", previous, errno);
			break;
		}
	}
	if (got < 0)
		status = gd_file_error(GD_FAILED, "read", path, errno);
	if (gd_failed(&status))
		close_once(to);
	else
		status = finish_temporary(to, previous);
done:
	if (gd_failed(&status) && *temporary) {
		gd_file_discard(*temporary);
		free(*temporary);
		*temporary = NULL;
	}
	if (from >= 0)
		close_once(from);
	free(piece);
	return status;
}

/* `previous` becomes another name of what `path` is now; by way of a temporary name, since link() does not replace. */
static gd_status keep_previous(const char *path, const char *previous)
{
	gd_status status = check_target(previous);
	if (gd_failed(&status))
		return status;
	char *temporary;
	int number;
	do {
		temporary = temporary_name(previous);
		if (!temporary)
			return gd_out_of_memory("a temporary file's name");
		number = link(path, temporary) == 0 ? 0 : errno;
		if (number != 0) {
			free(temporary);
			temporary = NULL;
		}
	} while (number == EEXIST);
	if (number == ENOENT && !gd_file_exists(path))
		return gd_ok(); /* the first of its kind: nothing to keep */
	if (number == EPERM || number == EOPNOTSUPP || number == EMLINK || number == ENOSYS || number == EXDEV)
		status = copy_temporary(path, previous, &temporary);
	else if (number != 0)
		status = gd_file_error(GD_FAILED, "link", previous, number);
	if (gd_failed(&status))
		return status;
	status = rename_into_place(temporary, previous);
	/* rename() leaves both names when they already were links to one file. */
	gd_file_discard(temporary);
	free(temporary);
	return status;
}

gd_status gd_file_replace(const char *path, const char *previous, const void *bytes, size_t size)
{
	char *target, *temporary = NULL;
	gd_status status = gd_file_resolve(path, &target);
	if (!gd_failed(&status))
		status = write_temporary(target, bytes, size, &temporary);
	if (gd_failed(&status))
		goto done;
	status = keep_previous(target, previous);
	if (gd_failed(&status))
		gd_file_discard(temporary);
	else
		status = rename_into_place(temporary, target);
	if (!gd_failed(&status))
		status = sync_directory(target);
	if (!gd_failed(&status))
		status = sync_directory(previous);
done:
	free(temporary);
	free(target);
	return status;
}

gd_status gd_file_begin(const char *path, char **temporary)
{
	int file;
	char *target;
	*temporary = NULL;
	gd_status status = gd_file_resolve(path, &target);
	if (gd_failed(&status))
		return status;
	status = create_temporary(target, temporary, &file);
	if (!gd_failed(&status))
		close_once(file);
	free(target);
	return status;
}

gd_status gd_file_publish(const char *temporary, const char *path)
{
	int file = open_again(temporary, O_WRONLY, 0);
	gd_status status = file < 0 ? gd_file_error(GD_FAILED, "write", path, errno) : finish_temporary(file, path);
	if (gd_failed(&status)) {
		gd_file_discard(temporary);
		return status;
	}
	char *target;
	status = gd_file_resolve(path, &target);
	if (gd_failed(&status)) {
		gd_file_discard(temporary);
		return status;
	}
	status = rename_into_place(temporary, target);
	if (!gd_failed(&status))
		status = sync_directory(target);
	free(target);
	return status;
}

void gd_file_discard(const char *temporary)
{
	unlink(temporary);
	gd_unfinished_remove(temporary);
}

int gd_file_open_unnamed(const char *directory)
{
	char *path = NULL;
	int file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file >= 0 || asprintf(&path, "%s/genre-dist-XXXXXX", directory) < 0)
		return file;
	file = mkostemp(path, O_CLOEXEC);
	int number = errno;
	if (file >= 0)
		unlink(path);
	free(path);
	errno = number;
	return file;
}

bool gd_file_exists(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0;
}
