/* Text for people, broken into lines of at most GD_LINE_WIDTH columns. Local. */
#ifndef GD_PARAGRAPH_H
#define GD_PARAGRAPH_H

#include <stddef.h>
#include <stdio.h>

#define GD_LINE_WIDTH 100

/* Columns that the first `length` bytes of UTF-8 take: one a character. */
int gd_paragraph_columns(const char *text, size_t length);
/*
 * Prints `text` and ends its last line. `column` columns of the first line are printed already; every line is filled up to `indent`, or, where the first has
 * no two blanks left before that, begins on the next. Words break at blanks, and lines at each \n.
 */
void gd_paragraph_print(FILE *out, const char *text, int column, int indent);

#endif
