#include "gd/table/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"

static gd_status take_header(void *context, const gd_record *header)
{
	gd_rows *rows = context;
	char room[GD_EXCERPT_ROOM];
	gd_status status = gd_recipe_bind(rows->recipe, header, GD_BIND_ALL);
	rows->split_field = -1;
	if (gd_failed(&status) || !rows->split_column)
		return status;
	status = gd_table_find(header, rows->split_column, &rows->split_field);
	if (!gd_failed(&status) && rows->split_field < 0)
		status = gd_error(GD_BAD_DATA, "it has no column '%s' to take the split from", gd_excerpt(rows->split_column, room));
	return status;
}

/* Makes `*array` hold `room` items of `size` bytes. */
static bool widen(void **array, int64_t room, size_t size)
{
	void *wider = realloc(*array, (size_t)room * size + 1);
	if (wider)
		*array = wider;
	return wider != NULL;
}

static bool reserve(gd_rows *rows)
{
	if (rows->count < rows->room)
		return true;
	int64_t room = rows->room ? 2 * rows->room : 1024;
	size_t terms = (size_t)rows->recipe->schema.term_count, groups = (size_t)rows->recipe->schema.group_count;
	if (!widen((void **)&rows->codes, room, terms * sizeof *rows->codes) || !widen((void **)&rows->labels, room, sizeof *rows->labels) ||
		!widen((void **)&rows->groups, room, groups * sizeof *rows->groups) || !widen((void **)&rows->content, room, sizeof *rows->content) ||
		!widen((void **)&rows->source_row, room, sizeof *rows->source_row) || !widen((void **)&rows->part, room, sizeof *rows->part) ||
		(rows->recipe->schema.weighs && !widen((void **)&rows->weights, room, sizeof *rows->weights)))
		return false;
	rows->room = room;
	return true;
}

static gd_status read_part(const gd_rows *rows, const gd_record *record, uint8_t *part)
{
	static const char *const names[GD_SPLIT_PARTS] = {"train", "validation", "test"};
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	const char *text = record->fields[rows->split_field];
	for (uint8_t i = 0; i < GD_SPLIT_PARTS; i++) {
		if (!strcmp(text, names[i])) {
			*part = i;
			return gd_ok();
		}
	}
	return gd_error(GD_BAD_DATA, "expected train, validation or test in column '%s', found '%s'", gd_excerpt(rows->split_column, room), gd_excerpt(text, other));
}

/* A record without a value there is a group of its own, named by its content. */
static gd_status read_group(gd_rows *rows, const gd_record *record, int64_t row, int group)
{
	const gd_schema *schema = &rows->recipe->schema;
	const char *text = record->fields[rows->recipe->field[schema->groups[group]]];
	char own[64];
	if (gd_schema_is_missing(schema, text)) {
		snprintf(own, sizeof own, "\x1f%016" PRIx64 "%016" PRIx64 " %" PRId64, rows->content[row].high, rows->content[row].low, record->number + rows->number_base);
		text = own;
	}
	return gd_dictionary_add(&rows->group_names[group], text, &rows->groups[row * schema->group_count + group]);
}

static gd_status take_record(void *context, const gd_record *record)
{
	gd_rows *rows = context;
	gd_recipe *recipe = rows->recipe;
	const gd_schema *schema = &recipe->schema;
	char room[GD_EXCERPT_ROOM];
	rows->read++;
	const char *missing;
	bool unlabelled = gd_recipe_is_unlabelled(recipe, record);
	if (schema->missing == GD_MISSING_IMPUTE && (unlabelled || gd_recipe_is_unweighted(recipe, record))) {
		rows->unlabelled += unlabelled;
		rows->dropped++;
		return gd_ok();
	}
	if (!reserve(rows))
		return gd_out_of_memory("the records");
	int64_t row = rows->count;
	gd_status status = gd_recipe_measure(recipe, record, rows->codes + row * schema->term_count, &missing);
	if (gd_failed(&status))
		return status;
	if (missing && schema->missing == GD_MISSING_ERROR)
		return gd_error(GD_BAD_DATA, "no value in column '%s'", gd_excerpt(missing, room));
	if (missing && schema->missing == GD_MISSING_DROP) {
		rows->dropped++;
		return gd_ok();
	}
	rows->content[row] = gd_content_of_record(record);
	status = gd_recipe_label(recipe, record, &rows->labels[row]);
	if (status.code == GD_BAD_DATA && rows->tests && rows->spares_labels) {
		rows->strangers++;
		rows->dropped++;
		return gd_ok();
	}
	if (!gd_failed(&status) && schema->weighs)
		status = gd_recipe_weight(recipe, record, &rows->weights[row]);
	for (int i = 0; i < schema->group_count && !gd_failed(&status); i++)
		status = read_group(rows, record, row, i);
	rows->part[row] = rows->tests ? GD_SPLIT_TEST : GD_SPLIT_TRAIN;
	if (!gd_failed(&status) && rows->split_field >= 0)
		status = read_part(rows, record, &rows->part[row]);
	if (gd_failed(&status))
		return status;
	rows->source_row[row] = record->number;
	rows->count++;
	return gd_ok();
}

gd_status gd_rows_read(gd_rows *rows, gd_recipe *recipe, const char *split_column, gd_table_source *source, void *context, char sha256[65])
{
	*rows = (gd_rows){.recipe = recipe, .split_column = split_column, .split_field = -1};
	rows->group_names = gd_allocate((size_t)recipe->schema.group_count, sizeof *rows->group_names);
	if (!rows->group_names)
		return gd_out_of_memory("the groups");
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = rows};
	gd_status status = source(context, &reader, sha256);
	if (gd_failed(&status))
		gd_rows_release(rows);
	return status;
}

static gd_status pass_header(void *context, const gd_record *header)
{
	(void)context;
	(void)header;
	return gd_ok();
}

gd_status gd_rows_read_tests(gd_rows *rows, gd_table_source *source, void *context, char sha256[65])
{
	rows->tests = true;
	rows->inputs = rows->count;
	rows->recipe->frozen = true;
	gd_table_reader reader = {.header = pass_header, .record = take_record, .context = rows};
	return source(context, &reader, sha256);
}

int64_t gd_rows_inputs(const gd_rows *rows)
{
	return rows->tests ? rows->inputs : rows->count;
}

void gd_rows_release(gd_rows *rows)
{
	for (int i = 0; rows->group_names && i < rows->recipe->schema.group_count; i++)
		gd_dictionary_release(&rows->group_names[i]);
	free(rows->group_names);
	free(rows->codes);
	free(rows->labels);
	free(rows->groups);
	free(rows->content);
	free(rows->source_row);
	free(rows->weights);
	free(rows->part);
	*rows = (gd_rows){0};
}
