#include "unit.h"

#include <iconv.h>
#include <string.h>

#include "gd/reader/charset.h"

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
	/* A line of another set among those of UTF-8, and the other way round. */
	EXPECT(NULL, "s\xc3\xbc" "d,n\xc3\xb6rd\nn\xf6rd\n", "UTF-8", 0);
	EXPECT(NULL, "s\xc3\xbc" "d,n\xf6rd\nn\xf6rd\n", "WINDOWS-1252", 0);
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

/* "place,kind\n" and the same text in several sets: whether it looks like none of Windows-1252. */
static void test_foreign(void)
{
	static const struct {
		const char *set, *text;
		bool foreign;
	} cases[] = {
		{"WINDOWS-1252", "Stra\xc3\x9f" "e,\xc3\x84pfel,gr\xc3\xb6\xc3\x9f" "er,\xe2\x82\xac 5,\xe2\x80\x9cna\xc3\xafve\xe2\x80\x9d\n", false},
		{"WINDOWS-1252", "avalia\xc3\xa7\xc3\xa3o,posi\xc3\xa7\xc3\xb5" "es,c\xc5\x93ur,\xc2\xbf" "d\xc3\xb3nde?,20 \xc2\xb0" "C,1\xc2\xba,5 \xc2\xb5m\n", false},
		{"WINDOWS-1251", "\xd0\xb4\xd1\x83\xd0\xb1,\xd0\xba\xd0\xbb\xd1\x91\xd0\xbd,\xd0\xb5\xd0\xbb\xd1\x8c\n", true},
		{"KOI8-R", "\xd0\xb4\xd1\x83\xd0\xb1,\xd0\xba\xd0\xbb\xd1\x91\xd0\xbd,\xd0\xb5\xd0\xbb\xd1\x8c\n", true},
		{"SHIFT_JIS", "\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88,\xe6\x9d\xb1\xe4\xba\xac,\xe5\xa4\xa7\xe9\x98\xaa\n", true},
		{"GB18030", "\xe6\x9d\xb1\xe4\xba\xac,\xe5\xa4\xa7\xe9\x98\xaa\n", true},
		{"WINDOWS-1250", "mi\xc4\x85\xc5\xbc" "sz,d\xc4\x85" "b,wi\xc4\x85z,\xc5\x82\xc4\x85ka,bia\xc5\x82y,z\xc5\x82oty\n", true},
		{"IBM850", "Stra\xc3\x9f" "e,\xc3\x84pfel,gr\xc3\xbcn,gr\xc3\xb6\xc3\x9f" "er,caf\xc3\xa9\n", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char bytes[256], *in = (char *)cases[i].text, *out = bytes;
		size_t in_left = strlen(cases[i].text), out_left = sizeof bytes;
		iconv_t conversion = iconv_open(cases[i].set, "UTF-8");
		CU_ASSERT_FATAL(conversion != (iconv_t)-1);
		CU_ASSERT(iconv(conversion, &in, &in_left, &out, &out_left) != (size_t)-1);
		iconv_close(conversion);
		gd_charset charset;
		gd_status status = gd_charset_recognise(NULL, bytes, sizeof bytes - out_left, true, &charset);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		CU_ASSERT_EQUAL(charset.foreign, cases[i].foreign);
		status = gd_charset_recognise("latin1", bytes, sizeof bytes - out_left, true, &charset);
		CU_ASSERT(status.code == GD_OK && !charset.foreign);
	}
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
	{"bytes unlike Western text are known", test_foreign},
	{"UTF-16 in pieces", test_decode},
	{"Windows-1252", test_western},
	{NULL, NULL},
};
