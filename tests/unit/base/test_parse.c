#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/base/random.h"
#include "unit.h"

const char *const unit_suite = "parse";

static void good_doubles(void)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {
		{"0", 0}, {"-0", 0}, {"+7", 7}, {"1.", 1}, {".5", 0.5}, {"  3.25\t", 3.25}, {"1e3", 1e3}, {"1E+3", 1e3}, {"12.5e-1", 1.25},
		{"9007199254740993", 9007199254740992.0}, {"9007199254740992", 9007199254740992.0}, {"90071992547409921", 90071992547409920.0},
		{"1e22", 1e22}, {"1e23", 1e23}, {"8.41e21", 8.41e21}, {"123456789012345678901234567890", 123456789012345678901234567890.0},
		{"1.7976931348623157e308", DBL_MAX}, {"4.9406564584124654e-324", 4.9406564584124654e-324}, {"1e-400", 0}, {"0e999999999999", 0},
		{"0.000000000000000000000000000000000000001", 1e-39}, {"00000000000000000000000001", 1}, {"2.2250738585072011e-308", 2.2250738585072011e-308},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double value = -99;
		CU_ASSERT(gd_parse_double(cases[i].text, &value));
		CU_ASSERT_EQUAL(value, cases[i].value);
	}
	double value;
	CU_ASSERT(gd_parse_double("-0", &value) && signbit(value));
	CU_ASSERT(gd_parse_double("nan", &value) && isnan(value));
	CU_ASSERT(gd_parse_double(" NaN ", &value) && isnan(value));
	CU_ASSERT(gd_parse_double("-Inf", &value) && value == -INFINITY);
	CU_ASSERT(gd_parse_double("infinity", &value) && value == INFINITY);
}

static void bad_doubles(void)
{
	static const char *const cases[] = {
		"", " ", ".", "-", "+-1", "--1", "e5", "1e", "1e+", "1,5", "1.2.3", "fast", "12x", "x12", "1 2", "0x10", "0x1p3", "nan(1)", "nano",
		"infin", "in", "1e999", "-1e400", "1f", "1_000", "١", "\n1", "1\r",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double value = 12;
		CU_ASSERT_FALSE(gd_parse_double(cases[i], &value));
		CU_ASSERT_EQUAL(value, 12);
	}
}

/* Numbers of every size and length, against the C library's conversion. */
static void doubles_as_strtod(void)
{
	int wrong = 0;
	for (uint64_t i = 0; i < 50000; i++) {
		char text[64];
		uint64_t bits = gd_random_bits(1, i), more = gd_random_bits(2, i);
		double value, expected;
		switch (i % 5) {
		case 0: snprintf(text, sizeof text, "%" PRIu64 "e%d", bits >> (more & 63), (int)(more >> 32 & 63) - 32); break;
		case 1: snprintf(text, sizeof text, "%d.%0*" PRIu64, (int)(bits & 1023), (int)(more & 15) + 1, more >> 40); break;
		case 2: snprintf(text, sizeof text, "-0.%0*" PRIu64 "E%d", (int)(more & 15) + 1, bits >> 20, (int)(more >> 32 & 31) - 16); break;
		case 3: {
			/* Up to 18 digits, the point anywhere among them, before and behind them included. */
			char digits[32];
			int length = (int)(more % 18) + 1, whole = (int)(more >> 8 & 255) % (length + 1);
			snprintf(digits, sizeof digits, "%018" PRIu64, bits % UINT64_C(1000000000000000000));
			snprintf(text, sizeof text, "%s%.*s%s%.*s", more >> 62 & 1 ? "-" : "", whole, digits, more >> 61 & 1 && whole == length ? "" : ".", length - whole, digits + whole);
			break;
		}
		default:
			memcpy(&expected, &bits, sizeof expected);
			if (!isfinite(expected))
				continue;
			snprintf(text, sizeof text, "%.*g", (int)(more & 15) + 3, expected);
		}
		expected = strtod(text, NULL);
		if (isfinite(expected))
			wrong += !gd_parse_double(text, &value) || memcmp(&value, &expected, sizeof value) != 0;
		else
			wrong += gd_parse_double(text, &value);
		/* Short ones, cut anywhere, and what is none: the same by the other way. */
		double near = 0;
		text[1 + bits % 9] = '\0';
		if (more % 3 == 0)
			text[more / 3 % 9] = "-+.e, 5\0"[more >> 20 & 7];
		value = 0;
		wrong += gd_parse_near(text, strlen(text), &near) != gd_parse_double(text, &value) || memcmp(&near, &value, sizeof near) != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	/* Halfway between two doubles, and a little off: in 64 bits, before and behind the point. */
	static const char *const halves[] = {"9007199254740993", "9007199254740995", "9007199254740993.001", "4503599627370496.5", "4503599627370497.5", "4503599627370496.501", "1125899906842624.125",
		"1125899906842624.375", "18014398509481986", "18014398509481990", "1801439850948198.6e1", "18446744073709551615", "18446744073709551616", "9223372036854775807e19", "1844674407370955161e-19",
		"0.1844674407370955161", "12345678901234567e-19", "9007199254740993e-1", "9007199254740993e19"};
	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
		double value = 0;
		CU_ASSERT_TRUE(gd_parse_double(halves[i], &value) && value == strtod(halves[i], NULL));
	}
}

static void locale_is_ignored(void)
{
	static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"};
	const char *found = NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
		found = setlocale(LC_NUMERIC, names[i]);
	if (!found)
		printf("(skipped: no locale with a decimal comma is installed) ");
	double value;
	CU_ASSERT(gd_parse_double("1.2345678901234567890123", &value) && value == 1.2345678901234567890123);
	CU_ASSERT_FALSE(gd_parse_double("1,5", &value));
	setlocale(LC_NUMERIC, "C");
}

static void integers(void)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
		{"0", 0}, {" 42 ", 42}, {"-17", -17}, {"+5", 5}, {"007", 7}, {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN},
	};
	static const char *const bad[] = {
		"", " ", "-", "+", "1.0", "1e3", "0x1", "12a", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "1 1", "nan",
	};
	int64_t value;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		value = 99;
		CU_ASSERT(gd_parse_int64(good[i].text, &value));
		CU_ASSERT_EQUAL(value, good[i].value);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		value = 99;
		CU_ASSERT_FALSE(gd_parse_int64(bad[i], &value));
		CU_ASSERT_EQUAL(value, 99);
	}
}

/* A decoder written from the definition of UTF-8, without table 3-7: the twin. */
static bool decodes(const unsigned char *s, size_t length)
{
	size_t i = 0;
	while (i < length) {
		uint32_t code = s[i];
		int more = code < 0x80 ? 0 : (code & 0xE0) == 0xC0 ? 1 : (code & 0xF0) == 0xE0 ? 2 : (code & 0xF8) == 0xF0 ? 3 : -1;
		static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
		if (more < 0 || i + (size_t)more >= length)
			return false;
		code &= more ? 0x3Fu >> more : 0x7F;
		for (int j = 1; j <= more; j++) {
			if ((s[i + (size_t)j] & 0xC0) != 0x80)
				return false;
			code = code << 6 | (s[i + (size_t)j] & 0x3F);
		}
		if (code < smallest[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
			return false;
		i += (size_t)more + 1;
	}
	return true;
}

static void utf8(void)
{
	size_t bad = 99;
	CU_ASSERT(gd_utf8_valid("", 0, &bad));
	static const char good[] = "Beyonc\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xb5 plain text behind";
	CU_ASSERT(gd_utf8_valid(good, strlen(good), &bad));
	CU_ASSERT(gd_utf8_valid("a\0b", 3, &bad));
	CU_ASSERT_FALSE(gd_utf8_valid("twelve bytes\xff and more", 22, &bad));
	CU_ASSERT_EQUAL(bad, 12);
	CU_ASSERT_FALSE(gd_utf8_valid("abc\xc3", 4, &bad));
	CU_ASSERT_EQUAL(bad, 3);
	CU_ASSERT_FALSE(gd_utf8_valid("\xed\xa0\x80", 3, NULL));
	CU_ASSERT_FALSE(gd_utf8_valid("\xc0\x80", 2, NULL));
	/* All of one to three bytes, and four over every first and second one. */
	int wrong = 0;
	for (uint32_t code = 0; code < 1u << 24; code++) {
		unsigned char s[4] = {(unsigned char)code, (unsigned char)(code >> 8), (unsigned char)(code >> 16), 0x80};
		if (code < 1u << 16)
			wrong += gd_utf8_valid(s, 2, NULL) != decodes(s, 2);
		if ((s[0] & 0xF0) == 0xE0)
			wrong += gd_utf8_valid(s, 3, NULL) != decodes(s, 3);
		else if (s[0] >= 0xF0)
			wrong += gd_utf8_valid(s, 4, NULL) != decodes(s, 4);
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void edit_distance(void)
{
	char longer[200];
	CU_ASSERT_EQUAL(gd_edit_distance("", ""), 0);
	CU_ASSERT_EQUAL(gd_edit_distance("epochs", "epochs"), 0);
	CU_ASSERT_EQUAL(gd_edit_distance("epoch", "epochs"), 1);
	CU_ASSERT_EQUAL(gd_edit_distance("", "abc"), 3);
	CU_ASSERT_EQUAL(gd_edit_distance("kitten", "sitting"), 3);
	CU_ASSERT_EQUAL(gd_edit_distance("saturday", "sunday"), 3);
	CU_ASSERT_EQUAL(gd_edit_distance("ephocs", "epochs"), 1 + 1);
	CU_ASSERT_EQUAL(gd_edit_distance("sede", "seed"), 1);
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	CU_ASSERT_EQUAL(gd_edit_distance(longer, ""), 64);
	CU_ASSERT_EQUAL(gd_edit_distance("", longer), 64);
}

static void sizes(void)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} good[] = {{"0", 0}, {"256M", 256 << 20}, {"1.5g", INT64_C(3) << 29}, {"12", 12}, {"3K", 3072}, {"2T", INT64_C(2) << 40}};
	static const char *const bad[] = {"", "M", "-1M", "1MB", "1 M", "1e3", "nan", ".", "1..2M", "99999999999T", "12x"};
	int64_t bytes = 7;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CU_ASSERT(gd_parse_size(good[i].text, &bytes));
		CU_ASSERT_EQUAL(bytes, good[i].bytes);
	}
	bytes = 7;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CU_ASSERT_FALSE(gd_parse_size(bad[i], &bytes));
	CU_ASSERT_EQUAL(bytes, 7);
}

const unit_test unit_tests[] = {
	{"numbers", good_doubles},
	{"what is no number", bad_doubles},
	{"numbers are the C library's", doubles_as_strtod},
	{"the locale does not matter", locale_is_ignored},
	{"whole numbers", integers},
	{"UTF-8", utf8},
	{"edit distance", edit_distance},
	{"sizes", sizes},
	{NULL, NULL},
};
