#include "gd/base/options.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/option_text.h"
#include "gd/base/parse.h"

static char *place_of(const gd_option *option, void *values)
{
	return (char *)values + option->offset;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return *a == *b;
}

static bool one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static bool means_off(const char *text)
{
	static const char *const words[] = {"none", "off", NULL};
	return one_of(text, words);
}

const gd_option *gd_options_find(const gd_option_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (same_name(table->options[i].name, name))
			return &table->options[i];
	return NULL;
}

/* The option whose name is meant, perhaps: it begins so, or is few edits away. */
static const gd_option *nearest(const gd_option_table *table, const char *name)
{
	const gd_option *best = NULL;
	size_t length = strlen(name);
	int least = length < 4 ? 1 : length < 9 ? 2 : 3;
	for (size_t i = 0; i < table->count && length > 0; i++) {
		const gd_option *option = &table->options[i];
		int distance = gd_edit_distance(option->name, name);
		if (distance <= least && (!best || distance < least)) {
			best = option;
			least = distance;
		}
	}
	for (size_t i = 0; i < table->count && !best && length >= 3; i++)
		if (strncmp(table->options[i].name, name, length) == 0)
			best = &table->options[i];
	return best;
}

static bool set_flag(const char *text, bool *value)
{
	static const char *const yes[] = {"on", "true", "yes", "1", NULL};
	static const char *const no[] = {"off", "false", "no", "0", "none", NULL};
	if (!one_of(text, yes) && !one_of(text, no))
		return false;
	*value = one_of(text, yes);
	return true;
}

static bool set_integer(const gd_option *option, const char *text, int64_t *value)
{
	int64_t number = 0;
	bool zero = means_off(text) || (option->zero && strcmp(text, option->zero) == 0);
	if (!zero && !gd_parse_int64(text, &number))
		return false;
	if (!gd_option_allows(option, (double)number))
		return false;
	*value = number;
	return true;
}

static bool set_real(const gd_option *option, const char *text, double *value)
{
	double number = 0;
	if (!means_off(text) && !gd_parse_double(text, &number))
		return false;
	if (!isfinite(number) || !gd_option_allows(option, number))
		return false;
	*value = number;
	return true;
}

static bool set_choice(const gd_option *option, const char *text, int *value)
{
	bool off = means_off(text) || strcmp(text, "0") == 0;
	for (int i = 0; option->choices[i]; i++) {
		if (same_name(option->choices[i], text)) {
			*value = i;
			return true;
		}
	}
	for (int i = 0; off && option->choices[i]; i++) {
		if (means_off(option->choices[i])) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool set_widths(const char *text, gd_widths *value)
{
	gd_widths widths = {0};
	if (means_off(text) || strcmp(text, "0") == 0) {
		*value = widths;
		return true;
	}
	for (;;) {
		char word[24];
		size_t length = strcspn(text, ",");
		int64_t width;
		if (length >= sizeof word || widths.count == GD_MAX_WIDTHS)
			return false;
		memcpy(word, text, length);
		word[length] = '\0';
		if (!gd_parse_int64(word, &width) || width < 1 || width > GD_LARGEST_WIDTH)
			return false;
		widths.width[widths.count++] = (int)width;
		if (text[length] == '\0')
			break;
		text += length + 1;
	}
	*value = widths;
	return true;
}

static bool add_text(const char *text, gd_texts *texts)
{
	if (!*text || texts->count == GD_MAX_TEXTS)
		return false;
	texts->text[texts->count++] = text;
	return true;
}

static bool set_value(const gd_option *option, void *values, const char *text)
{
	void *place = place_of(option, values);
	switch (option->type) {
	case GD_OPTION_FLAG: return set_flag(text, place);
	case GD_OPTION_INTEGER: return set_integer(option, text, place);
	case GD_OPTION_REAL: return set_real(option, text, place);
	case GD_OPTION_CHOICE: return set_choice(option, text, place);
	case GD_OPTION_TEXT:
		/* What has a default is never unset: nobody looks for NULL there. */
		if (!text[0] && option->initial)
			return false;
		*(const char **)place = text[0] ? text : NULL;
		return true;
	case GD_OPTION_WIDTHS: return set_widths(text, place);
	case GD_OPTION_TEXTS: return add_text(text, place);
	}
	return false;
}

static void clear_value(const gd_option *option, void *values)
{
	void *place = place_of(option, values);
	switch (option->type) {
	case GD_OPTION_FLAG: *(bool *)place = false; break;
	case GD_OPTION_INTEGER: *(int64_t *)place = 0; break;
	case GD_OPTION_REAL: *(double *)place = 0; break;
	case GD_OPTION_CHOICE: *(int *)place = 0; break;
	case GD_OPTION_TEXT: *(const char **)place = NULL; break;
	case GD_OPTION_WIDTHS: *(gd_widths *)place = (gd_widths){0}; break;
	case GD_OPTION_TEXTS: ((gd_texts *)place)->count = 0; break;
	}
}

void gd_options_initialise(const gd_option_table *table, void *values)
{
	for (size_t i = 0; i < table->count; i++) {
		const gd_option *option = &table->options[i];
		clear_value(option, values);
		if (option->initial) {
			bool valid = set_value(option, values, option->initial);
			assert(valid);
			(void)valid;
		}
	}
}

static gd_status expected(const gd_option *option, const char *where, const char *found)
{
	char wanted[320], name[80];
	gd_option_expectation(option, wanted, sizeof wanted);
	snprintf(name, sizeof name, "--%s", option->name);
	if (!found)
		return gd_error(GD_USAGE, "%s: expected %s, found nothing", where ? where : name, wanted);
	return gd_error(GD_USAGE, "%s: expected %s, found '%s'", where ? where : name, wanted, found);
}

/* `prefix` is "--" on a command line and empty in a file. */
static gd_status unknown(const gd_option_table *table, const char *name, const char *prefix, const char *where)
{
	const gd_option *near = nearest(table, name);
	const char *separator = where ? ": " : "";
	where = where ? where : "";
	if (near)
		return gd_error(GD_USAGE, "%s%sunknown option '%s%s'; did you mean '%s%s'?", where, separator, prefix, name, prefix, near->name);
	return gd_error(GD_USAGE, "%s%sunknown option '%s%s'; --help lists them all", where, separator, prefix, name);
}

gd_status gd_options_set(const gd_option_table *table, void *values, const char *name, const char *text, const char *where)
{
	const gd_option *option = gd_options_find(table, name);
	if (!option)
		return unknown(table, name, "", where);
	return set_value(option, values, text) ? gd_ok() : expected(option, where, text);
}

/* A command line half read. */
typedef struct reader {
	const gd_option_table *table;
	void *values;
	int argc, at;
	char **argv;
	bool *given;
} reader;

static gd_status take(reader *line, const gd_option *option, const char *text, const char *where)
{
	/* Of a script's variable that is not set, perhaps. */
	const bool nothing = option->type == GD_OPTION_TEXT && !*text && !option->unsets;
	if (nothing || !set_value(option, line->values, text))
		return expected(option, where, text);
	if (line->given)
		line->given[option - line->table->options] = true;
	return gd_ok();
}

/* The next word as the value of `option`, unless that word is plainly an option. */
static gd_status take_next(reader *line, const gd_option *option, const char *where)
{
	if (line->at + 1 >= line->argc)
		return expected(option, where, NULL);
	const char *text = line->argv[++line->at];
	if (option->type == GD_OPTION_TEXT && strncmp(text, "--", 2) == 0)
		return gd_error(GD_USAGE, "%s: expected a value, found '%s'; if that is the value, write --%s=%s", where, text, option->name, text);
	return take(line, option, text, where);
}

static gd_status read_long(reader *line)
{
	const char *word = line->argv[line->at] + 2;
	size_t length = strcspn(word, "=");
	const char *text = word[length] == '=' ? word + length + 1 : NULL;
	char name[64], where[96];
	if (length >= sizeof name)
		return gd_error(GD_USAGE, "unknown option '%s'; --help lists them all", line->argv[line->at]);
	memcpy(name, word, length);
	name[length] = '\0';
	const gd_option *option = gd_options_find(line->table, name);
	if (!option && strncmp(name, "no-", 3) == 0) {
		option = gd_options_find(line->table, name + 3);
		if (option && option->type == GD_OPTION_FLAG) {
			if (text)
				return gd_error(GD_USAGE, "--%s: takes no value, found '%s'", name, text);
			return take(line, option, "off", NULL);
		}
		if (option && gd_option_takes_no(option) && !text)
			return take(line, option, "no", NULL);
		if (option)
			return gd_error(GD_USAGE, "'--%s' is no flag; write --%s=VALUE", option->name, option->name);
	}
	if (!option)
		return unknown(line->table, name, "--", NULL);
	snprintf(where, sizeof where, "--%s", option->name);
	if (text)
		return take(line, option, text, where);
	return option->type == GD_OPTION_FLAG ? take(line, option, "on", where) : take_next(line, option, where);
}

/* -q, -qv, -o FILE, -oFILE */
static gd_status read_short(reader *line)
{
	for (const char *letter = line->argv[line->at] + 1; *letter; letter++) {
		const gd_option *option = NULL;
		char where[8];
		for (size_t i = 0; i < line->table->count && !option; i++)
			if (line->table->options[i].letter == *letter)
				option = &line->table->options[i];
		snprintf(where, sizeof where, "-%c", *letter);
		if (!option)
			return gd_error(GD_USAGE, "unknown option '%s'; --help lists them all", line->argv[line->at]);
		if (option->type != GD_OPTION_FLAG)
			return letter[1] ? take(line, option, letter + 1 + (letter[1] == '='), where) : take_next(line, option, where);
		gd_status status = take(line, option, "on", where);
		if (gd_failed(&status))
			return status;
	}
	return gd_ok();
}

gd_status gd_options_parse(const gd_option_table *table, void *values, int argc, char **argv, bool *given, const char **arguments, int *argument_count)
{
	reader line = {.table = table, .values = values, .argc = argc, .argv = argv, .given = given};
	bool options_ended = false;
	*argument_count = 0;
	for (; line.at < argc; line.at++) {
		char *word = argv[line.at];
		gd_status status = gd_ok();
		if (options_ended || word[0] != '-' || word[1] == '\0')
			arguments[(*argument_count)++] = word;
		else if (strcmp(word, "--") == 0)
			options_ended = true;
		else if (word[1] == '-')
			status = read_long(&line);
		else
			status = read_short(&line);
		if (gd_failed(&status))
			return status;
	}
	return gd_ok();
}
