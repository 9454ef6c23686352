#include "gd/base/option_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "gd/base/paragraph.h"
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
	case GD_OPTION_INTEGER:
		put(&to, "a whole number");
		put_range(&to, option);
		if (option->zero)
			put(&to, ", or %s", option->zero);
		break;
	case GD_OPTION_REAL: put(&to, "a number"); put_range(&to, option); break;
	case GD_OPTION_CHOICE: put_choices(&to, option); break;
	case GD_OPTION_TEXT: put(&to, "%s", option->argument ? option->argument : "a text"); break;
	case GD_OPTION_TEXTS: put(&to, "%s, %d times at most", option->argument ? option->argument : "a text", GD_MAX_TEXTS); break;
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
		if (option->zero && *(const int64_t *)place == 0)
			put(&to, "%s", option->zero);
		else
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
	case GD_OPTION_TEXTS: {
		const gd_texts *texts = place;
		for (int i = 0; i < texts->count; i++)
			put(&to, i ? ",%s" : "%s", texts->text[i]);
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

const char *gd_option_argument(const gd_option *option)
{
	if (option->argument)
		return option->argument;
	switch (option->type) {
	case GD_OPTION_FLAG: return NULL;
	case GD_OPTION_INTEGER: return "N";
	case GD_OPTION_REAL: return "X";
	case GD_OPTION_CHOICE: return "WORD";
	case GD_OPTION_TEXT:
	case GD_OPTION_TEXTS: return "TEXT";
	case GD_OPTION_WIDTHS: return "N,N";
	}
	return NULL;
}

bool gd_option_takes_no(const gd_option *option)
{
	for (const char *const *word = option->type == GD_OPTION_CHOICE ? option->choices : NULL; word && *word; word++)
		if (strcmp(*word, "no") == 0)
			return true;
	return false;
}

bool gd_option_shows_no(const gd_option *option)
{
	return gd_option_takes_no(option) || (option->type == GD_OPTION_FLAG && option->initial && strcmp(option->initial, "on") == 0);
}

void gd_option_sentence(const gd_option *option, char *text, size_t room)
{
	writer sentence = write_into(text, room), *to = &sentence;
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

enum { LETTER_COLUMN = 2, NAME_COLUMN = 6, HELP_COLUMN = 34 };

void gd_options_help(const gd_option_table *table, gd_option_place place, FILE *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const gd_option *option = &table->options[i];
		const char *argument = gd_option_argument(option);
		char name[128], help[1024];
		writer to = write_into(name, sizeof name);
		if (place == GD_IN_FILE)
			put(&to, "%*s%s = %s", LETTER_COLUMN, "", option->name, argument ? argument : "on|off");
		else if (option->letter)
			put(&to, "%*s-%c, ", LETTER_COLUMN, "", option->letter);
		else /* Long names stand below one another whether or not there is a letter before them. */
			put(&to, "%*s", NAME_COLUMN, "");
		if (place == GD_ON_COMMAND_LINE)
			put(&to, "--%s%s%s%s", gd_option_shows_no(option) ? "[no-]" : "", option->name, argument ? " " : "", argument ? argument : "");
		gd_option_sentence(option, help, sizeof help);
		fputs(name, out);
		gd_paragraph_print(out, help, gd_paragraph_columns(name, strlen(name)), HELP_COLUMN);
	}
}
