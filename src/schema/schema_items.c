/* Items and lists of a schema's text. */
#include "gd/schema/schema_items.h"

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

gd_status gd_schema_add_missing(gd_schema *schema, const char *list)
{
	gd_dictionary words = {0};
	gd_status status = gd_schema_list(list, &words);
	for (int32_t i = 0; i < words.count && !gd_failed(&status); i++) {
		int32_t number;
		status = gd_dictionary_add(&schema->missing_values, words.texts[i], &number);
		if (!gd_failed(&status))
			status = gd_dictionary_add(&schema->more, words.texts[i], &number);
	}
	gd_dictionary_release(&words);
	return status;
}
