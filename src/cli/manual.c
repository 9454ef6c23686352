#include "gd/cli/manual.h"

#include <string.h>

#include "gd/base/paragraph.h"

enum { WIDEST_NAME = 20, ENTRY_INDENT = 2 };

/* "  name    what it means", as far apart as the longest name wants. */
static void print_entries(FILE *out, const gd_section *section)
{
	int widest = 0;
	for (const gd_entry *entry = section->entries; entry->name; entry++) {
		int columns = gd_paragraph_columns(entry->name, strlen(entry->name));
		if (columns > widest && columns <= WIDEST_NAME)
			widest = columns;
	}
	for (const gd_entry *entry = section->entries; entry->name; entry++) {
		char text[1024];
		snprintf(text, sizeof text, "%s%s", entry->text, section->is_there && !section->is_there(entry->name) ? " (not in this build)" : "");
		fprintf(out, "%*s%s", ENTRY_INDENT, "", entry->name);
		int column = ENTRY_INDENT + gd_paragraph_columns(entry->name, strlen(entry->name));
		gd_paragraph_print(out, text, column, ENTRY_INDENT + widest + 2);
	}
}

static void print_examples(FILE *out, const gd_entry *entries)
{
	fputs("\nexamples:\n", out);
	for (const gd_entry *entry = entries; entry->name; entry++) {
		fprintf(out, "  %s\n", entry->name);
		gd_paragraph_print(out, entry->text, 0, 2 * ENTRY_INDENT + 2);
	}
}

static void print_section(FILE *out, const gd_section *section)
{
	fprintf(out, "\n%s:\n", section->title);
	if (section->entries)
		print_entries(out, section);
	if (section->settings)
		gd_options_help(section->settings, GD_IN_FILE, out);
	if (section->text)
		gd_paragraph_print(out, section->text, 0, ENTRY_INDENT);
}

static void print_usage(FILE *out, const gd_command *command)
{
	const char *form = command->usage;
	for (bool first = true; *form; first = false) {
		size_t length = strcspn(form, "\n");
		fprintf(out, "%s genre-dist%s%s %.*s\n", first ? "usage:" : "      ", command == &gd_program ? "" : " ", command->name, (int)length, form);
		form += length + (form[length] == '\n');
	}
}

void gd_manual_print(FILE *out, const gd_command *command)
{
	print_usage(out, command);
	fputc('\n', out);
	gd_paragraph_print(out, command->description, 0, 0);
	if (command == &gd_program) {
		fputs("\ncommands:\n", out);
		for (int i = 0; gd_commands[i]; i++)
			fprintf(out, "  %-11s %s\n", gd_commands[i]->name, gd_commands[i]->summary);
	}
	fputs("\noptions:\n", out);
	gd_options_help(gd_command_options(command), GD_ON_COMMAND_LINE, out);
	for (const gd_section *section = command->sections; section->title; section++)
		print_section(out, section);
	if (command->files)
		print_section(out, &(gd_section){.title = "files", .entries = command->files});
	if (command->exit_codes)
		print_section(out, &(gd_section){.title = "exit codes", .entries = command->exit_codes});
	print_examples(out, command->examples);
}
