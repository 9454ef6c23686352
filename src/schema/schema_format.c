/* A gd_schema to text that gd_schema_read takes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/reader/table.h"
#include "gd/schema/schema.h"

/* inih reads lines of up to 197 bytes. */
enum { WIDTH = 120, LONGEST_NAME = 160 };

typedef struct schema_writing {
	FILE *out;
	int column; /* bytes on the line so far */
	int *alias; /* [columns]: number of the key that stands for a name; 0: none does */
	int aliases;
} schema_writing;

/* `text` as one item, with whatever has a meaning in the file as \xHH. Returns bytes (also for a NULL stream). */
static int put_escaped(FILE *out, const char *byte)
{
	unsigned char value = (unsigned char)*byte;
	if (value <= ' ' || value == 0x7F || strchr("\\,;:=[]#\"'", *byte)) {
		if (out)
			fprintf(out, "\\x%02x", value);
		return 4;
	}
	if (out)
		fputc(*byte, out);
	return 1;
}

static int escaped_length(const char *text)
{
	int length = 0;
	for (; *text; text++)
		length += put_escaped(NULL, text);
	return length;
}

static void put_item(schema_writing *writing, const char *text)
{
	int length = escaped_length(text);
	if (writing->column + length > WIDTH && writing->column > 1) {
		fputs("\n\t", writing->out);
		writing->column = 1;
	}
	for (; *text; text++) {
		/* Inside an item a line ends in a backslash, only before a character. */
		if (writing->column > WIDTH && ((unsigned char)*text & 0xC0) != 0x80) {
			fputs("\\\n\t", writing->out);
			writing->column = 1;
		}
		writing->column += put_escaped(writing->out, text);
	}
}

static void begin_entry(schema_writing *writing, const char *key)
{
	writing->column = 0;
	for (; *key; key++)
		writing->column += put_escaped(writing->out, key);
	writing->column += fprintf(writing->out, " = ");
}

static void begin_column(schema_writing *writing, const gd_schema *schema, int column)
{
	char key[16];
	snprintf(key, sizeof key, "@%d", writing->alias[column]);
	/* Nobody's name begins as such a key does. */
	const char *name = schema->columns[column];
	bool at = *name == '@' && !writing->alias[column];
	fputs(at ? "\\x40" : "", writing->out);
	begin_entry(writing, writing->alias[column] ? key : name + at);
}

static void put_text(schema_writing *writing, const char *text)
{
	fputs(text, writing->out);
	writing->column += (int)strlen(text);
}

static void put_list(schema_writing *writing, const char *key, char *const *items, int count)
{
	begin_entry(writing, key);
	for (int i = 0; i < count; i++) {
		put_item(writing, items[i]);
		if (i + 1 < count)
			put_text(writing, ", ");
	}
	fputc('\n', writing->out);
}

static void put_term(schema_writing *writing, const gd_term *term)
{
	char number[32];
	put_item(writing, term->treatment->word);
	if (term->treatment->pairs) {
		put_text(writing, " ");
		put_item(writing, term->other_name);
	}
	for (int i = 0; i < term->argument_count; i++) {
		snprintf(number, sizeof number, "%.17g", term->arguments[i]);
		put_text(writing, " ");
		put_item(writing, number);
	}
	for (int i = 0; i < term->categories.count && !term->learns; i++) {
		put_text(writing, " ");
		put_item(writing, term->categories.texts[i]);
	}
	if (term->other_level)
		put_text(writing, ", other");
	if (term->comma)
		put_text(writing, ", comma");
	if (!isnan(term->fill)) {
		snprintf(number, sizeof number, "%.17g", term->fill);
		put_text(writing, ", fill ");
		put_item(writing, number);
	}
	if (term->flags_missing)
		put_text(writing, ", missing");
}

static void put_name(schema_writing *writing, const gd_schema *schema, int column)
{
	char key[16];
	if (writing->alias[column] || escaped_length(schema->columns[column]) <= LONGEST_NAME)
		return;
	fputs(writing->aliases ? "" : "[names]\n", writing->out);
	writing->alias[column] = ++writing->aliases;
	snprintf(key, sizeof key, "@%d", writing->alias[column]);
	put_list(writing, key, &schema->columns[column], 1);
}

/* A key is on one line: those that are longer get a number, in the order in which put_columns has them. */
static void put_names(schema_writing *writing, const gd_schema *schema)
{
	for (int i = 0; i < schema->term_count; i++)
		put_name(writing, schema, schema->terms[i].column);
	for (int i = 0; i < schema->column_count; i++)
		put_name(writing, schema, i);
}

/* Columns in the order of their features, the rest behind them. */
static void put_columns(schema_writing *writing, const gd_schema *schema, bool *written)
{
	for (int i = 0; i < schema->term_count; i++) {
		int column = schema->terms[i].column;
		bool more = false;
		gd_date_order order = GD_DATE_YEAR_FIRST;
		if (written[column])
			continue;
		written[column] = true;
		begin_column(writing, schema, column);
		for (int j = i; j < schema->term_count; j++) {
			if (schema->terms[j].column != column)
				continue;
			if (more)
				put_text(writing, ", ");
			put_term(writing, &schema->terms[j]);
			more = true;
			order = schema->terms[j].order;
		}
		if (order != GD_DATE_YEAR_FIRST && order != schema->date_order)
			put_text(writing, order == GD_DATE_DAY_FIRST ? ", dmy" : ", mdy");
		fputc('\n', writing->out);
	}
	if (schema->target >= 0)
		written[schema->target] = true;
	for (int i = 0; i < schema->group_count; i++)
		written[schema->groups[i]] = true;
	if (schema->weighs)
		written[schema->weight] = true;
	for (int i = 0; i < schema->column_count; i++) {
		if (!written[i]) {
			begin_column(writing, schema, i);
			fputs("drop\n", writing->out);
		}
	}
	if (schema->infers)
		fputs("* = infer\n", writing->out);
}

/* The words of a recipe stand there in full; those of a file to be edited say only what is not usual. */
static void put_missing(schema_writing *writing, const gd_schema *schema)
{
	fprintf(writing->out, "missing = %s\n", gd_missing_names[schema->missing]);
	if (!schema->usual || gd_schema_is_fitted(schema))
		put_list(writing, "missing_values", schema->missing_values.texts, schema->missing_values.count);
	else if (schema->more.count)
		put_list(writing, "more_missing_values", schema->more.texts, schema->more.count);
	if (schema->spares_unreadable)
		fputs("unreadable = missing\n", writing->out);
	fprintf(writing->out, "unseen = %s\n", schema->unseen == GD_UNSEEN_ZERO ? "zero" : "error");
	if (!schema->rare)
		fputs("rare = auto\n", writing->out);
	else if (schema->rare > 1)
		fprintf(writing->out, "rare = %lld\n", (long long)schema->rare);
	if (schema->date_order != GD_DATE_YEAR_FIRST)
		fprintf(writing->out, "date_order = %s\n", schema->date_order == GD_DATE_DAY_FIRST ? "dmy" : "mdy");
	if (schema->joins_classes)
		fputs("join_classes = yes\n", writing->out);
}

static void put_encoding(schema_writing *writing, const gd_column_encoding *encoding)
{
	char number[32];
	put_text(writing, encoding->settled ? gd_encoding_words[encoding->kind] : "auto");
	if (encoding->bins) {
		snprintf(number, sizeof number, " %d", encoding->bins);
		put_text(writing, number);
	}
	fputc('\n', writing->out);
}

gd_status gd_schema_format(const gd_schema *schema, char **text)
{
	size_t size;
	*text = NULL;
	bool *written = calloc((size_t)schema->column_count + 1, sizeof *written);
	char **groups = calloc((size_t)schema->group_count + 1, sizeof *groups);
	schema_writing writing = {.out = open_memstream(text, &size), .alias = calloc((size_t)schema->column_count + 1, sizeof *writing.alias)};
	bool failed = !written || !groups || !writing.out || !writing.alias;
	if (!failed) {
		fputs("[table]\nversion = 1\n", writing.out);
		if (schema->target >= 0)
			put_list(&writing, "target", &schema->columns[schema->target], 1);
		if (!schema->learns_classes)
			put_list(&writing, "classes", schema->classes.texts, schema->classes.count);
		for (int i = 0; i < schema->group_count; i++)
			groups[i] = schema->columns[schema->groups[i]];
		if (schema->group_count)
			put_list(&writing, "group", groups, schema->group_count);
		if (schema->weighs)
			put_list(&writing, "weight", &schema->columns[schema->weight], 1);
		put_missing(&writing, schema);
		if (schema->encoding.settled) {
			begin_entry(&writing, "encoding");
			put_encoding(&writing, &schema->encoding);
		}
		put_names(&writing, schema);
		fputs("[columns]\n", writing.out);
		put_columns(&writing, schema, written);
		if (schema->encoding_count)
			fputs("[encoding]\n", writing.out);
		for (int i = 0; i < schema->encoding_count; i++) {
			begin_column(&writing, schema, schema->encodings[i].column);
			put_encoding(&writing, &schema->encodings[i]);
		}
	}
	if (writing.out)
		failed = fclose(writing.out) != 0 || failed;
	free(written);
	free(groups);
	free(writing.alias);
	if (failed) {
		free(*text);
		*text = NULL;
		return gd_out_of_memory("a recipe's text");
	}
	return gd_ok();
}
