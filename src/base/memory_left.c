#include "gd/base/memory_left.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gd/base/control_group.h"

/* The number behind one of the words [count] of a file of "word number" lines, or "Word: number kB", added up; 0 without. */
static double sum_of(const char *path, const char *const *words, int count)
{
	char line[256], word[64];
	double sum = 0, number;
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file))
		for (int i = 0; i < count; i++)
			if (sscanf(line, "%63s %lf", word, &number) == 2 && !strcmp(word, words[i]))
				sum += number;
	if (file)
		fclose(file);
	return sum;
}

static void take_least(void *context, const char *directory)
{
	static const char *const version_2[] = {"active_file", "inactive_file"}, *const version_1[] = {"total_active_file", "total_inactive_file"};
	double *least = context, limit = 0, used = 0, ignored;
	char path[GD_CONTROL_GROUP_ROOM + 32];
	snprintf(path, sizeof path, "%s/memory.stat", directory);
	double cached;
	/* "max" is no number. */
	if (gd_control_group_read(directory, "memory.max", &limit, &ignored) >= 1 && gd_control_group_read(directory, "memory.current", &used, &ignored) >= 1)
		cached = sum_of(path, version_2, 2);
	else if (gd_control_group_read(directory, "memory.limit_in_bytes", &limit, &ignored) >= 1 && gd_control_group_read(directory, "memory.usage_in_bytes", &used, &ignored) >= 1)
		cached = sum_of(path, version_1, 2);
	else
		return;
	double left = limit - used + cached;
	*least = fmin(*least, left > 0 ? left : 0);
}

double gd_memory_left_in_groups(const char *root, const char *list)
{
	double least = INFINITY;
	gd_control_groups(root, list, "memory", take_least, &least);
	return least;
}

double gd_memory_left(void)
{
	static const char *const available[] = {"MemAvailable:"};
	double host = 1024 * sum_of("/proc/meminfo", available, 1);
	return fmin(host > 0 ? host : INFINITY, gd_memory_left_in_groups(GD_CONTROL_GROUPS_ROOT, GD_CONTROL_GROUPS_LIST));
}

double gd_memory_left_to_process(void)
{
	struct rlimit limit;
	double pages = 0, ignored;
	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return INFINITY;
	gd_control_group_read("/proc/self", "statm", &pages, &ignored);
	double left = (double)limit.rlim_cur - pages * (double)sysconf(_SC_PAGESIZE);
	return left > 0 ? left : 0;
}
