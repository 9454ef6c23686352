#include "gd/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static gd_status make_one_directory(const char *path)
{
	struct stat info;
	if (mkdir(path, 0777) == 0)
		return gd_ok();
	int number = errno;
	/* Whatever mkdir says (a parent on a read-only disk, another rank was first): existing is enough. */
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return gd_ok();
	if (number == EEXIST)
		return gd_error(GD_FAILED, "cannot make directory '%s': it exists and is not a directory", path);
	return gd_file_error(GD_FAILED, "make directory", path, number);
}

gd_status gd_directory_make(const char *path)
{
	gd_status status = gd_ok();
	char *part = strdup(path);
	if (!part)
		return gd_out_of_memory("a directory's name");
	for (char *slash = strchr(part + (part[0] == '/'), '/'); slash && !gd_failed(&status); slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		status = make_one_directory(part);
		*slash = '/';
	}
	if (!gd_failed(&status))
		status = make_one_directory(part);
	free(part);
	return status;
}

void gd_time_iso(int64_t seconds, char text[21])
{
	/* Years of four digits, so that the text always fits and sorts. */
	const int64_t first = INT64_C(-62167219200), last = INT64_C(253402300799);
	time_t moment = (time_t)(seconds < first ? first : seconds > last ? last : seconds);
	struct tm parts = {0};
	gmtime_r(&moment, &parts);
	snprintf(text, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(parts.tm_year + 1900) % 10000, (unsigned)(parts.tm_mon + 1) % 100,
		(unsigned)parts.tm_mday % 100, (unsigned)parts.tm_hour % 100, (unsigned)parts.tm_min % 100, (unsigned)parts.tm_sec % 100);
}
