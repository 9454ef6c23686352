/* Texts that are one thing in several spellings. Local. */
#ifndef GD_SPELLING_H
#define GD_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

enum { GD_SPELLING_ROOM = 64 };

/* A decimal number without what does not change it: 1.0 and +1 are 1, 0.50 and .5 are 0.5, -0 is 0. Numbers with leading zeros are codes and stay. Texts of fewer than GD_SPELLING_ROOM bytes
 * lose blanks beyond ASCII and characters of no width at their ends; all others stay: then `text` itself is returned, else `room`. */
const char *gd_spelling_normal(const char *text, char room[GD_SPELLING_ROOM]);
/* The text without blanks and characters of no width beyond ASCII at its ends, in `room` where it has such; a long text stays. */
const char *gd_spelling_trim(const char *text, char room[GD_SPELLING_ROOM]);

/* 1 for true, yes, on, t, y and 1 in any case, 0 for their opposites, -1 for other texts; `*word` (may be NULL): it is a word, no digit. */
int gd_spelling_truth(const char *text, bool *word);

/* Whether people write the text for what is missing, in any case: unknown, n/a, not available, \N, #VALUE!, a point and a letter as SAS does, and the like. */
bool gd_spelling_gap(const char *text);

/* A character at `text` that shows nothing, beyond ASCII: how many bytes of a blank of whatever width, or (`*nothing`) of one that has none; 0 for any other. */
size_t gd_spelling_blank(const char *text, bool *nothing);

/* Whether two texts differ in case (of Latin, Greek and Cyrillic letters) and blanks alone: those around a text do not count, several inside are one, and characters without width are none. */
bool gd_spelling_alike(const char *a, const char *b);
/* The text in small letters, its blanks put in order, into folded [strlen(text) + 1]: alike texts have the same. */
void gd_spelling_fold(const char *text, char *folded);

#endif
