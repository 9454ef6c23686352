/* Records, tables and rows of a few lines. */
#ifndef ROWS_FIXTURE_H
#define ROWS_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "gd/table/recipe.h"
#include "gd/table/rows.h"
#include "unit.h"

/* A line of comma-separated texts as a record, which stays until the call after the next. */
static inline const gd_record *record_of(const char *line)
{
	enum { MOST = 32 };
	static char text[2][512];
	static char *fields[2][MOST];
	static size_t lengths[2][MOST];
	static gd_record record[2];
	static int turn;
	static int64_t number;
	turn = !turn;
	snprintf(text[turn], sizeof text[turn], "%s", line);
	int count = 0;
	for (char *at = text[turn]; at; count++) {
		char *comma = strchr(at, ',');
		if (comma)
			*comma = '\0';
		fields[turn][count] = at;
		lengths[turn][count] = strlen(at);
		at = comma ? comma + 1 : NULL;
	}
	record[turn] = (gd_record){.number = ++number, .line = 2, .count = count, .fields = fields[turn], .lengths = lengths[turn]};
	return &record[turn];
}

/* Gives the lines at `context`, which end with NULL, the header first. */
static inline gd_status read_lines(void *context, const gd_table_reader *reader, char sha256[65])
{
	const char *const *lines = context;
	sha256[0] = '\0';
	gd_status status = reader->header(reader->context, record_of(lines[0]));
	for (int i = 1; lines[i] && !gd_failed(&status); i++) {
		gd_record record = *record_of(lines[i]);
		record.number = i;
		record.line = i + 1;
		status = reader->record(reader->context, &record);
	}
	return status;
}

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
