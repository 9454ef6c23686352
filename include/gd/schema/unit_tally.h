/* How many numbers of a column have which unit, in bounded memory, and the same from any dealing out of the records. Local. */
#ifndef GD_UNIT_TALLY_H
#define GD_UNIT_TALLY_H

#include <stdint.h>

#include "gd/value/quantity.h"

enum { GD_TALLIED_UNITS = 12 };

/* The first units by their bytes: what is among those at the end always was. "" is a free place; a zeroed tally is an empty one. */
typedef struct gd_unit_tally {
	int64_t count[GD_TALLIED_UNITS], others;
	char unit[GD_TALLIED_UNITS][GD_UNIT_ROOM];
} gd_unit_tally;

void gd_unit_tally_add(gd_unit_tally *tally, const char *unit, int64_t count);
void gd_unit_tally_merge(gd_unit_tally *tally, const gd_unit_tally *later);
int64_t gd_unit_tally_sum(const gd_unit_tally *tally);

#endif
