/* Lines before a table's header, in bytes [size] of its beginning, and lines among its records that are none. Private to dialects and the splitter. Local. */
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
/* A rule of dashes between cells, or a count of rows; a line without the blanks in front. */
bool gd_lead_is_drawn(const char *line, size_t length);
/* Whether the first line or the second is such a rule, or one of the first is a line of dashes above bars. */
bool gd_lead_is_ruled(const char *bytes, size_t size);

#endif
