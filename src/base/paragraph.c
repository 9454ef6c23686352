#include "gd/base/paragraph.h"

#include <stdbool.h>
#include <string.h>

int gd_paragraph_columns(const char *text, size_t length)
{
	int columns = 0;
	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xC0) != 0x80; /* a character's first byte */
	return columns;
}

void gd_paragraph_print(FILE *out, const char *text, int column, int indent)
{
	bool fresh = true; /* no word stands on this line yet */
	if (*text && column > 0 && column + 2 > indent) {
		fputc('\n', out);
		column = 0;
	}
	while (*text) {
		size_t length = strcspn(text, " \n");
		int width = gd_paragraph_columns(text, length);
		if (!fresh && column + 1 + width > GD_LINE_WIDTH) {
			fputc('\n', out);
			column = 0;
			fresh = true;
		}
		if (length) {
			int blanks = fresh ? indent - column : 1;
			fprintf(out, "%*s%.*s", blanks, "", (int)length, text);
			column += blanks + width;
			fresh = false;
		}
		text += length;
		if (*text == '\n') {
			fputc('\n', out);
			column = 0;
			fresh = true;
		}
		text += *text != '\0';
	}
	fputc('\n', out);
}
