#include "gd/table/target.h"

#include "gd/base/excerpt.h"
#include "gd/table/table.h"

/* Rules of thumb: whole numbers may well code classes, fractions hardly; and classes come back, again and again. */
enum { MOST_FRACTIONS = 10, MOST_WHOLE = 100, MOST_TEXTS = 1000, FEW = 10 };

gd_status gd_target_check(const gd_target *target)
{
	char room[GD_EXCERPT_ROOM];
	gd_excerpt(target->column, room);
	bool rare = target->distinct > FEW && 2 * target->distinct > target->values;
	if (target->distinct == 1)
		return gd_error(GD_BAD_DATA, "column '%s' holds one class only in %lld records; a classifier needs two or more", room, (long long)target->values);
	if (target->numbers && (target->distinct > (target->fractional ? MOST_FRACTIONS : MOST_WHOLE) || rare ||
			(target->fractional && target->distinct == target->values)))
		return gd_error(GD_BAD_DATA, "column '%s' looks continuous (%lld different numbers in %lld records); this program learns classes: cut the numbers into a few ranges first",
			room, (long long)target->distinct, (long long)target->values);
	if (target->distinct > MOST_TEXTS || rare)
		return gd_error(GD_BAD_DATA, "column '%s' holds %lld different texts in %lld records, which look like names; this program learns classes, of which there are few",
			room, (long long)target->distinct, (long long)target->values);
	return gd_ok();
}
