/* Marks of several bytes in a table's text (a delimiter such as || or §, typographic quotes or þ), and the byte that stands in for each, so that all that reads records knows of bytes alone. Local. */
#ifndef GD_STAND_IN_H
#define GD_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/status.h"
#include "gd/reader/dialect.h"

/* Whether there is anything to replace. */
static inline bool gd_stand_in_is(const gd_stand_in *stand_in)
{
	return *stand_in->delimiter || stand_in->quotes;
}

/* Replaces the marks in bytes [size], where they are; returns how many bytes these are then. Those from `*taken` on may be the beginning of a mark, and are left; none where the text has `ended`. */
size_t gd_stand_in_put(const gd_stand_in *stand_in, char *bytes, size_t size, bool ended, size_t *taken);
/*
 * From a table's beginning, bytes [size] of UTF-8 (`whole`: that is all of it): the marks that `options` say, and those that are found where options leave it open. A delimiter is taken where the header
 * and the lines behind it have it equally often, and no name holds a part of it; quotes where they enclose fields, and stand nowhere else. GD_FAILED: out of memory.
 */
GD_CHECKED gd_status gd_stand_in_find(const gd_dialect_options *options, const char *bytes, size_t size, bool whole, gd_stand_in *stand_in);

#endif
