/* Where a table has the columns that a recipe reads. */
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/features/recipe.h"
#include "gd/reader/column_index.h"

/* What is looked for, and where. */
typedef struct search {
	gd_column_index index;
	bool *needed; /* [columns of the schema] */
} search;

static void search_release(search *s)
{
	gd_column_index_release(&s->index);
	free(s->needed);
}

static gd_status search_init(search *s, const gd_schema *schema, const gd_record *header, gd_bind bind)
{
	*s = (search){.needed = gd_allocate((size_t)schema->column_count, sizeof *s->needed)};
	gd_status status = s->needed ? gd_column_index_init(&s->index, header) : gd_out_of_memory("the columns");
	for (int i = 0; i < schema->column_count && !gd_failed(&status); i++)
		s->needed[i] = bind == GD_BIND_ALL || (bind == GD_BIND_LABELLED && i == schema->target);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		s->needed[schema->terms[i].column] = true;
		if (schema->terms[i].other >= 0)
			s->needed[schema->terms[i].other] = true;
	}
	if (gd_failed(&status))
		search_release(s);
	return status;
}

static void note_renamed(gd_recipe *recipe, int column, const char *found)
{
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM], pair[2 * GD_EXCERPT_ROOM + 8];
	snprintf(pair, sizeof pair, "%s' as '%s", gd_excerpt(found, room), gd_excerpt(recipe->schema.columns[column], other));
	gd_enumeration_add(&recipe->renamed, pair);
}

static gd_status lacks(const gd_recipe *recipe, const gd_record *header, int column, int others)
{
	char more[48] = "";
	if (others)
		snprintf(more, sizeof more, " (nor %d more that are needed)", others);
	return gd_table_lacks(header, recipe->schema.columns[column], more);
}

static gd_status bind_columns(gd_recipe *recipe, const search *s, gd_bind bind)
{
	const gd_schema *schema = &recipe->schema;
	const gd_record *header = s->index.header;
	int first = -1, lacking = 0;
	recipe->renamed = (gd_enumeration){0};
	for (int i = 0; i < schema->column_count; i++) {
		recipe->field[i] = -1;
		if (!s->needed[i])
			continue;
		gd_status status = gd_column_index_find(&s->index, schema->columns[i], &recipe->field[i]);
		const bool renamed = !gd_failed(&status) && recipe->field[i] < 0 && bind != GD_BIND_ALL && !recipe->exact;
		if (renamed)
			status = gd_column_index_find_alike(&s->index, schema->columns[i], &recipe->field[i]);
		if (gd_failed(&status))
			return status;
		if (renamed && recipe->field[i] >= 0)
			note_renamed(recipe, i, header->fields[recipe->field[i]]);
		if (recipe->field[i] < 0 && !lacking++)
			first = i;
	}
	if (lacking)
		return lacks(recipe, header, first, lacking - 1);
	return bind == GD_BIND_LABELLED && schema->weighs ? gd_column_index_find(&s->index, schema->columns[schema->weight], &recipe->field[schema->weight]) : gd_ok();
}

gd_status gd_recipe_bind(gd_recipe *recipe, const gd_record *header, gd_bind bind)
{
	search s;
	gd_status status = search_init(&s, &recipe->schema, header, bind);
	if (gd_failed(&status))
		return status;
	status = bind_columns(recipe, &s, bind);
	search_release(&s);
	return status;
}
