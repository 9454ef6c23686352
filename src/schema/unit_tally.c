#include "gd/schema/unit_tally.h"

#include <stddef.h>
#include <string.h>

void gd_unit_tally_add(gd_unit_tally *tally, const char *unit, int64_t count)
{
	int place = 0;
	while (place < GD_TALLIED_UNITS && *tally->unit[place] && strcmp(tally->unit[place], unit) < 0)
		place++;
	if (place == GD_TALLIED_UNITS) {
		tally->others += count;
	} else if (!strcmp(tally->unit[place], unit)) {
		tally->count[place] += count;
	} else {
		size_t behind = (size_t)(GD_TALLIED_UNITS - 1 - place);
		tally->others += tally->count[GD_TALLIED_UNITS - 1];
		memmove(tally->unit[place + 1], tally->unit[place], behind * sizeof *tally->unit);
		memmove(&tally->count[place + 1], &tally->count[place], behind * sizeof *tally->count);
		strncpy(tally->unit[place], unit, GD_UNIT_ROOM);
		tally->count[place] = count;
	}
}

void gd_unit_tally_merge(gd_unit_tally *tally, const gd_unit_tally *later)
{
	tally->others += later->others;
	for (int i = 0; i < GD_TALLIED_UNITS && *later->unit[i]; i++)
		gd_unit_tally_add(tally, later->unit[i], later->count[i]);
}

int64_t gd_unit_tally_sum(const gd_unit_tally *tally)
{
	int64_t count = tally->others;
	for (int i = 0; i < GD_TALLIED_UNITS; i++)
		count += tally->count[i];
	return count;
}
