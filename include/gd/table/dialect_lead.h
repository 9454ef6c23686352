/* Lines before a table's header, in bytes [size] of its beginning. Private to the recognition of dialects. Local. */
#ifndef GD_DIALECT_LEAD_H
#define GD_DIALECT_LEAD_H

#include <stdbool.h>
#include <stddef.h>

/* Without its newline. */
size_t gd_lead_line_length(const char *bytes, size_t size);
/* The offset behind the line's newline. */
size_t gd_lead_next_line(const char *bytes, size_t size);
/* `sep=;`, which spreadsheets write and read. */
bool gd_lead_is_separator(const char *bytes, size_t size, char *delimiter);
/* The offset behind comments, and their `*lines`; `*last` gets the offset of the last one. Lines of blanks among them are none, but go too. */
size_t gd_lead_skip_comments(const char *bytes, size_t size, char comment, int *lines, size_t *last);

#endif
