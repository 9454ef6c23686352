#include "gd/base/parse.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

/* `word` in either case at `text`: the text after it, else NULL. */
static const char *skip_word(const char *text, const char *word)
{
	for (; *word; word++, text++)
		if ((*text | 0x20) != *word)
			return NULL;
	return text;
}

/* A decimal number as it is written: value = digits · 10^exponent, when `exact`. */
typedef struct decimal {
	uint64_t digits;
	int64_t exponent;
	bool exact; /* all digits fitted */
} decimal;

static void add_digit(decimal *number, char c, bool after_point)
{
	if (number->digits > (UINT64_MAX - 9) / 10) {
		number->exact = false;
		return;
	}
	number->digits = number->digits * 10 + (uint64_t)(c - '0');
	number->exponent -= after_point;
}

/* Digits, mark, exponent: the text after them, or NULL where there is no number. */
static const char *scan_decimal(const char *text, char mark, decimal *number)
{
	bool any = false;
	*number = (decimal){.exact = true};
	for (; is_digit(*text); text++, any = true)
		add_digit(number, *text, false);
	if (*text == mark)
		for (text++; is_digit(*text); text++, any = true)
			add_digit(number, *text, true);
	if (!any)
		return NULL;
	if (*text == 'e' || *text == 'E') {
		text++;
		bool negative = *text == '-';
		if (*text == '-' || *text == '+')
			text++;
		if (!is_digit(*text))
			return NULL;
		int64_t exponent = 0;
		for (; is_digit(*text); text++)
			if (exponent < 1000000)
				exponent = exponent * 10 + (*text - '0');
		number->exponent += negative ? -exponent : exponent;
	}
	return text;
}

/* The C locale's strtod, whatever locale a library has set. */
static bool convert_slowly(const char *text, double *value)
{
	static locale_t plain;
	locale_t mine = __atomic_load_n(&plain, __ATOMIC_ACQUIRE);
	if (!mine) {
		locale_t none = (locale_t)0;
		mine = newlocale(LC_ALL_MASK, "C", (locale_t)0);
		if (!mine)
			return false;
		if (!__atomic_compare_exchange_n(&plain, &none, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			freelocale(mine);
			mine = none;
		}
	}
	*value = strtod_l(text, NULL, mine);
	return isfinite(*value);
}

enum { MOST_WHOLE_POWER = 19 };

/*
 * The nearest double of any 64 bits with up to 19 places before or behind them: the whole quotient has 64 bits or more, and its last one stands for all that is left over, so that the one rounding is
 * that of an integer.
 */
static double convert_wide(uint64_t digits, int exponent)
{
	uint64_t power = 1;
	for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--)
		power *= 10;
	if (exponent >= 0)
		return (double)((unsigned __int128)digits * power);
	int shift = __builtin_clzll(digits);
	unsigned __int128 dividend = (unsigned __int128)(digits << shift) << 64, quotient = dividend / power;
	quotient |= quotient * power != dividend;
	return ldexp((double)quotient, -shift - 64);
}

/* A text of `length` bytes with another mark than a point. */
static bool convert_marked(const char *text, size_t length, char mark, double *value)
{
	char room[128], *copy = length < sizeof room ? room : malloc(length + 1);
	if (!copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	char *comma = memchr(copy, mark, length);
	if (comma)
		*comma = '.';
	bool converted = convert_slowly(copy, value);
	if (copy != room)
		free(copy);
	return converted;
}

bool gd_parse_double(const char *text, double *value)
{
	return gd_parse_decimal(text, '.', value);
}

static const double power[] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* The most frequent writing, up to 15 digits and nothing else but a sign and a mark: both numbers of the quotient are exact, as below. */
static inline bool parse_short(const char *text, char mark, double *value)
{
	enum { MOST_DIGITS = 15 };
	const char *at = text + (*text == '-'), *start = at;
	uint64_t digits = 0;
	size_t decimals = 0, marks = 0;
	unsigned digit;
	for (; (digit = (unsigned)(unsigned char)*at - '0') < 10; at++)
		digits = digits * 10 + digit;
	if (*at == mark) {
		const char *behind = ++at;
		for (; (digit = (unsigned)(unsigned char)*at - '0') < 10; at++)
			digits = digits * 10 + digit;
		decimals = (size_t)(at - behind);
		marks = 1;
	}
	size_t count = (size_t)(at - start) - marks;
	if (*at || !count || count > MOST_DIGITS)
		return false;
	double result = (double)(int64_t)digits / power[decimals];
	*value = *text == '-' ? -result : result;
	return true;
}

/* The top bits of those of eight bytes that are zero. */
static inline uint64_t zero_bytes(uint64_t word)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	return ~(((word & low) + low) | word | low);
}

/* Up to eight bytes behind the sign as a word, the first one lowest: no branch for each digit, which nobody foresees. */
bool gd_parse_near(const char *text, size_t length, double *value)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const bool negative = *text == '-';
	const size_t count = length - negative;
	uint64_t word;
	if (count - 1 >= sizeof word)
		return gd_parse_double(text, value);
	memcpy(&word, text + negative, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	/* The last one becomes the highest; zeros are in front, also of those behind which the point goes. */
	const unsigned off = 64 - 8 * (unsigned)count;
	word = word << off | (ones * '0') >> 1 >> (63 - off);
	const uint64_t points = zero_bytes(word ^ ones * '.');
	const unsigned at = points ? (unsigned)__builtin_ctzll(points) & ~7u : 0, decimals = points ? 7 - at / 8 : 0;
	const uint64_t below = points ? (UINT64_C(1) << at) - 1 : 0, gone = points ? below << 8 | 0xff : 0;
	word = (word & ~gone) | (word & below) << 8 | (points ? '0' : 0);
	/* Another point is no digit. */
	const uint64_t high = ones * 0xf0;
	if ((word & high) != ones * 0x30 || ((word + ones * 6) & high) != ones * 0x30 || count == (points != 0))
		return gd_parse_double(text, value);
	/* Neighbours become numbers of two digits, of four, of eight. */
	word -= ones * '0';
	word = word * 10 + (word >> 8);
	const uint64_t pair = UINT64_C(0x000000ff000000ff);
	word = ((word & pair) * (100 + (UINT64_C(1000000) << 32)) + (word >> 16 & pair) * (1 + (UINT64_C(10000) << 32))) >> 32;
	const double result = (double)(int64_t)word / power[decimals];
	*value = negative ? -result : result;
	return true;
}

bool gd_parse_decimal(const char *text, char mark, double *value)
{
	if (parse_short(text, mark, value))
		return true;
	const char *start = skip_blanks(text), *at = start, *end;
	bool negative = *at == '-';
	double result;
	if (*at == '-' || *at == '+')
		at++;
	if ((end = skip_word(at, "infinity")) || (end = skip_word(at, "inf"))) {
		result = INFINITY;
	} else if ((end = skip_word(at, "nan"))) {
		result = NAN;
	} else {
		decimal number;
		end = scan_decimal(at, mark, &number);
		if (!end)
			return false;
		if (number.exact && number.digits <= (UINT64_C(1) << 53) && number.exponent >= -22 && number.exponent <= 22) {
			/* Both operands are exact, so one rounding gives the nearest double (W. Clinger, 1990). */
			result = (double)number.digits;
			result = number.exponent < 0 ? result / power[-number.exponent] : result * power[number.exponent];
		} else if (number.exact && number.digits && number.exponent >= -MOST_WHOLE_POWER && number.exponent <= MOST_WHOLE_POWER) {
			result = convert_wide(number.digits, (int)number.exponent);
		} else {
			if (!(mark == '.' ? convert_slowly(at, &result) : convert_marked(at, (size_t)(end - at), mark, &result)))
				return false;
		}
	}
	if (*skip_blanks(end) != '\0')
		return false;
	*value = negative ? -result : result;
	return true;
}

bool gd_parse_int64(const char *text, int64_t *value)
{
	const char *at = skip_blanks(text);
	bool negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (!is_digit(*at))
		return false;
	int64_t result = 0;
	for (; is_digit(*at); at++) {
		int64_t digit = negative ? '0' - *at : *at - '0';
		if (__builtin_mul_overflow(result, 10, &result) || __builtin_add_overflow(result, digit, &result))
			return false;
	}
	if (*skip_blanks(at) != '\0')
		return false;
	*value = result;
	return true;
}

/* Length of the well-formed sequence at `s`, 0 for none. Source: The Unicode Standard, table 3-7. */
static size_t sequence_length(const unsigned char *s, size_t left)
{
	size_t length;
	unsigned char low = 0x80, high = 0xBF;
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		length = 2;
	else if (s[0] >= 0xE0 && s[0] <= 0xEF)
		length = 3;
	else if (s[0] >= 0xF0 && s[0] <= 0xF4)
		length = 4;
	else
		return 0;
	switch (s[0]) {
	case 0xE0: low = 0xA0; break;  /* else overlong */
	case 0xED: high = 0x9F; break; /* else a surrogate */
	case 0xF0: low = 0x90; break;  /* else overlong */
	case 0xF4: high = 0x8F; break; /* else past U+10FFFF */
	default: break;
	}
	if (left < length || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (s[i] < 0x80 || s[i] > 0xBF)
			return 0;
	return length;
}

bool gd_parse_size(const char *text, int64_t *bytes)
{
	static const char units[] = "KMGT";
	char number[32];
	size_t length = strlen(text);
	double value, factor = 1;
	const char *unit = length ? strchr(units, toupper((unsigned char)text[length - 1])) : NULL;
	if (unit) {
		length--;
		for (const char *u = units; u <= unit; u++)
			factor *= 1024;
	}
	if (!length || length >= sizeof number || strspn(text, "0123456789.") < length)
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	if (!gd_parse_double(number, &value) || value * factor >= 0x1p62)
		return false;
	*bytes = (int64_t)(value * factor);
	return true;
}

bool gd_utf8_valid(const void *bytes, size_t length, size_t *bad)
{
	const unsigned char *s = bytes;
	size_t i = 0;
	while (i < length) {
		uint64_t eight;
		if (length - i >= sizeof eight) {
			memcpy(&eight, s + i, sizeof eight);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				i += sizeof eight;
				continue;
			}
		}
		size_t step = sequence_length(s + i, length - i);
		if (step == 0) {
			if (bad)
				*bad = i;
			return false;
		}
		i += step;
	}
	return true;
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

int gd_edit_distance(const char *a, const char *b)
{
	enum { LIMIT = 64 };
	int row[3][LIMIT + 1];
	int length_a = (int)strnlen(a, LIMIT), length_b = (int)strnlen(b, LIMIT);
	int *before = row[0], *last = row[1], *now = row[2];
	for (int j = 0; j <= length_b; j++)
		last[j] = j;
	for (int i = 1; i <= length_a; i++) {
		now[0] = i;
		for (int j = 1; j <= length_b; j++) {
			int best = smaller(last[j], now[j - 1]) + 1;
			best = smaller(best, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = smaller(best, before[j - 2] + 1);
			now[j] = best;
		}
		int *oldest = before;
		before = last;
		last = now;
		now = oldest;
	}
	return last[length_b];
}
