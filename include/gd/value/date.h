/* Calendar dates and times of day as people write them. Local. */
#ifndef GD_DATE_H
#define GD_DATE_H

#include <stdbool.h>

/* month and day are 0 where they are not known. */
typedef struct gd_date {
	int year, month, day;
	bool timed;   /* the time of day is known */
	int seconds;  /* of the day */
	bool undated; /* a time of day alone */
	bool ordinal; /* written as year and day of the year */
} gd_date;

/* How the numbers of 3/4/2020 are meant. */
typedef enum gd_date_order { GD_DATE_YEAR_FIRST, GD_DATE_DAY_FIRST, GD_DATE_MONTH_FIRST } gd_date_order;

/* `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; days that do not exist are refused. Source: ISO 8601. */
bool gd_date_parse(const char *text, gd_date *date);
/*
 * The above, the day or month and day perhaps zero, where they are not known; MM/YYYY, and what gd/value/date_part.h has, of our time; YYYYMMDD, perhaps with HHMM[SS] behind it, of the years 1900 to 2100; YYYY/M/D; D Month YYYY, Month D, YYYY and Month YYYY, with names and weekdays of gd/value/date_name.h, 1st for 1, "de" and "of" between, or as
 * `date` and logs write it (Wed Oct 10 20:19:24 +0000 2018, [10/Oct/2018:20:19:24 +0000]); unless the year comes first, three numbers with / - or . between them, the year last (of two digits: 69 to 99
 * are of the last century, as in POSIX strptime). Y年M月[D日] and Korean, perhaps with 時 and 分. A time may follow or stand alone: H:MM[:SS[.F]] [AM|a.m.|PM], 3 PM or 14h30, behind a date with points, too, and Z, an offset or "Uhr", which is read over: the clock's time is what it is.
 */
bool gd_date_read(const char *text, gd_date_order order, gd_date *date);
/* Whether a text begins with digits as YYYY-MM-DD has them; no quantity and no pair of numbers does. */
bool gd_date_leads(const char *text);
/* Whether it may depend on the order how a text is read, or whether it is: all but few forms are the same in all of them. */
bool gd_date_has_order(const char *text);
/* 0 Monday … 6 Sunday, 7 when the day is not known. Proleptic Gregorian calendar. */
int gd_date_weekday(gd_date date);

#endif
