#include "gd/value/date.h"

#include <string.h>

#include "gd/value/date_digits.h"
#include "gd/value/date_name.h"
#include "gd/value/date_part.h"

static bool is_day(const gd_date *date)
{
	return date->month >= 1 && date->month <= 12 && date->day >= 1 && date->day <= gd_date_days_of_month(date->year, date->month);
}

bool gd_date_parse(const char *text, gd_date *date)
{
	size_t length = strlen(text);
	*date = (gd_date){0};
	if ((length != 4 && length != 7 && length != 10) || !gd_date_digits(text, 4, &date->year))
		return false;
	if (length >= 7 && (text[4] != '-' || !gd_date_digits(text + 5, 2, &date->month) || date->month < 1 || date->month > 12))
		return false;
	if (length == 10 && (text[7] != '-' || !gd_date_digits(text + 8, 2, &date->day) || !is_day(date)))
		return false;
	return true;
}

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

/* A day of the month, perhaps as 1st, 2nd, 3rd, 4th, 1er or 1º. */
static bool read_day(const char **text, int *day)
{
	static const char *const behind[] = {"st", "nd", "rd", "th", "er", "\xc2\xba"};
	if (!gd_date_number(text, 2, day))
		return false;
	if (!gd_date_is_ascii_letter(**text) && **text != behind[5][0])
		return true;
	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
		if (!strncmp(*text, behind[i], 2) && !gd_date_is_letter((*text)[2]))
			*text += 2;
	return true;
}

/* 1 de mayo de 2020, 1st of May 2020. */
static const char *skip_of(const char *text)
{
	static const char *const words[] = {"de ", "of ", "del "};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (*text == *words[i] && !strncmp(text, words[i], strlen(words[i])))
			return skip_blanks(text + strlen(words[i]));
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

/* Month YYYY, Mon-YY, or MM/YYYY of our time: the text behind it, or NULL. */
static const char *scan_month(const char *text, gd_date *date)
{
	enum { FIRST = 1900, LAST = 2100 };
	date->month = gd_date_find_month(&text);
	const bool number = !date->month && gd_date_number(&text, 2, &date->month);
	const bool joined = *text == '-' || *text == '/';
	text = skip_of(skip_separator(text));
	const int digits = gd_date_number(&text, 4, &date->year);
	if (number && (!joined || digits != 4 || date->month > 12 || date->year < FIRST || date->year > LAST))
		return NULL;
	if (!date->month || (digits != 4 && !(digits == 2 && joined)))
		return NULL;
	date->year = whole_year(digits, date->year);
	date->day = 0;
	return gd_date_skip_year_word(text);
}

static const char *scan_time(const char *text, gd_date *date);

/* Behind a month and a day, a time, perhaps a zone, and the year: the text behind it, or NULL. */
static const char *scan_year_last(const char *text, gd_date *date)
{
	text = scan_time(text, date);
	if (!text)
		return NULL;
	text = skip_blanks(text);
	text = skip_blanks(text + gd_date_count_letters(text));
	return gd_date_number(&text, 4, &date->year) == 4 && is_day(date) ? text : NULL;
}

/* D Month YYYY or Month D, YYYY: the text behind it, or NULL. */
static const char *scan_named(const char *text, gd_date *date)
{
	int digits;
	date->month = gd_date_find_month(&text);
	bool first = date->month > 0;
	if (first)
		text = skip_separator(text);
	if (!read_day(&text, &date->day))
		return NULL;
	text = skip_of(skip_separator(text));
	if (!first) {
		date->month = gd_date_find_month(&text);
		if (!date->month)
			return NULL;
		text = skip_of(skip_separator(text));
	}
	const char *year = text;
	digits = gd_date_number(&text, 4, &date->year);
	if (first && digits && *text == ':')
		return scan_year_last(year, date);
	if (digits != 2 && digits != 4)
		return NULL;
	date->year = whole_year(digits, date->year);
	return is_day(date) ? gd_date_skip_year_word(text) : NULL;
}

/* YYYYMMDD: the text behind it, or NULL. */
static const char *scan_packed(const char *text, gd_date *date)
{
	enum { FIRST = 1900, LAST = 2100, DIGITS = 8 };
	if (!gd_date_digits(text, 4, &date->year) || !gd_date_digits(text + 4, 2, &date->month) || !gd_date_digits(text + 6, 2, &date->day) || date->year < FIRST || date->year > LAST || !is_day(date))
		return NULL;
	return text + DIGITS;
}

/* Three numbers: the text behind them, or NULL. */
static const char *scan_numbers(const char *text, gd_date_order order, gd_date *date)
{
	int value[3], digits[3];
	char separator = 0;
	bool spaced = false; /* 1. 5. 2020, or 2020. 5. 1. */
	for (int i = 0; i < 3; i++) {
		digits[i] = gd_date_number(&text, 4, &value[i]);
		if (!digits[i])
			return NULL;
		if (i < 2) {
			if ((i == 0 && *text != '/' && *text != '-' && *text != '.') || (i == 1 && *text != separator))
				return NULL;
			separator = *text++;
			spaced = separator == '.' && *text == ' ';
			text += spaced;
		}
	}
	if (digits[0] == 4 && (separator == '/' || spaced || (digits[1] == 2 && digits[2] == 2)) && digits[1] <= 2 && digits[2] <= 2) {
		text += spaced && *text == '.';
		*date = (gd_date){.year = value[0], .month = value[1], .day = value[2]};
	} else if (order != GD_DATE_YEAR_FIRST && digits[0] <= 2 && digits[1] <= 2 && (digits[2] == 2 || digits[2] == 4)) {
		bool day_first = order == GD_DATE_DAY_FIRST;
		*date = (gd_date){.year = whole_year(digits[2], value[2]), .month = value[day_first], .day = value[!day_first]};
	} else {
		return NULL;
	}
	/* 2020-05-00 of databases. */
	const bool vague = digits[0] == 4 && !date->day && date->month <= 12;
	return vague || is_day(date) ? text : NULL;
}

/* Digits and the sign behind them, one of `signs`, of three bytes each, perhaps with a blank in front of it: the text behind it, or NULL. */
static const char *scan_sign(const char *text, const char *signs, int most, int *value)
{
	if (!gd_date_number(&text, most, value))
		return NULL;
	text += *text == ' ';
	for (; *signs; signs += 3)
		if (!strncmp(text, signs, 3))
			return skip_blanks(text + 3);
	return NULL;
}

/* Year, month, perhaps day, hour, minute and second, as Japanese, Chinese and Korean have them: the text behind them, or NULL. */
static const char *scan_eastern(const char *text, gd_date *date)
{
	int hour, minute, second = 0;
	const char *at;
	if (!gd_date_digits(text, 4, &date->year) || !(text = scan_sign(text, "\xe5\xb9\xb4\xeb\x85\x84", 4, &date->year)))
		return NULL;
	text = scan_sign(text, "\xe6\x9c\x88\xec\x9b\x94", 2, &date->month);
	if (!text || date->month < 1 || date->month > 12)
		return NULL;
	if (!*text)
		return text;
	text = scan_sign(text, "\xe6\x97\xa5\xec\x9d\xbc", 2, &date->day);
	if (!text || !is_day(date))
		return NULL;
	/* A weekday. */
	if (*text == '(' && (at = strchr(text, ')')))
		text = skip_blanks(at + 1);
	if (!*text || !(at = scan_sign(text, "\xe6\x97\xb6\xe6\x99\x82\xec\x8b\x9c", 2, &hour)))
		return *text ? scan_time(text, date) : text;
	text = scan_sign(at, "\xe5\x88\x86\xeb\xb6\x84", 2, &minute);
	if (text && *text)
		text = scan_sign(text, "\xe7\xa7\x92\xec\xb4\x88", 2, &second);
	if (!text || hour > 23 || minute > 59 || second > 59)
		return NULL;
	date->timed = true;
	date->seconds = hour * 3600 + minute * 60 + second;
	return text;
}

/* Z, +HH, +HHMM or +HH:MM, or the word for a clock's time: the text behind it. */
static const char *skip_zone(const char *text)
{
	int value;
	const char *at = skip_blanks(text);
	if (*at == 'Z' || *at == 'z')
		return at + 1;
	if (!strncmp(at, "Uhr", 3))
		return at + 3;
	const bool named = !strncmp(at, "UTC", 3) || !strncmp(at, "GMT", 3);
	at += named ? 3 : 0;
	/* GMT+1, as Google Forms has it. */
	if (named && (*at == '+' || *at == '-') && gd_date_number(&(const char *){at + 1}, 2, &value) == 1)
		return at + 2;
	if (named && ((*at != '+' && *at != '-') || !gd_date_digits(at + 1, 2, &value)))
		return at;
	if ((*at != '+' && *at != '-') || !gd_date_digits(at + 1, 2, &value))
		return text;
	at += 3;
	if (at[0] == ':' && gd_date_digits(at + 1, 2, &value))
		return at + 3;
	return gd_date_digits(at, 2, &value) ? at + 2 : at;
}

/* AM, pm, a.m. or p. m.: the text behind it, or NULL. */
static const char *scan_half(const char *text, bool *late)
{
	const char half = *text | 0x20;
	if (half != 'a' && half != 'p')
		return NULL;
	const bool point = *++text == '.';
	if (point)
		for (text++; *text == ' ' || !strncmp(text, "\xc2\xa0", 2);)
			text += *text == ' ' ? 1 : 2;
	*late = half == 'p';
	return (*text | 0x20) == 'm' ? text + 1 + (point && text[1] == '.') : NULL;
}

/* 3 PM: the text behind it, or NULL. */
static const char *scan_hour(const char *text, int hour, gd_date *date)
{
	bool late;
	text = scan_half(skip_blanks(text), &late);
	if (!text || hour < 1 || hour > 12)
		return NULL;
	date->timed = true;
	date->seconds = (hour % 12 + (late ? 12 : 0)) * 3600;
	return text;
}

/* H:MM[:SS[.F]] [AM|PM] [zone], or 14h30, behind a date perhaps with points: the text behind it, or NULL. */
static const char *scan_time(const char *text, gd_date *date)
{
	int hour, minute, second = 0;
	bool late;
	if (!gd_date_number(&text, 2, &hour))
		return NULL;
	if (*text != ':' && *text != 'h' && (*text != '.' || !date->year))
		return scan_hour(text, hour, date);
	if (!gd_date_digits(text + 1, 2, &minute))
		return NULL;
	const char mark = *text;
	text += 3;
	if (*text == mark) {
		if (!gd_date_digits(text + 1, 2, &second))
			return NULL;
		text += 3;
		if ((*text == '.' || *text == ',') && text[1] >= '0' && text[1] <= '9')
			for (text++; *text >= '0' && *text <= '9';)
				text++;
	}
	const char *half = scan_half(skip_blanks(text), &late);
	if (half) {
		if (hour < 1 || hour > 12)
			return NULL;
		hour = hour % 12 + (late ? 12 : 0);
		text = half;
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
	if (!gd_date_digits(text, 2, &hour) || !gd_date_digits(text + 2, 2, &minute) || hour > 23 || minute > 59)
		return NULL;
	text += 4;
	if (gd_date_digits(text, 2, &second))
		text += 2;
	if (second > 59)
		return NULL;
	date->timed = true;
	date->seconds = hour * 3600 + minute * 60 + second;
	return skip_zone(text);
}

/* Behind the zone's name in brackets, as JavaScript writes it. */
static const char *skip_remark(const char *text, const gd_date *date)
{
	const char *close = date->timed && *text == '(' ? strchr(text, ')') : NULL;
	return close ? close + 1 : text;
}

/* Nearly all texts are told by how they begin: 1, 2, 4, 8, 12 or 14 digits, and what can stand behind them; or three letters, two and a mark, or a quarter, the first one that a name has. */
static bool may_begin(const char *text)
{
	int digits = 0;
	while (digits < 15 && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (!digits)
		return gd_date_is_cyrillic(*text) ? gd_date_find_month(&text) > 0 : gd_date_is_ascii_letter(*text) && strchr("acdefgjklmnopqstw", *text | 0x20) && ((text[1] & 0x80) || (gd_date_is_ascii_letter(text[1]) && (gd_date_is_letter(text[2]) || text[2] == '.' || text[2] == ',')) || *text == 'Q');
	const char next = text[digits];
	if (digits == 3 || (digits > 4 && digits != 8 && digits != 12 && digits != 14) || (!next && digits < 4) || (digits == 4 && gd_date_is_ascii_letter(next) && next != 'Q' && next != 'M' && next != 'W'))
		return false;
	return next != ',' || text[digits + 1] < '0' || text[digits + 1] > '9';
}

bool gd_date_read(const char *text, gd_date_order order, gd_date *date)
{
	const char *at = skip_blanks(text), *end;
	const bool bracketed = *at == '[';
	*date = (gd_date){0};
	if (!may_begin(at + bracketed))
		return false;
	if (gd_date_parse(at, date))
		return true;
	*date = (gd_date){0};
	if ((end = scan_time(at, date))) {
		date->undated = true;
		return !*skip_blanks(end);
	}
	at += bracketed;
	if (gd_date_may_be_name(at))
		at = gd_date_skip_weekday(at);
	end = at;
	if ((gd_date_is_ascii_letter(*at) || gd_date_is_cyrillic(*at)) && *at != 'Q' && !gd_date_find_month(&end))
		return false;
	*date = (gd_date){0};
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
			end = gd_date_scan_part(at, date);
		}
		if (!end) {
			*date = (gd_date){0};
			end = scan_eastern(at, date);
		}
		return end && !*skip_blanks(end);
	}
	if (packed && *end >= '0' && *end <= '9')
		end = scan_packed_time(end, date);
	else if (!date->timed && ((*end && strchr("Tt, ", *end)) || *end == ':')) {
		at = skip_blanks(end + 1);
		end = !*at ? at : packed && at[1] && at[2] != ':' ? scan_packed_time(at, date)
								   : scan_time(at, date);
	}
	return end && !*skip_remark(skip_blanks(end + (bracketed && *end == ']')), date);
}

bool gd_date_leads(const char *text)
{
	int value;
	return gd_date_digits(text, 4, &value) && text[4] == '-' && gd_date_digits(text + 5, 2, &value) && text[7] == '-' && gd_date_digits(text + 8, 2, &value);
}

bool gd_date_has_order(const char *text)
{
	int value;
	text = skip_blanks(text);
	text += *text == '[';
	if (gd_date_may_be_name(text))
		text = gd_date_skip_weekday(text);
	if (!gd_date_number(&text, 2, &value))
		return false;
	const char separator = *text++;
	text += separator == '.' && *text == ' ';
	return (separator == '/' || separator == '-' || separator == '.') && gd_date_number(&text, 2, &value) && *text == separator;
}

int gd_date_weekday(gd_date date)
{
	return date.day ? gd_date_weekday_of(date.year, date.month, date.day) : 7;
}
