/* Texts of a user's table, in messages and tables of one line. Local. */
#ifndef GD_EXCERPT_H
#define GD_EXCERPT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define GD_EXCERPT_ROOM 64
/* `one` of a count of 1, else `many`: "1 record has", "2 records have". */
const char *gd_plural(int64_t count, const char *one, const char *many);

/* `text` as it may stand in a one-line message: control characters become blanks, what is long is cut at a character and ends in "...". Returns `room`. */
const char *gd_excerpt(const char *text, char room[GD_EXCERPT_ROOM]);

/* Columns that a text takes in a table: its characters, since printf counts bytes. */
int gd_text_width(const char *text);
/* Prints the excerpt of `text` in `width` columns at least. */
void gd_print_padded(FILE *out, const char *text, int width);

/* `text` in at most `width` columns (1 to 48): what is long is cut in the middle, since names are often told apart by their ends. Control characters become blanks. Returns `room`. */
const char *gd_shorten(const char *text, int width, char room[GD_EXCERPT_ROOM]);

/* Appends to `text` [room], behind ", " where there is something, what there is room for. */
void gd_list_add(char *text, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Names in a sentence: "'a', 'b' and 12 more". A zeroed one is empty. */
typedef struct gd_enumeration {
	int count;
	char text[6 * GD_EXCERPT_ROOM];
} gd_enumeration;
void gd_enumeration_add(gd_enumeration *enumeration, const char *name);
/* Ends it. */
const char *gd_enumeration_text(gd_enumeration *enumeration);

#endif
