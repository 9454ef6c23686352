#include "gd/schema/reading.h"

#include <stdio.h>
#include <string.h>

#include "gd/value/unit.h"

/* A rule of thumb: the share of a column's values that make it what it is. */
static const double NEARLY_ALL = 0.9;

static bool is_of(const char *unit, const char *other)
{
	gd_conversion conversion;
	return !strcmp(unit, other) || gd_unit_convert(other, unit, &conversion);
}

/* Numbers whose units can be had in `unit`. */
static int64_t count_in(const gd_unit_tally *tally, const char *unit)
{
	int64_t count = 0;
	for (int i = 0; i < GD_TALLIED_UNITS && *tally->unit[i]; i++)
		count += is_of(unit, tally->unit[i]) ? tally->count[i] : 0;
	return count;
}

/* The most frequent unit; plain numbers where letters such as k and M stand for thousands. */
static const char *choose_unit(const gd_unit_tally *tally)
{
	int most = 0;
	bool magnitudes = false;
	for (int i = 0; i < GD_TALLIED_UNITS && *tally->unit[i]; i++) {
		most = tally->count[i] > tally->count[most] ? i : most;
		magnitudes = magnitudes || gd_unit_is_magnitude(tally->unit[i]);
	}
	return magnitudes && count_in(tally, gd_unit_one) >= count_in(tally, tally->unit[most]) ? gd_unit_one : tally->unit[most];
}

static void read_with(const gd_summary *summary, bool comma, gd_reading *reading)
{
	gd_unit_tally tally = summary->units;
	size_t length = 0;
	*reading = (gd_reading){.comma = comma};
	if (comma)
		gd_unit_tally_merge(&tally, &summary->comma_units);
	snprintf(reading->unit, sizeof reading->unit, "%s", choose_unit(&tally));
	reading->plain = summary->numbers + summary->grouped + (comma ? summary->commas : 0);
	reading->readable = reading->plain + count_in(&tally, reading->unit);
	for (int i = 0; i < GD_TALLIED_UNITS && *tally.unit[i]; i++) {
		if (!strcmp(tally.unit[i], reading->unit) || !is_of(reading->unit, tally.unit[i]))
			continue;
		reading->converted += tally.count[i];
		if (length + strlen(tally.unit[i]) + 8 < sizeof reading->others)
			length += (size_t)snprintf(reading->others + length, sizeof reading->others - length, "%s'%s'", length ? ", " : "", tally.unit[i]);
		else if (length + 5 < sizeof reading->others)
			length += (size_t)snprintf(reading->others + length, sizeof reading->others - length, " ...");
	}
}

int64_t gd_reading_commas(const gd_summary *summary)
{
	return summary->commas + gd_unit_tally_sum(&summary->comma_units);
}

void gd_reading_find(const gd_summary *summary, gd_reading *reading)
{
	const int64_t commas = gd_reading_commas(summary), values = summary->records - summary->missing;
	/* A few beside many thousands apart are slips rather than the rule. */
	if (commas && !summary->points && (10 * commas >= values || commas >= summary->grouped)) {
		read_with(summary, true, reading);
		if ((double)reading->readable >= NEARLY_ALL * (double)values)
			return;
	}
	read_with(summary, false, reading);
}
