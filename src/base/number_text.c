#include "gd/base/number_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/parse.h"

enum { DIGITS = 9,
	FIVES = 27,     /* 5^27 < 2^63 */
	MOST_FIVES = 44 /* 2^24 * 5^44 < 2^128 */ };

typedef unsigned __int128 wide;

static wide power_of_five(int exponent)
{
	static const uint64_t powers[FIVES + 1] = {1, 5, 25, 125, 625, 3125, 15625, 78125, 390625, 1953125, 9765625, 48828125, 244140625, 1220703125,
		6103515625, 30517578125, 152587890625, 762939453125, 3814697265625, 19073486328125, 95367431640625, 476837158203125,
		2384185791015625, 11920928955078125, 59604644775390625, 298023223876953125, 1490116119384765625, 7450580596923828125};
	return exponent > FIVES ? (wide)powers[exponent - FIVES] * powers[FIVES] : powers[exponent];
}

/* mantissa * 2^-shift * 10^(DIGITS - 1 - exponent), rounded to the nearest, ties to even, as printf does; `*below` is that rounded down. */
static uint64_t scale(uint32_t mantissa, int shift, int exponent, uint64_t *below)
{
	enum { LOW = 32 }; /* bits that the product of a very small number has too many */
	const int fives = DIGITS - 1 - exponent;
	wide five = power_of_five(fives), product = mantissa * five, low = 0;
	shift -= fives;
	if (fives > MOST_FIVES) {
		low = mantissa * (five & UINT32_MAX);
		product = mantissa * (five >> LOW) + (low >> LOW);
		low &= UINT32_MAX;
		shift -= LOW;
	}
	wide half = (wide)1 << (shift - 1), rest = product & ((half << 1) - 1);
	*below = (uint64_t)(product >> shift);
	return *below + (rest > half || (rest == half && (low || (*below & 1))));
}

static size_t write_digits(uint64_t digits, int exponent, char *text)
{
	char figures[DIGITS];
	int count = DIGITS;
	size_t length = 0;
	for (int i = DIGITS; i-- > 0; digits /= 10)
		figures[i] = (char)('0' + digits % 10);
	while (count > 1 && figures[count - 1] == '0')
		count--;
	if (exponent >= -4) {
		memcpy(text, "0.0000", 6);
		length = (size_t)(1 - exponent);
		memcpy(text + length, figures, (size_t)count);
		return length + (size_t)count;
	}
	text[length++] = figures[0];
	if (count > 1) {
		text[length++] = '.';
		memcpy(text + length, figures + 1, (size_t)count - 1);
		length += (size_t)count - 1;
	}
	text[length++] = 'e';
	text[length++] = '-';
	text[length++] = (char)('0' - exponent / 10);
	text[length++] = (char)('0' - exponent % 10);
	return length;
}

size_t gd_number_text_float(float value, char text[GD_NUMBER_TEXT_ROOM])
{
	if (value == 1 || (value == 0 && !signbit(value))) {
		text[0] = value == 1 ? '1' : '0';
		return 1;
	}
	if (!(value > 0 && value < 1))
		return (size_t)snprintf(text, GD_NUMBER_TEXT_ROOM, "%.9g", (double)value);
	int two, exponent;
	uint32_t mantissa = (uint32_t)(frexpf(value, &two) * 0x1p24f);
	uint64_t below, digits;
	/* log10(2) from below: of a number under 1 the true exponent, or one less. */
	exponent = (two * 1233 >> 12) - 1;
	digits = scale(mantissa, 24 - two, exponent, &below);
	while (below >= 1000000000)
		digits = scale(mantissa, 24 - two, ++exponent, &below);
	if (digits == 1000000000) {
		digits /= 10;
		exponent++;
	}
	/* What is rounded up to 1. */
	if (exponent == 0) {
		text[0] = '1';
		return 1;
	}
	return write_digits(digits, exponent, text);
}

size_t gd_number_text_double(double value, char text[GD_NUMBER_TEXT_ROOM])
{
	double back = 0;
	int length = 0;
	if (isnan(value))
		return 0;
	if (value >= 1 && value < 1e15 && value == floor(value))
		return gd_number_text_count((int64_t)value, text);
	for (int digits = 15; digits <= 17; digits++) {
		length = snprintf(text, GD_NUMBER_TEXT_ROOM, "%.*g", digits, value);
		if (digits == 17 || (gd_parse_double(text, &back) && back == value))
			break;
	}
	return (size_t)length;
}

size_t gd_number_text_count(int64_t value, char text[GD_NUMBER_TEXT_ROOM])
{
	char backwards[GD_NUMBER_TEXT_ROOM];
	size_t length = 0;
	do
		backwards[length++] = (char)('0' + value % 10);
	while (value /= 10);
	for (size_t i = 0; i < length; i++)
		text[i] = backwards[length - 1 - i];
	return length;
}

const char *gd_number_text_cell(double value, int decimals, char text[GD_NUMBER_TEXT_ROOM])
{
	if (isnan(value))
		return strcpy(text, "-");
	snprintf(text, GD_NUMBER_TEXT_ROOM, fabs(value) < 1e15 ? "%.*f" : "%.*g", decimals, value);
	return text;
}
