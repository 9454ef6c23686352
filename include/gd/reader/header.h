/* A table's header: the names of its columns. Local. */
#ifndef GD_HEADER_H
#define GD_HEADER_H

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/reader/dialect.h"
#include "gd/reader/record.h"

/* Columns whose names an earlier one has: how many there are, and the first of them. */
typedef struct gd_header_twins {
	int count;
	const char *name, *new_name; /* as the header has it, and as it is called; memory of the arena */
} gd_header_twins;

/*
 * The header from a file's first record, with memory of the arena; without one the columns are 1, 2, ... Each name is one column's: a column whose name an earlier one has gets _2, _3, ... behind
 * it, the first of these that no column is called. Columns without a name stay without.
 */
GD_CHECKED gd_status gd_header_take(const gd_dialect *dialect, const gd_record *first, gd_arena *arena, gd_record *header, gd_header_twins *twins);
/* Whether the file `name`, whose first record this is, has the columns of the file `other`: `order` [columns] gets the place of each in this file. If not, GD_BAD_DATA says where they part. */
GD_CHECKED gd_status gd_header_compare(const gd_dialect *dialect, const gd_record *first, const char *name, const gd_record *header, const char *other, int *order);

/* Whether the header's first field is a comment's character alone, as blanks part it from the first name: 0 or 1. */
int gd_header_lone_comment(const gd_dialect *dialect, const gd_record *first);

#endif
