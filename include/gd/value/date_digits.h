/* Digits and days of dates. Private to them. Local. */
#ifndef GD_DATE_DIGITS_H
#define GD_DATE_DIGITS_H

#include <stdbool.h>

/* `count` digits at `text` into `*value`. */
static inline bool gd_date_digits(const char *text, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = 10 * *value + (text[i] - '0');
	}
	return true;
}

/* From one to `most` digits; how many there were, 0 for none or too many. */
static inline int gd_date_number(const char **text, int most, int *value)
{
	int count = 0;
	while ((*text)[count] >= '0' && (*text)[count] <= '9')
		count++;
	if (!count || count > most || !gd_date_digits(*text, count, value))
		return 0;
	*text += count;
	return count;
}

static inline bool gd_date_is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static inline int gd_date_days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && gd_date_is_leap(year));
}

/* 0: Monday. */
static inline int gd_date_weekday_of(int year, int month, int day)
{
	/* Days before each month in a year that ends in February: leap days then come last. */
	static const int offsets[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
	year -= month < 3;
	return (year + year / 4 - year / 100 + year / 400 + offsets[month - 1] + day + 6) % 7;
}

#endif
