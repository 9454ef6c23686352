/* Two numbers in one field: 120/80, 10 x 20 cm, 48.85, 2.35, 5.1 ± 0.1, 12 (48%), $10 to $20. Local. */
#ifndef GD_PAIR_H
#define GD_PAIR_H

#include <stdbool.h>

typedef enum gd_pair_kind { GD_PAIR_RATIO, /* a slash between them */
	GD_PAIR_RANGE, /* a dash, "to" */
	GD_PAIR_FREE,  /* anything else: sizes, points, errors, shares */
	GD_PAIR_KINDS } gd_pair_kind;

typedef struct gd_pair {
	double first, second;
	gd_pair_kind kind;
} gd_pair;

/*
 * Numbers are plain, perhaps with a sign, with thousands apart by commas, a currency in front or a unit behind, which says nothing; of a range, both have the same unit, or one has none. A number that begins
 * with a zero, as codes do, is none; units that stand for thousands and the like are none. A comma or blank alone parts fractions only.
 */
bool gd_pair_read(const char *text, gd_pair *pair);

#endif
