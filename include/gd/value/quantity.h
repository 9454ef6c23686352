/* Numbers as people write them: thousands in groups, a currency in front, a unit or per cent behind. Local. */
#ifndef GD_QUANTITY_H
#define GD_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

enum { GD_UNIT_ROOM = 12 };

typedef struct gd_quantity {
	double value;            /* per cent are not divided */
	bool grouped;            /* thousands apart */
	char unit[GD_UNIT_ROOM]; /* "" for none */
} gd_quantity;

/*
 * A finite number: digits, perhaps in groups of three with a comma, an apostrophe or a blank between them (or 12,34,567, as in India), perhaps with a currency's sign or code in front, or
 * %, or a unit behind; (5) and 5.00- are -5, a dash behind a currency is 0; an exponent may begin with D, as Fortran writes it, or be x10^3; ~ in front says nothing. A unit is of letters, signs and %, without digits.
 * Two units are no such thing: "<" or ">" in front of a limit, which is the value; and ":" of 1:23:45, which is in what the last part counts (5025).
 */
bool gd_quantity_read(const char *text, gd_quantity *quantity);

/* How many bytes of a blank or an apostrophe as it stands between thousands; 0 for none. */
size_t gd_quantity_gap(const char *text);

#endif
