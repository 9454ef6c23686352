/* Rows of a few lines. */
#ifndef ROWS_FIXTURE_H
#define ROWS_FIXTURE_H

#include "gd/features/recipe.h"
#include "gd/features/rows.h"
#include "lines.h"
#include "unit.h"

/* The rows of such lines as a schema has them, parted by their column `part`; the three are to be released. */
static inline void read_rows(gd_rows *rows, gd_recipe *recipe, gd_spill *spill, const char *schema_text, const char *const *lines)
{
	gd_schema schema;
	char sha256[65];
	gd_status status = gd_schema_read(schema_text, "x.ini", GD_USAGE, &schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_recipe_init(recipe, &schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	gd_spill_init(spill, NULL, NULL, 0, 1 << 16);
	status = gd_rows_read(rows, recipe, spill, "part", read_lines, (void *)lines, sha256);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
}

/* The row that has `n` rows in front of it; NULL: there is none. */
static inline gd_row *nth_row(const gd_rows *rows, int64_t n)
{
	gd_walk walk = gd_rows_walk(rows);
	for (gd_row *row; (row = gd_walk_next(&walk));) {
		int64_t before = 0;
		gd_walk again = gd_rows_walk(rows);
		for (const gd_row *other; (other = gd_walk_next(&again));)
			before += other->source_row < row->source_row;
		if (before == n)
			return row;
	}
	return NULL;
}

#endif
