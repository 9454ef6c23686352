#include "gd/value/date_part.h"

#include <stddef.h>

#include "gd/value/date_digits.h"

static bool is_recent(int year)
{
	enum { FIRST = 1900, LAST = 2100 };
	return year >= FIRST && year <= LAST;
}

/* YYYYQ1, 2020-Q1, Q1 2020 or 2020M01, of our time: the first month, and the text behind it, or NULL. */
static const char *scan_quarter(const char *text, gd_date *date)
{
	int part = 0;
	const bool first = *text == 'Q';
	if (first) {
		text++;
		if (!gd_date_digits(text, 1, &part) || (text[1] != ' ' && text[1] != '-' && text[1] != '/'))
			return NULL;
		text += 2;
	}
	if (!gd_date_digits(text, 4, &date->year) || !is_recent(date->year))
		return NULL;
	text += 4;
	const char *mark = text + (*text == '-' || *text == ' ');
	const bool month = *mark == 'M';
	if (!first && ((*mark != 'Q' && !month) || !gd_date_digits(mark + 1, month ? 2 : 1, &part)))
		return NULL;
	date->month = month ? part : 3 * part - 2;
	return part < 1 || part > (month ? 12 : 4) ? NULL : first ? text : mark + (month ? 3 : 2);
}

/* The day of that number in its year, which may be in the year before or behind. */
static void set_day(gd_date *date, int year, int number)
{
	if (number < 1)
		number += 365 + gd_date_is_leap(--year);
	else if (number > 365 + gd_date_is_leap(year))
		number -= 365 + gd_date_is_leap(year++);
	date->year = year;
	for (date->month = 1; number > gd_date_days_of_month(year, date->month); date->month++)
		number -= gd_date_days_of_month(year, date->month);
	date->day = number;
}

static const char *scan_week(const char *text, gd_date *date)
{
	enum { THURSDAY = 3 };
	int year, week, day;
	if (!gd_date_digits(text, 4, &year) || !is_recent(year))
		return NULL;
	const bool joined = text[4] != '-';
	text += joined ? 4 : 5;
	if (*text != 'W' || !gd_date_digits(text + 1, 2, &week))
		return NULL;
	text += 3;
	/* The year has its first Thursday in week 1, and 53 weeks where it has 53 Thursdays. */
	const int first = 1 + (THURSDAY + 7 - gd_date_weekday_of(year, 1, 1)) % 7, thursday = first + 7 * (week - 1);
	if (week < 1 || thursday > 365 + gd_date_is_leap(year))
		return NULL;
	const bool dayed = (joined || *text == '-') && gd_date_digits(text + !joined, 1, &day);
	if (dayed && (day < 1 || day > 7))
		return NULL;
	set_day(date, year, dayed ? thursday + day - 1 - THURSDAY : thursday);
	if (!dayed)
		date->day = 0;
	return text + (dayed ? 1 + !joined : 0);
}

static const char *scan_ordinal(const char *text, gd_date *date)
{
	int year, number;
	if (!gd_date_digits(text, 4, &year) || !is_recent(year) || text[4] != '-' || !gd_date_digits(text + 5, 3, &number) || number < 1 || number > 365 + gd_date_is_leap(year))
		return NULL;
	set_day(date, year, number);
	date->ordinal = true;
	return text + 8;
}

const char *gd_date_scan_part(const char *text, gd_date *date)
{
	static const char *(*const scans[])(const char *, gd_date *) = {scan_quarter, scan_week, scan_ordinal};
	const char *end = NULL;
	for (int i = 0; i < 3 && !end; i++) {
		*date = (gd_date){0};
		end = scans[i](text, date);
	}
	return end;
}
