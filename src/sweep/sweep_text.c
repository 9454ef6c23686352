#include "gd/sweep/sweep_text.h"

#include <stdbool.h>
#include <string.h>

static char *trim(char *text)
{
	text += strspn(text, " \t\r");
	size_t length = strlen(text);
	while (length > 0 && strchr(" \t\r", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* A ; after a blank begins a comment, as in the other files of options. */
static void cut_comment(char *line)
{
	for (char *c = line; *c; c++)
		if (*c == ';' && (c == line || c[-1] == ' ' || c[-1] == '\t')) {
			*c = '\0';
			return;
		}
}

/* Letters, digits and . _ + - =, and no leading point: a directory's name on any system. */
static bool fit_for_a_directory(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-=";
	size_t length = strlen(name);
	return length > 0 && length <= 100 && name[0] != '.' && strspn(name, allowed) == length;
}

static gd_status read_header(const char *path, int number, char *line, gd_sweep_section *section)
{
	size_t length = strlen(line);
	if (line[length - 1] != ']')
		return gd_error(GD_USAGE, "line %d of '%s': a section's line ends in ']'", number, path);
	line[length - 1] = '\0';
	char *kind = trim(line + 1), *title = kind + strcspn(kind, " \t");
	if (*title) {
		*title++ = '\0';
		title = trim(title);
	}
	*section = (gd_sweep_section){.number = number, .kind = kind, .title = *title ? title : NULL};
	bool trial = !strcmp(kind, "trial");
	if (!trial && ((strcmp(kind, "sweep") && strcmp(kind, "base") && strcmp(kind, "vary")) || section->title))
		return gd_error(GD_USAGE, "line %d of '%s': unknown section '[%s%s%s]'; there are [sweep], [base], [vary] and [trial NAME]", number, path, kind,
			section->title ? " " : "", section->title ? section->title : "");
	if (trial && (!section->title || !fit_for_a_directory(section->title)))
		return gd_error(GD_USAGE, "line %d of '%s': a trial's name is made of letters, digits and . _ + - =, as in [trial wide-1]", number, path);
	return gd_ok();
}

static gd_status check_repetition(const char *path, const gd_sweep_section *sections, int count)
{
	const gd_sweep_section *last = &sections[count - 1];
	for (int i = 0; i < count - 1; i++) {
		if (strcmp(sections[i].kind, last->kind))
			continue;
		if (!last->title)
			return gd_error(GD_USAGE, "line %d of '%s': section [%s] stands a second time (first in line %d)", last->number, path, last->kind, sections[i].number);
		if (!strcmp(sections[i].title, last->title))
			return gd_error(GD_USAGE, "line %d of '%s': a second trial of the name '%s' (first in line %d)", last->number, path, last->title, sections[i].number);
	}
	return gd_ok();
}

static gd_status read_line(const char *path, int number, char *line, gd_sweep_section *section)
{
	char *equals = strchr(line, '=');
	if (!equals || equals == line)
		return gd_error(GD_USAGE, "line %d of '%s': expected 'name = value'", number, path);
	if (!section)
		return gd_error(GD_USAGE, "line %d of '%s': '%s' stands before any section; there are [sweep], [base], [vary] and [trial NAME]", number, path, line);
	*equals = '\0';
	for (char *c = line; *c; c++)
		*c = *c == '_' ? '-' : *c; /* which options take alike */
	section->lines[section->count] = (gd_sweep_line){number, trim(line), trim(equals + 1)};
	for (int i = 0; i < section->count; i++)
		if (!strcmp(section->lines[i].name, section->lines[section->count].name))
			return gd_error(GD_USAGE, "line %d of '%s': '%s' is set a second time (first in line %d)", number, path, section->lines[i].name, section->lines[i].number);
	section->count++;
	return gd_ok();
}

gd_status gd_sweep_text_read(const char *path, char *text, gd_arena *arena, gd_sweep_section **sections, int *count)
{
	size_t lines = 1;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	*count = 0;
	*sections = gd_arena_take(arena, lines, sizeof **sections);
	/* Sections take their lines from one array, one after the other. */
	gd_sweep_line *room = gd_arena_take(arena, lines, sizeof *room);
	if (!*sections || !room)
		return gd_out_of_memory("the sweep's file");
	int number = 0;
	static const char mark[] = "\xef\xbb\xbf"; /* which some editors put in front of UTF-8 */
	for (char *next = text + (strncmp(text, mark, 3) ? 0 : 3), *line; (line = strsep(&next, "\n"));) {
		number++;
		cut_comment(line);
		line = trim(line);
		gd_status status = gd_ok();
		gd_sweep_section *section = *count ? *sections + *count - 1 : NULL;
		if (*line == '[') {
			room += section ? section->count : 0;
			status = read_header(path, number, line, *sections + *count);
			(*sections)[*count].lines = room;
			++*count;
			if (!gd_failed(&status))
				status = check_repetition(path, *sections, *count);
		} else if (*line && *line != '#') {
			status = read_line(path, number, line, section);
		}
		if (gd_failed(&status))
			return status;
	}
	return gd_ok();
}
