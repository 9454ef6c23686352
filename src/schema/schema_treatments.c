/* The treatments of a column, as a schema's text lists them. */
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/schema/schema_items.h"

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
