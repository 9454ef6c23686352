#include "gd/table/date.h"

#include <string.h>

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

/* From one to `most` digits; how many there were, 0 for none or too many. */
static int read_number(const char **text, int most, int *value)
{
	int count = 0;
	while ((*text)[count] >= '0' && (*text)[count] <= '9')
		count++;
	if (!count || count > most || !read_digits(*text, count, value))
		return 0;
	*text += count;
	return count;
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool is_day(const gd_date *date)
{
	return date->month >= 1 && date->month <= 12 && date->day >= 1 && date->day <= days_of_month(date->year, date->month);
}

bool gd_date_parse(const char *text, gd_date *date)
{
	size_t length = strlen(text);
	*date = (gd_date){0};
	if ((length != 4 && length != 7 && length != 10) || !read_digits(text, 4, &date->year))
		return false;
	if (length >= 7 && (text[4] != '-' || !read_digits(text + 5, 2, &date->month) || date->month < 1 || date->month > 12))
		return false;
	if (length == 10 && (text[7] != '-' || !read_digits(text + 8, 2, &date->day) || !is_day(date)))
		return false;
	return true;
}

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The English name of a month, whole or cut after three letters; 0: none. */
static int read_month(const char **text)
{
	static const char *const names[] = {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};
	int length = 0;
	while (is_letter((*text)[length]))
		length++;
	for (int month = 0; month < 12 && length >= 3; month++) {
		int same = 0;
		while (same < length && ((*text)[same] | 0x20) == names[month][same])
			same++;
		if (same == length && (length == 3 || !names[month][length] || (month == 8 && length == 4))) {
			*text += length + ((*text)[length] == '.');
			return month + 1;
		}
	}
	return 0;
}

static int whole_year(int digits, int year)
{
	return digits > 2 ? year : year + (year < 69 ? 2000 : 1900);
}

/* Between the parts of a date. */
static const char *skip_separator(const char *text)
{
	if (*text == '-' || *text == '/')
		return text + 1;
	return skip_blanks(text + (*text == ','));
}

/* D Month YYYY or Month D, YYYY: the text behind it, or NULL. */
static const char *scan_named(const char *text, gd_date *date)
{
	int digits;
	date->month = read_month(&text);
	bool first = date->month > 0;
	if (first)
		text = skip_separator(text);
	if (!read_number(&text, 2, &date->day))
		return NULL;
	text = skip_separator(text);
	if (!first) {
		date->month = read_month(&text);
		text = skip_separator(text);
	}
	digits = read_number(&text, 4, &date->year);
	if (digits != 2 && digits != 4)
		return NULL;
	date->year = whole_year(digits, date->year);
	return is_day(date) ? text : NULL;
}

/* Three numbers: the text behind them, or NULL. */
static const char *scan_numbers(const char *text, gd_date_order order, gd_date *date)
{
	int value[3], digits[3];
	char separator = 0;
	for (int i = 0; i < 3; i++) {
		digits[i] = read_number(&text, 4, &value[i]);
		if (!digits[i])
			return NULL;
		if (i < 2) {
			if ((i == 0 && *text != '/' && *text != '-' && *text != '.') || (i == 1 && *text != separator))
				return NULL;
			separator = *text++;
		}
	}
	if (digits[0] == 4 && (separator == '/' || (digits[1] == 2 && digits[2] == 2)) && digits[1] <= 2 && digits[2] <= 2) {
		*date = (gd_date){.year = value[0], .month = value[1], .day = value[2]};
	} else if (order != GD_DATE_YEAR_FIRST && digits[0] <= 2 && digits[1] <= 2 && (digits[2] == 2 || digits[2] == 4)) {
		bool day_first = order == GD_DATE_DAY_FIRST;
		*date = (gd_date){.year = whole_year(digits[2], value[2]), .month = value[day_first], .day = value[!day_first]};
	} else {
		return NULL;
	}
	return is_day(date) ? text : NULL;
}

/* Z, +HH, +HHMM or +HH:MM: the text behind it. */
static const char *skip_zone(const char *text)
{
	int value;
	const char *at = skip_blanks(text);
	if (*at == 'Z' || *at == 'z')
		return at + 1;
	if (!strncmp(at, "UTC", 3) || !strncmp(at, "GMT", 3))
		return at + 3;
	if ((*at != '+' && *at != '-') || !read_digits(at + 1, 2, &value))
		return text;
	at += 3;
	if (at[0] == ':' && read_digits(at + 1, 2, &value))
		return at + 3;
	return read_digits(at, 2, &value) ? at + 2 : at;
}

/* H:MM[:SS[.F]] [AM|PM] [zone]: the text behind it, or NULL. */
static const char *scan_time(const char *text, gd_date *date)
{
	int hour, minute, second = 0;
	if (!read_number(&text, 2, &hour) || *text != ':' || !read_digits(text + 1, 2, &minute))
		return NULL;
	text += 3;
	if (*text == ':') {
		if (!read_digits(text + 1, 2, &second))
			return NULL;
		text += 3;
		if ((*text == '.' || *text == ',') && text[1] >= '0' && text[1] <= '9')
			for (text++; *text >= '0' && *text <= '9';)
				text++;
	}
	const char *half = skip_blanks(text);
	if ((half[0] | 0x20) == 'a' || (half[0] | 0x20) == 'p') {
		if ((half[1] | 0x20) != 'm' || hour < 1 || hour > 12)
			return NULL;
		hour = hour % 12 + ((half[0] | 0x20) == 'p' ? 12 : 0);
		text = half + 2;
	}
	/* ISO 8601 knows leap seconds, and 24:00. */
	if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute || second)))
		return NULL;
	date->timed = true;
	date->seconds = (hour % 24) * 3600 + minute * 60 + (second < 60 ? second : 59);
	return skip_zone(text);
}

bool gd_date_read(const char *text, gd_date_order order, gd_date *date)
{
	const char *at = skip_blanks(text), *end;
	if (gd_date_parse(at, date))
		return true;
	*date = (gd_date){0};
	if ((end = scan_time(at, date))) {
		date->undated = true;
		return !*skip_blanks(end);
	}
	*date = (gd_date){0};
	end = scan_numbers(at, order, date);
	if (!end)
		end = scan_named(at, date);
	if (!end)
		return false;
	if (*end == 'T' || *end == 't' || *end == ',' || *end == ' ') {
		at = skip_blanks(end + 1);
		end = *at ? scan_time(at, date) : at;
	}
	return end && !*skip_blanks(end);
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
