#include "gd/value/compound.h"

#include <stddef.h>
#include <string.h>

#include "gd/value/unit.h"

/* What no unit holds. */
#define MARKS "0123456789/+-,:;()\"'"

static const double MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 7 * 86400, MONTH = 2629800, YEAR = 31557600;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* Digits, perhaps with a fraction behind a point (or, of ISO 8601, a comma); the text behind them, or NULL. */
static const char *scan_amount(const char *text, const char *marks, double *amount)
{
	enum { MOST = 15 };
	double whole = 0, place = 1;
	int digits = 0;
	for (; is_digit(*text) && digits < MOST; digits++)
		whole = 10 * whole + (*text++ - '0');
	if (!digits)
		return NULL;
	if (*text && strchr(marks, *text) && is_digit(text[1]))
		for (text++; is_digit(*text) && digits < MOST; digits++, place *= 10)
			whole = 10 * whole + (*text++ - '0');
	*amount = whole / place;
	return is_digit(*text) ? NULL : text;
}

static void put(gd_quantity *quantity, double value, const char *unit, bool negative)
{
	quantity->value = negative ? -value : value;
	strcpy(quantity->unit, unit);
}

/* PnYnMnWnDTnHnMnS, those of them that there are. */
static bool read_iso(const char *text, gd_quantity *quantity)
{
	static const char dates[] = "YMWD", times[] = "HMS";
	const double date_sizes[] = {YEAR, MONTH, WEEK, DAY}, time_sizes[] = {HOUR, MINUTE, 1};
	const bool negative = *text == '-';
	const char *designators = dates, *at = text + (*text == '-' || *text == '+');
	const double *sizes = date_sizes;
	double sum = 0, amount;
	bool timed = false;
	if (*at++ != 'P')
		return false;
	while (*at) {
		if (*at == 'T' && !timed) {
			timed = true;
			designators = times;
			sizes = time_sizes;
			at++;
		}
		at = scan_amount(at, ".,", &amount);
		const char *place = at && *at ? strchr(designators, *at) : NULL;
		if (!place)
			return false;
		sum += amount * sizes[place - designators];
		sizes += place + 1 - designators;
		designators = place + 1;
		at++;
	}
	if (!is_digit(text[strcspn(text, "0123456789")]))
		return false;
	put(quantity, sum, "s", negative);
	return true;
}

/* H:MM:SS, perhaps with a fraction, in seconds; the text behind it, or NULL. */
static const char *scan_clock(const char *text, double *seconds)
{
	double part, sum = 0;
	for (int i = 0; i < 3; i++) {
		text = scan_amount(text, i == 2 ? "." : "", &part);
		if (!text || (i < 2 && *text++ != ':'))
			return NULL;
		sum = 60 * sum + part;
	}
	*seconds = sum;
	return text;
}

/* Two amounts or more with falling units of one measure: 1h 30m, 2 days, 3 hours, 11 st 4 lb; or such with a clock's time behind days. */
static bool read_parts(const char *text, gd_quantity *quantity)
{
	char unit[GD_UNIT_ROOM], before[GD_UNIT_ROOM] = "";
	double sum = 0, amount;
	gd_conversion unit_of;
	const bool negative = *text == '-';
	const char *at = skip_blanks(text + negative);
	int parts = 0;
	for (; *at; parts++) {
		const bool backwards = parts && *at == '+';
		const char *behind = scan_clock(at + (parts && (*at == '+' || *at == '-')), &amount);
		if (behind && parts && !*skip_blanks(behind) && gd_unit_convert(before, "s", &unit_of)) {
			put(quantity, sum * unit_of.multiply / unit_of.divide + (negative && backwards ? -amount : amount), "s", negative);
			return true;
		}
		at = scan_amount(at, ".", &amount);
		if (!at)
			return false;
		at = skip_blanks(at);
		const size_t length = strcspn(at, " \t" MARKS);
		if (!length || length >= sizeof unit)
			return false;
		memcpy(unit, at, length);
		unit[length] = '\0';
		/* The first unit has to be one that is known. */
		if (!gd_unit_convert(parts ? before : unit, unit, &unit_of) || (parts && (unit_of.divide < 0 || unit_of.multiply <= unit_of.divide)))
			return false;
		sum = (parts ? sum * unit_of.multiply / unit_of.divide : 0) + amount;
		strcpy(before, unit);
		at = skip_blanks(at + length);
		at = skip_blanks(at + (*at == ','));
		if (!strncmp(at, "and ", 4))
			at = skip_blanks(at + 4);
	}
	if (parts < 2)
		return false;
	put(quantity, sum, unit, negative);
	return true;
}

/* A mark of feet, or of inches: how many bytes. */
static size_t mark_bytes(const char *text, bool inches)
{
	static const char *const marks[][4] = {{"'", "\xe2\x80\x99", "\xe2\x80\xb2", "\xc2\xb4"}, {"\"", "\xe2\x80\x9d", "\xe2\x80\xb3", "''"}};
	for (int i = 0; i < 4; i++)
		if (!strncmp(text, marks[inches][i], strlen(marks[inches][i])))
			return strlen(marks[inches][i]);
	return 0;
}

static bool read_feet(const char *text, gd_quantity *quantity)
{
	double feet = 0, inches = 0;
	size_t bytes;
	const char *at = scan_amount(text, ".", &inches);
	if (!at || !(bytes = mark_bytes(at, true) ? mark_bytes(at, true) : mark_bytes(at, false)))
		return false;
	if (!mark_bytes(at, true)) {
		feet = inches;
		inches = 0;
		at = skip_blanks(at + bytes);
		if (is_digit(*at) && !(at = scan_amount(at, ".", &inches)))
			return false;
		bytes = mark_bytes(at, true);
	}
	if (*skip_blanks(at + bytes) || inches >= (feet > 0 ? 12 : 1e6))
		return false;
	put(quantity, 12 * feet + inches, "in", false);
	return true;
}

/* Fractions of one sign, 2½ or ¾ cup. */
static bool read_vulgar(const char *text, gd_quantity *quantity)
{
	static const struct {
		const char *sign;
		double value;
	} signs[] = {{"\xc2\xbc", 1. / 4}, {"\xc2\xbd", 1. / 2}, {"\xc2\xbe", 3. / 4}, {"\xe2\x85\x93", 1. / 3}, {"\xe2\x85\x94", 2. / 3}, {"\xe2\x85\x9b", 1. / 8}, {"\xe2\x85\x9c", 3. / 8}, {"\xe2\x85\x9d", 5. / 8}, {"\xe2\x85\x9e", 7. / 8}};
	double whole = 0;
	const bool negative = *text == '-';
	const char *at = text + negative;
	if (is_digit(*at) && !(at = scan_amount(at, "", &whole)))
		return false;
	at = skip_blanks(at);
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const size_t bytes = strlen(signs[i].sign);
		if (strncmp(at, signs[i].sign, bytes))
			continue;
		at = skip_blanks(at + bytes);
		const size_t length = strlen(at);
		if (length >= GD_UNIT_ROOM || (*at & 0x80) || at[strcspn(at, MARKS)])
			return false;
		put(quantity, whole + signs[i].value, length ? at : "/", negative);
		return true;
	}
	return false;
}

/* N/D, or a whole number and that, with a unit or without. */
static bool read_fraction(const char *text, gd_quantity *quantity)
{
	double whole = 0, numerator, denominator;
	const bool negative = *text == '-';
	const char *at = scan_amount(text + negative, ".", &numerator);
	if (!at)
		return false;
	if (*at == ' ' && is_digit(at[1])) {
		whole = numerator;
		at = scan_amount(at + 1, "", &numerator);
	}
	if (!at || *at != '/' || !(at = scan_amount(at + 1, "", &denominator)) || !(denominator > 0) || (whole > 0 && numerator >= denominator))
		return false;
	at = skip_blanks(at);
	const size_t inches = mark_bytes(at, true);
	const size_t length = inches && !at[inches] ? 0 : strlen(at);
	/* 120/80 mmHg is none. */
	if (length >= GD_UNIT_ROOM || (length && at[strcspn(at, MARKS)]) || ((length || inches) && numerator >= denominator))
		return false;
	put(quantity, whole + numerator / denominator, inches ? "in" : length ? at : "/", negative);
	return true;
}

/* Degrees, perhaps minutes and seconds, and a hemisphere in front or behind: 45°30'15"N, W 12.5°; south and west are below zero. */
static bool read_degrees(const char *text, gd_quantity *quantity)
{
	double part[3] = {0};
	int parts = 0;
	char hemisphere = strchr("NSEW", *text) ? *text : '\0';
	const char *at = skip_blanks(text + (hemisphere != '\0'));
	const bool negative = !hemisphere && *at == '-';
	size_t bytes = 0;
	for (at += negative; parts < 3 && is_digit(*at) && (at = scan_amount(at, ".", &part[parts])); parts++) {
		bytes = parts == 1 ? mark_bytes(at, false) : parts ? mark_bytes(at, true) : strncmp(at, "\xc2\xb0", 2) && strncmp(at, "\xc2\xba", 2) ? 0 : 2;
		if (!bytes || (parts && part[parts] >= 60))
			return false;
		at = skip_blanks(at + bytes);
	}
	if (!at || !parts || (*at && (hemisphere || negative || !strchr("NSEW", *at) || *skip_blanks(at + 1))))
		return false;
	hemisphere = *at ? *at : hemisphere;
	put(quantity, (3600 * part[0] + 60 * part[1] + part[2]) / 3600, "\xc2\xb0", negative || hemisphere == 'S' || hemisphere == 'W');
	return true;
}

bool gd_compound_read(const char *text, gd_quantity *quantity)
{
	return read_iso(text, quantity) || read_parts(text, quantity) || read_feet(text, quantity) || read_vulgar(text, quantity) || read_fraction(text, quantity) || read_degrees(text, quantity);
}
