#include "gd/table/recipe.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"

/* A dense matrix of more is not what this program is for. */
enum { MOST_FEATURES = 65536, LONGEST_NAME = 1024 };

gd_status gd_recipe_init(gd_recipe *recipe, gd_schema *schema)
{
	*recipe = (gd_recipe){.schema = *schema};
	*schema = (gd_schema){.target = -1};
	size_t terms = (size_t)recipe->schema.term_count, columns = (size_t)recipe->schema.column_count;
	recipe->first = gd_allocate(terms, sizeof *recipe->first);
	recipe->codes = gd_allocate(terms, sizeof *recipe->codes);
	recipe->unseen = gd_allocate(terms, sizeof *recipe->unseen);
	recipe->field = gd_allocate(columns, sizeof *recipe->field);
	if (!recipe->first || !recipe->codes || !recipe->unseen || !recipe->field) {
		gd_recipe_release(recipe);
		return gd_out_of_memory("a recipe");
	}
	for (size_t i = 0; i < columns; i++)
		recipe->field[i] = -1;
	return gd_ok();
}

gd_status gd_recipe_read(gd_recipe *recipe, const char *text, const char *name)
{
	gd_schema schema;
	*recipe = (gd_recipe){0};
	gd_status status = gd_schema_read(text, name, GD_BAD_DATA, &schema);
	if (gd_failed(&status))
		return status;
	bool fitted = !schema.learns_classes;
	for (int i = 0; i < schema.term_count; i++)
		fitted = fitted && !schema.terms[i].learns;
	if (!fitted) {
		gd_schema_release(&schema);
		return gd_error(GD_BAD_DATA, "cannot read '%s': its recipe lacks the classes or a column's categories", name);
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
	free(recipe->unseen);
	free(recipe->field);
	*recipe = (gd_recipe){.schema = {.target = -1}};
}

gd_status gd_recipe_bind(gd_recipe *recipe, const gd_record *header, gd_bind bind)
{
	const gd_schema *schema = &recipe->schema;
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	for (int i = 0; i < schema->column_count; i++) {
		bool needed = bind == GD_BIND_ALL;
		for (int j = 0; j < schema->term_count && !needed; j++)
			needed = schema->terms[j].column == i || schema->terms[j].other == i;
		recipe->field[i] = -1;
		if (!needed)
			continue;
		gd_status status = gd_table_find(header, schema->columns[i], &recipe->field[i]);
		if (gd_failed(&status))
			return status;
		if (recipe->field[i] >= 0)
			continue;
		const char *nearest = gd_table_nearest(header, schema->columns[i]);
		gd_excerpt(schema->columns[i], room);
		if (nearest)
			return gd_error(GD_BAD_DATA, "it has no column '%s'; did you mean '%s'", room, gd_excerpt(nearest, other));
		return gd_error(GD_BAD_DATA, "it has no column '%s'", room);
	}
	return gd_ok();
}

const char *gd_recipe_missing(const gd_recipe *recipe, const gd_record *record)
{
	for (int i = 0; i < recipe->schema.column_count; i++)
		if (recipe->field[i] >= 0 && gd_schema_is_missing(&recipe->schema, record->fields[recipe->field[i]]))
			return recipe->schema.columns[i];
	return NULL;
}

static gd_status expected(const char *what, const gd_recipe *recipe, const gd_term *term, const char *text)
{
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	return gd_error(GD_BAD_DATA, "expected %s in column '%s', found '%s'", what, gd_excerpt(recipe->schema.columns[term->column], room), gd_excerpt(text, other));
}

static gd_status measure_text(gd_term *term, const char *text, double *code)
{
	int32_t number;
	gd_status status = gd_ok();
	if (term->learns)
		status = gd_dictionary_add(&term->categories, text, &number);
	else
		number = gd_dictionary_find(&term->categories, text);
	*code = number;
	return status;
}

static gd_status read_number(const gd_recipe *recipe, const gd_term *term, int column, const char *text, double *number)
{
	gd_term read = *term;
	read.column = column;
	if (!gd_parse_double(text, number))
		return expected("a number", recipe, &read, text);
	return isfinite(*number) ? gd_ok() : expected("a finite number", recipe, &read, text);
}

/* The term's value; `other` is the text of the column that it is paired with. */
static gd_status measure_term(const gd_recipe *recipe, gd_term *term, const char *text, const char *other, double *code)
{
	gd_status status = gd_ok();
	gd_input input = {0};
	if (term->treatment->reads == GD_READS_TEXT)
		return measure_text(term, text, code);
	if (term->treatment->reads == GD_READS_DATE) {
		if (!gd_date_parse(text, &input.date))
			return expected("a date (YYYY, YYYY-MM or YYYY-MM-DD)", recipe, term, text);
	} else {
		status = read_number(recipe, term, term->column, text, &input.number);
	}
	if (!gd_failed(&status) && other)
		status = read_number(recipe, term, term->other, other, &input.other);
	if (gd_failed(&status))
		return status;
	*code = term->treatment->value(term, &input);
	if (isnan(*code))
		return expected("a number that has a logarithm", recipe, term, text);
	return gd_ok();
}

gd_status gd_recipe_measure(gd_recipe *recipe, const gd_record *record, double *codes)
{
	for (int i = 0; i < recipe->schema.term_count; i++) {
		gd_term *term = &recipe->schema.terms[i];
		const char *text = record->fields[recipe->field[term->column]];
		const char *other = term->other >= 0 ? record->fields[recipe->field[term->other]] : NULL;
		gd_status status = measure_term(recipe, term, text, other, &codes[i]);
		if (gd_failed(&status))
			return status;
		if (term->treatment->form != GD_FORM_ONE_HOT || codes[i] >= 0)
			continue;
		recipe->unseen[i]++;
		if (recipe->schema.unseen == GD_UNSEEN_ERROR)
			return expected("a value that the recipe knows", recipe, term, text);
	}
	return gd_ok();
}

gd_status gd_recipe_label(gd_recipe *recipe, const gd_record *record, int32_t *label)
{
	gd_schema *schema = &recipe->schema;
	const char *text = record->fields[recipe->field[schema->target]];
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	if (schema->learns_classes)
		return gd_dictionary_add(&schema->classes, text, label);
	*label = gd_dictionary_find(&schema->classes, text);
	if (*label < 0)
		return gd_error(GD_BAD_DATA, "expected one of the %d classes listed for column '%s', found '%s'", (int)schema->classes.count,
			gd_excerpt(schema->columns[schema->target], room), gd_excerpt(text, other));
	return gd_ok();
}

gd_status gd_recipe_name(const gd_recipe *recipe, gd_arena *arena, char **names)
{
	char name[LONGEST_NAME];
	const gd_schema *schema = &recipe->schema;
	for (int i = 0; i < schema->term_count; i++) {
		const gd_term *term = &schema->terms[i];
		for (int j = 0; j < gd_term_size(term); j++) {
			term->treatment->name(term, schema->columns[term->column], j, name, sizeof name);
			names[recipe->first[i] + j] = gd_arena_string(arena, name);
			if (!names[recipe->first[i] + j])
				return gd_out_of_memory("the features' names");
		}
	}
	return gd_ok();
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
	for (int i = 0; i < recipe->schema.term_count; i++)
		gd_term_expand(&recipe->schema.terms[i], codes[i], features + recipe->first[i]);
}

gd_status gd_recipe_encode(gd_recipe *recipe, const gd_record *record, double *features, const char **missing)
{
	assert(recipe->features > 0);
	*missing = gd_recipe_missing(recipe, record);
	if (*missing)
		return gd_ok();
	gd_status status = gd_recipe_measure(recipe, record, recipe->codes);
	if (!gd_failed(&status))
		gd_recipe_expand(recipe, recipe->codes, features);
	return status;
}

void gd_recipe_standardise(const gd_preprocessing *preprocessing, const double *features, float *row)
{
	for (int i = 0; i < preprocessing->features; i++)
		row[i] = (float)((features[i] - preprocessing->mean[i]) / preprocessing->standard_deviation[i]);
}
