#include "gd/base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

gd_status gd_file_resolve(const char *path, char **target)
{
	struct stat link, info;
	const bool linked = lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
	/* What is no regular file has no path to rename to (/dev/stdout leads to a pipe); the writer refuses it by its own name. */
	const bool follow = linked && !(stat(path, &info) == 0 && !S_ISREG(info.st_mode));
	*target = follow ? realpath(path, NULL) : strdup(path);
	if (*target)
		return gd_ok();
	return follow && errno != ENOMEM ? gd_file_error(GD_FAILED, "write through the link", path, errno) : gd_out_of_memory("a path");
}

bool gd_file_is_stream(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode) && !S_ISBLK(info.st_mode);
}

bool gd_file_same(const char *one, const char *other)
{
	struct stat first, second;
	return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}
