#include "gd/score/shared_table.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"

/* What a rank must know of the table besides the recipe. */
typedef struct plan {
	int column_count, kept;
} plan;

/* The columns that the recipe is bound to, once each; from now on it is bound to their places among them. */
static void place_recipe(gd_shared_table *shared, gd_recipe *recipe)
{
	for (int i = 0; i < recipe->schema.column_count; i++) {
		int place = 0;
		if (recipe->field[i] < 0)
			continue;
		while (place < shared->column_count && shared->columns[place] != recipe->field[i])
			place++;
		if (place == shared->column_count)
			shared->columns[shared->column_count++] = recipe->field[i];
		recipe->field[i] = place;
	}
}

static gd_status add_kept(gd_shared_table *shared, const char *keep)
{
	const gd_record *header = gd_table_get_header(shared->table);
	gd_dictionary names = {0};
	gd_status status = gd_schema_list(keep, &names);
	for (int32_t i = 0; i < names.count && !gd_failed(&status); i++) {
		int column;
		status = gd_table_find(header, names.texts[i], &column);
		if (gd_failed(&status))
			break;
		if (column < 0) {
			status = gd_table_lacks(header, names.texts[i], " to keep");
		} else {
			shared->columns[shared->column_count++] = column;
			shared->kept++;
		}
	}
	gd_dictionary_release(&names);
	return status;
}

static size_t count_listed(const char *list)
{
	size_t count = list ? 1 : 0;
	for (; list && *list; list++)
		count += *list == ',';
	return count;
}

/* Rank 0 alone. */
static gd_status open_table(gd_shared_table *shared, gd_recipe *recipe, const gd_writing *writing, const char *const *paths, int count, const gd_table_options *options, gd_bind bind, const char *keep)
{
	gd_table_options wanted = *options;
	gd_schema_settle_commas(&recipe->schema, &wanted.dialect.decimal);
	/* A model's columns are numbers where its table had no header: then others are taken to have none. */
	if (wanted.dialect.header == GD_HEADER_AUTO && !strcmp(writing->header, gd_header_words[GD_HEADER_NO]))
		wanted.dialect.header = GD_HEADER_NO;
	gd_status status = gd_table_open(paths, count, &wanted, &shared->table);
	if (gd_failed(&status))
		return status;
	gd_status cause = gd_recipe_bind(recipe, gd_table_get_header(shared->table), bind);
	if (!gd_failed(&cause)) {
		shared->columns = gd_allocate((size_t)recipe->schema.column_count + count_listed(keep), sizeof *shared->columns);
		if (!shared->columns)
			return gd_out_of_memory("the columns");
		if (recipe->renamed.count)
			gd_log_warning("columns of '%s' are taken for those of the model: %s", paths[0], gd_enumeration_text(&recipe->renamed));
		place_recipe(shared, recipe);
		cause = keep ? add_kept(shared, keep) : gd_ok();
	}
	return gd_failed(&cause) ? gd_table_name_error(shared->table, &cause) : cause;
}

gd_status gd_shared_table_open(gd_shared_table *shared, gd_communicator *communicator, gd_classifier *classifier, const char *const *paths, int count, const gd_table_options *options,
	gd_bind bind, const char *keep)
{
	gd_recipe *recipe = &classifier->recipe;
	int decimal = options->dialect.decimal;
	*shared = (gd_shared_table){.communicator = communicator};
	gd_schema_settle_commas(&recipe->schema, &decimal);
	gd_status mine = communicator->rank ? gd_ok() : open_table(shared, recipe, &classifier->preprocessing->writing, paths, count, options, bind, keep);
	gd_status status = gd_agree(communicator, &mine);
	plan p = {shared->column_count, shared->kept};
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, &p, sizeof p);
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, recipe->field, (size_t)recipe->schema.column_count * sizeof *recipe->field);
	if (gd_failed(&status))
		return status;
	shared->column_count = p.column_count;
	shared->kept = p.kept;
	mine = gd_batch_reader_init(&shared->reader, shared->column_count);
	return gd_agree(communicator, &mine);
}

typedef struct user {
	gd_shared_table *shared;
	gd_status (*perform)(void *context, const char *piece, size_t length, gd_buffer *result);
	gd_status (*take)(void *context, const char *result, size_t length);
	void *context;
} user;

static gd_status make(void *context, gd_buffer *piece)
{
	const gd_shared_table *shared = ((user *)context)->shared;
	return gd_batch_fill(piece, shared->table, shared->columns, shared->column_count);
}

static gd_status perform(void *context, const char *piece, size_t length, gd_buffer *result)
{
	user *u = context;
	return u->perform(u->context, piece, length, result);
}

static gd_status take(void *context, const char *result, size_t length)
{
	user *u = context;
	return u->take(u->context, result, length);
}

gd_status gd_shared_table_run(gd_shared_table *shared, gd_status (*perform_)(void *context, const char *piece, size_t length, gd_buffer *result),
	gd_status (*take_)(void *context, const char *result, size_t length), void *context)
{
	user u = {shared, perform_, take_, context};
	const gd_ordered_work work = {make, perform, take, &u};
	return gd_ordered_work_run(shared->communicator, &work);
}

void gd_shared_table_close(gd_shared_table *shared)
{
	gd_table_close(shared->table);
	free(shared->columns);
	gd_batch_reader_release(&shared->reader);
	*shared = (gd_shared_table){0};
}
