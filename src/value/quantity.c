#include "gd/value/quantity.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/value/compound.h"
#include "gd/value/unit.h"

enum { LONGEST = 63 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A blank, or one of those that do not break lines or are thin (U+00A0, U+202F, U+2009): how many bytes, 0 for none. */
static size_t blank_bytes(const char *text)
{
	if (*text == ' ' || *text == '\t')
		return 1;
	if (!strncmp(text, "\xc2\xa0", 2))
		return 2;
	return strncmp(text, "\xe2\x80\xaf", 3) && strncmp(text, "\xe2\x80\x89", 3) ? 0 : 3;
}

size_t gd_quantity_gap(const char *text)
{
	if (*text == '\'')
		return 1;
	return strncmp(text, "\xe2\x80\x99", 3) ? blank_bytes(text) : 3; /* U+2019 */
}

static const char *skip_blanks(const char *text)
{
	size_t bytes;
	while ((bytes = blank_bytes(text)))
		text += bytes;
	return text;
}

static bool three_digits(const char *text)
{
	return is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]) && !is_digit(text[3]);
}

/* Bytes of what stands between two groups of digits, 0 where no group follows. */
static size_t group_bytes(const char *text)
{
	size_t bytes = *text == ',' ? 1 : gd_quantity_gap(text);
	return bytes && three_digits(text + bytes) ? bytes : 0;
}

/* Groups of two before the last one of three: how many bytes of them, 0 for none. */
static size_t indian_bytes(const char *text)
{
	size_t bytes = 0;
	while (text[bytes] == ',' && is_digit(text[bytes + 1]) && is_digit(text[bytes + 2]) && text[bytes + 3] == ',')
		bytes += 3;
	return bytes && group_bytes(text + bytes) ? bytes : 0;
}

/* Digits, groups, fraction and exponent to `plain`, zero-terminated, which is no longer than the text; the text behind them, or NULL. */
static const char *scan_number(const char *text, char *plain, bool *grouped)
{
	/* 0,123 is no group: its comma is a decimal one. */
	const bool zero = *text == '0';
	size_t lead = 0, bytes;
	const char *separator = NULL;
	for (; is_digit(*text); lead++)
		*plain++ = *text++;
	for (size_t pairs = lead == 1 || lead == 2 ? indian_bytes(text) : 0; pairs; pairs -= 3, text += 3) {
		*plain++ = text[1];
		*plain++ = text[2];
	}
	while (lead >= 1 && lead <= 3 && !zero && (bytes = group_bytes(text)) && (!separator || !strncmp(separator, text, bytes))) {
		separator = text;
		*grouped = true;
		for (text += bytes; is_digit(*text);)
			*plain++ = *text++;
	}
	if (*text == '.' && (lead || is_digit(text[1])))
		for (*plain++ = *text++; is_digit(*text); lead++)
			*plain++ = *text++;
	if (!lead)
		return NULL;
	if (*text && strchr("eEdD", *text) && (is_digit(text[1]) || ((text[1] == '-' || text[1] == '+') && is_digit(text[2])))) {
		*plain++ = 'e';
		text++;
		for (int i = 0; i < 1 || is_digit(*text); i++)
			*plain++ = *text++;
	}
	*plain = '\0';
	return text;
}

/* H:MM, H:MM:SS or M:SS, perhaps with a fraction, in what the last part counts; the text behind it, or NULL. */
static const char *scan_sixties(const char *text, double *value)
{
	double fraction = 0, place = 1;
	int parts = 1, digits = 0;
	for (*value = 0; is_digit(*text) && digits < 6; digits++)
		*value = 10 * *value + (*text++ - '0');
	for (; digits && parts < 3 && *text == ':' && text[1] >= '0' && text[1] < '6' && is_digit(text[2]); parts++, text += 3)
		*value = 60 * *value + 10 * (text[1] - '0') + (text[2] - '0');
	if (parts == 1)
		return NULL;
	if (*text == '.')
		for (text++; is_digit(*text) && place < 1e9; place *= 10)
			fraction = 10 * fraction + (*text++ - '0');
	*value += fraction / place;
	return text;
}

/* A limit's sign: how many bytes. */
static size_t limit_bytes(const char *text, char *sign)
{
	const bool below = *text == '<' || !strncmp(text, "\xe2\x89\xa4", 3), above = *text == '>' || !strncmp(text, "\xe2\x89\xa5", 3);
	*sign = below ? '<' : '>';
	if (*text == '<' || *text == '>')
		return 1 + (text[1] == '=');
	return below || above ? 3 : 0;
}

/* A currency in front of the digits: how many bytes of a unit. */
static size_t currency_bytes(const char *text)
{
	static const char *const signs[] = {"US$", "C$", "A$", "R$", "$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "\xe2\x82\xb9", "\xe2\x82\xa9", "\xe2\x82\xbd",
		"USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "CAD", "AUD", "SEK", "NOK", "DKK", "BRL", "Rs.", "Rs", "%"};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (*text == *signs[i] && !strncmp(text, signs[i], strlen(signs[i])))
			return strlen(signs[i]);
	return 0;
}

static bool is_unit(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (is_digit(text[i]) || c < 0x20 || strchr("+,;:!?\"'()[]{}|=<>&#@_\\-", text[i]))
			return false;
	}
	return length < GD_UNIT_ROOM;
}

/* x10^3 or ×10^-3 behind a number, as instruments and typeset tables have it: how many bytes, 0 for none. */
static size_t power_bytes(const char *text, char *plain)
{
	const char *at = skip_blanks(text);
	if (*at != 'x' && *at != 'X' && *at != '*' && *at != '\xc3')
		return 0;
	at = skip_blanks(at + (strncmp(at, "\xc3\x97", 2) ? 1 : 2));
	if (strncmp(at, "10^", 3) || strchr(plain, 'e'))
		return 0;
	at += 3;
	const char *sign = at;
	at += *at == '-' || *at == '+';
	if (!is_digit(*at) || (is_digit(at[1]) && is_digit(at[2])))
		return 0;
	at += 1 + is_digit(at[1]);
	plain += strlen(plain);
	*plain++ = 'e';
	memcpy(plain, sign, (size_t)(at - sign));
	plain[at - sign] = '\0';
	return (size_t)(at - text);
}

/* A word or letter for so many thousands, as in $12k, with the blanks behind it: how many bytes of the text, of `length`; 0 for none. */
static size_t magnitude_bytes(const char *text, size_t length, double *multiply)
{
	char word[GD_UNIT_ROOM];
	gd_conversion conversion;
	const size_t letters = strcspn(text, " \t\xc2\xe2$");
	const size_t bytes = letters < length ? letters : length;
	if (!bytes || bytes >= sizeof word)
		return 0;
	memcpy(word, text, bytes);
	word[bytes] = '\0';
	if (!gd_unit_convert(word, gd_unit_one, &conversion))
		return 0;
	*multiply = conversion.multiply;
	return (size_t)(skip_blanks(text + bytes) - text);
}

/* A footnote's mark in brackets, [1] or [a] or [note 1], as encyclopaedias have it, behind the number and perhaps its unit: how many of the bytes [length] are in front of it. */
static size_t skip_footnote(const char *text, size_t length)
{
	enum { LONGEST_MARK = 2 };
	size_t at = length, inside;
	while (at && text[at - 1] == ']') {
		for (inside = 0; at > inside + 1 && text[at - 2 - inside] != '['; inside++)
			;
		const char *open = text + (at - 1 - inside);
		if (at < inside + 2 || !inside || (inside > LONGEST_MARK && strncmp(open, "note", 4)))
			return length;
		at -= inside + 2;
		while (at && (text[at - 1] == ' ' || text[at - 1] == '\t'))
			at--;
	}
	return at;
}

/* A text without blanks in front. */
static bool read_measure(const char *text, gd_quantity *quantity)
{
	char plain[LONGEST + 1];
	const char *at = text;
	bool negative = *at == '(';
	const bool minus = !strncmp(at, "\xe2\x88\x92", 3); /* U+2212, as typeset tables have it */
	if (negative) {
		at = skip_blanks(at + 1);
	} else if (minus) {
		negative = true;
		at = skip_blanks(at + 3);
	} else if (*at == '-' || *at == '+') {
		negative = *at == '-';
		at = skip_blanks(at + 1);
	}
	bool closed = *text == '(';
	double multiply = 1;
	size_t currency = currency_bytes(at);
	const char *unit = at;
	at = skip_blanks(at + currency);
	if (currency && !closed && !negative && *at == '(') {
		closed = negative = true;
		at = skip_blanks(at + 1);
	}
	if (currency && !closed && !negative && *at == '-') {
		negative = true;
		at++;
	}
	at = scan_number(at, plain, &quantity->grouped);
	if (at)
		at += power_bytes(at, plain);
	if (!at || !gd_parse_double(plain, &quantity->value) || !isfinite(quantity->value))
		return false;
	if (*at == '-' && !at[1] && !negative && !closed && strchr(plain, '.')) {
		negative = true;
		at++;
	}
	at = skip_blanks(at);
	if (closed) {
		if (*at != ')')
			return false;
		at = skip_blanks(at + 1);
	}
	size_t length = strlen(at), rate = 0; /* of $5.20/kg */
	while (length && (at[length - 1] == ' ' || at[length - 1] == '\t'))
		length--;
	length = skip_footnote(at, length);
	/* Of Eurostat: broken, estimated, provisional ... */
	if (length == 1 && !currency && at[-1] == ' ' && strchr("beipruz", *at)) {
		snprintf(quantity->unit, sizeof quantity->unit, "*%c", *at);
		quantity->value = negative ? -quantity->value : quantity->value;
		return true;
	}
	if (length && !is_unit(at, length))
		return false;
	if (length) {
		const size_t thousands = magnitude_bytes(at, length, &multiply);
		rate = currency && *at == '/' && currency + length < GD_UNIT_ROOM ? length : 0;
		if (currency && thousands + rate != length)
			return false;
		/* Behind such a word there is a currency, or the word is the unit. */
		const bool before = !currency && thousands && thousands < length && currency_bytes(at + thousands) == length - thousands;
		at += before ? thousands : 0;
		length -= before ? thousands : 0;
		quantity->value *= before || currency ? multiply : 1;
	}
	if (!currency) {
		unit = at;
		currency = length;
	}
	memcpy(quantity->unit, unit, currency);
	memcpy(quantity->unit + currency, at, rate);
	quantity->unit[currency + rate] = '\0';
	if (negative)
		quantity->value = -quantity->value;
	return true;
}

/* A currency and a dash. */
static bool is_accountants_zero(const char *text, gd_quantity *quantity)
{
	const char *at = skip_blanks(text), *dash;
	const size_t currency = currency_bytes(at);
	if (!currency || *(dash = skip_blanks(at + currency)) != '-' || *skip_blanks(dash + 1))
		return false;
	memcpy(quantity->unit, at, currency);
	return true;
}

/*
 * What keeps a spreadsheet from reading a number is around it or in front of it (="12.5", '12.5), or quotes that enclose no field do (“12.5”, «12.5»): the number, into inner [LONGEST + 1]; NULL where there
 * is nothing of the kind.
 */
static const char *unwrap(const char *text, char *inner)
{
	static const char *const around[][2] = {{"=\"", "\""}, {"\xe2\x80\x9c", "\xe2\x80\x9d"}, {"\xe2\x80\x9e", "\xe2\x80\x9c"}, {"\xe2\x80\x9e", "\xe2\x80\x9d"}, {"\xc2\xab", "\xc2\xbb"}, {"'", "'"}, {"'", ""}};
	const size_t length = strlen(text);
	for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
		const size_t before = strlen(around[i][0]), behind = strlen(around[i][1]);
		if (strncmp(text, around[i][0], before) || length < before + behind || strcmp(text + length - behind, around[i][1]))
			continue;
		memcpy(inner, text + before, length - before - behind);
		inner[length - before - behind] = '\0';
		return inner;
	}
	return NULL;
}

/* Names and words are told at once. */
static bool may_begin(const char *text)
{
	return is_digit(*text) || (*text & 0x80) || (*text && strchr("+-(<>=.'P~", *text)) || currency_bytes(text) || ((*text == 'N' || *text == 'S' || *text == 'E' || *text == 'W') && (text[1] == ' ' || is_digit(text[1])));
}

bool gd_quantity_read(const char *text, gd_quantity *quantity)
{
	char sign, room[LONGEST + 1];
	gd_quantity compound = {0};
	*quantity = (gd_quantity){0};
	if (!may_begin(skip_blanks(text)))
		return false;
	if (is_accountants_zero(text, quantity))
		return true;
	/* The last byte of fractions, too. */
	size_t digit = strcspn(text, "0123456789\xbc\xbd\xbe");
	if (!text[digit] || digit + strlen(text + digit) > LONGEST)
		return false;
	const char *inner = (unsigned char)*text > '9' || *text == '=' || *text == '\'' ? unwrap(text, room) : NULL;
	text = skip_blanks(inner ? inner : text);
	/* About. */
	if (*text == '~' || !strncmp(text, "\xe2\x89\x88", 3))
		text = skip_blanks(text + (*text == '~' ? 1 : 3));
	const char *behind = scan_sixties(text, &quantity->value);
	if (behind && !*skip_blanks(behind)) {
		quantity->unit[0] = ':';
		return true;
	}
	const size_t limit = limit_bytes(text, &sign);
	if (!read_measure(skip_blanks(text + limit), quantity)) {
		*quantity = (gd_quantity){0};
		return !limit && gd_compound_read(text, quantity);
	}
	if (limit && *quantity->unit)
		return false;
	/* A hemisphere or a fraction, perhaps. */
	const char first = *quantity->unit, second = first ? quantity->unit[1] : '\0';
	if (!limit && ((first == '\xc2' && (second == '\xb0' ? quantity->unit[2] : second >= '\xbc' && second <= '\xbe')) || (first == '\xe2' && second == '\x85')) && gd_compound_read(text, &compound))
		*quantity = compound;
	if (limit)
		quantity->unit[0] = sign;
	return true;
}
