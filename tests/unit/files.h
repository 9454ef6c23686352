/* What suites ask of a status, and what they do with files. */
#ifndef FILES_H
#define FILES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "unit.h"

#define CHECK_OK(call) \
	do { \
		gd_status status_of_call = (call); \
		if (gd_failed(&status_of_call)) \
			printf("    %s\n", status_of_call.message); \
		CU_ASSERT_EQUAL(status_of_call.code, GD_OK); \
	} while (0)

/* Whether a status has this code and all these words in its message. */
static inline int says(gd_status status, gd_code code, const char *first, const char *second)
{
	int right = status.code == code && strstr(status.message, first) && strstr(status.message, second);
	if (!right)
		printf("    found code %d: %s\n", (int)status.code, status.code ? status.message : "(no error)");
	return right;
}

/* Not by gd_file_write(), which is under test itself and publishes a file as a whole. */
static inline void write_bytes(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");
	CU_ASSERT_PTR_NOT_NULL(file);
	if (file) {
		CU_ASSERT_EQUAL(fwrite(bytes, 1, size, file), size);
		fclose(file);
	}
}

static inline void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

/* The same below unit_directory(), with the directories above it. */
static inline void put(const char *name, const char *text)
{
	char above[512];
	snprintf(above, sizeof above, "%s", unit_path(name));
	*strrchr(above, '/') = '\0';
	CHECK_OK(gd_directory_make(above));
	write_text(unit_path(name), text);
}

static inline void copy_file(const char *from, const char *to)
{
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_file_read(from, GD_BAD_DATA, &bytes, &size));
	write_bytes(to, bytes, size);
	free(bytes);
}

static inline int entries_of(const char *directory)
{
	int count = 0;
	DIR *open_directory = opendir(directory);
	for (struct dirent *entry; open_directory && (entry = readdir(open_directory));)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (open_directory)
		closedir(open_directory);
	return count;
}

#endif
