/* Texts of a user's table, in messages and tables of one line. Local. */
#ifndef GD_EXCERPT_H
#define GD_EXCERPT_H

#include <stdio.h>

#define GD_EXCERPT_ROOM 64
/* `text` as it may stand in a one-line message: control characters become blanks, what is long is cut at a character and ends in "...". Returns `room`. */
const char *gd_excerpt(const char *text, char room[GD_EXCERPT_ROOM]);

/* Prints the excerpt of `text` in `width` columns at least; counts characters, since printf counts bytes. */
void gd_print_padded(FILE *out, const char *text, int width);

#endif
