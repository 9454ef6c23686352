/* A table's header: the names of its columns. Local. */
#ifndef GD_HEADER_H
#define GD_HEADER_H

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/table/dialect.h"
#include "gd/table/record.h"

/* The header from a file's first record, with memory of the arena; without one the columns are 1, 2, ... */
GD_CHECKED gd_status gd_header_take(const gd_dialect *dialect, const gd_record *first, gd_arena *arena, gd_record *header);
/* Whether the file `name`, whose first record this is, has the header of the file `other`; if not, GD_BAD_DATA says where they part. */
GD_CHECKED gd_status gd_header_compare(const gd_dialect *dialect, const gd_record *first, const char *name, const gd_record *header, const char *other);

#endif
