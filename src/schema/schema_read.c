/* A schema's text to a gd_schema: inih splits the lines, the words are ours. */
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/reader/table.h"
#include "gd/schema/schema_items.h"

typedef struct schema_reading {
	gd_schema *schema;
	const char *rest;   /* of the text, for inih's line reader */
	int line;           /* the line that inih has last got */
	bool continued;     /* it begins with a blank */
	bool too_long;
	char *section, *key, *value; /* the entry that may still go on */
	int key_line;
	bool *given;        /* [columns]: has an entry of its own */
	int given_count;
	char seen[16];      /* keys of [table] */
	struct alias {
		char *key, *name;
	} *aliases;         /* [alias_count]: of [names] */
	int alias_count;
	gd_status status;
} schema_reading;

static char *next_line(char *room, int size, void *context)
{
	schema_reading *reading = context;
	if (!*reading->rest)
		return NULL;
	size_t length = strcspn(reading->rest, "\n");
	bool ends = reading->rest[length] == '\n';
	reading->line++;
	reading->continued = (*reading->rest == ' ' || *reading->rest == '\t') && reading->key;
	/* inih would take the rest of a long line for a line of its own. */
	reading->too_long = length + 2 > (size_t)size;
	if (reading->too_long && !gd_failed(&reading->status))
		reading->status = gd_error(GD_USAGE, "line %d: longer than %d bytes; go on in a new line that begins with a blank", reading->line, size - 2);
	size_t kept = reading->too_long ? 0 : length;
	memcpy(room, reading->rest, kept);
	strcpy(room + kept, "\n");
	reading->rest += length + ends;
	return room;
}

/* An entry of [names]: a key that stands for a column's name. */
static gd_status read_alias(schema_reading *reading)
{
	char *text = reading->value, *name = gd_schema_next_item(&text, "");
	if (!name)
		return gd_error(GD_USAGE, "no column's name after '='");
	struct alias *aliases = realloc(reading->aliases, ((size_t)reading->alias_count + 1) * sizeof *aliases);
	if (!aliases)
		return gd_out_of_memory("a schema");
	reading->aliases = aliases;
	aliases[reading->alias_count] = (struct alias){strdup(reading->key), strdup(name)};
	const struct alias *added = &aliases[reading->alias_count++];
	return added->key && added->name ? gd_ok() : gd_out_of_memory("a schema");
}

/* The column that the entry's key names; NULL: none. */
static char *column_of_key(schema_reading *reading)
{
	char *text = reading->key;
	for (int i = 0; i < reading->alias_count; i++)
		if (!strcmp(reading->aliases[i].key, reading->key))
			return reading->aliases[i].name;
	return gd_schema_next_item(&text, "");
}

static gd_status read_column(schema_reading *reading)
{
	if (!strcmp(reading->key, "*") && !strcmp(reading->value, "infer")) {
		reading->schema->infers = true;
		return gd_ok();
	}
	char room[GD_EXCERPT_ROOM], *name = column_of_key(reading);
	int column;
	if (!name)
		return gd_error(GD_USAGE, "no column's name before '='");
	gd_status status = gd_schema_add_column(reading->schema, name, &column);
	if (gd_failed(&status))
		return status;
	if (column >= reading->given_count) {
		int count = 2 * column + 16;
		bool *given = realloc(reading->given, (size_t)count * sizeof *given);
		if (!given)
			return gd_out_of_memory("a schema");
		memset(given + reading->given_count, 0, (size_t)(count - reading->given_count) * sizeof *given);
		reading->given = given;
		reading->given_count = count;
	}
	if (reading->given[column])
		return gd_error(GD_USAGE, "column '%s' is named twice", gd_excerpt(name, room));
	reading->given[column] = true;
	return gd_schema_read_treatments(reading->schema, column, reading->value);
}

static gd_status read_groups(gd_schema *schema, char *text)
{
	gd_dictionary names = {0};
	gd_status status = gd_schema_read_list(text, &names);
	/* Each goes to the front. */
	for (int32_t i = names.count - 1; i >= 0 && !gd_failed(&status); i--)
		status = gd_schema_set_group(schema, names.texts[i]);
	gd_dictionary_release(&names);
	return status;
}

/* The place of `text` among the words of `choices`, which end in NULL. */
static gd_status read_choice(const char *text, const char *key, const char *const *choices, int *choice)
{
	char room[GD_EXCERPT_ROOM], words[64] = "";
	*choice = 0;
	while (choices[*choice] && strcmp(choices[*choice], text))
		++*choice;
	if (choices[*choice])
		return gd_ok();
	for (int i = 0; choices[i]; i++)
		snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", !i ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
	return gd_error(GD_USAGE, "expected %s for '%s', found '%s'", words, key, gd_excerpt(text, room));
}

static gd_status read_rare(const char *text, int64_t *rare)
{
	char room[GD_EXCERPT_ROOM];
	*rare = 0;
	if (strcmp(text, "auto") && (!gd_parse_int64(text, rare) || *rare < 1))
		return gd_error(GD_USAGE, "expected auto or a number of records above 0 for 'rare', found '%s'", gd_excerpt(text, room));
	return gd_ok();
}

static gd_status read_encoding(gd_schema *schema, int column, char *text)
{
	char *words[4];
	int count = 0;
	while (count < 4 && (words[count] = gd_schema_next_item(&text, " \t")))
		count++;
	return count ? gd_schema_add_encoding(schema, column, words, count) : gd_error(GD_USAGE, "no encoding after '='");
}

/* An entry of [encoding]. */
static gd_status read_column_encoding(schema_reading *reading)
{
	gd_schema *schema = reading->schema;
	char room[GD_EXCERPT_ROOM], *name = column_of_key(reading);
	int column;
	if (!name)
		return gd_error(GD_USAGE, "no column's name before '='");
	gd_status status = gd_schema_add_column(schema, name, &column);
	for (int i = 0; i < schema->encoding_count && !gd_failed(&status); i++)
		if (schema->encodings[i].column == column)
			status = gd_error(GD_USAGE, "the encoding of column '%s' is given twice", gd_excerpt(name, room));
	return gd_failed(&status) ? status : read_encoding(schema, column, reading->value);
}

enum { VERSION, TARGET, CLASSES, GROUP, WEIGHT, DATE_ORDER, JOIN_CLASSES, MISSING, MISSING_VALUES, MORE_MISSING_VALUES, UNREADABLE, UNSEEN, RARE, ENCODING, KEYS };

static gd_status read_table_entry(schema_reading *reading)
{
	static const char *const keys[] = {"version", "target", "classes", "group", "weight", "date_order", "join_classes", "missing", "missing_values", "more_missing_values", "unreadable", "unseen", "rare", "encoding"};
	static const char *const truths[] = {"no", "yes", NULL}, *const unreadables[] = {"error", "missing", NULL}, *const unseens[] = {"zero", "error", NULL}, *const orders[] = {"auto", "dmy", "mdy", NULL};
	gd_schema *schema = reading->schema;
	char *text = reading->value, room[GD_EXCERPT_ROOM];
	int key = 0, choice = 0, column;
	gd_status status;
	while (key < KEYS && strcmp(keys[key], reading->key))
		key++;
	if (key == KEYS)
		return gd_error(GD_USAGE, "unknown key '%s' in [table]; expected target, classes, group, weight, date_order, join_classes, missing, missing_values, more_missing_values, unreadable, unseen, rare or encoding",
			gd_excerpt(reading->key, room));
	if (reading->seen[key])
		return gd_error(GD_USAGE, "'%s' is given twice", keys[key]);
	reading->seen[key] = 1;
	switch (key) {
	case VERSION:
		if (strcmp(text, "1"))
			return gd_error(GD_USAGE, "schema of version '%s'; this program knows version 1", gd_excerpt(text, room));
		return gd_ok();
	case TARGET:
		text = gd_schema_next_item(&text, "");
		if (!text)
			return gd_error(GD_USAGE, "no column's name after 'target ='");
		status = gd_schema_add_column(schema, text, &column);
		schema->target = column;
		return status;
	case CLASSES:
		schema->learns_classes = false;
		status = gd_schema_read_list(text, &schema->classes);
		if (!gd_failed(&status) && schema->classes.count < 2)
			return gd_error(GD_USAGE, "expected two classes or more after 'classes ='");
		return status;
	case GROUP:
		return read_groups(schema, text);
	case WEIGHT:
		text = gd_schema_next_item(&text, "");
		if (!text)
			return gd_error(GD_USAGE, "no column's name after 'weight ='");
		schema->weighs = true;
		return gd_schema_add_column(schema, text, &schema->weight);
	case DATE_ORDER:
		status = read_choice(text, keys[key], orders, &choice);
		schema->date_order = (gd_date_order)choice;
		return status;
	case JOIN_CLASSES:
		status = read_choice(text, keys[key], truths, &choice);
		schema->joins_classes = choice;
		return status;
	case MISSING_VALUES:
		gd_dictionary_release(&schema->missing_values);
		schema->usual = false;
		return gd_schema_read_list(text, &schema->missing_values);
	case MORE_MISSING_VALUES:
		return gd_schema_read_list(text, &schema->more);
	case MISSING:
		status = read_choice(text, keys[key], gd_missing_names, &choice);
		schema->missing = (gd_missing)choice;
		return status;
	case ENCODING:
		return read_encoding(schema, -1, text);
	case UNREADABLE:
		status = read_choice(text, keys[key], unreadables, &choice);
		schema->spares_unreadable = choice;
		return status;
	case RARE:
		return read_rare(text, &schema->rare);
	default:
		status = read_choice(text, keys[key], unseens, &choice);
		schema->unseen = choice ? GD_UNSEEN_ERROR : GD_UNSEEN_ZERO;
		return status;
	}
}

/* Works on the entry that has ended. */
static void finish_entry(schema_reading *reading)
{
	char room[GD_EXCERPT_ROOM];
	if (reading->key && !gd_failed(&reading->status)) {
		gd_status status;
		if (!strcmp(reading->section, "table"))
			status = read_table_entry(reading);
		else if (!strcmp(reading->section, "columns"))
			status = read_column(reading);
		else if (!strcmp(reading->section, "encoding"))
			status = read_column_encoding(reading);
		else if (!strcmp(reading->section, "names"))
			status = read_alias(reading);
		else if (!*reading->section)
			status = gd_error(GD_USAGE, "'%s' stands in front of any section; expected [table] first", gd_excerpt(reading->key, room));
		else
			status = gd_error(GD_USAGE, "unknown section [%s]; expected [table], [names], [columns] or [encoding]", gd_excerpt(reading->section, room));
		if (gd_failed(&status) && status.code == GD_USAGE)
			reading->status = gd_error(GD_USAGE, "line %d: %s", reading->key_line, status.message);
		else
			reading->status = status;
	}
	free(reading->section);
	free(reading->key);
	free(reading->value);
	reading->section = reading->key = reading->value = NULL;
}

/* inih cuts the key of a continued line at 50 bytes, so it is not looked at. */
static void continue_entry(schema_reading *reading, const char *value)
{
	size_t length = strlen(reading->value), slashes = 0;
	while (slashes < length && reading->value[length - 1 - slashes] == '\\')
		slashes++;
	/* A line that ends in a backslash goes on without a blank. */
	bool joined = slashes % 2 == 1;
	char *whole = realloc(reading->value, length + strlen(value) + 2);
	if (!whole) {
		reading->status = gd_out_of_memory("a schema");
		return;
	}
	if (joined)
		length--;
	else
		whole[length++] = ' ';
	strcpy(whole + length, value);
	reading->value = whole;
}

static int take_entry(void *context, const char *section, const char *key, const char *value)
{
	schema_reading *reading = context;
	if (gd_failed(&reading->status))
		return 1;
	if (reading->continued && !strcmp(reading->section, section)) {
		continue_entry(reading, value);
		return 1;
	}
	finish_entry(reading);
	reading->section = strdup(section);
	reading->key = strdup(key);
	reading->value = strdup(value);
	reading->key_line = reading->line;
	if (!reading->section || !reading->key || !reading->value)
		reading->status = gd_out_of_memory("a schema");
	return 1;
}

/* \xHH can spell anything. */
static bool are_utf8(char *const *texts, int count)
{
	size_t bad;
	for (int i = 0; i < count; i++)
		if (texts[i][0] && !gd_utf8_valid(texts[i], strlen(texts[i]), &bad))
			return false;
	return true;
}

static gd_status check_encodings(const gd_schema *schema)
{
	char room[GD_EXCERPT_ROOM];
	for (int i = 0; i < schema->encoding_count; i++) {
		bool numeric = false;
		for (int j = 0; j < schema->term_count && !numeric; j++)
			numeric = schema->terms[j].column == schema->encodings[i].column && schema->terms[j].treatment->form == GD_FORM_SCALAR;
		if (!numeric && !schema->infers)
			return gd_error(GD_USAGE, "column '%s' has an encoding but no numeric feature", gd_excerpt(schema->columns[schema->encodings[i].column], room));
	}
	return gd_ok();
}

/* What holds when nothing else is said, and words that are added, whatever their order in the file. */
static gd_status complete_schema(const schema_reading *reading)
{
	gd_schema *schema = reading->schema;
	gd_status status = gd_ok();
	if (schema->infers) {
		schema->rare = reading->seen[RARE] ? schema->rare : 0;
		schema->spares_unreadable = reading->seen[UNREADABLE] ? schema->spares_unreadable : true;
	}
	for (int i = 0; i < schema->term_count; i++)
		if (schema->terms[i].treatment->reads == GD_READS_DATE && schema->terms[i].order == GD_DATE_YEAR_FIRST)
			schema->terms[i].order = schema->date_order;
	for (int32_t i = 0; i < schema->more.count && !gd_failed(&status); i++) {
		int32_t number;
		status = gd_dictionary_add(&schema->missing_values, schema->more.texts[i], &number);
	}
	return status;
}

static gd_status check_schema(const gd_schema *schema)
{
	char room[GD_EXCERPT_ROOM];
	bool texts = are_utf8(schema->columns, schema->column_count) && are_utf8(schema->classes.texts, schema->classes.count) &&
		are_utf8(schema->missing_values.texts, schema->missing_values.count) && are_utf8(schema->more.texts, schema->more.count);
	for (int i = 0; i < schema->term_count; i++)
		texts = texts && are_utf8(schema->terms[i].categories.texts, schema->terms[i].categories.count);
	if (!texts)
		return gd_error(GD_USAGE, "a \\xHH makes a text that is not valid UTF-8");
	if (schema->target < 0 && !schema->infers)
		return gd_error(GD_USAGE, "no target; expected 'target = COLUMN' in [table]");
	for (int i = 0; i < schema->term_count; i++)
		if (schema->target >= 0 && (schema->terms[i].column == schema->target || schema->terms[i].other == schema->target))
			return gd_error(GD_USAGE, "the target '%s' is treated as a feature too", gd_excerpt(schema->columns[schema->target], room));
	for (int i = 0; i < schema->term_count && schema->weighs; i++)
		if (schema->terms[i].column == schema->weight || schema->terms[i].other == schema->weight)
			return gd_error(GD_USAGE, "the weight '%s' is treated as a feature too", gd_excerpt(schema->columns[schema->weight], room));
	if (schema->weighs && schema->weight == schema->target)
		return gd_error(GD_USAGE, "'%s' is both target and weight", gd_excerpt(schema->columns[schema->weight], room));
	if (!schema->term_count && !schema->infers)
		return gd_error(GD_USAGE, "no column becomes a feature; expected entries such as 'COLUMN = numeric' in [columns]");
	return gd_ok();
}

gd_status gd_schema_read(const char *text, const char *name, gd_code code, gd_schema *schema)
{
	size_t bad;
	if (!gd_utf8_valid(text, strlen(text), &bad)) {
		int line = 1;
		for (size_t i = 0; i < bad; i++)
			line += text[i] == '\n';
		return gd_error(code, "cannot read '%s': line %d: not valid UTF-8; convert the file (iconv -t UTF-8)", name, line);
	}
	gd_status status = gd_schema_init(schema);
	if (gd_failed(&status))
		return status;
	schema_reading reading = {.schema = schema, .rest = text, .status = gd_ok()};
	int wrong = ini_parse_stream(next_line, &reading, take_entry, &reading);
	finish_entry(&reading);
	for (int i = 0; i < reading.alias_count; i++) {
		free(reading.aliases[i].key);
		free(reading.aliases[i].name);
	}
	free(reading.aliases);
	free(reading.given);
	status = reading.status;
	if (!gd_failed(&status))
		status = complete_schema(&reading);
	if (!gd_failed(&status))
		status = check_encodings(schema);
	if (!gd_failed(&status) && wrong > 0)
		status = gd_error(GD_USAGE, "line %d: expected '[section]' or 'key = value'", wrong);
	if (!gd_failed(&status))
		status = check_schema(schema);
	if (!gd_failed(&status))
		return status;
	gd_schema_release(schema);
	if (status.code != GD_USAGE)
		return status;
	return gd_error(code, "cannot read '%s': %s", name, status.message);
}
