/* Numbers as people write them: thousands in groups, a currency in front, a unit or per cent behind. Local. */
#ifndef GD_QUANTITY_H
#define GD_QUANTITY_H

#include <stdbool.h>

enum { GD_UNIT_ROOM = 12 };

typedef struct gd_quantity {
	double value;            /* per cent are not divided */
	bool grouped;            /* thousands apart */
	char unit[GD_UNIT_ROOM]; /* "" for none */
} gd_quantity;

/*
 * A finite number: digits, perhaps in groups of three with a comma, an apostrophe or a blank between them, perhaps with a currency's sign or code in front or a unit behind; (5) is -5.
 * A unit is of letters, signs and %, without digits.
 */
bool gd_quantity_read(const char *text, gd_quantity *quantity);

#endif
