#include "gd/schema/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/reader/table.h"
#include "gd/value/spelling.h"

const char *const gd_missing_names[] = {"impute", "drop", "error", NULL};
static const char *const usual_words[] = {"NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "?", "None", "-"};

gd_status gd_schema_init(gd_schema *schema)
{
	int32_t number;
	gd_status status = gd_ok();
	*schema = (gd_schema){.target = -1, .learns_classes = true, .usual = true, .rare = 1};
	for (size_t i = 0; i < sizeof usual_words / sizeof *usual_words && !gd_failed(&status); i++)
		status = gd_dictionary_add(&schema->missing_values, usual_words[i], &number);
	if (gd_failed(&status))
		gd_schema_release(schema);
	return status;
}

void gd_schema_release(gd_schema *schema)
{
	for (int i = 0; i < schema->term_count; i++)
		gd_dictionary_release(&schema->terms[i].categories);
	gd_dictionary_release(&schema->classes);
	gd_dictionary_release(&schema->missing_values);
	gd_dictionary_release(&schema->more);
	gd_dictionary_release(&schema->names);
	free(schema->terms);
	free(schema->encodings);
	free(schema->groups);
	gd_arena_release(&schema->arena);
	*schema = (gd_schema){.target = -1};
}

int gd_schema_find_column(const gd_schema *schema, const char *name)
{
	return gd_dictionary_find(&schema->names, name);
}

gd_status gd_schema_add_column(gd_schema *schema, const char *name, int *column)
{
	gd_status status = gd_dictionary_add(&schema->names, name, column);
	schema->columns = schema->names.texts;
	schema->column_count = schema->names.count;
	return status;
}

/* What follows the word: categories for text, numbers otherwise. */
static gd_status read_arguments(gd_schema *schema, gd_term *term, char *const *words, int count)
{
	const gd_treatment *treatment = term->treatment;
	const char *column = schema->columns[term->column];
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	if (treatment->lists) {
		term->learns = count == 0 && treatment->form == GD_FORM_ONE_HOT;
		if (count < treatment->least || count > treatment->most)
			return gd_error(GD_USAGE, "wrong number of values after '%s' for column '%s'; expected '%s'", treatment->word, gd_excerpt(column, room), treatment->usage);
		for (int i = 0; i < count; i++) {
			int32_t number, before = term->categories.count;
			gd_status status = gd_dictionary_add(&term->categories, words[i], &number);
			if (gd_failed(&status))
				return status;
			if (term->categories.count == before)
				return gd_error(GD_USAGE, "category '%s' is listed twice for column '%s'", gd_excerpt(words[i], other), gd_excerpt(column, room));
		}
		return gd_ok();
	}
	if (count < treatment->least || count > treatment->most)
		return gd_error(GD_USAGE, "wrong number of values after '%s' for column '%s'; expected '%s'", treatment->word, gd_excerpt(column, room), treatment->usage);
	term->arguments = gd_arena_take(&schema->arena, (size_t)count, sizeof *term->arguments);
	term->argument_count = count;
	if (count && !term->arguments)
		return gd_out_of_memory("a schema");
	for (int i = 0; i < count; i++)
		if (!gd_parse_double(words[i], &term->arguments[i]) || !isfinite(term->arguments[i]))
			return gd_error(GD_USAGE, "expected a number after '%s' for column '%s', found '%s'", treatment->word, gd_excerpt(column, room), gd_excerpt(words[i], other));
	const char *expected = treatment->check ? treatment->check(term) : NULL;
	if (expected)
		return gd_error(GD_USAGE, "expected %s after '%s' for column '%s'", expected, treatment->word, gd_excerpt(column, room));
	return gd_ok();
}

/* The other column of a treatment that pairs. */
static gd_status read_other(gd_schema *schema, gd_term *term, const char *name)
{
	char room[GD_EXCERPT_ROOM];
	if (!term->treatment->pairs)
		return gd_ok();
	if (!name)
		return gd_error(GD_USAGE, "no column after '%s' for column '%s'; expected '%s'", term->treatment->word, gd_excerpt(schema->columns[term->column], room), term->treatment->usage);
	gd_status status = gd_schema_add_column(schema, name, &term->other);
	if (!gd_failed(&status))
		term->other_name = schema->columns[term->other];
	return status;
}

static gd_term *first_term(const gd_schema *schema, int column)
{
	for (int i = 0; i < schema->term_count; i++)
		if (schema->terms[i].column == column)
			return &schema->terms[i];
	return NULL;
}

/*
 * What goes on with the treatments before it: `fill NUMBER` with the last one; `missing`, `other` and the order of a date's numbers with the column's. False: it is none of these.
 */
static bool read_modifier(gd_schema *schema, int column, char *const *words, int count, gd_status *status)
{
	static const char *const modifiers[] = {"fill", "missing", "other", "comma", "dmy", "mdy"};
	enum { FILL, MISSING, OTHER, COMMA, DMY, MDY, MODIFIERS };
	char room[GD_EXCERPT_ROOM];
	int word = 0;
	while (word < MODIFIERS && strcmp(modifiers[word], words[0]))
		word++;
	if (word == MODIFIERS)
		return false;
	gd_term *last = schema->term_count ? &schema->terms[schema->term_count - 1] : NULL, *first = word == FILL ? last : first_term(schema, column);
	double value = 0;
	bool makes_sense = last && last->column == column && count == 1 + (word == FILL);
	if (word == FILL)
		makes_sense = makes_sense && isnan(last->fill) && gd_term_takes_fill(last) && gd_parse_double(words[1], &value) && isfinite(value);
	else if (word == MISSING)
		makes_sense = makes_sense && !first->flags_missing;
	else if (word == OTHER)
		makes_sense = makes_sense && last->treatment->reads == GD_READS_TEXT && last->treatment->form == GD_FORM_ONE_HOT && !last->learns && !last->other_level;
	else if (word == COMMA)
		makes_sense = makes_sense && last->treatment->reads == GD_READS_QUANTITY && !last->comma;
	else
		makes_sense = makes_sense && last->treatment->reads == GD_READS_DATE && last->order == GD_DATE_YEAR_FIRST;
	if (!makes_sense) {
		*status = gd_error(GD_USAGE, "'%s' makes no sense where it stands for column '%s'; expected 'fill NUMBER' after a number, 'missing', 'other' after listed categories, 'comma' after a quantity, or 'dmy', 'mdy' after dates",
			modifiers[word], gd_excerpt(schema->columns[column], room));
		return true;
	}
	if (word == FILL)
		last->fill = value;
	else if (word == MISSING)
		first->flags_missing = true;
	else if (word == OTHER)
		last->other_level = true;
	else if (word == COMMA)
		last->comma = true;
	for (gd_term *term = first; term <= last && word >= DMY; term++)
		if (term->column == column && term->treatment->reads == GD_READS_DATE)
			term->order = word == DMY ? GD_DATE_DAY_FIRST : GD_DATE_MONTH_FIRST;
	*status = gd_ok();
	return true;
}

gd_status gd_schema_add_term(gd_schema *schema, int column, char *const *words, int count)
{
	gd_status modified;
	if (read_modifier(schema, column, words, count, &modified))
		return modified;
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	const char *nearest;
	gd_term *terms = realloc(schema->terms, ((size_t)schema->term_count + 1) * sizeof *terms);
	if (!terms)
		return gd_out_of_memory("a schema");
	schema->terms = terms;
	gd_term term = {.treatment = gd_treatment_find(words[0], &nearest), .column = column, .other = -1, .fill = NAN};
	if (!term.treatment) {
		gd_excerpt(words[0], room);
		gd_excerpt(schema->columns[column], other);
		if (nearest)
			return gd_error(GD_USAGE, "unknown treatment '%s' of column '%s'; did you mean '%s'", room, other, nearest);
		return gd_error(GD_USAGE, "unknown treatment '%s' of column '%s'; expected numeric, categorical, decade, drop or another word of the schema language", room, other);
	}
	gd_status status = read_other(schema, &term, count > 1 ? words[1] : NULL);
	if (!gd_failed(&status))
		status = read_arguments(schema, &term, words + 1 + term.treatment->pairs, count - 1 - term.treatment->pairs);
	if (gd_failed(&status)) {
		gd_dictionary_release(&term.categories);
		return status;
	}
	terms[schema->term_count++] = term;
	return gd_ok();
}

void gd_schema_forget(gd_schema *schema, int column)
{
	int kept = 0;
	for (int i = 0; i < schema->term_count; i++) {
		if (schema->terms[i].column == column || schema->terms[i].other == column)
			gd_dictionary_release(&schema->terms[i].categories);
		else
			schema->terms[kept++] = schema->terms[i];
	}
	schema->term_count = kept;
	kept = 0;
	for (int i = 0; i < schema->encoding_count; i++)
		if (schema->encodings[i].column != column)
			schema->encodings[kept++] = schema->encodings[i];
	schema->encoding_count = kept;
}

gd_status gd_schema_set_target(gd_schema *schema, const char *name)
{
	int column;
	gd_status status = gd_schema_add_column(schema, name, &column);
	if (gd_failed(&status) || column == schema->target)
		return status;
	schema->target = column;
	gd_schema_forget(schema, column);
	gd_dictionary_release(&schema->classes);
	schema->learns_classes = true;
	return gd_ok();
}

gd_status gd_schema_set_group(gd_schema *schema, const char *name)
{
	int column, place = 0;
	gd_status status = gd_schema_add_column(schema, name, &column);
	if (gd_failed(&status))
		return status;
	while (place < schema->group_count && schema->groups[place] != column)
		place++;
	if (place == schema->group_count) {
		int *groups = realloc(schema->groups, ((size_t)schema->group_count + 1) * sizeof *groups);
		if (!groups)
			return gd_out_of_memory("a schema");
		schema->groups = groups;
		schema->group_count++;
	}
	memmove(schema->groups + 1, schema->groups, (size_t)place * sizeof *schema->groups);
	schema->groups[0] = column;
	return gd_ok();
}

gd_status gd_schema_set_weight(gd_schema *schema, const char *name)
{
	gd_status status = gd_schema_add_column(schema, name, &schema->weight);
	if (gd_failed(&status))
		return status;
	schema->weighs = true;
	gd_schema_forget(schema, schema->weight);
	return gd_ok();
}

gd_status gd_schema_add_encoding(gd_schema *schema, int column, char *const *words, int count)
{
	char room[GD_EXCERPT_ROOM];
	double bins = 0;
	int kind = 0;
	bool settled = strcmp(words[0], "auto") != 0;
	while (settled && gd_encoding_words[kind] && strcmp(gd_encoding_words[kind], words[0]))
		kind++;
	if (!gd_encoding_words[kind])
		return gd_error(GD_USAGE, "unknown encoding '%s'; expected auto, standard, quantile or piecewise-linear", gd_excerpt(words[0], room));
	if (count > 2 || (count == 2 && kind == GD_ENCODE_STANDARD))
		return gd_error(GD_USAGE, "'%s' is more than encoding '%s' takes", gd_excerpt(words[count - 1], room), words[0]);
	if (count == 2 && (!gd_parse_double(words[1], &bins) || bins != floor(bins) || bins < GD_LEAST_BINS || bins > GD_MOST_BINS))
		return gd_error(GD_USAGE, "expected %d to %d bins after '%s', found '%s'", GD_LEAST_BINS, GD_MOST_BINS, words[0], gd_excerpt(words[1], room));
	gd_column_encoding encoding = {column, (gd_encoding_kind)kind, (int)bins, settled};
	if (column < 0) {
		schema->encoding = encoding;
		return gd_ok();
	}
	gd_column_encoding *encodings = realloc(schema->encodings, ((size_t)schema->encoding_count + 1) * sizeof *encodings);
	if (!encodings)
		return gd_out_of_memory("a schema");
	schema->encodings = encodings;
	encodings[schema->encoding_count++] = encoding;
	return gd_ok();
}

void gd_schema_set_encoding(gd_schema *schema, gd_encoding_kind kind, int bins, bool settled)
{
	schema->encoding = (gd_column_encoding){-1, kind, bins, settled};
	schema->encoding_count = 0;
}

gd_column_encoding gd_schema_find_encoding(const gd_schema *schema, int column)
{
	for (int i = 0; i < schema->encoding_count; i++)
		if (schema->encodings[i].column == column)
			return schema->encodings[i];
	return schema->encoding;
}

bool gd_schema_looks_missing(const gd_schema *schema, const char *text)
{
	char room[GD_SPELLING_ROOM];
	if (!*text || gd_dictionary_find(&schema->missing_values, text) >= 0)
		return true;
	/* A word that is a number has other spellings; others may have blanks around them that are not plain, or be nothing else. */
	if (!schema->missing_values.numeric && !(*text & 0x80))
		return false;
	const char *normal = gd_spelling_normal(text, room);
	return normal != text && (!*normal || gd_dictionary_find(&schema->missing_values, normal) >= 0);
}

bool gd_schema_is_unlabelled(const gd_schema *schema, const char *text)
{
	if (!gd_schema_is_missing(schema, text))
		return false;
	bool spared = schema->usual && (!strcmp(text, "None") || !strcmp(text, "-")) && gd_dictionary_find(&schema->more, text) < 0;
	bool listed = !schema->learns_classes && gd_dictionary_find(&schema->classes, text) >= 0;
	return !spared && !listed;
}

bool gd_schema_is_fitted(const gd_schema *schema)
{
	bool fitted = !schema->learns_classes && !schema->infers;
	for (int i = 0; i < schema->term_count; i++)
		fitted = fitted && !schema->terms[i].learns && (schema->missing != GD_MISSING_IMPUTE || !isnan(schema->terms[i].fill) || !gd_term_takes_fill(&schema->terms[i]));
	return fitted;
}

void gd_schema_settle_commas(gd_schema *schema, int *decimal)
{
	enum { AUTO, POINT, COMMA };
	for (int i = 0; i < schema->term_count; i++) {
		gd_term *term = &schema->terms[i];
		*decimal = term->comma && *decimal == AUTO ? POINT : *decimal;
		term->comma = term->comma && *decimal != COMMA;
	}
}

int64_t gd_schema_rare(const gd_schema *schema, int64_t rows)
{
	int64_t least = rows < 500 ? 2 : 5, share = (rows + 999) / 1000;
	if (schema->rare)
		return schema->rare;
	return share > least ? share : least;
}
