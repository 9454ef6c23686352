/* Digits of other scripts. Local. */
#ifndef GD_DIGITS_H
#define GD_DIGITS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a text may begin with such a digit, or a full-width sign: most do not. */
static inline bool gd_digits_may_begin(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	return *at == '\xd9' || *at == '\xdb' || *at == '\xe0' || *at == '\xef' || (*at == '\xe2' && at > text);
}

/*
 * A text of nothing but digits, some of them Arabic, Persian, Devanagari, Bengali, Thai or of full width, and marks that stand in numbers, dates and times, gets digits from 0 to 9 and marks of ASCII, with this decimal mark for that
 * of Arabic, in place: its new length. Others stay. Source: Unicode 15, UnicodeData.txt.
 */
size_t gd_digits_turn(char *text, size_t length, char decimal);

#endif
