#include "gd/table/header.h"

#include <stdio.h>
#include <string.h>

#include "gd/base/excerpt.h"

/* The name of a column, as the first record has it. */
static const char *name_of_column(const gd_dialect *dialect, const gd_record *first, int column)
{
	if (column < dialect->short_header)
		return "";
	const char *name = first->fields[column - dialect->short_header];
	return column == 0 && dialect->named_comment ? name + 1 + strspn(name + 1, " \t") : name;
}

static int count_columns(const gd_dialect *dialect, const gd_record *first)
{
	return first->count - dialect->long_header + dialect->short_header;
}

gd_status gd_header_take(const gd_dialect *dialect, const gd_record *first, gd_arena *arena, gd_record *header)
{
	int columns = count_columns(dialect, first);
	char **names = gd_arena_take(arena, (size_t)columns, sizeof *names), number[16];
	size_t *lengths = gd_arena_take(arena, (size_t)columns, sizeof *lengths);
	if (!names || !lengths)
		return gd_out_of_memory("the columns");
	for (int i = 0; i < columns; i++) {
		snprintf(number, sizeof number, "%d", i + 1);
		names[i] = gd_arena_string(arena, dialect->header ? name_of_column(dialect, first, i) : number);
		if (!names[i])
			return gd_out_of_memory("the columns");
		lengths[i] = strlen(names[i]);
	}
	*header = (gd_record){.line = dialect->header ? first->line : 0, .count = columns, .fields = names, .lengths = lengths};
	return gd_ok();
}

gd_status gd_header_compare(const gd_dialect *dialect, const gd_record *first, const char *name, const gd_record *header, const char *other)
{
	char room[GD_EXCERPT_ROOM], another[GD_EXCERPT_ROOM];
	int columns = count_columns(dialect, first);
	if (columns != header->count)
		return gd_error(GD_BAD_DATA, "cannot read '%s': it has %d columns, and '%s' has %d; several files are one table", name, columns, other, header->count);
	for (int i = 0; i < columns && dialect->header; i++) {
		const char *column = name_of_column(dialect, first, i);
		if (strcmp(column, header->fields[i]) != 0)
			return gd_error(GD_BAD_DATA, "cannot read '%s': its column %d is '%s', that of '%s' is '%s'; several files are one table, each with the same header", name, i + 1,
				gd_excerpt(column, room), other, gd_excerpt(header->fields[i], another));
	}
	return gd_ok();
}
