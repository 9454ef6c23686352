#include "gd/schema/inference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/schema/target.h"

typedef struct inference_state {
	gd_inference *inference;
	const gd_wishes *wishes;
} inference_state;

gd_status gd_wishes_add(gd_wishes *wishes, gd_role role, const char *list)
{
	char room[GD_EXCERPT_ROOM];
	gd_dictionary names = {0};
	gd_status status = gd_schema_list(list, &names);
	for (int32_t i = 0; i < names.count && !gd_failed(&status); i++) {
		int32_t number;
		gd_role other = gd_wishes_role(wishes, names.texts[i]);
		const bool target = wishes->target && !strcmp(wishes->target, names.texts[i]);
		if (target && role != GD_ROLE_CATEGORICAL)
			status = gd_error(GD_USAGE, "column '%s' is named for --target and for --%s", gd_excerpt(names.texts[i], room), gd_role_names[role]);
		else if (other != GD_ROLES && other != role)
			status = gd_error(GD_USAGE, "column '%s' is named for --%s and for --%s", gd_excerpt(names.texts[i], room), gd_role_names[other], gd_role_names[role]);
		else
			status = gd_dictionary_add(&wishes->columns[role], names.texts[i], &number);
		wishes->count += other == GD_ROLES;
	}
	gd_dictionary_release(&names);
	return status;
}

void gd_wishes_release(gd_wishes *wishes)
{
	for (int role = 0; role < GD_ROLES; role++)
		gd_dictionary_release(&wishes->columns[role]);
}

gd_role gd_wishes_role(const gd_wishes *wishes, const char *column)
{
	int role = 0;
	while (role < GD_ROLES && gd_dictionary_find(&wishes->columns[role], column) < 0)
		role++;
	return (gd_role)role;
}

static gd_status find_named(const gd_record *header, const char *name, gd_inference *inference, gd_role role, int *place)
{
	int index;
	if (!name)
		return gd_ok();
	gd_status status = gd_table_find(header, name, &index);
	if (gd_failed(&status))
		return status;
	if (index >= 0) {
		inference->columns[index].role = role;
		inference->columns[index].asked = true;
		*place = index;
		return gd_ok();
	}
	return gd_table_lacks(header, name, "");
}

/* Marks what is said of columns; the target comes last, so that it is that whatever else it is. */
static gd_status mark_columns(inference_state *inferring, const gd_record *header)
{
	gd_inference *inference = inferring->inference;
	const gd_wishes *wishes = inferring->wishes;
	const gd_schema *schema = &inference->schema;
	gd_status status = gd_ok();
	int place;
	for (int i = 0; i < schema->column_count && !gd_failed(&status); i++)
		status = find_named(header, schema->columns[i], inference, GD_ROLE_SCHEMA, &place);
	for (int i = 0; i < schema->group_count && !gd_failed(&status); i++)
		status = find_named(header, schema->columns[schema->groups[i]], inference, GD_ROLE_GROUP, &place);
	for (int role = 0; role < GD_ROLES && !gd_failed(&status); role++)
		for (int32_t i = 0; i < wishes->columns[role].count && !gd_failed(&status); i++)
			status = find_named(header, wishes->columns[role].texts[i], inference, (gd_role)role, &place);
	if (!gd_failed(&status))
		status = find_named(header, wishes->group, inference, GD_ROLE_GROUP, &place);
	if (!gd_failed(&status))
		status = find_named(header, wishes->split, inference, GD_ROLE_SPLIT, &place);
	if (!gd_failed(&status))
		status = find_named(header, wishes->weight, inference, GD_ROLE_WEIGHT, &place);
	const char *target = wishes->target || schema->target < 0 ? wishes->target : schema->columns[schema->target];
	if (!gd_failed(&status))
		status = find_named(header, target, inference, GD_ROLE_TARGET, &inference->target);
	return status;
}

/* The length of NAME in NAME_2 or NAME_3; 0: nothing of the kind. */
static size_t namesake_length(const char *name)
{
	const char *end = name + strlen(name), *at = end;
	while (at > name && at[-1] >= '0' && at[-1] <= '9')
		at--;
	return at < end && *at != '0' && at - name > 1 && at[-1] == '_' ? (size_t)(at - 1 - name) : 0;
}

/* Which columns are named after earlier ones, NAME_2 after NAME: the second one of that name in the file's header, perhaps (gd/reader/header.h). */
static gd_status find_namesakes(gd_inference *inference)
{
	gd_dictionary names = {0};
	gd_inference_column **first = gd_allocate((size_t)inference->count, sizeof *first);
	gd_status status = first ? gd_ok() : gd_out_of_memory("the columns");
	for (int i = 0; i < inference->count && !gd_failed(&status); i++) {
		gd_inference_column *column = &inference->columns[i];
		const size_t length = namesake_length(column->name);
		char *name = length ? strndup(column->name, length) : NULL;
		int32_t number = name ? gd_dictionary_find(&names, name) : -1;
		column->namesake = number >= 0 ? first[number] : NULL;
		if (length && !name)
			status = gd_out_of_memory("the columns");
		else
			status = gd_dictionary_add(&names, column->name, &number);
		free(name);
		if (!gd_failed(&status) && !first[number])
			first[number] = column;
	}
	gd_dictionary_release(&names);
	free(first);
	return status;
}

static gd_status take_header(void *context, const gd_record *header)
{
	inference_state *inferring = context;
	gd_inference *inference = inferring->inference;
	inference->columns = gd_arena_take(&inference->arena, (size_t)header->count, sizeof *inference->columns);
	if (!inference->columns)
		return gd_out_of_memory("the columns");
	for (; inference->count < header->count; inference->count++) {
		gd_inference_column *column = &inference->columns[inference->count];
		gd_summary_init(&column->summary);
		column->name = gd_arena_string(&inference->arena, header->fields[inference->count]);
		if (!column->name)
			return gd_out_of_memory("the columns");
	}
	inference->upto = inference->count;
	return mark_columns(inferring, header);
}

static gd_status take_record(void *context, const gd_record *record)
{
	const inference_state *inferring = context;
	gd_inference *inference = inferring->inference;
	gd_status status = gd_ok();
	inference->records++;
	if (record->number == 1)
		inference->first_line = record->line;
	for (int i = inference->from; i < inference->upto && !gd_failed(&status); i++) {
		const char *text = record->fields[i];
		bool missing = i == inference->target ? gd_schema_is_unlabelled(&inference->schema, text) : gd_schema_is_missing(&inference->schema, text);
		status = gd_summary_add(&inference->columns[i].summary, text, missing, record->number);
	}
	return status;
}

static gd_status add_to_schema(gd_schema *schema, const gd_inference_column *column)
{
	int index;
	gd_status status;
	if (column->role == GD_ROLE_TARGET)
		return gd_schema_set_target(schema, column->name);
	/* A column that is dropped is not named at all: a missing value there is nobody's loss. */
	if (!*column->words)
		return gd_ok();
	status = gd_schema_add_column(schema, column->name, &index);
	return gd_failed(&status) ? status : gd_schema_treat(schema, index, column->words);
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

/* How dates are meant where columns leave no doubt of it, all of them the same; else GD_DATE_YEAR_FIRST. */
static gd_date_order find_date_order(const gd_inference *inference)
{
	gd_date_order found = GD_DATE_YEAR_FIRST;
	for (int i = 0; i < inference->count; i++) {
		const gd_calendar *dates = inference->columns[i].summary.dates;
		int64_t day = dates[GD_DATE_DAY_FIRST].count, month = dates[GD_DATE_MONTH_FIRST].count, values = gd_summary_values(&inference->columns[i].summary);
		gd_date_order order = day > month ? GD_DATE_DAY_FIRST : GD_DATE_MONTH_FIRST;
		if (day == month || (day > month ? day : month) < values)
			continue;
		if (found && found != order)
			return GD_DATE_YEAR_FIRST;
		found = order;
	}
	return found;
}

/* The order that all columns share which have one becomes the schema's. */
static void settle_date_order(gd_schema *schema)
{
	gd_date_order found = GD_DATE_YEAR_FIRST;
	for (int i = 0; i < schema->term_count; i++) {
		gd_date_order order = schema->terms[i].order;
		if (order && found && order != found)
			return;
		found = order ? order : found;
	}
	schema->date_order = found;
}

static gd_status decide_all(gd_inference *inference, const gd_wishes *wishes)
{
	enum { MANY_NUMBERS = 20 };
	char room[GD_EXCERPT_ROOM];
	const gd_date_order order = find_date_order(inference);
	if (!inference->records)
		return gd_error(GD_BAD_DATA, "it has a header but no records");
	gd_status status = find_namesakes(inference);
	for (int i = 0; i < inference->count && !gd_failed(&status); i++) {
		gd_inference_column *column = &inference->columns[i];
		const gd_summary *summary = &column->summary;
		status = gd_summary_finish(&column->summary);
		if (gd_failed(&status))
			break;
		if (!column->asked && !inference->schema.infers) {
			column->role = GD_ROLE_SCHEMA;
			continue;
		}
		column->others = order;
		gd_inference_decide(column, &inference->schema);
		if (column->role == GD_ROLE_TARGET) {
			int64_t values = gd_summary_values(summary);
			gd_target target = {column->name, values, gd_summary_distinct(summary), summary->missing, gd_summary_numbers(summary) == values, summary->fractional};
			if (!values)
				return gd_error(GD_BAD_DATA, "its column '%s' has no values", column->name);
			status = gd_target_check(&target);
			if (target.numbers && target.distinct > MANY_NUMBERS)
				snprintf(column->warning, sizeof column->warning, "column '%s' holds %lld different numbers, which are learned as classes that have no order; if it is a quantity, cut it into a few ranges first", gd_excerpt(column->name, room),
					(long long)target.distinct);
		}
		if (!gd_failed(&status))
			status = add_to_schema(&inference->schema, column);
	}
	if (!inference->schema.date_order)
		settle_date_order(&inference->schema);
	if (!gd_failed(&status) && wishes->group)
		status = gd_schema_set_group(&inference->schema, wishes->group);
	if (!gd_failed(&status) && !inference->schema.term_count)
		status = no_feature(inference);
	if (!gd_failed(&status))
		gd_inference_look_for_units(inference);
	return gd_failed(&status) ? status : gd_inference_find_copies(inference);
}

gd_status gd_inference_collect(gd_inference *inference, gd_table_source *source, void *context, const gd_wishes *wishes, gd_schema *schema)
{
	*inference = (gd_inference){.schema = *schema, .target = -1};
	*schema = (gd_schema){.target = -1};
	inference_state inferring = {inference, wishes};
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = &inferring};
	gd_status status = source(context, &reader, NULL);
	if (gd_failed(&status))
		gd_inference_release(inference);
	return status;
}

void gd_inference_narrow(gd_inference *inference, int upto)
{
	for (; inference->upto > upto; inference->upto--)
		gd_summary_release(&inference->columns[inference->upto - 1].summary);
}

static gd_status pass_header(void *context, const gd_record *header)
{
	(void)context, (void)header;
	return gd_ok();
}

gd_status gd_inference_go_on(gd_inference *inference, gd_table_source *source, void *context)
{
	inference_state inferring = {inference, NULL};
	gd_table_reader reader = {.header = pass_header, .record = take_record, .context = &inferring};
	gd_status status = gd_ok();
	for (int i = inference->from; i < inference->upto && !gd_failed(&status); i++) {
		status = gd_summary_finish(&inference->columns[i].summary);
		gd_summary_condense(&inference->columns[i].summary);
	}
	inference->from = inference->upto;
	inference->upto = inference->count;
	inference->records = 0;
	return gd_failed(&status) ? status : source(context, &reader, NULL);
}

gd_status gd_inference_conclude(gd_inference *inference, const char *name, const gd_wishes *wishes)
{
	gd_status status = decide_all(inference, wishes);
	if (status.code == GD_BAD_DATA)
		status = gd_error(GD_BAD_DATA, "cannot use '%s': %s", name, status.message);
	if (gd_failed(&status))
		gd_inference_release(inference);
	return status;
}

gd_status gd_inference_read(gd_inference *inference, const char *name, gd_table_source *source, void *context, const gd_wishes *wishes, gd_schema *schema)
{
	gd_status status = gd_inference_collect(inference, source, context, wishes, schema);
	return gd_failed(&status) ? status : gd_inference_conclude(inference, name, wishes);
}

void gd_inference_release(gd_inference *inference)
{
	for (int i = 0; i < inference->count; i++)
		gd_summary_release(&inference->columns[i].summary);
	gd_schema_release(&inference->schema);
	gd_arena_release(&inference->arena);
	*inference = (gd_inference){.schema = {.target = -1}};
}
