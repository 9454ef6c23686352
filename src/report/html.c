#include "gd/report/html.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"

/* Bytes of the UTF-8 character at `text`, 0 if it is none. */
static size_t character_length(const char *text)
{
	unsigned char first = (unsigned char)*text;
	size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4, bad;
	return strnlen(text, length) == length && gd_utf8_valid(text, length, &bad) ? length : 0;
}

static void put_character(FILE *out, const char *text, size_t length)
{
	switch (*text) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default: {
		unsigned char byte = (unsigned char)*text;
		bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
		/* U+FFFE and U+FFFF are UTF-8 but no XML. */
		bool stray = length == 3 && byte == 0xef && (unsigned char)text[1] == 0xbf && (unsigned char)text[2] >= 0xbe;
		if (length == 0 || control || stray)
			fputc('?', out);
		else
			fwrite(text, 1, length, out);
	}
	}
}

void gd_html_excerpt(FILE *out, const char *text, int characters)
{
	int count = 0;
	for (size_t length; *text; text += length ? length : 1) {
		length = character_length(text);
		if (++count == characters && text[length ? length : 1]) {
			fputs("…", out);
			return;
		}
		put_character(out, text, length);
	}
}

void gd_html_shorten(FILE *out, const char *text, int characters)
{
	const int count = gd_text_width(text);
	if (count <= characters) {
		gd_html_text(out, text);
		return;
	}
	int head = characters / 2 - 1, tail = characters - head - 1, skip = count - tail;
	gd_html_excerpt(out, text, head + 1);
	while (*text && (skip > 0 || ((unsigned char)*text & 0xc0) == 0x80))
		skip -= ((unsigned char)*text++ & 0xc0) != 0x80;
	gd_html_text(out, text);
}

void gd_html_text(FILE *out, const char *text)
{
	gd_html_excerpt(out, text, INT_MAX);
}

void gd_html_format(FILE *out, const char *format, ...)
{
	char text[4096];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	gd_html_text(out, text);
}
