#include "gd/value/digits.h"

#include <string.h>

enum { DECIMAL = 1, GROUP };

/* Zeros of the scripts, behind which the other digits follow; and marks. */
static const struct {
	const char *bytes;
	char ascii; /* DECIMAL and GROUP: as the table's decimal mark says */
} signs[] = {{"\xd9\xa0", '0'}, {"\xdb\xb0", '0'}, {"\xe0\xa5\xa6", '0'}, {"\xe0\xa7\xa6", '0'}, {"\xe0\xb9\x90", '0'}, {"\xef\xbc\x90", '0'}, {"\xd9\xab", DECIMAL}, {"\xd9\xac", GROUP}, {"\xd9\xaa", '%'},
	{"\xef\xbc\x8e", '.'}, {"\xef\xbc\x8c", ','}, {"\xef\xbc\x8d", '-'}, {"\xef\xbc\x8b", '+'}, {"\xef\xbc\x85", '%'}, {"\xef\xbc\x8f", '/'}, {"\xef\xbc\x9a", ':'}, {"\xe2\x88\x92", '-'}};

/* The character of ASCII that the sign at `at` is, and its `*bytes`; 0: it is none. */
static char find_sign(const char *at, size_t *bytes)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const size_t length = strlen(signs[i].bytes), most = signs[i].ascii == '0' ? 9 : 0;
		const unsigned char last = (unsigned char)signs[i].bytes[length - 1];
		if (strncmp(at, signs[i].bytes, length - 1) || (unsigned char)at[length - 1] < last || (unsigned char)at[length - 1] > last + most)
			continue;
		*bytes = length;
		return (char)(signs[i].ascii + ((unsigned char)at[length - 1] - last));
	}
	return '\0';
}

size_t gd_digits_turn(char *text, size_t length, char decimal)
{
	const char *at = text;
	size_t bytes, kept = 0;
	bool digits = false;
	static const char around[] = "0123456789.,-+%/: ()";
	while (*at) {
		const char sign = *at & 0x80 ? find_sign(at, &bytes) : '\0';
		if (!sign && !strchr(around, *at))
			return length;
		digits = digits || (sign >= '0' && sign <= '9');
		at += sign ? bytes : 1;
	}
	if (!digits)
		return length;
	for (at = text; *at; kept++) {
		char sign = *at & 0x80 ? find_sign(at, &bytes) : '\0';
		at += sign ? bytes : 1;
		if (sign == DECIMAL || sign == GROUP)
			sign = (sign == DECIMAL) == (decimal == ',') ? ',' : '.';
		text[kept] = sign ? sign : at[-1];
	}
	text[kept] = '\0';
	return kept;
}
