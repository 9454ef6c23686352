/* Quarters, weeks and days of a year. Private to dates. Local. */
#ifndef GD_DATE_PART_H
#define GD_DATE_PART_H

#include "gd/value/date.h"

/*
 * YYYYQ1, 2020-Q1, Q1 2020 or 2020M01: the first month; 2024-W05, 2024W05: the month of the week's Thursday, which is in the week's year; 2024-W05-3, 2024W053: that day; 2024-123: that day of the year. Of our time, 1900 to 2100: the text
 * behind it, or NULL. Source: ISO 8601.
 */
const char *gd_date_scan_part(const char *text, gd_date *date);

#endif
