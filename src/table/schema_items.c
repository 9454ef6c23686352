/* Items, lists and treatments of a schema's text. */
#include "gd/table/schema_items.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"

static int digit_of(char character)
{
	const char *digits = "0123456789abcdef", *place = strchr(digits, character >= 'A' && character <= 'F' ? character + 32 : character);
	return character && place ? (int)(place - digits) : -1;
}

char *gd_schema_next_item(char **text, const char *separators)
{
	char *from = *text;
	while (*from == ' ' || *from == '\t')
		from++;
	if (!*from)
		return NULL;
	char *item = from, *to = from, *end = from;
	while (*from && !strchr(separators, *from)) {
		bool blank = *from == ' ' || *from == '\t';
		if (from[0] == '\\' && from[1] == 'x' && digit_of(from[2]) >= 0 && digit_of(from[3]) >= 0) {
			*to = (char)(16 * digit_of(from[2]) + digit_of(from[3]));
			from += 4;
		} else {
			if (from[0] == '\\' && from[1])
				from++;
			*to = *from++;
		}
		to++;
		if (!blank)
			end = to;
	}
	*text = from + (*from != '\0');
	*end = '\0';
	return item;
}

/* Cuts `text` at the commas that no backslash protects, without decoding: a treatment's words are decoded one by one. */
static char *next_treatment(char **text)
{
	char *item = *text, *at = item;
	if (!*item)
		return NULL;
	while (*at && *at != ',')
		at += at[0] == '\\' && at[1] ? 2 : 1;
	*text = at + (*at != '\0');
	*at = '\0';
	return item;
}

gd_status gd_schema_read_treatments(gd_schema *schema, int column, char *text)
{
	char *item, room[GD_EXCERPT_ROOM];
	gd_status status = gd_ok();
	int treatments = 0;
	bool dropped = false;
	while (!gd_failed(&status) && (item = next_treatment(&text))) {
		size_t room_for_words = strlen(item) / 2 + 2;
		char **words = malloc(room_for_words * sizeof *words), *word;
		int count = 0;
		if (!words)
			return gd_out_of_memory("a schema");
		while ((word = gd_schema_next_item(&item, " \t")))
			words[count++] = word;
		if (count == 1 && !strcmp(words[0], "drop"))
			dropped = true;
		else if (count)
			status = gd_schema_add_term(schema, column, words, count);
		treatments += count > 0;
		free(words);
	}
	if (gd_failed(&status))
		return status;
	gd_excerpt(schema->columns[column], room);
	if (!treatments)
		return gd_error(GD_USAGE, "no treatment of column '%s'", room);
	if (dropped && treatments > 1)
		return gd_error(GD_USAGE, "column '%s' is dropped and treated too", room);
	return gd_ok();
}

gd_status gd_schema_treat(gd_schema *schema, int column, const char *words)
{
	char *text = strdup(words);
	if (!text)
		return gd_out_of_memory("a schema");
	gd_status status = gd_schema_read_treatments(schema, column, text);
	free(text);
	return status;
}

gd_status gd_schema_read_list(char *text, gd_dictionary *list)
{
	char *item, room[GD_EXCERPT_ROOM];
	while ((item = gd_schema_next_item(&text, ","))) {
		int32_t number, before = list->count;
		if (!*item)
			continue;
		gd_status status = gd_dictionary_add(list, item, &number);
		if (gd_failed(&status))
			return status;
		if (list->count == before)
			return gd_error(GD_USAGE, "'%s' is listed twice", gd_excerpt(item, room));
	}
	return gd_ok();
}

gd_status gd_schema_list(const char *list, gd_dictionary *items)
{
	char *text = strdup(list);
	if (!text)
		return gd_out_of_memory("a list");
	gd_status status = gd_schema_read_list(text, items);
	free(text);
	return status;
}
