#include <ctype.h>
#include <string.h>

#include "gd/base/build.h"
#include "gd/base/option_text.h"
#include "gd/cli/manual.h"

/* Lines of the source: short enough to be read and mailed. */
enum { SOURCE_WIDTH = 64 };

/* A character of UTF-8 as roff takes it, and the number of its bytes. `typed`: what is typed by users must come out as it is, a minus as a minus. */
static size_t put_character(FILE *out, const char *text, bool typed)
{
	static const struct {
		char character;
		const char *escape;
	} escapes[] = {{'\\', "\\(rs"}, {'\'', "\\(aq"}, {'"', "\\(dq"}, {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
	const unsigned char first = (unsigned char)*text;
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
		if (*text == escapes[i].character) {
			fputs(escapes[i].escape, out);
			return 1;
		}
	if (first < 0x80) {
		fprintf(out, *text == '-' && typed ? "\\%c" : "%c", *text);
		return 1;
	}
	size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	unsigned code = first & (0x7Fu >> bytes);
	for (size_t i = 1; i < bytes; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3Fu);
	fprintf(out, "\\[u%04X]", code);
	return bytes;
}

static void put_typed(FILE *out, const char *text)
{
	/* An example must not begin with a control character. */
	fputs(*text == '.' ? "\\&" : "", out);
	while (*text)
		text += put_character(out, text, true);
}

/* A word of a text, with backquotes as switches between roman and bold; options are bold by themselves. */
static void put_word(FILE *out, const char *word, size_t length, bool *bold)
{
	bool option = !*bold && word[0] == '-' && length > 1 && (isalpha((unsigned char)word[1]) || word[1] == '-');
	bool typed = option || !strncmp(word, "genre-dist", 10);
	size_t end = length;
	while (option && end && strchr(",;:.)", word[end - 1]))
		end--;
	fputs(*word == '.' ? "\\&" : option ? "\\fB" : "", out);
	for (size_t i = 0; i < length;) {
		if (option && i == end)
			fputs("\\fP", out);
		if (word[i] == '`') {
			*bold = !*bold;
			fputs(*bold ? "\\fB" : "\\fP", out);
			i++;
		} else {
			bool number = word[i] == '-' && isdigit((unsigned char)word[i + 1]) && (i == 0 || word[i - 1] == 'e');
			i += put_character(out, word + i, *bold || typed || number);
		}
	}
	fputs(option && end == length ? "\\fP" : "", out);
}

/* A filled text; an empty line in it begins a paragraph by `macro`, a single \n a line. */
static void put_text(FILE *out, const char *text, const char *macro)
{
	bool bold = false;
	size_t column = 0;
	while (*text) {
		size_t length = strcspn(text, " \n");
		if (column && column + 1 + length > SOURCE_WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		fputs(column && length ? " " : "", out);
		put_word(out, text, length, &bold);
		column += length + 1;
		text += length;
		if (*text == '\n') {
			bool paragraph = text[1] == '\n';
			fprintf(out, "\n%s\n", paragraph ? macro : ".br");
			text += paragraph;
			column = 0;
		}
		text += *text != '\0';
	}
	fputc('\n', out);
}

static void put_heading(FILE *out, const char *title)
{
	fputs(".SH ", out);
	putc('"', out);
	for (; *title; title++)
		putc(toupper((unsigned char)*title), out);
	fputs("\"\n", out);
}

static void put_entries(FILE *out, const gd_section *section)
{
	for (const gd_entry *entry = section->entries; entry->name; entry++) {
		char text[1024];
		snprintf(text, sizeof text, "%s%s", entry->text, section->is_there && !section->is_there(entry->name) ? " (not in this build)" : "");
		fputs(".TP\n\\fB", out);
		put_typed(out, entry->name);
		fputs("\\fP\n", out);
		put_text(out, text, ".IP");
	}
}

static void put_options(FILE *out, const gd_option_table *table, gd_option_place place)
{
	for (size_t i = 0; i < table->count; i++) {
		const gd_option *option = &table->options[i];
		const char *argument = gd_option_argument(option);
		char sentence[1024];
		fputs(".TP\n", out);
		if (place == GD_ON_COMMAND_LINE && option->letter)
			fprintf(out, "\\fB\\-%c\\fP, ", option->letter);
		fputs(place == GD_ON_COMMAND_LINE ? "\\fB\\-\\-" : "\\fB", out);
		fputs(place == GD_ON_COMMAND_LINE && gd_option_shows_no(option) ? "[no\\-]" : "", out);
		put_typed(out, option->name);
		fputs(place == GD_IN_FILE ? "\\fP = \\fI" : argument ? "\\fP \\fI" : "", out);
		put_typed(out, argument ? argument : place == GD_IN_FILE ? "on|off" : "");
		fputs("\\fP\n", out);
		gd_option_sentence(option, sentence, sizeof sentence);
		put_text(out, sentence, ".IP");
	}
}

static void put_section(FILE *out, const gd_section *section)
{
	put_heading(out, section->title);
	if (section->entries)
		put_entries(out, section);
	if (section->settings)
		put_options(out, section->settings, GD_IN_FILE);
	if (section->text)
		put_text(out, section->text, ".PP");
}

static void put_synopsis(FILE *out, const gd_command *command)
{
	put_heading(out, "synopsis");
	for (const char *form = command->usage; *form;) {
		size_t length = strcspn(form, "\n");
		fputs("\\fBgenre\\-dist", out);
		if (*command->name) {
			fputc(' ', out);
			put_typed(out, command->name);
		}
		fputs("\\fP ", out);
		for (size_t i = 0; i < length;)
			i += put_character(out, form + i, true);
		form += length + (form[length] == '\n');
		fputs(*form ? "\n.br\n" : "\n", out);
	}
}

static void put_examples(FILE *out, const gd_entry *entries)
{
	put_heading(out, "examples");
	for (const gd_entry *entry = entries; entry->name; entry++) {
		fputs(entry == entries ? "" : ".PP\n", out);
		put_text(out, entry->text, ".PP");
		fputs(".PP\n.nf\n.RS 4\n", out);
		put_typed(out, entry->name);
		fputs("\n.RE\n.fi\n", out);
	}
}

static void put_others(FILE *out, const gd_command *command)
{
	put_heading(out, "see also");
	if (command != &gd_program) {
		fputs("\\fBgenre\\-dist\\fP(1)\n", out);
		return;
	}
	for (int i = 0; gd_commands[i]; i++) {
		fputs("\\fBgenre\\-dist\\-", out);
		put_typed(out, gd_commands[i]->name);
		fputs(gd_commands[i + 1] ? "\\fP(1),\n" : "\\fP(1)\n", out);
	}
}

static void put_commands(FILE *out)
{
	put_heading(out, "commands");
	for (int i = 0; gd_commands[i]; i++) {
		fputs(".TP\n\\fB", out);
		put_typed(out, gd_commands[i]->name);
		fputs("\\fP\n", out);
		put_text(out, gd_commands[i]->summary, ".IP");
	}
}

void gd_manual_print_page(FILE *out, const gd_command *command)
{
	const bool whole = command == &gd_program;
	const char *dash = whole ? "" : "\\-";
	fputs(".TH \"GENRE\\-DIST", out);
	for (const char *letter = whole ? "" : command->name; *letter; letter++)
		fprintf(out, "%s%c", letter == command->name ? dash : "", toupper((unsigned char)*letter));
	fprintf(out, "\" 1 \"%s\" \"genre\\-dist %s\" \"genre\\-dist manual\"\n", gd_source_date, gd_version);
	/* Ragged, and no word broken: file names and options must stay whole. */
	fputs(".nh\n.ad l\n", out);
	put_heading(out, "name");
	fprintf(out, "genre\\-dist%s%s \\- ", dash, command->name);
	/* One line, as apropos(1) wants it. */
	for (const char *text = command->summary; *text;)
		text += put_character(out, text, false);
	fputc('\n', out);
	put_synopsis(out, command);
	put_heading(out, "description");
	put_text(out, command->description, ".PP");
	if (whole)
		put_commands(out);
	put_heading(out, "options");
	put_options(out, gd_command_options(command), GD_ON_COMMAND_LINE);
	for (const gd_section *section = command->sections; section->title; section++)
		put_section(out, section);
	if (command->files)
		put_section(out, &(gd_section){.title = "files", .entries = command->files});
	put_section(out, &(gd_section){
		.title = "exit status",
		.entries = command->exit_codes,
		.text = whole ? NULL : command->exit_codes ? "Others as in genre-dist(1)." : "As in genre-dist(1).",
	});
	put_examples(out, command->examples);
	put_others(out, command);
}
