/* The dates of a column, from its summary. Local. */
#ifndef GD_CALENDAR_H
#define GD_CALENDAR_H

#include "gd/schema/summary.h"

enum { GD_CALENDAR_PARTS = 4 };

/* Those read in this order, and beside dates whole numbers of four digits, which are years without month and day. */
gd_calendar gd_calendar_of(const gd_summary *summary, gd_date_order order);
/* How many there are in the order in which most are read. Year and day of the year (2024-123) that never come back are none, but numbers of cases. */
int64_t gd_calendar_count(const gd_summary *summary);
/* The parts that vary: year, month, weekday, hour; how many. */
int gd_calendar_parts(const gd_calendar *calendar, const char *parts[GD_CALENDAR_PARTS]);
/* Whether times of day, if there is nothing else, are in several hours: else the minutes are what is told, 00:05:12 on a page. */
bool gd_calendar_are_times(const gd_summary *summary);

#endif
