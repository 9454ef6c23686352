#include <string.h>

#include "gd/table/treatment.h"

/* `count` digits at `text` into `*value`. */
static bool read_digits(const char *text, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = 10 * *value + (text[i] - '0');
	}
	return true;
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

bool gd_date_parse(const char *text, gd_date *date)
{
	size_t length = strlen(text);
	*date = (gd_date){0};
	if ((length != 4 && length != 7 && length != 10) || !read_digits(text, 4, &date->year))
		return false;
	if (length >= 7 && (text[4] != '-' || !read_digits(text + 5, 2, &date->month) || date->month < 1 || date->month > 12))
		return false;
	if (length == 10 && (text[7] != '-' || !read_digits(text + 8, 2, &date->day) || date->day < 1 || date->day > days_of_month(date->year, date->month)))
		return false;
	return true;
}

int gd_date_weekday(gd_date date)
{
	/* Days before each month in a year that ends in February: leap days then come last. */
	static const int offsets[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
	if (!date.day)
		return 7;
	int year = date.year - (date.month < 3);
	return (year + year / 4 - year / 100 + year / 400 + offsets[date.month - 1] + date.day + 6) % 7;
}
