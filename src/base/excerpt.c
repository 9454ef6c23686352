#include "gd/base/excerpt.h"

#include <stdbool.h>
#include <string.h>

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

void gd_print_padded(FILE *out, const char *text, int width)
{
	char room[GD_EXCERPT_ROOM];
	int characters = 0;
	for (const char *byte = gd_excerpt(text, room); *byte; byte++)
		characters += ((unsigned char)*byte & 0xC0) != 0x80;
	fprintf(out, "%s%*s", room, characters < width ? width - characters : 0, "");
}
