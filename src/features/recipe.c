#include "gd/features/recipe.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/schema/target.h"
#include "gd/value/decimal.h"
#include "gd/value/pair.h"
#include "gd/value/quantity.h"
#include "gd/value/spelling.h"
#include "gd/value/unit.h"

/* A dense matrix of more is not what this program is for. */
enum { MOST_FEATURES = 1 << 20, LONGEST_AFFIX = 128 };

gd_status gd_recipe_init(gd_recipe *recipe, gd_schema *schema)
{
	*recipe = (gd_recipe){.schema = *schema};
	*schema = (gd_schema){.target = -1};
	size_t terms = (size_t)recipe->schema.term_count, columns = (size_t)recipe->schema.column_count;
	recipe->first = gd_allocate(terms, sizeof *recipe->first);
	recipe->codes = gd_allocate(terms, sizeof *recipe->codes);
	recipe->range = gd_allocate(2 * terms, sizeof *recipe->range);
	recipe->oddities = gd_allocate(columns, sizeof *recipe->oddities);
	recipe->field = gd_allocate(columns, sizeof *recipe->field);
	if (!recipe->first || !recipe->codes || !recipe->range || !recipe->oddities || !recipe->field) {
		gd_recipe_release(recipe);
		return gd_out_of_memory("a recipe");
	}
	for (size_t i = 0; i < columns; i++)
		recipe->field[i] = -1;
	for (size_t i = 0; i < 2 * terms; i++)
		recipe->range[i] = NAN;
	return gd_ok();
}

gd_status gd_recipe_read(gd_recipe *recipe, const char *text, const char *name)
{
	gd_schema schema;
	*recipe = (gd_recipe){0};
	gd_status status = gd_schema_read(text, name, GD_BAD_DATA, &schema);
	if (gd_failed(&status))
		return status;
	if (!gd_schema_is_fitted(&schema)) {
		gd_schema_release(&schema);
		return gd_error(GD_BAD_DATA, "cannot read '%s': its recipe lacks the classes, a column's categories, or what a missing value becomes", name);
	}
	status = gd_recipe_init(recipe, &schema);
	if (gd_failed(&status))
		return status;
	status = gd_recipe_plan(recipe);
	if (gd_failed(&status))
		gd_recipe_release(recipe);
	return status;
}

void gd_recipe_release(gd_recipe *recipe)
{
	gd_schema_release(&recipe->schema);
	free(recipe->first);
	free(recipe->codes);
	free(recipe->range);
	free(recipe->oddities);
	free(recipe->field);
	*recipe = (gd_recipe){.schema = {.target = -1}};
}

/* Once a record and column. */
static void note(gd_recipe *recipe, int column, gd_odd odd, const gd_record *record)
{
	gd_oddity *oddity = &recipe->oddities[column][odd];
	if (recipe->odd_column < 0) {
		recipe->odd_column = column;
		recipe->odd = odd;
	}
	/* A ragged record has no fields that could be odd; it is counted as such. */
	if (record->ragged || (oddity->count && oddity->latest == record->number))
		return;
	if (!oddity->count++) {
		char room[GD_EXCERPT_ROOM];
		oddity->record = record->number;
		snprintf(oddity->example, sizeof oddity->example, "%.*s", GD_EXAMPLE_ROOM - 1, gd_excerpt(record->fields[recipe->field[column]], room));
	}
	oddity->latest = record->number;
}

bool gd_recipe_is_unlabelled(const gd_recipe *recipe, const gd_record *record)
{
	return gd_schema_is_unlabelled(&recipe->schema, record->fields[recipe->field[recipe->schema.target]]);
}

/* The first bound column without a value; all are counted. */
static const char *find_missing(gd_recipe *recipe, const gd_record *record)
{
	const gd_schema *schema = &recipe->schema;
	const char *first = NULL;
	for (int i = 0; i < schema->column_count; i++) {
		if (recipe->field[i] < 0)
			continue;
		if (i == schema->target ? !gd_recipe_is_unlabelled(recipe, record) : !gd_schema_is_missing(schema, record->fields[recipe->field[i]]))
			continue;
		note(recipe, i, GD_ODD_MISSING, record);
		first = first ? first : schema->columns[i];
	}
	return first;
}

static gd_status expected(const char *what, const gd_recipe *recipe, int column, const char *text)
{
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	return gd_error(GD_BAD_DATA, "expected %s in column '%s', found '%s'", what, gd_excerpt(recipe->schema.columns[column], room), gd_excerpt(text, other));
}

/* A category's number among those listed, whatever the spelling of a number; or -1. */
static int32_t find_category(const gd_dictionary *categories, const char *text)
{
	char room[GD_SPELLING_ROOM], other[GD_SPELLING_ROOM];
	int32_t number = gd_dictionary_find(categories, text);
	const char *normal = gd_spelling_normal(text, room);
	if (number < 0 && normal != text)
		number = gd_dictionary_find(categories, normal);
	/* Those of a file's author may be in other spellings than the normal one. */
	bool digits = *normal == '-' || (*normal >= '0' && *normal <= '9');
	for (int32_t i = 0; i < categories->count && number < 0 && digits; i++)
		number = strcmp(gd_spelling_normal(categories->texts[i], other), normal) ? -1 : i;
	return number;
}

static gd_status measure_text(gd_term *term, bool frozen, const char *text, double *code)
{
	char room[GD_SPELLING_ROOM];
	int32_t number;
	gd_status status = gd_ok();
	if (term->learns && frozen)
		number = gd_dictionary_find(&term->categories, gd_spelling_normal(text, room));
	else if (term->learns)
		status = gd_dictionary_add(&term->categories, gd_spelling_normal(text, room), &number);
	else
		number = find_category(&term->categories, text);
	*code = number < 0 && term->other_level ? term->categories.count : number;
	return status;
}

/* Of a text of which no more than its end may be read. */
#define UNKNOWN SIZE_MAX
static_assert((int)GD_PARSE_NEAR <= (int)GD_RECORD_SLACK, "a short number may be read whatever its length");

/* What the text should have been, or NULL. */
static inline const char *read_number(const char *text, size_t length, double *number)
{
	char room[GD_SPELLING_ROOM];
	if (!(length == UNKNOWN ? gd_parse_double(text, number) : gd_parse_near(text, length, number)) && !gd_parse_double(gd_spelling_normal(text, room), number))
		return "a number";
	return isfinite(*number) ? NULL : "a finite number";
}

static const char *read_quantity(const gd_term *term, const char *text, double *number)
{
	enum { LONGEST = 64 };
	static const char *const expected = "a number, with the column's unit, another of its measure or none,";
	const char *unit = term->categories.count ? term->categories.texts[0] : "";
	gd_conversion conversion = {1, 1, 0, 0};
	char turned[LONGEST];
	gd_quantity quantity;
	if (term->comma && strlen(text) < LONGEST) {
		gd_decimal_turn(strcpy(turned, text));
		text = turned;
	}
	if (!gd_quantity_read(text, &quantity))
		return expected;
	if (*quantity.unit && strcmp(quantity.unit, unit) != 0 && !gd_unit_convert(quantity.unit, unit, &conversion))
		return expected;
	*number = (quantity.value - conversion.before) * conversion.multiply / conversion.divide + conversion.after;
	return NULL;
}

static const char *read_input(const gd_term *term, const char *text, size_t length, gd_input *input)
{
	int truth;
	gd_pair pair;
	switch (term->treatment->reads) {
	case GD_READS_DATE:
		return gd_date_read(text, term->order, &input->date) ? NULL : "a date (YYYY, YYYY-MM or YYYY-MM-DD, or as the schema says)";
	case GD_READS_QUANTITY:
		return read_quantity(term, text, &input->number);
	case GD_READS_PAIR:
		if (!gd_pair_read(text, &pair))
			return "two numbers, as 120/80 or 10 x 20";
		input->number = pair.first;
		input->other = pair.second;
		return NULL;
	case GD_READS_TRUTH:
		truth = gd_spelling_truth(text, NULL);
		input->number = truth;
		return truth >= 0 ? NULL : "true or false, yes or no, 1 or 0";
	default:
		return read_number(text, length, &input->number);
	}
}

/* The value of a term whose columns have texts; or what was expected in `column`, or NULL. */
static const char *measure_term(const gd_term *term, const char *text, size_t length, const char *other, double *code, int *column)
{
	gd_input input = {0};
	*column = term->column;
	const char *wrong = read_input(term, text, length, &input);
	if (!wrong && other) {
		wrong = read_number(other, UNKNOWN, &input.other);
		*column = wrong ? term->other : term->column;
	}
	if (wrong)
		return wrong;
	*code = gd_term_value(term, &input);
	return isnan(*code) && term->treatment->reads != GD_READS_DATE ? "a number that has a logarithm" : NULL;
}

gd_status gd_recipe_measure(gd_recipe *recipe, const gd_record *record, double *codes, const char **missing)
{
	gd_schema *schema = &recipe->schema;
	*missing = find_missing(recipe, record);
	const bool gaps = *missing != NULL;
	if (gaps && schema->missing != GD_MISSING_IMPUTE)
		return gd_ok();
	for (int i = 0; i < schema->term_count; i++) {
		gd_term *term = &schema->terms[i];
		const char *text = record->fields[recipe->field[term->column]], *wrong = NULL;
		const char *other = term->other >= 0 ? record->fields[recipe->field[term->other]] : NULL;
		int column = term->column;
		gd_status status = gd_ok();
		codes[i] = NAN;
		/* Every column of a term is bound. */
		if (gaps && (gd_schema_is_missing(schema, text) || (other && gd_schema_is_missing(schema, other))))
			continue;
		if (term->treatment->reads == GD_READS_TEXT)
			status = measure_text(term, recipe->frozen, text, &codes[i]);
		else
			wrong = measure_term(term, text, record->slack ? record->lengths[recipe->field[term->column]] : UNKNOWN, other, &codes[i], &column);
		if (wrong && !schema->spares_unreadable)
			return expected(wrong, recipe, column, record->fields[recipe->field[column]]);
		if (gd_failed(&status))
			return status;
		if (wrong) {
			note(recipe, column, GD_ODD_UNREADABLE, record);
			codes[i] = NAN;
		}
		if (isnan(codes[i]) && !*missing)
			*missing = schema->columns[column];
		if (term->treatment->form != GD_FORM_ONE_HOT || !(codes[i] < 0) || term->learns)
			continue;
		note(recipe, term->column, GD_ODD_UNSEEN, record);
		if (schema->unseen == GD_UNSEEN_ERROR)
			return expected("a value that the recipe knows", recipe, term->column, text);
	}
	return gd_ok();
}

gd_status gd_recipe_label(gd_recipe *recipe, const gd_record *record, int32_t *label)
{
	gd_schema *schema = &recipe->schema;
	const char *text = record->fields[recipe->field[schema->target]];
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM], normal[GD_SPELLING_ROOM];
	if (schema->learns_classes)
		return gd_dictionary_add(&schema->classes, gd_spelling_normal(text, normal), label);
	*label = find_category(&schema->classes, text);
	bool truths = *label < 0 && schema->joins_classes && gd_target_truths(&schema->classes);
	for (int32_t i = 0; i < schema->classes.count && *label < 0 && schema->joins_classes; i++)
		*label = gd_target_same(schema->classes.texts[i], text, truths) ? i : -1;
	if (*label < 0)
		return gd_error(GD_BAD_DATA, "expected one of the %d classes listed for column '%s', found '%s'", (int)schema->classes.count,
			gd_excerpt(schema->columns[schema->target], room), gd_excerpt(text, other));
	return gd_ok();
}

bool gd_recipe_weighs(const gd_recipe *recipe)
{
	return recipe->schema.weighs && recipe->field[recipe->schema.weight] >= 0;
}

bool gd_recipe_is_unweighted(const gd_recipe *recipe, const gd_record *record)
{
	return gd_recipe_weighs(recipe) && gd_schema_is_missing(&recipe->schema, record->fields[recipe->field[recipe->schema.weight]]);
}

gd_status gd_recipe_weight(const gd_recipe *recipe, const gd_record *record, float *weight)
{
	const int column = recipe->schema.weight;
	const char *text = record->fields[recipe->field[column]];
	double value = -1;
	*weight = gd_parse_double(text, &value) ? (float)value : -1;
	return isfinite(*weight) && value >= 0 ? gd_ok() : expected("a weight, a finite number that is not negative,", recipe, column, text);
}

gd_status gd_recipe_name(const gd_recipe *recipe, gd_arena *arena, char **names)
{
	const gd_schema *schema = &recipe->schema;
	bool complete = true;
	for (int i = 0; i < schema->term_count && complete; i++) {
		const gd_term *term = &schema->terms[i];
		size_t room = LONGEST_AFFIX + strlen(schema->columns[term->column]) + (term->treatment->pairs ? strlen(term->other_name) : 0);
		size_t longest = 0;
		for (int32_t k = 0; k < term->categories.count; k++)
			longest = strlen(term->categories.texts[k]) > longest ? strlen(term->categories.texts[k]) : longest;
		room += longest;
		char *name = malloc(room);
		complete = name != NULL;
		for (int j = 0; j < gd_term_size(term) && complete; j++) {
			gd_term_name(term, schema->columns[term->column], j, name, room);
			names[recipe->first[i] + j] = gd_arena_string(arena, name);
			complete = names[recipe->first[i] + j] != NULL;
		}
		free(name);
	}
	return complete ? gd_ok() : gd_out_of_memory("the features' names");
}

static gd_status check_names(const gd_recipe *recipe)
{
	char room[GD_EXCERPT_ROOM];
	gd_arena arena = {0};
	gd_dictionary seen = {0};
	gd_status status = gd_ok();
	char **names = gd_arena_take(&arena, (size_t)recipe->features, sizeof *names);
	if (!names) {
		status = gd_out_of_memory("the features' names");
		goto done;
	}
	status = gd_recipe_name(recipe, &arena, names);
	for (int i = 0; i < recipe->features && !gd_failed(&status); i++) {
		int32_t number;
		status = gd_dictionary_add(&seen, names[i], &number);
		if (!gd_failed(&status) && number != i)
			status = gd_error(GD_BAD_DATA, "two features would be named '%s'", gd_excerpt(names[i], room));
	}
done:
	gd_dictionary_release(&seen);
	gd_arena_release(&arena);
	return status;
}

gd_status gd_recipe_plan(gd_recipe *recipe)
{
	recipe->features = 0;
	for (int i = 0; i < recipe->schema.term_count; i++) {
		recipe->first[i] = recipe->features;
		recipe->features += gd_term_size(&recipe->schema.terms[i]);
		if (recipe->features > MOST_FEATURES)
			return gd_error(GD_BAD_DATA, "more than %d features; drop categorical columns of many values", MOST_FEATURES);
	}
	if (!recipe->features)
		return gd_error(GD_BAD_DATA, "no feature is left");
	return check_names(recipe);
}

void gd_recipe_expand(const gd_recipe *recipe, const double *codes, double *features)
{
	const gd_term *term = recipe->schema.terms;
	for (int i = 0; i < recipe->schema.term_count; i++, term++) {
		/* Most are plain numbers, for which a call takes longer than their value. */
		if (term->treatment->form == GD_FORM_SCALAR && !term->flags_missing)
			features[recipe->first[i]] = isnan(codes[i]) ? term->fill : codes[i];
		else
			gd_term_expand(term, codes[i], features + recipe->first[i]);
	}
}

void gd_recipe_watch(gd_recipe *recipe, const gd_preprocessing *preprocessing)
{
	for (int i = 0; i < recipe->schema.term_count; i++) {
		const gd_feature_tables *tables = recipe->first[i] < preprocessing->features ? &preprocessing->tables[recipe->first[i]] : NULL;
		if (!tables || tables->knots < 2 || recipe->schema.terms[i].treatment->form != GD_FORM_SCALAR)
			continue;
		recipe->range[2 * i] = tables->knot[0];
		recipe->range[2 * i + 1] = tables->knot[tables->knots - 1];
	}
}

static void note_outside(gd_recipe *recipe, const gd_record *record)
{
	for (int i = 0; i < recipe->schema.term_count; i++) {
		double least = recipe->range[2 * i], most = recipe->range[2 * i + 1], width = most - least;
		if (recipe->codes[i] < least - width || recipe->codes[i] > most + width)
			note(recipe, recipe->schema.terms[i].column, GD_ODD_OUTSIDE, record);
	}
}

gd_status gd_recipe_encode(gd_recipe *recipe, const gd_record *record, double *features, const char **missing)
{
	assert(recipe->features > 0);
	gd_status status = gd_recipe_measure(recipe, record, recipe->codes, missing);
	if (gd_failed(&status) || (*missing && recipe->schema.missing != GD_MISSING_IMPUTE))
		return status;
	*missing = NULL;
	note_outside(recipe, record);
	gd_recipe_expand(recipe, recipe->codes, features);
	return status;
}

void gd_recipe_standardise(const gd_preprocessing *preprocessing, const double *features, float *row)
{
	for (int i = 0; i < preprocessing->features; i++)
		row[i] = (float)((features[i] - preprocessing->mean[i]) / preprocessing->standard_deviation[i]);
}
