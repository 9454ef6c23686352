#include "gd/base/cores.h"

#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The first number of a file, and the second, if they are there: how many were read. */
static int read_numbers(const char *directory, const char *name, double *first, double *second)
{
	char path[1024 + 32];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *file = fopen(path, "r");
	int count = file ? fscanf(file, "%lf %lf", first, second) : 0;
	if (file)
		fclose(file);
	return count > 0 ? count : 0;
}

/* Cores that one control group grants: 0 for any number ("max", -1). */
static double quota_of(const char *directory)
{
	double quota = 0, period = 0, ignored;
	if (read_numbers(directory, "cpu.max", &quota, &period) == 2 && quota > 0 && period > 0)
		return quota / period;
	if (read_numbers(directory, "cpu.cfs_quota_us", &quota, &ignored) >= 1 && quota > 0 && read_numbers(directory, "cpu.cfs_period_us", &period, &ignored) >= 1 && period > 0)
		return quota / period;
	return 0;
}

static bool lists_cpu(const char *controllers)
{
	for (const char *word = controllers; word; word = strchr(word, ',')) {
		word += *word == ',';
		if (!strncmp(word, "cpu", 3) && (word[3] == ',' || word[3] == '\0'))
			return true;
	}
	return false;
}

double gd_cores_quota(const char *root, const char *list)
{
	char line[512], directory[1024];
	double least = 0;
	FILE *groups = fopen(list, "r");
	/* "4:cpu,cpuacct:/path" in version 1, "0::/path" in version 2. */
	while (groups && fgets(line, sizeof line, groups)) {
		char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		controllers++;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (*controllers && !lists_cpu(controllers))
			continue;
		int top = snprintf(directory, sizeof directory, "%s%s%s", root, *controllers ? "/" : "", controllers);
		snprintf(directory + top, sizeof directory - (size_t)top, "%s", path);
		for (;;) {
			double quota = quota_of(directory);
			if (quota > 0 && (least == 0 || quota < least))
				least = quota;
			char *last = strrchr(directory, '/');
			if (!last || last < directory + top)
				break;
			*last = '\0';
		}
	}
	if (groups)
		fclose(groups);
	return least;
}

int gd_cores_available(void)
{
	cpu_set_t mine, launcher;
	if (sched_getaffinity(0, sizeof mine, &mine))
		return 1;
	/* A launcher that gives each rank cores of its own is not bound itself. */
	if (!sched_getaffinity(getppid(), sizeof launcher, &launcher))
		CPU_OR(&mine, &mine, &launcher);
	int cores = CPU_COUNT(&mine);
	double quota = gd_cores_quota("/sys/fs/cgroup", "/proc/self/cgroup");
	return quota > 0 && quota < cores ? (int)ceil(quota) : cores;
}
