/* Columns by name. */
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/reader/table.h"
#include "gd/value/spelling.h"

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

char *gd_table_core_of(const char *name)
{
	char *core = malloc(strlen(name) + 1);
	size_t length = 0;
	if (!core)
		return NULL;
	gd_spelling_fold(name, core);
	for (const char *at = core; *at; at++)
		if (!strchr(" _.-", *at))
			core[length++] = *at;
	core[length] = '\0';
	return core;
}

int gd_table_find_alike(const gd_record *header, const char *name)
{
	char *wanted = gd_table_core_of(name);
	int found = -1, count = 0;
	for (int i = 0; i < header->count && wanted && *wanted; i++) {
		char *core = gd_table_core_of(header->fields[i]);
		if (core && !strcmp(core, wanted)) {
			found = i;
			count++;
		}
		free(core);
	}
	free(wanted);
	return count == 1 ? found : -1;
}

const char *gd_table_nearest(const gd_record *header, const char *name)
{
	const char *nearest = NULL;
	int least = (int)(strlen(name) / 3) + 1, alike = gd_table_find_alike(header, name);
	if (alike >= 0)
		return header->fields[alike];
	for (int i = 0; i < header->count; i++) {
		int distance = gd_edit_distance(header->fields[i], name);
		if (distance < least) {
			least = distance;
			nearest = header->fields[i];
		}
	}
	return nearest;
}

/* A quote that encloses nothing to us, as word processors write it. */
static bool is_typographic(const char *text)
{
	return !strncmp(text, "\xe2\x80\x9c", 3) || !strncmp(text, "\xe2\x80\x9d", 3) || !strncmp(text, "\xe2\x80\x9e", 3) || !strncmp(text, "\xc2\xab", 2);
}

gd_status gd_table_lacks(const gd_record *header, const char *name, const char *more)
{
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	const char *nearest = gd_table_nearest(header, name);
	gd_enumeration names = {0};
	int64_t number_asked;
	gd_excerpt(name, room);
	if (header->count && is_typographic(header->fields[0]))
		return gd_error(GD_BAD_DATA, "it has no column '%s'%s: its header is in quotes that enclose nothing ('%s'); make plain ones of them: sed 's/\xe2\x80\x9c\\|\xe2\x80\x9d\\|\xe2\x80\x9e\\|\xc2\xab\\|\xc2\xbb/\"/g' FILE | genre-dist ... -", room, more,
			gd_excerpt(header->fields[0], other));
	if (header->count && *header->fields[0] == '#')
		return gd_error(GD_BAD_DATA, "it has no column '%s'%s: its lines begin with #, as comments do ('%s'); expected a header with the names of the columns", room, more, gd_excerpt(header->fields[0], other));
	/* Columns go by their names, but people count them, too. */
	const int64_t number = gd_parse_int64(name, &number_asked) ? number_asked < 0 ? number_asked + header->count + 1 : number_asked : 0;
	if (number > 0 && number <= header->count && !nearest)
		return gd_error(GD_BAD_DATA, "it has no column '%s'%s; column %lld %s%s%s", room, more, (long long)number, *header->fields[number - 1] ? "is called '" : "has no name: give it one in the header",
			gd_excerpt(header->fields[number - 1], other), *header->fields[number - 1] ? "'" : "");
	if (nearest)
		return gd_error(GD_BAD_DATA, "it has no column '%s'%s; did you mean '%s'", room, more, gd_excerpt(nearest, other));
	if (header->count == 1)
		return gd_error(GD_BAD_DATA, "it has no column '%s'%s: its header is one field, '%s'; --delimiter says what parts the fields%s", room, more, gd_excerpt(header->fields[0], other),
			strpbrk(header->fields[0], ",;\t") ? "; where quotes enclose whole lines: sed 's/^\"//; s/\"$//; s/\"\"/\"/g' FILE | genre-dist ... -" : "");
	for (int i = 0; i < header->count; i++)
		gd_enumeration_add(&names, header->fields[i]);
	return gd_error(GD_BAD_DATA, "it has no column '%s'%s; its columns are %s", room, more, gd_enumeration_text(&names));
}
