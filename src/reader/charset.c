#include "gd/reader/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gd/base/parse.h"

struct gd_decoder {
	iconv_t conversion;
	bool western;
	char name[GD_CHARSET_NAME];
};

static const char western[] = "WINDOWS-1252";

/* What people call it, and what iconv does. */
static const struct {
	const char *word, *name;
} words[] = {
	{"utf8", "UTF-8"},
	{"utf-8", "UTF-8"},
	{"utf-8-sig", "UTF-8"},
	{"ascii", "UTF-8"},
	{"us-ascii", "UTF-8"},
	{"latin1", western},
	{"latin-1", western},
	{"iso-8859-1", western},
	{"cp1252", western},
	{"windows-1252", western},
};

static const struct {
	const char *bytes;
	size_t size;
	const char *name;
} marks[] = {
	{"\xef\xbb\xbf", 3, "UTF-8"},
	{"\xff\xfe\0\0", 4, "UTF-32LE"},
	{"\0\0\xfe\xff", 4, "UTF-32BE"},
	{"\xff\xfe", 2, "UTF-16LE"},
	{"\xfe\xff", 2, "UTF-16BE"},
};
enum { MARKS = sizeof marks / sizeof *marks };

static void set_name(gd_charset *charset, const char *name)
{
	snprintf(charset->name, sizeof charset->name, "%s", name);
}

static int find_mark(const char *bytes, size_t size)
{
	for (int i = 0; i < MARKS; i++)
		if (size >= marks[i].size && !memcmp(bytes, marks[i].bytes, marks[i].size))
			return i;
	return -1;
}

/* Text of Latin letters in UTF-16 without a mark: zeros in most of the even bytes, or of the odd ones, and in none of the others. */
static const char *find_zeros(const char *bytes, size_t size)
{
	size_t zeros[2] = {0, 0}, pairs = size / 2;
	for (size_t i = 0; i < 2 * pairs; i++)
		zeros[i & 1] += bytes[i] == '\0';
	if (pairs >= 2 && !zeros[0] && 2 * zeros[1] > pairs)
		return "UTF-16LE";
	if (pairs >= 2 && !zeros[1] && 2 * zeros[0] > pairs)
		return "UTF-16BE";
	return NULL;
}

/* Whether characters of several bytes in UTF-8 outnumber bytes beyond ASCII that are part of none: a few lines of another character set were put among others. */
static bool is_mostly_utf8(const char *bytes, size_t size)
{
	int64_t characters = 0, strays = 0;
	for (size_t at = 0, bad; at < size; at += bad + 1) {
		bad = size - at;
		strays += !gd_utf8_valid(bytes + at, size - at, &bad);
		for (size_t i = at; i < at + bad && i < size; i++)
			characters += (unsigned char)bytes[i] >= 0xC0;
	}
	return characters > strays;
}

/* Up to three bytes of a character may be behind the end. */
static bool is_utf8(const char *bytes, size_t size, bool whole)
{
	size_t bad;
	if (!size || gd_utf8_valid(bytes, size, &bad) || is_mostly_utf8(bytes, size))
		return true;
	if (whole || size - bad > 3 || (unsigned char)bytes[bad] < 0xC2)
		return false;
	for (size_t i = bad + 1; i < size; i++)
		if (((unsigned char)bytes[i] & 0xC0) != 0x80)
			return false;
	return true;
}

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Of Windows-1252, quotes, dashes and the like, and the letters of Western languages that have no place in Latin-1. */
static bool is_usual(unsigned char c)
{
	return c >= 0xC0 || strchr("\x80\x85\x8c\x91\x92\x93\x94\x95\x96\x97\x99\x9c\x9f\xaa\xba", c);
}

/*
 * Bytes beyond ASCII stand alone or in twos between Western letters, most of them from 0xC0 on. Three in a row (Cyrillic, Greek, Chinese), letters where Windows-1252 has signs (Polish, Czech),
 * and bytes from 0x80 to 0x9F that have no use there (Japanese, DOS, Macintosh) are counted: a third of all is too many.
 */
static bool is_foreign(const char *text, size_t size)
{
	enum { FEWEST = 3 };
	const unsigned char *bytes = (const unsigned char *)text;
	size_t high = 0, odd = 0, row = 0;
	for (size_t i = 0; i < size; i++) {
		const bool is_high = bytes[i] >= 0x80, between = i && i + 1 < size && is_letter(bytes[i - 1]) && is_letter(bytes[i + 1]);
		row = is_high ? row + 1 : 0;
		high += is_high;
		odd += row == 3 ? 3 : row > 3 ? 1 : 0;
		odd += row && row < 3 && !is_usual(bytes[i]) && (bytes[i] < 0xA0 || between);
	}
	return odd >= FEWEST && 3 * odd > high;
}

static gd_status use_word(const char *word, const char *bytes, size_t size, gd_charset *charset)
{
	int mark = find_mark(bytes, size);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcasecmp(words[i].word, word))
			set_name(charset, words[i].name);
	if (!*charset->name && (!strcasecmp(word, "utf-16") || !strcasecmp(word, "utf16"))) {
		const char *zeros = find_zeros(bytes, size);
		set_name(charset, mark >= 0 && !strncmp(marks[mark].name, "UTF-16", 6) ? marks[mark].name : zeros ? zeros
														  : "UTF-16LE");
	}
	if (!*charset->name) {
		iconv_t conversion = strlen(word) < sizeof charset->name ? iconv_open("UTF-8", word) : (iconv_t)-1;
		if (conversion == (iconv_t)-1)
			return gd_error(GD_USAGE, "--charset: '%s' is no character set that is known here; 'iconv -l' lists them", word);
		iconv_close(conversion);
		set_name(charset, word);
	}
	if (mark >= 0 && !strcasecmp(marks[mark].name, charset->name))
		charset->mark = marks[mark].size;
	return gd_ok();
}

gd_status gd_charset_recognise(const char *wanted, const char *bytes, size_t size, bool whole, gd_charset *charset)
{
	*charset = (gd_charset){0};
	if (wanted && strcasecmp(wanted, "auto") != 0)
		return use_word(wanted, bytes, size, charset);
	int mark = find_mark(bytes, size);
	const char *zeros = find_zeros(bytes, size);
	if (mark >= 0) {
		set_name(charset, marks[mark].name);
		charset->mark = marks[mark].size;
	} else if (zeros) {
		set_name(charset, zeros);
	} else {
		charset->guessed = is_utf8(bytes, size, whole);
		set_name(charset, charset->guessed ? "UTF-8" : western);
		charset->foreign = !charset->guessed && is_foreign(bytes, size);
	}
	return gd_ok();
}

gd_status gd_decoder_open(const gd_charset *charset, gd_decoder **opened)
{
	*opened = NULL;
	if (!strcmp(charset->name, "UTF-8"))
		return gd_ok();
	gd_decoder *decoder = calloc(1, sizeof *decoder);
	if (!decoder)
		return gd_out_of_memory("a conversion");
	memcpy(decoder->name, charset->name, sizeof decoder->name);
	decoder->western = !strcmp(charset->name, western);
	decoder->conversion = iconv_open("UTF-8", charset->name);
	if (decoder->conversion == (iconv_t)-1) {
		free(decoder);
		return gd_error(GD_FAILED, "iconv does not convert from %s here", charset->name);
	}
	*opened = decoder;
	return gd_ok();
}

/* A code point below 0x800. */
static size_t put_short(unsigned code, char *to)
{
	to[0] = (char)(0xC0 | code >> 6);
	to[1] = (char)(0x80 | (code & 0x3F));
	return 2;
}

gd_status gd_decoder_step(gd_decoder *decoder, const char *from, size_t from_size, size_t *taken, char *to, size_t to_size, size_t *put)
{
	char *in = (char *)from, *out = to;
	size_t in_left = from_size, out_left = to_size;
	gd_status status = gd_ok();
	while (in_left && iconv(decoder->conversion, &in, &in_left, &out, &out_left) == (size_t)-1) {
		if (errno == EILSEQ && decoder->western && out_left >= 2) {
			out += put_short((unsigned char)*in, out);
			out_left -= 2;
			in++;
			in_left--;
			continue;
		}
		if (errno == EILSEQ && !decoder->western)
			status = gd_error(GD_BAD_DATA, "it is not valid %s", decoder->name);
		break;
	}
	*taken = from_size - in_left;
	*put = to_size - out_left;
	return *put || *taken ? gd_ok() : status;
}

void gd_decoder_reset(gd_decoder *decoder)
{
	iconv(decoder->conversion, NULL, NULL, NULL, NULL);
}

void gd_decoder_close(gd_decoder *decoder)
{
	if (decoder)
		iconv_close(decoder->conversion);
	free(decoder);
}

size_t gd_charset_western(const char *text, size_t size, char *to)
{
	/* Source: the WHATWG's Encoding standard, index windows-1252: bytes 0x80 to 0x9f; the others are code points of their own. */
	static const uint16_t middle[32] = {
		0x20AC,
		0x81,
		0x201A,
		0x0192,
		0x201E,
		0x2026,
		0x2020,
		0x2021,
		0x02C6,
		0x2030,
		0x0160,
		0x2039,
		0x0152,
		0x8D,
		0x017D,
		0x8F,
		0x90,
		0x2018,
		0x2019,
		0x201C,
		0x201D,
		0x2022,
		0x2013,
		0x2014,
		0x02DC,
		0x2122,
		0x0161,
		0x203A,
		0x0153,
		0x9D,
		0x017E,
		0x0178,
	};
	char *out = to;
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned code = c >= 0x80 && c < 0xA0 ? middle[c - 0x80] : c;
		if (code < 0x80) {
			*out++ = (char)code;
		} else if (code < 0x800) {
			out += put_short(code, out);
		} else {
			*out++ = (char)(0xE0 | code >> 12);
			*out++ = (char)(0x80 | (code >> 6 & 0x3F));
			*out++ = (char)(0x80 | (code & 0x3F));
		}
	}
	*out = '\0';
	return (size_t)(out - to);
}
