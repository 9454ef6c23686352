/* Units of one measure, such as kg and g, and how many of one are another. Local. */
#ifndef GD_UNIT_H
#define GD_UNIT_H

#include <stdbool.h>

/* The unit of plain numbers, of which "k" is a thousand and "M" a million. */
extern const char gd_unit_one[];

/* Of a value in one unit, (value - before) * multiply / divide + after is that in the other; before and after are 0 but for temperatures. */
typedef struct gd_conversion {
	double multiply, divide, before, after;
} gd_conversion;

/*
 * Whether both are units of one measure. Words are known in capitals, in the plural and with a point, too; a month is a twelfth
 * of a year of 365.25 days. ":" is what 1:02:03 counts, seconds; "<" and ">" are the limits below and above. South is below north, west
 * below east, what is owed below what one has (DR and CR, S and H).
 */
bool gd_unit_convert(const char *from, const char *to, gd_conversion *conversion);
/* Whether it is a word or letter for so many thousands, and nothing else. */
bool gd_unit_is_magnitude(const char *unit);

#endif
