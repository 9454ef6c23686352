#include "gd/base/options.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/base/parse.h"

typedef struct reader {
	const gd_option_table *table;
	void *values;
	const char *path;
	bool *given;
	bool *seen;
	gd_arena *arena;
	const char *at; /* what of the text is left */
	int line;       /* the one that was handed out last */
	int wrong_line; /* where `status` comes from */
	gd_status status;
} reader;

/* fgets() on memory, which also counts lines: inih tells a handler none. */
static char *next_line(char *line, int room, void *stream)
{
	reader *from = stream;
	if (*from->at == '\0' || room < 2)
		return NULL;
	size_t length = strcspn(from->at, "\n");
	size_t taken = length + (from->at[length] == '\n');
	if (taken > (size_t)room - 1)
		taken = (size_t)room - 1;
	memcpy(line, from->at, taken);
	line[taken] = '\0';
	from->at += taken;
	from->line++;
	return line;
}

static gd_status take_value(reader *from, const char *section, const char *name, const char *text)
{
	char where[384];
	snprintf(where, sizeof where, "line %d of '%.300s'", from->line, from->path);
	if (section[0])
		return gd_error(GD_USAGE, "%s: '%s' stands in section '[%s]'; options have no sections", where, name, section);
	const gd_option *option = gd_options_find(from->table, name);
	size_t index = option ? (size_t)(option - from->table->options) : 0;
	if (option) {
		size_t length = strlen(where);
		snprintf(where + length, sizeof where - length, ": %.64s", option->name);
		if (from->seen[index])
			return gd_error(GD_USAGE, "%s: set a second time", where);
		from->seen[index] = true;
		if (from->given && from->given[index])
			return gd_ok();
	}
	char *kept = gd_arena_string(from->arena, text);
	if (!kept)
		return gd_out_of_memory("a configuration");
	gd_status status = gd_options_set(from->table, from->values, name, kept, where);
	if (option && from->given && !gd_failed(&status))
		from->given[index] = true;
	return status;
}

/* 1 goes on, 0 is inih's word for an error; it goes on all the same. */
static int take_line(void *user, const char *section, const char *name, const char *text)
{
	reader *from = user;
	if (gd_failed(&from->status))
		return 0;
	from->status = take_value(from, section, name, text);
	from->wrong_line = from->line;
	return !gd_failed(&from->status);
}

gd_status gd_options_read(const gd_option_table *table, void *values, const char *path, bool *given, struct gd_arena *arena)
{
	void *bytes;
	size_t size, bad;
	gd_status status = gd_file_read(path, GD_USAGE, &bytes, &size);
	if (gd_failed(&status))
		return status;
	char *text = NULL;
	bool *seen = NULL;
	if (memchr(bytes, 0, size) || !gd_utf8_valid(bytes, size, &bad)) {
		status = gd_error(GD_USAGE, "cannot read '%s': not a text in UTF-8", path);
		goto done;
	}
	text = malloc(size + 1);
	seen = calloc(table->count + 1, sizeof *seen);
	if (!text || !seen || size > 1 << 24) {
		status = size > 1 << 24 ? gd_error(GD_USAGE, "cannot read '%s': too long for a configuration", path) : gd_out_of_memory("a configuration");
		goto done;
	}
	memcpy(text, bytes, size);
	text[size] = '\0';
	reader from = {.table = table, .values = values, .path = path, .given = given, .seen = seen, .arena = arena, .at = text, .status = gd_ok()};

	/* inih's own lines end after 197 bytes; a line here may be as long as the file. An indented line is a line of its own. */
	bool stack = ini_use_stack, multiline = ini_allow_multiline, larger = ini_allow_realloc;
	int room = ini_max_line, first_room = ini_initial_alloc;
	ini_use_stack = ini_allow_multiline = ini_allow_realloc = false;
	ini_max_line = ini_initial_alloc = (int)size + 3;
	int wrong = ini_parse_stream(next_line, &from, take_line, &from);
	ini_use_stack = stack;
	ini_allow_multiline = multiline;
	ini_allow_realloc = larger;
	ini_max_line = room;
	ini_initial_alloc = first_room;

	if (wrong < 0)
		status = gd_out_of_memory("a configuration");
	else if (wrong > 0 && (!gd_failed(&from.status) || wrong < from.wrong_line))
		status = gd_error(GD_USAGE, "line %d of '%s': expected 'name = value'", wrong, path);
	else
		status = from.status;
done:
	free(seen);
	free(text);
	free(bytes);
	return status;
}
