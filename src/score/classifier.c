#include "gd/score/classifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/kernel/transpose.h"

static gd_status allocate(gd_classifier *c)
{
	size_t features = (size_t)c->preprocessing->features, classes = (size_t)c->preprocessing->classes, rows = GD_EVALUATION_ROWS;
	size_t floats = gd_members_workspace(c->ensemble->members, c->ensemble->count, GD_EVALUATION_ROWS);
	bool complete = (c->raw = gd_allocate(features, sizeof(double))) && (c->standard = gd_allocate(rows * features, sizeof(float))) &&
			(c->x = gd_allocate(rows * features, sizeof(float))) && (c->probabilities = gd_allocate(rows * classes, sizeof(float))) &&
			(c->complete = gd_allocate(rows, sizeof(bool))) && (c->workspace = gd_allocate(floats, sizeof(float)));
	return complete ? gd_ok() : gd_out_of_memory("the predictions");
}

gd_status gd_classifier_init(gd_classifier *c, const gd_ensemble *ensemble, const char *name, bool strict)
{
	*c = (gd_classifier){.ensemble = ensemble, .preprocessing = &ensemble->models[0].preprocessing, .name = name, .strict = strict};
	gd_status status = gd_recipe_read(&c->recipe, c->preprocessing->recipe, "the model");
	if (gd_failed(&status))
		return status;
	c->recipe.schema.spares_unreadable = true;
	c->recipe.exact = strict;
	gd_recipe_watch(&c->recipe, c->preprocessing);
	return allocate(c);
}

void gd_classifier_release(gd_classifier *c)
{
	gd_recipe_release(&c->recipe);
	free(c->raw);
	free(c->standard);
	free(c->x);
	free(c->probabilities);
	free(c->complete);
	free(c->workspace);
	*c = (gd_classifier){0};
}

void gd_classifier_tally(gd_classifier *c, gd_tally tally, const gd_record *record, const char *example)
{
	gd_oddity *oddity = &c->tallies[tally];
	char room[GD_EXCERPT_ROOM];
	if (oddity->count++)
		return;
	oddity->record = record->number;
	oddity->latest = record->line;
	snprintf(oddity->example, sizeof oddity->example, "%.*s", GD_EXAMPLE_ROOM - 1, gd_excerpt(example, room));
}

static gd_status at_line(const gd_classifier *c, const gd_record *record, const char *message)
{
	return gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: %s", c->name, (long long)record->line, message);
}

/* A gap where the training part has gaps too is nothing new. Of a date's parts the first one says so. */
static bool is_known_gap(const gd_recipe *recipe)
{
	bool known = false;
	for (int i = 0; i < recipe->schema.term_count && recipe->odd == GD_ODD_MISSING; i++) {
		const gd_term *term = &recipe->schema.terms[i];
		known = known || ((term->column == recipe->odd_column || term->other == recipe->odd_column) && term->flags_missing);
	}
	return known;
}

static gd_status refuse(const gd_classifier *c, const gd_record *record)
{
	static const char *const kinds[GD_ODDS] = {"no value in", "no number or date in", "the training part lacks this category or year of", "far outside the training part's numbers is this one of"};
	const gd_recipe *recipe = &c->recipe;
	char message[3 * GD_EXCERPT_ROOM + 64], room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	const char *field = record->fields[recipe->field[recipe->odd_column]];
	int length = snprintf(message, sizeof message, "%s column '%s'", kinds[recipe->odd], gd_excerpt(recipe->schema.columns[recipe->odd_column], room));
	if (*field)
		snprintf(message + length, sizeof message - (size_t)length, ": '%s'", gd_excerpt(field, other));
	return at_line(c, record, message);
}

gd_status gd_classifier_add(gd_classifier *c, const gd_record *record)
{
	int features = c->preprocessing->features;
	float *row = c->standard + (size_t)c->rows * (size_t)features;
	const char *missing = NULL;
	c->recipe.odd_column = -1;
	gd_status status = gd_recipe_encode(&c->recipe, record, c->raw, &missing);
	if (status.code == GD_BAD_DATA)
		status = at_line(c, record, status.message);
	if (gd_failed(&status))
		return status;
	if (c->strict && c->recipe.odd_column >= 0 && !is_known_gap(&c->recipe))
		return refuse(c, record);
	gd_classifier_tally(c, GD_TALLY_RECORDS, record, "");
	if (record->ragged)
		gd_classifier_tally(c, GD_TALLY_RAGGED, record, "");
	c->complete[c->rows++] = !missing;
	if (missing) {
		gd_classifier_tally(c, GD_TALLY_INCOMPLETE, record, missing);
		memset(row, 0, (size_t)features * sizeof *row);
	} else {
		gd_recipe_standardise(c->preprocessing, c->raw, row);
	}
	return status;
}

void gd_classifier_run(gd_classifier *c)
{
	gd_transpose((size_t)c->rows, (size_t)c->preprocessing->features, c->standard, (size_t)c->preprocessing->features, c->x, (size_t)c->rows);
	gd_members_infer(c->ensemble->members, c->ensemble->count, c->rows, c->x, c->workspace, c->probabilities);
	c->rows = 0;
}
