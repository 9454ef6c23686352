#include "gd/base/control_group.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int gd_control_group_read(const char *directory, const char *name, double *first, double *second)
{
	char path[1024 + 32];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *file = fopen(path, "r");
	int count = file ? fscanf(file, "%lf %lf", first, second) : 0;
	if (file)
		fclose(file);
	return count > 0 ? count : 0;
}

static bool lists(const char *controllers, const char *controller)
{
	size_t length = strlen(controller);
	for (const char *word = controllers; word; word = strchr(word, ',')) {
		word += *word == ',';
		if (!strncmp(word, controller, length) && (word[length] == ',' || word[length] == '\0'))
			return true;
	}
	return false;
}

void gd_control_groups(const char *root, const char *list, const char *controller, gd_control_group_visit *visit, void *context)
{
	char line[512], directory[GD_CONTROL_GROUP_ROOM];
	FILE *groups = fopen(list, "r");
	/* "4:cpu,cpuacct:/path" in version 1, "0::/path" in version 2. */
	while (groups && fgets(line, sizeof line, groups)) {
		char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		controllers++;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (*controllers && !lists(controllers, controller))
			continue;
		int top = snprintf(directory, sizeof directory, "%s%s%s", root, *controllers ? "/" : "", controllers);
		snprintf(directory + top, sizeof directory - (size_t)top, "%s", path);
		for (;;) {
			visit(context, directory);
			char *last = strrchr(directory, '/');
			if (!last || last < directory + top)
				break;
			*last = '\0';
		}
	}
	if (groups)
		fclose(groups);
}
