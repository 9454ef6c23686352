#include "gd/base/leftover.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/output.h"

int gd_leftover_hold(const char *temporary)
{
	int file = open(temporary, O_RDONLY | O_CLOEXEC);
	if (file >= 0 && flock(file, LOCK_EX | LOCK_NB)) {
		close(file);
		file = -1;
	}
	return file;
}

void gd_leftover_release(int held)
{
	if (held >= 0)
		close(held);
}

/* Whether `name` is that of a temporary file of `base`, which it has the first 200 bytes of. */
static bool is_temporary(const char *name, const char *base)
{
	size_t length = strnlen(base, 200);
	unsigned long process, number;
	int end = 0;
	return !strncmp(name, base, length) && sscanf(name + length, ".%lu-%lu.tmp%n", &process, &number, &end) == 2 && end && !name[length + (size_t)end];
}

void gd_leftover_remove(const char *path)
{
	char *target = NULL;
	gd_status status = gd_file_resolve(path, &target);
	char *directory = gd_failed(&status) ? NULL : gd_output_directory(target);
	DIR *entries = directory ? opendir(directory) : NULL;
	const char *slash = directory ? strrchr(target, '/') : NULL;
	for (struct dirent *entry; entries && (entry = readdir(entries));) {
		if (!is_temporary(entry->d_name, slash ? slash + 1 : target))
			continue;
		int file = openat(dirfd(entries), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (file >= 0 && !flock(file, LOCK_EX | LOCK_NB) && !unlinkat(dirfd(entries), entry->d_name, 0))
			gd_log_note("removed '%s', which a killed process left", entry->d_name);
		if (file >= 0)
			close(file);
	}
	if (entries)
		closedir(entries);
	free(directory);
	free(target);
}
