#include "gd/value/date.h"

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

/* What words are made of, in any language. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static int count_letters(const char *text)
{
	int length = 0;
	while (is_letter(text[length]))
		length++;
	return length;
}

/* Whether letters [length] are a name, whole or cut after three letters; small ones and capitals of ASCII are one. */
static bool is_name(const char *letters, int length, const char *name)
{
	int same = 0;
	while (same < length && name[same] && ((letters[same] & 0x80) ? letters[same] == name[same] : (letters[same] | 0x20) == name[same]))
		same++;
	return same == length && (length == 3 || !name[length]);
}

/* The name of a month, whole or cut after three letters; 0: none. */
static int read_month(const char **text)
{
	static const struct {
		const char *name;
		int month;
	} names[] = {{"january", 1}, {"february", 2}, {"march", 3}, {"april", 4}, {"may", 5}, {"june", 6}, {"july", 7}, {"august", 8}, {"september", 9}, {"sept", 9}, {"october", 10}, {"november", 11}, {"december", 12},
		{"januar", 1}, {"j\xc3\xa4nner", 1}, {"februar", 2}, {"m\xc3\xa4rz", 3}, {"m\xc3\xa4r", 3}, {"mai", 5}, {"juni", 6}, {"juli", 7}, {"oktober", 10}, {"dezember", 12},
		{"janvier", 1}, {"f\xc3\xa9vrier", 2}, {"mars", 3}, {"avril", 4}, {"juin", 6}, {"juillet", 7}, {"ao\xc3\xbbt", 8}, {"septembre", 9}, {"octobre", 10}, {"novembre", 11}, {"d\xc3\xa9" "cembre", 12},
		{"enero", 1}, {"febrero", 2}, {"marzo", 3}, {"abril", 4}, {"mayo", 5}, {"junio", 6}, {"julio", 7}, {"agosto", 8}, {"septiembre", 9}, {"octubre", 10}, {"noviembre", 11}, {"diciembre", 12}};
	enum { LONGEST = 10 }; /* bytes */
	const int length = count_letters(*text);
	/* Most texts are none, and seen to be none by their first letter. */
	if (length < 3 || length > LONGEST || !strchr("adefjmnos", **text | 0x20))
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (is_name(*text, length, names[i].name)) {
			*text += length + ((*text)[length] == '.');
			return names[i].month;
		}
	return 0;
}

/* Behind the name of a weekday and what follows it, if there is one. */
static const char *skip_weekday(const char *text)
{
	static const char *const names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
	if (!*text || !strchr("mtwfs", *text | 0x20))
		return text;
	const int length = count_letters(text);
	for (size_t i = 0; i < sizeof names / sizeof *names && length >= 3; i++)
		if (is_name(text, length, names[i]))
			return skip_blanks(text + length + (text[length] == ',' || text[length] == '.'));
	return text;
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
	return skip_blanks(text + (*text == ',' || *text == '.'));
}

/* YYYYQ1, 2020-Q1, Q1 2020 or 2020M01, of our time: the first month, and the text behind it, or NULL. */
static const char *scan_quarter(const char *text, gd_date *date)
{
	enum { FIRST = 1900, LAST = 2100 };
	int part = 0;
	const bool first = *text == 'Q';
	if (first) {
		text++;
		if (!read_digits(text, 1, &part) || (text[1] != ' ' && text[1] != '-' && text[1] != '/'))
			return NULL;
		text += 2;
	}
	if (!read_digits(text, 4, &date->year) || date->year < FIRST || date->year > LAST)
		return NULL;
	text += 4;
	const char *mark = text + (*text == '-' || *text == ' ');
	const bool month = *mark == 'M';
	if (!first && ((*mark != 'Q' && !month) || !read_digits(mark + 1, month ? 2 : 1, &part)))
		return NULL;
	date->month = month ? part : 3 * part - 2;
	return part < 1 || part > (month ? 12 : 4) ? NULL : first ? text : mark + (month ? 3 : 2);
}

/* Month YYYY, Mon-YY, or MM/YYYY of our time: the text behind it, or NULL. */
static const char *scan_month(const char *text, gd_date *date)
{
	enum { FIRST = 1900, LAST = 2100 };
	date->month = read_month(&text);
	const bool number = !date->month && read_number(&text, 2, &date->month);
	const bool joined = *text == '-' || *text == '/';
	text = skip_separator(text);
	const int digits = read_number(&text, 4, &date->year);
	if (number && (!joined || digits != 4 || date->month > 12 || date->year < FIRST || date->year > LAST))
		return NULL;
	if (!date->month || (digits != 4 && !(digits == 2 && joined)))
		return NULL;
	date->year = whole_year(digits, date->year);
	date->day = 0;
	return text;
}

static const char *scan_time(const char *text, gd_date *date);

/* Behind a month and a day, a time, perhaps a zone, and the year: the text behind it, or NULL. */
static const char *scan_year_last(const char *text, gd_date *date)
{
	text = scan_time(text, date);
	if (!text)
		return NULL;
	text = skip_blanks(text);
	text = skip_blanks(text + count_letters(text));
	return read_number(&text, 4, &date->year) == 4 && is_day(date) ? text : NULL;
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
	const char *year = text;
	digits = read_number(&text, 4, &date->year);
	if (first && digits && *text == ':')
		return scan_year_last(year, date);
	if (digits != 2 && digits != 4)
		return NULL;
	date->year = whole_year(digits, date->year);
	return is_day(date) ? text : NULL;
}

/* YYYYMMDD: the text behind it, or NULL. */
static const char *scan_packed(const char *text, gd_date *date)
{
	enum { FIRST = 1900, LAST = 2100, DIGITS = 8 };
	if (!read_digits(text, 4, &date->year) || !read_digits(text + 4, 2, &date->month) || !read_digits(text + 6, 2, &date->day) || date->year < FIRST || date->year > LAST || !is_day(date))
		return NULL;
	return text + DIGITS;
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
	const bool named = !strncmp(at, "UTC", 3) || !strncmp(at, "GMT", 3);
	at += named ? 3 : 0;
	/* GMT+1, as Google Forms has it. */
	if (named && (*at == '+' || *at == '-') && read_number(&(const char *){at + 1}, 2, &value) == 1)
		return at + 2;
	if (named && ((*at != '+' && *at != '-') || !read_digits(at + 1, 2, &value)))
		return at;
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
	if (((half[0] | 0x20) == 'a' || (half[0] | 0x20) == 'p') && (half[1] | 0x20) == 'm') {
		if (hour < 1 || hour > 12)
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

/* HHMM or HHMMSS, and a zone: the text behind it, or NULL. */
static const char *scan_packed_time(const char *text, gd_date *date)
{
	int hour, minute, second = 0;
	if (!read_digits(text, 2, &hour) || !read_digits(text + 2, 2, &minute) || hour > 23 || minute > 59)
		return NULL;
	text += 4;
	if (read_digits(text, 2, &second))
		text += 2;
	if (second > 59)
		return NULL;
	date->timed = true;
	date->seconds = hour * 3600 + minute * 60 + second;
	return skip_zone(text);
}

/* A digit, or the first letter of a month, a weekday or a quarter. */
static bool may_begin(const char *text)
{
	return (*text >= '0' && *text <= '9') || *text == '[' || *text == 'Q' || (is_letter(*text) && strchr("adefjmnostw", *text | 0x20));
}

bool gd_date_read(const char *text, gd_date_order order, gd_date *date)
{
	const char *at = skip_blanks(text), *end;
	if (!may_begin(at)) {
		*date = (gd_date){0};
		return false;
	}
	if (gd_date_parse(at, date))
		return true;
	*date = (gd_date){0};
	if ((end = scan_time(at, date))) {
		date->undated = true;
		return !*skip_blanks(end);
	}
	const bool bracketed = *at == '[';
	at = skip_weekday(at + bracketed);
	*date = (gd_date){0};
	if (is_letter(*at) && *at != 'Q' && !read_month(&(const char *){at}))
		return false;
	bool packed = false;
	end = scan_numbers(at, order, date);
	if (!end)
		packed = (end = scan_packed(at, date)) != NULL;
	if (!end) {
		*date = (gd_date){0};
		end = scan_named(at, date);
	}
	if (!end) {
		*date = (gd_date){0};
		end = scan_month(at, date);
		if (!end) {
			*date = (gd_date){0};
			end = scan_quarter(at, date);
		}
		return end && !*skip_blanks(end);
	}
	if (!date->timed && ((*end && strchr("Tt, ", *end)) || *end == ':')) {
		at = skip_blanks(end + 1);
		end = !*at ? at : packed && at[1] && at[2] != ':' ? scan_packed_time(at, date)
								   : scan_time(at, date);
	}
	return end && !*skip_blanks(end + (bracketed && *end == ']'));
}

bool gd_date_leads(const char *text)
{
	int value;
	return read_digits(text, 4, &value) && text[4] == '-' && read_digits(text + 5, 2, &value) && text[7] == '-' && read_digits(text + 8, 2, &value);
}

bool gd_date_has_order(const char *text)
{
	int value;
	text = skip_blanks(text);
	text = skip_weekday(text + (*text == '['));
	if (!read_number(&text, 2, &value))
		return false;
	const char separator = *text++;
	return (separator == '/' || separator == '-' || separator == '.') && read_number(&text, 2, &value) && *text == separator;
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
