/* Where a table has the columns that a recipe reads. */
#include <stdio.h>

#include "gd/base/excerpt.h"
#include "gd/features/recipe.h"

/* Whether the column is looked at. */
static bool needs(const gd_schema *schema, int column, gd_bind bind)
{
	bool needed = bind == GD_BIND_ALL || (bind == GD_BIND_LABELLED && column == schema->target);
	for (int i = 0; i < schema->term_count && !needed; i++)
		needed = schema->terms[i].column == column || schema->terms[i].other == column;
	return needed;
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

gd_status gd_recipe_bind(gd_recipe *recipe, const gd_record *header, gd_bind bind)
{
	const gd_schema *schema = &recipe->schema;
	int first = -1, lacking = 0;
	recipe->renamed = (gd_enumeration){0};
	for (int i = 0; i < schema->column_count; i++) {
		recipe->field[i] = -1;
		if (!needs(schema, i, bind))
			continue;
		gd_status status = gd_table_find(header, schema->columns[i], &recipe->field[i]);
		if (gd_failed(&status))
			return status;
		if (recipe->field[i] < 0 && bind != GD_BIND_ALL && !recipe->exact && (recipe->field[i] = gd_table_find_alike(header, schema->columns[i])) >= 0)
			note_renamed(recipe, i, header->fields[recipe->field[i]]);
		if (recipe->field[i] < 0 && !lacking++)
			first = i;
	}
	if (lacking)
		return lacks(recipe, header, first, lacking - 1);
	return bind == GD_BIND_LABELLED && schema->weighs ? gd_table_find(header, schema->columns[schema->weight], &recipe->field[schema->weight]) : gd_ok();
}
