#include "gd/reader/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gd/base/excerpt.h"
#include "gd/value/dictionary.h"
#include "gd/value/spelling.h"

int gd_header_lone_comment(const gd_dialect *dialect, const gd_record *first)
{
	const char *name = first->fields[0];
	/* Of the World Wide Web Consortium's extended log format. */
	return first->count > 1 && *name == '#' && ((dialect->blanks && !name[1]) || !strcasecmp(name, "#Fields:"));
}

static int lone_comment(const gd_dialect *dialect, const gd_record *first)
{
	return dialect->named_comment ? gd_header_lone_comment(dialect, first) : 0;
}

/* The name of a column, as the first record has it. */
static const char *name_of_column(const gd_dialect *dialect, const gd_record *first, int column)
{
	if (column < dialect->short_header)
		return "";
	const int lone = lone_comment(dialect, first);
	const char *name = first->fields[column - dialect->short_header + lone];
	return column == 0 && dialect->named_comment && !lone ? name + 1 + strspn(name + 1, " \t") : name;
}

static int count_columns(const gd_dialect *dialect, const gd_record *first)
{
	return first->count - dialect->long_header + dialect->short_header - lone_comment(dialect, first);
}

/* The first of NAME_2, NAME_3, ... from NAME_`next` on that is no name yet. */
static gd_status find_new_name(gd_dictionary *taken, const char *name, int32_t next, gd_arena *arena, char **new_name)
{
	const size_t room = strlen(name) + 16;
	int32_t number;
	*new_name = gd_arena_take(arena, room, 1);
	if (!*new_name)
		return gd_out_of_memory("the columns");
	do
		snprintf(*new_name, room, "%s_%d", name, next++);
	while (gd_dictionary_find(taken, *new_name) >= 0);
	return gd_dictionary_add(taken, *new_name, &number);
}

/* Names that are told apart. */
static gd_status part_twins(char **names, int columns, gd_arena *arena, gd_header_twins *twins)
{
	gd_dictionary taken = {0};
	gd_status status = gd_ok();
	int32_t *number = gd_allocate((size_t)columns, sizeof *number), *bearers = gd_allocate((size_t)columns, sizeof *bearers);
	if (!number || !bearers)
		status = gd_out_of_memory("the columns");
	for (int i = 0; i < columns && !gd_failed(&status); i++)
		status = gd_dictionary_add(&taken, names[i], &number[i]);
	for (int i = 0; i < columns && !gd_failed(&status); i++) {
		if (!*names[i] || !bearers[number[i]]++)
			continue;
		char *name = names[i];
		status = find_new_name(&taken, name, bearers[number[i]], arena, &names[i]);
		if (!twins->count++)
			twins->name = name, twins->new_name = names[i];
	}
	gd_dictionary_release(&taken);
	free(number);
	free(bearers);
	return status;
}

gd_status gd_header_take(const gd_dialect *dialect, const gd_record *first, gd_arena *arena, gd_record *header, gd_header_twins *twins)
{
	int columns = count_columns(dialect, first);
	char **names = gd_arena_take(arena, (size_t)columns, sizeof *names), number[16], trimmed[GD_SPELLING_ROOM];
	size_t *lengths = gd_arena_take(arena, (size_t)columns, sizeof *lengths);
	*twins = (gd_header_twins){0};
	if (!names || !lengths)
		return gd_out_of_memory("the columns");
	for (int i = 0; i < columns; i++) {
		snprintf(number, sizeof number, "%d", i + 1);
		names[i] = gd_arena_string(arena, dialect->header ? gd_spelling_trim(name_of_column(dialect, first, i), trimmed) : number);
		if (!names[i])
			return gd_out_of_memory("the columns");
	}
	gd_status status = part_twins(names, columns, arena, twins);
	for (int i = 0; i < columns && !gd_failed(&status); i++)
		lengths[i] = strlen(names[i]);
	*header = (gd_record){.line = dialect->header ? first->line : 0, .count = columns, .fields = names, .lengths = lengths};
	return status;
}

/* The first of the names that `other` lacks, NULL where it has all; `order` (may be NULL) gets where it has them, each place once. */
static const char *find_lacking(const gd_record *names, const gd_record *other, int *order)
{
	for (int i = 0; i < names->count; i++) {
		int found = i < other->count && !strcmp(other->fields[i], names->fields[i]) ? i : -1;
		for (int j = 0; j < other->count && found < 0; j++)
			found = !strcmp(other->fields[j], names->fields[i]) ? j : -1;
		if (found < 0)
			return names->fields[i];
		if (order)
			order[i] = found;
	}
	return NULL;
}

/* Columns without a name may be told apart by their places alone. */
static bool is_order(const int *order, int columns)
{
	int64_t sum = 0;
	for (int i = 0; i < columns; i++)
		sum += order[i];
	return sum == (int64_t)columns * (columns - 1) / 2;
}

gd_status gd_header_compare(const gd_dialect *dialect, const gd_record *first, const char *name, const gd_record *header, const char *other, int *order)
{
	char room[GD_EXCERPT_ROOM], another[GD_EXCERPT_ROOM];
	int columns = count_columns(dialect, first);
	gd_arena arena = {0};
	gd_record mine;
	gd_header_twins twins;
	for (int i = 0; i < header->count; i++)
		order[i] = i;
	if (!dialect->header)
		return columns == header->count ? gd_ok() : gd_error(GD_BAD_DATA, "cannot read '%s': it has %d %s, and '%s' has %d; several files are one table", name, columns, gd_plural(columns, "column", "columns"), other, header->count);
	gd_status status = gd_header_take(dialect, first, &arena, &mine, &twins);
	if (gd_failed(&status))
		return status;
	const char *lacking = find_lacking(header, &mine, order), *further = find_lacking(&mine, header, NULL);
	if (lacking || further)
		status = gd_error(GD_BAD_DATA, "cannot read '%s': it %s '%s', which '%s' %s; several files are one table, each with the same columns", name, lacking ? "has no column" : "has a column", gd_excerpt(lacking ? lacking : further, room),
			gd_excerpt(other, another), lacking ? "has" : "has not");
	else if (columns != header->count || !is_order(order, columns))
		status = gd_error(GD_BAD_DATA, "cannot read '%s': it has %d %s, and '%s' has %d; several files are one table", name, columns, gd_plural(columns, "column", "columns"), other, header->count);
	gd_arena_release(&arena);
	return status;
}
