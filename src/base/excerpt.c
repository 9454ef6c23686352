#include "gd/base/excerpt.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

const char *gd_plural(int64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

const char *gd_excerpt(const char *text, char room[GD_EXCERPT_ROOM])
{
	size_t length = strlen(text);
	const size_t most = 48;
	bool cut = length > most;
	if (cut)
		for (length = most; length && ((unsigned char)text[length] & 0xC0) == 0x80;)
			length--;
	for (size_t i = 0; i < length; i++)
		room[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7F ? ' ' : text[i];
	strcpy(room + length, cut ? "..." : "");
	return room;
}

static bool starts_character(char byte)
{
	return ((unsigned char)byte & 0xC0) != 0x80;
}

int gd_text_width(const char *text)
{
	int width = 0;
	for (; *text; text++)
		width += starts_character(*text);
	return width;
}

void gd_print_padded(FILE *out, const char *text, int width)
{
	char room[GD_EXCERPT_ROOM];
	const int used = gd_text_width(gd_excerpt(text, room));
	fprintf(out, "%s%*s", room, used < width ? width - used : 0, "");
}

/* Bytes of the first `characters` characters. */
static size_t bytes_of(const char *text, int characters)
{
	size_t bytes = 0;
	while (text[bytes] && (characters -= starts_character(text[bytes])) >= 0)
		bytes++;
	return bytes;
}

static size_t put_plain(char *to, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7F ? ' ' : text[i];
	return length;
}

const char *gd_shorten(const char *text, int width, char room[GD_EXCERPT_ROOM])
{
	size_t length = strlen(text), head, tail;
	const int characters = gd_text_width(text);
	if (characters <= width && length < GD_EXCERPT_ROOM) {
		room[put_plain(room, text, length)] = '\0';
		return room;
	}
	/* Characters have up to four bytes, and the mark of the cut has three. */
	width = characters < width ? characters : width;
	do {
		head = bytes_of(text, width / 2);
		tail = bytes_of(text, characters - (width - 1 - width / 2));
		width--;
	} while (head + 3 + length - tail >= GD_EXCERPT_ROOM);
	put_plain(room, text, head);
	memcpy(room + head, "\xe2\x80\xa6", 3);
	room[head + 3 + put_plain(room + head + 3, text + tail, length - tail)] = '\0';
	return room;
}

enum { NAMES = 4 };

void gd_list_add(char *text, size_t room, const char *format, ...)
{
	size_t used = strlen(text);
	if (used && used + 2 < room) {
		memcpy(text + used, ", ", 3);
		used += 2;
	}
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text + used, room - used, format, arguments);
	va_end(arguments);
}

void gd_enumeration_add(gd_enumeration *enumeration, const char *name)
{
	char room[GD_EXCERPT_ROOM];
	size_t length = strlen(enumeration->text);
	if (enumeration->count++ < NAMES)
		snprintf(enumeration->text + length, sizeof enumeration->text - length, "%s'%s'", length ? ", " : "", gd_excerpt(name, room));
}

const char *gd_enumeration_text(gd_enumeration *enumeration)
{
	size_t length = strlen(enumeration->text);
	if (enumeration->count > NAMES)
		snprintf(enumeration->text + length, sizeof enumeration->text - length, " and %d more", enumeration->count - NAMES);
	return enumeration->text;
}
