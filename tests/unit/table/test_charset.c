#include "unit.h"

#include <string.h>

#include "gd/table/charset.h"

const char *const unit_suite = "charset";

static void expect(const char *wanted, const char *bytes, size_t size, const char *name, size_t mark)
{
	gd_charset charset;
	gd_status status = gd_charset_recognise(wanted, bytes, size, true, &charset);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(charset.name, name);
	CU_ASSERT_EQUAL(charset.mark, mark);
}
#define EXPECT(wanted, bytes, name, mark) expect(wanted, bytes, sizeof(bytes) - 1, name, mark)

static void test_recognise(void)
{
	EXPECT(NULL, "a,b\n", "UTF-8", 0);
	EXPECT(NULL, "\xef\xbb\xbf" "a,b\n", "UTF-8", 3);
	EXPECT(NULL, "\xff\xfe" "a\0,\0", "UTF-16LE", 2);
	EXPECT(NULL, "\xfe\xff\0a\0,", "UTF-16BE", 2);
	EXPECT(NULL, "a\0,\0b\0\n\0", "UTF-16LE", 0);
	EXPECT(NULL, "\0a\0,\0b\0\n", "UTF-16BE", 0);
	EXPECT(NULL, "s\xfc" "d,n\xf6rd\n", "WINDOWS-1252", 0);
	EXPECT("latin1", "a,b\n", "WINDOWS-1252", 0);
	EXPECT("utf-16", "\xfe\xff\0a\0,", "UTF-16BE", 2);
	EXPECT("UTF-8", "\xef\xbb\xbf" "a", "UTF-8", 3);
	EXPECT("KOI8-R", "\xc1", "KOI8-R", 0);
	gd_charset charset;
	gd_status status = gd_charset_recognise("no-such-set", "", 0, true, &charset);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	/* The beginning may end inside a character, a whole file may not. */
	status = gd_charset_recognise(NULL, "abc\xe2\x82", 5, false, &charset);
	CU_ASSERT(status.code == GD_OK && charset.guessed);
	status = gd_charset_recognise(NULL, "abc\xe2\x82", 5, true, &charset);
	CU_ASSERT(status.code == GD_OK && !charset.guessed);
}

static void test_decode(void)
{
	/* A byte at a time and into little room, with a pair of surrogates. */
	static const char from[] = "n\0\xf6\0\xac\x20\x3d\xd8\x00\xde";
	gd_charset charset = {.name = "UTF-16LE"};
	gd_decoder *decoder;
	gd_status status = gd_decoder_open(&charset, &decoder);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	char to[64];
	size_t used = 0, taken, put, first = 0;
	for (size_t end = 1; end <= sizeof from - 1; end++) {
		status = gd_decoder_step(decoder, from + first, end - first, &taken, to + used, sizeof to - used, &put);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		first += taken;
		used += put;
	}
	CU_ASSERT_EQUAL(first, sizeof from - 1);
	CU_ASSERT(used == 10 && !memcmp(to, "n\xc3\xb6\xe2\x82\xac\xf0\x9f\x98\x80", used));
	status = gd_decoder_step(decoder, "\x00\xde" "a\0", 4, &taken, to, sizeof to, &put);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	gd_decoder_close(decoder);
}

/* Our own table of Windows-1252 and iconv's, where the latter has a character. */
static void test_western(void)
{
	gd_charset charset = {.name = "WINDOWS-1252"};
	gd_decoder *decoder;
	gd_status status = gd_decoder_open(&charset, &decoder);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	for (int byte = 1; byte < 256; byte++) {
		char from = (char)byte, to[8], other[8];
		size_t taken, put, length = gd_charset_western(&from, 1, to);
		status = gd_decoder_step(decoder, &from, 1, &taken, other, sizeof other, &put);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		CU_ASSERT(length == put && !memcmp(to, other, put));
	}
	gd_decoder_close(decoder);
}

const unit_test unit_tests[] = {
	{"character sets are recognised", test_recognise},
	{"UTF-16 in pieces", test_decode},
	{"Windows-1252", test_western},
	{NULL, NULL},
};
