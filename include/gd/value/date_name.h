/* Names of months and weekdays in dates. Local. */
#ifndef GD_DATE_NAME_H
#define GD_DATE_NAME_H

#include <stdbool.h>

static inline bool gd_date_is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* А to п, or р to я and other letters of the block. */
static inline bool gd_date_is_cyrillic(char c)
{
	return c == '\xd0' || c == '\xd1';
}

/* Whether a text can begin with a name: most do not. */
static inline bool gd_date_may_be_name(const char *text)
{
	return gd_date_is_cyrillic(*text) || (gd_date_is_ascii_letter(*text) && (gd_date_is_ascii_letter(text[1]) || (text[1] & 0x80)));
}

/* What words are made of, in any language. */
bool gd_date_is_letter(char c);
int gd_date_count_letters(const char *text);
/* The number of the month whose name, whole or cut after three letters, `*text` begins with, perhaps a point behind it; passes over it. 0: none. English, German, French, Spanish, Italian, Portuguese, Dutch, Danish, Norwegian, Swedish, Polish, Russian. */
int gd_date_find_month(const char **text);
/* Behind г., which Russian has behind a year, if it is there. */
const char *gd_date_skip_year_word(const char *text);
/* Behind the name of a weekday, English or German, and what follows it, if there is one; German ones may have two letters and a mark behind them. */
const char *gd_date_skip_weekday(const char *text);

#endif
