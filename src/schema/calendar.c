#include "gd/schema/calendar.h"

#include <math.h>

static int64_t count_years(const gd_summary *summary)
{
	enum { DIGITS = 4, FIRST = 1000, LAST = 2100 };
	const bool dated = summary->dates[GD_DATE_DAY_FIRST].count + summary->dates[GD_DATE_MONTH_FIRST].count > 0;
	const bool four = summary->shortest == DIGITS && summary->longest == DIGITS && !summary->fractional && summary->numbers == gd_summary_numbers(summary);
	return dated && four && summary->least.value >= FIRST && summary->most.value <= LAST ? summary->numbers : 0;
}

gd_calendar gd_calendar_of(const gd_summary *summary, gd_date_order order)
{
	gd_calendar calendar = summary->dates[order];
	const int64_t years = count_years(summary);
	if (!years || calendar.first_year > calendar.last_year)
		return calendar;
	calendar.count += years;
	calendar.first_year = (int)fmin(calendar.first_year, summary->least.value);
	calendar.last_year = (int)fmax(calendar.last_year, summary->most.value);
	calendar.months |= 1;
	calendar.weekdays |= 1 << 7;
	return calendar;
}

int64_t gd_calendar_count(const gd_summary *summary)
{
	int64_t most = 0;
	for (int order = 0; order < 3; order++) {
		const int64_t count = gd_calendar_of(summary, (gd_date_order)order).count;
		most = count > most ? count : most;
	}
	return summary->ordinals && gd_summary_all_differ(summary) ? most - summary->ordinals : most;
}

static bool varies(uint32_t bits)
{
	return (bits & (bits - 1)) != 0;
}

int gd_calendar_parts(const gd_calendar *calendar, const char *parts[GD_CALENDAR_PARTS])
{
	int count = 0;
	if (calendar->first_year < calendar->last_year)
		parts[count++] = "year";
	if (varies(calendar->months))
		parts[count++] = "month";
	if (varies(calendar->weekdays))
		parts[count++] = "weekday";
	if (varies(calendar->hours))
		parts[count++] = "hour";
	return count;
}

bool gd_calendar_are_times(const gd_summary *summary)
{
	const gd_calendar *calendar = &summary->dates[GD_DATE_YEAR_FIRST];
	return calendar->undated < calendar->count || varies(calendar->hours) || gd_summary_distinct(summary) < 2;
}
