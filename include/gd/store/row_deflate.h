/*
 * Rows of which each repeats most of the one before, as a zlib stream: what is the same is named by its length alone, a row back, and all else is literal, by the fixed codes. Nothing is searched for, so that
 * it is as fast as rows are compared, and rows of many levels take fewer bytes than zlib at its fastest makes of them. Local. Source: P. Deutsch, RFC 1950 and 1951 (1996).
 */
#ifndef GD_ROW_DEFLATE_H
#define GD_ROW_DEFLATE_H

#include <stddef.h>

enum { GD_ROW_DEFLATE_MOST = 1 << 15 }; /* bytes of a row: as far as the format looks back */

/* bytes [size], rows of `row` bytes, 1 at least, one behind the other → to [room], overwritten; how many bytes, or 0 where they do not fit, or a row has too many. */
size_t gd_row_deflate(const void *bytes, size_t size, size_t row, void *to, size_t room);

#endif
