#include "gd/table/inference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/table/target.h"

const char *const gd_role_names[] = {"target", "group", "split", "numeric", "categorical", "drop"};

enum { MOST_CATEGORIES = 64, FEWEST_NUMBERED = 20 };

typedef struct inference_state {
	gd_inference *inference;
	const char *target, *group, *split;
} inference_state;

static gd_status find_named(const gd_record *header, const char *name, gd_inference *inference, gd_role role)
{
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	int index;
	if (!name)
		return gd_ok();
	gd_status status = gd_table_find(header, name, &index);
	if (gd_failed(&status))
		return status;
	if (index >= 0) {
		inference->columns[index].role = role;
		return gd_ok();
	}
	const char *nearest = gd_table_nearest(header, name);
	gd_excerpt(name, room);
	if (header->count == 1 && strpbrk(header->fields[0], ";\t|"))
		return gd_error(GD_BAD_DATA, "it has no column '%s': its header is one field, '%s'; expected commas between fields", room, gd_excerpt(header->fields[0], other));
	if (nearest)
		return gd_error(GD_BAD_DATA, "it has no column '%s'; did you mean '%s'", room, gd_excerpt(nearest, other));
	return gd_error(GD_BAD_DATA, "it has no column '%s'", room);
}

static gd_status take_header(void *context, const gd_record *header)
{
	inference_state *inferring = context;
	gd_inference *inference = inferring->inference;
	inference->columns = gd_arena_take(&inference->arena, (size_t)header->count, sizeof *inference->columns);
	if (!inference->columns)
		return gd_out_of_memory("the columns");
	inference->count = header->count;
	for (int i = 0; i < header->count; i++) {
		inference->columns[i] = (gd_inference_column){.role = GD_ROLE_NUMERIC, .minimum = INFINITY, .maximum = -INFINITY};
		inference->columns[i].name = gd_arena_string(&inference->arena, header->fields[i]);
		if (!inference->columns[i].name)
			return gd_out_of_memory("the columns");
	}
	/* The target comes last, so that it is that whatever else it is. */
	gd_status status = find_named(header, inferring->group, inference, GD_ROLE_GROUP);
	if (!gd_failed(&status))
		status = find_named(header, inferring->split, inference, GD_ROLE_SPLIT);
	if (!gd_failed(&status))
		status = find_named(header, inferring->target, inference, GD_ROLE_TARGET);
	return status;
}

/* FNV-1a of 64 bits, never 0: that marks a free slot. Two texts of one hash among a million are a matter of 1 in 10^7. */
static uint64_t hash_text(const char *text)
{
	uint64_t hash = 14695981039346656037u;
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	hash ^= hash >> 32;
	return hash ? hash : 1;
}

static void insert(uint64_t *seen, uint64_t slots, uint64_t hash, int64_t *distinct)
{
	uint64_t slot = hash & (slots - 1);
	while (seen[slot] && seen[slot] != hash)
		slot = (slot + 1) & (slots - 1);
	*distinct += !seen[slot];
	seen[slot] = hash;
}

static bool note_distinct(gd_inference_column *column, const char *text)
{
	if (2 * (uint64_t)(column->distinct + 1) > column->slots) {
		uint64_t slots = column->slots ? 2 * column->slots : 64;
		uint64_t *seen = calloc(slots, sizeof *seen);
		int64_t again = 0;
		if (!seen)
			return false;
		for (uint64_t i = 0; i < column->slots; i++)
			if (column->seen[i])
				insert(seen, slots, column->seen[i], &again);
		free(column->seen);
		column->seen = seen;
		column->slots = slots;
	}
	insert(column->seen, column->slots, hash_text(text), &column->distinct);
	return true;
}

static gd_status take_record(void *context, const gd_record *record)
{
	gd_inference *inference = ((inference_state *)context)->inference;
	inference->records++;
	for (int i = 0; i < inference->count; i++) {
		gd_inference_column *column = &inference->columns[i];
		const char *text = record->fields[i];
		double value;
		if (gd_schema_is_missing(&inference->schema, text)) {
			column->missing++;
			continue;
		}
		column->values++;
		if (gd_parse_double(text, &value)) {
			column->numbers++;
			if (isfinite(value)) {
				column->fractional = column->fractional || value != floor(value);
				column->minimum = fmin(column->minimum, value);
				column->maximum = fmax(column->maximum, value);
			}
		}
		if (!note_distinct(column, text))
			return gd_out_of_memory("a column's distinct values");
	}
	return gd_ok();
}

static void decide(gd_inference_column *column, int64_t records)
{
	char numbers[32], *why = column->why;
	size_t room = sizeof column->why;
	long long distinct = column->distinct;
	bool all_differ = column->distinct == column->values;
	snprintf(numbers, sizeof numbers, "%.3g%% numbers", column->values ? 100.0 * (double)column->numbers / (double)column->values : 0);
	column->role = GD_ROLE_DROP;
	if (!*column->name) {
		snprintf(why, room, "has no name");
	} else if (!column->values) {
		snprintf(why, room, "has no values");
	} else if (10 * column->missing > records) {
		snprintf(why, room, "empty in %.3g%% of the records", 100.0 * (double)column->missing / (double)records);
	} else if (2 * column->numbers >= column->values) {
		bool counts = all_differ && !column->fractional && column->values >= FEWEST_NUMBERED && column->numbers == column->values &&
			column->maximum - column->minimum == (double)(column->values - 1);
		if (counts) {
			snprintf(why, room, "numbers the records: %lld whole numbers in a row", distinct);
		} else {
			column->role = GD_ROLE_NUMERIC;
			snprintf(why, room, "%s, %lld distinct", numbers, distinct);
		}
	} else if (all_differ && column->distinct > 1) {
		snprintf(why, room, "identifier: %lld texts, all different", distinct);
	} else if (column->distinct > MOST_CATEGORIES || (column->distinct > 1 && 2 * column->distinct > column->values)) {
		snprintf(why, room, "names or free text: %lld different", distinct);
	} else {
		column->role = GD_ROLE_CATEGORICAL;
		snprintf(why, room, "%s, %lld distinct", numbers, distinct);
	}
}

static gd_status add_to_schema(gd_schema *schema, const gd_inference_column *column)
{
	char *word = (char *)gd_role_names[column->role];
	int index;
	gd_status status;
	switch (column->role) {
	case GD_ROLE_TARGET:
		return gd_schema_set_target(schema, column->name);
	case GD_ROLE_GROUP:
		return gd_schema_set_group(schema, column->name);
	case GD_ROLE_NUMERIC:
	case GD_ROLE_CATEGORICAL:
		status = gd_schema_add_column(schema, column->name, &index);
		return gd_failed(&status) ? status : gd_schema_add_term(schema, index, &word, 1);
	default:
		/* Not named at all: a missing value there is nobody's loss. */
		return gd_ok();
	}
}

static gd_status no_feature(const gd_inference *inference)
{
	char room[GD_EXCERPT_ROOM];
	for (int i = 0; i < inference->count; i++)
		if (inference->columns[i].role == GD_ROLE_DROP)
			return gd_error(GD_BAD_DATA, "it has no column that could be a feature ('%s' is none: %s); --schema FILE.ini can say otherwise",
				gd_excerpt(inference->columns[i].name, room), inference->columns[i].why);
	return gd_error(GD_BAD_DATA, "it has no column that could be a feature");
}

static gd_status decide_all(gd_inference *inference, const char *group)
{
	gd_status status = gd_ok();
	if (!inference->records)
		return gd_error(GD_BAD_DATA, "it has a header but no records");
	for (int i = 0; i < inference->count && !gd_failed(&status); i++) {
		gd_inference_column *column = &inference->columns[i];
		if (column->role == GD_ROLE_NUMERIC)
			decide(column, inference->records);
		else
			snprintf(column->why, sizeof column->why, "as asked; %lld distinct", (long long)column->distinct);
		if (column->role == GD_ROLE_TARGET) {
			gd_target target = {column->name, column->values, column->distinct, column->numbers == column->values, column->fractional};
			if (!column->values)
				return gd_error(GD_BAD_DATA, "its column '%s' has no values", column->name);
			status = gd_target_check(&target);
		}
		if (!gd_failed(&status))
			status = add_to_schema(&inference->schema, column);
	}
	if (!gd_failed(&status) && group && inference->schema.group_count == 0)
		status = gd_schema_set_group(&inference->schema, group);
	if (!gd_failed(&status) && !inference->schema.term_count)
		status = no_feature(inference);
	return status;
}

gd_status gd_inference_read(gd_inference *inference, const char *name, gd_table_source *source, void *context, const char *target, const char *group, const char *split)
{
	*inference = (gd_inference){0};
	gd_status status = gd_schema_init(&inference->schema);
	if (gd_failed(&status))
		return status;
	inference_state inferring = {inference, target, group, split};
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = &inferring};
	status = source(context, &reader, inference->sha256);
	if (!gd_failed(&status)) {
		gd_status decision = decide_all(inference, group);
		status = decision.code == GD_BAD_DATA ? gd_error(GD_BAD_DATA, "cannot use '%s': %s", name, decision.message) : decision;
	}
	if (gd_failed(&status))
		gd_inference_release(inference);
	return status;
}

void gd_inference_release(gd_inference *inference)
{
	for (int i = 0; i < inference->count; i++)
		free(inference->columns[i].seen);
	gd_schema_release(&inference->schema);
	gd_arena_release(&inference->arena);
	*inference = (gd_inference){.schema = {.target = -1}};
}
