/* What the suites of gd/base/file.h share. */
#ifndef FILE_FIXTURE_H
#define FILE_FIXTURE_H

#include "files.h"

/* Whether `path` holds exactly `text`. */
static inline bool holds(const char *path, const char *text)
{
	void *bytes;
	size_t size;
	gd_status status = gd_file_read(path, GD_BAD_DATA, &bytes, &size);
	bool same = !gd_failed(&status) && size == strlen(text) && memcmp(bytes, text, size) == 0;
	free(bytes);
	return same;
}

/* A new empty directory; the name stays until the next call. */
static inline const char *fresh_directory(void)
{
	static char path[600];
	static int count;
	snprintf(path, sizeof path, "%s/fresh-%d", unit_directory(), count++);
	gd_status status = gd_directory_make(path);
	CU_ASSERT_FALSE(gd_failed(&status));
	return path;
}

static inline void in_directory(char path[900], const char *directory, const char *name)
{
	snprintf(path, 900, "%s/%s", directory, name);
}

#endif
