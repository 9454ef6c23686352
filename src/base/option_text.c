#include "gd/base/option_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "gd/base/parse.h"

/* Text that grows in a buffer of the caller's and is cut at its end. */
typedef struct writer {
	char *text;
	size_t room, length;
} writer;

static writer write_into(char *text, size_t room)
{
	if (room > 0)
		text[0] = '\0';
	return (writer){.text = text, .room = room};
}

__attribute__((format(printf, 2, 3)))
static void put(writer *to, const char *format, ...)
{
	if (to->length + 1 >= to->room)
		return;
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(to->text + to->length, to->room - to->length, format, arguments);
	va_end(arguments);
	if (length > 0)
		to->length += (size_t)length < to->room - to->length ? (size_t)length : to->room - to->length - 1;
}

/* The fewest digits that read back as the same double, without an exponent where that is as short. */
static void put_real(writer *to, double number)
{
	char text[40];
	double back;
	int digits = 1;
	for (; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (gd_parse_double(text, &back) && back == number)
			break;
	}
	char *exponent = strchr(text, 'e');
	int power = 0;
	if (exponent && sscanf(exponent + 1, "%d", &power) == 1) {
		if (power > 0 && power < 16)
			snprintf(text, sizeof text, "%.*g", power + 1, number);
		else
			snprintf(exponent, sizeof text - (size_t)(exponent - text), "e%d", power);
	}
	put(to, "%s", text);
}

/* A table that gives no range (both ends zero) allows everything. */
static bool unlimited(const gd_option *option)
{
	return option->minimum == 0 && option->maximum == 0 && !option->above_minimum && !option->below_maximum;
}

static bool has_minimum(const gd_option *option)
{
	return !unlimited(option) && option->minimum > -0x1p63;
}

static bool has_maximum(const gd_option *option)
{
	return !unlimited(option) && option->maximum < 0x1p63;
}

bool gd_option_allows(const gd_option *option, double number)
{
	if (unlimited(option))
		return true;
	bool low = option->above_minimum ? number > option->minimum : number >= option->minimum;
	bool high = option->below_maximum ? number < option->maximum : number <= option->maximum;
	return low && high;
}

/* "from 0 to 1", "above 0 and below 1", "of at least 1": nothing for an unlimited option. */
static void put_range(writer *to, const gd_option *option)
{
	bool low = has_minimum(option), high = has_maximum(option);
	if (low) {
		put(to, option->above_minimum ? " above " : high ? " from " : " of at least ");
		put_real(to, option->minimum);
	}
	if (high) {
		if (option->below_maximum)
			put(to, low && option->above_minimum ? " and below " : low ? " to below " : " below ");
		else
			put(to, low && option->above_minimum ? " and at most " : low ? " to " : " of at most ");
		put_real(to, option->maximum);
	}
}

static void put_choices(writer *to, const gd_option *option)
{
	for (int i = 0; option->choices[i]; i++)
		put(to, "%s%s", i == 0 ? "" : option->choices[i + 1] ? ", " : " or ", option->choices[i]);
}

void gd_option_expectation(const gd_option *option, char *text, size_t room)
{
	writer to = write_into(text, room);
	switch (option->type) {
	case GD_OPTION_FLAG: put(&to, "on or off"); break;
	case GD_OPTION_INTEGER: put(&to, "a whole number"); put_range(&to, option); break;
	case GD_OPTION_REAL: put(&to, "a number"); put_range(&to, option); break;
	case GD_OPTION_CHOICE: put_choices(&to, option); break;
	case GD_OPTION_TEXT: put(&to, "%s", option->argument ? option->argument : "a text"); break;
	case GD_OPTION_WIDTHS:
		put(&to, "up to %d whole numbers from 1 to %d with commas between, or none", GD_MAX_WIDTHS, GD_LARGEST_WIDTH);
		break;
	}
}

void gd_options_format(const gd_option *option, const void *values, char *text, size_t room)
{
	writer to = write_into(text, room);
	const void *place = (const char *)values + option->offset;
	switch (option->type) {
	case GD_OPTION_FLAG:
		put(&to, *(const bool *)place ? "on" : "off");
		break;
	case GD_OPTION_INTEGER:
		put(&to, "%" PRId64, *(const int64_t *)place);
		break;
	case GD_OPTION_REAL:
		put_real(&to, *(const double *)place);
		break;
	case GD_OPTION_CHOICE:
		put(&to, "%s", option->choices[*(const int *)place]);
		break;
	case GD_OPTION_TEXT: {
		const char *value = *(const char *const *)place;
		put(&to, "%s", value ? value : "");
		break;
	}
	case GD_OPTION_WIDTHS: {
		const gd_widths *widths = place;
		for (int i = 0; i < widths->count; i++)
			put(&to, i ? ",%d" : "%d", widths->width[i]);
		if (widths->count == 0)
			put(&to, "none");
		break;
	}
	}
}

enum { NAME_COLUMN = 2, HELP_COLUMN = 34, LINE_WIDTH = 100 };

/* "-o, --output FILE" */
static void put_name(writer *to, const gd_option *option)
{
	if (option->letter)
		put(to, "-%c, ", option->letter);
	put(to, "--%s%s", option->type == GD_OPTION_FLAG && option->initial && strcmp(option->initial, "on") == 0 ? "[no-]" : "", option->name);
	if (option->argument)
		put(to, " %s", option->argument);
	else if (option->type == GD_OPTION_INTEGER)
		put(to, " N");
	else if (option->type == GD_OPTION_REAL)
		put(to, " X");
	else if (option->type == GD_OPTION_CHOICE)
		put(to, " WORD");
	else if (option->type == GD_OPTION_TEXT)
		put(to, " TEXT");
	else if (option->type == GD_OPTION_WIDTHS)
		put(to, " N,N");
}

/* "sentence (range or choices; default)" */
static void put_help(writer *to, const gd_option *option)
{
	put(to, "%s", option->help ? option->help : "");
	const char *open = to->length ? " (" : "(", *separator = open;
	if (option->type == GD_OPTION_CHOICE) {
		put(to, "%s", separator);
		put_choices(to, option);
		separator = "; ";
	} else if ((option->type == GD_OPTION_INTEGER || option->type == GD_OPTION_REAL) && (has_minimum(option) || has_maximum(option))) {
		char range[80];
		writer limits = write_into(range, sizeof range);
		put_range(&limits, option);
		put(to, "%s%s", separator, range + (strncmp(range, " of ", 4) == 0 ? 4 : 1));
		separator = "; ";
	}
	if (option->initial && !(option->type == GD_OPTION_FLAG && strcmp(option->initial, "off") == 0)) {
		put(to, "%sdefault %s", separator, option->initial);
		separator = "; ";
	}
	if (separator != open)
		put(to, ")");
}

static int columns_of(const char *text, size_t length)
{
	int columns = 0;
	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xC0) != 0x80; /* a character's first byte */
	return columns;
}

void gd_options_help(const gd_option_table *table, FILE *out)
{
	for (size_t i = 0; i < table->count; i++) {
		char name[128], help[1024];
		writer name_writer = write_into(name, sizeof name), help_writer = write_into(help, sizeof help);
		put_name(&name_writer, &table->options[i]);
		put_help(&help_writer, &table->options[i]);
		/* Long names stand below one another whether or not there is a letter before them. */
		int column = NAME_COLUMN + (table->options[i].letter ? 0 : 4);
		fprintf(out, "%*s%s", column, "", name);
		column += columns_of(name, strlen(name));
		if (column + 2 > HELP_COLUMN && help[0]) {
			fputc('\n', out);
			column = 0;
		}
		const char *word = help;
		bool first = true;
		while (*word) {
			size_t length = strcspn(word, " ");
			int width = columns_of(word, length);
			if (!first && column + 1 + width > LINE_WIDTH) {
				fputc('\n', out);
				column = 0;
				first = true;
			}
			if (first)
				fprintf(out, "%*s", HELP_COLUMN - column, "");
			column = first ? HELP_COLUMN : column + 1;
			fprintf(out, first ? "%.*s" : " %.*s", (int)length, word);
			column += width;
			first = false;
			word += length + (word[length] == ' ');
		}
		fputc('\n', out);
	}
}
