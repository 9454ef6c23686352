/* Rows by their place in the table, for tests: rows lie in piles by their content. */
#ifndef GD_NTH_ROW_H
#define GD_NTH_ROW_H

#include "gd/table/rows.h"

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
