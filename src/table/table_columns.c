/* Columns by name. */
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/table/table.h"

gd_status gd_table_find(const gd_record *header, const char *name, int *index)
{
	char room[GD_EXCERPT_ROOM];
	*index = -1;
	for (int i = 0; i < header->count; i++) {
		if (strcmp(header->fields[i], name))
			continue;
		if (*index >= 0)
			return gd_error(GD_BAD_DATA, "two columns are named '%s'", gd_excerpt(name, room));
		*index = i;
	}
	return gd_ok();
}

const char *gd_table_nearest(const gd_record *header, const char *name)
{
	const char *nearest = NULL;
	int least = (int)(strlen(name) / 3) + 1;
	for (int i = 0; i < header->count; i++) {
		int distance = gd_edit_distance(header->fields[i], name);
		if (distance < least) {
			least = distance;
			nearest = header->fields[i];
		}
	}
	return nearest;
}
