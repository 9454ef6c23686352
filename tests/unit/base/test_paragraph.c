#include "gd/base/paragraph.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void print(const char *expected, const char *text, int column, int indent)
{
	char *page = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&page, &size);
	gd_paragraph_print(out, text, column, indent);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(page, expected);
	if (strcmp(page, expected))
		printf("(%s) ", page);
	free(page);
}

static void begins_where_it_should(void)
{
	print("a text\n", "a text", 0, 0);
	print("    a text\n", "a text", 0, 4);
	print("  a text\n", "a text", 4, 6);
	print("\n      a text\n", "a text", 5, 6);
	print("\n", "", 40, 34);
}

static void keeps_lines_of_the_text(void)
{
	print("  one\n  two\n\n  three\n", "one\ntwo\n\nthree", 0, 2);
}

static void breaks_at_blanks(void)
{
	char text[256] = "", expected[256] = "";
	for (int i = 0; i < 19; i++)
		strcat(text, i ? " word" : "word");
	/* Nineteen words end at column 96, the twentieth would at 101. */
	sprintf(expected, "  %s\n  word\n", text);
	strcat(text, " word");
	print(expected, text, 0, 2);
	/* A word that is longer than a line stands alone. */
	memset(text, 'x', 120);
	strcpy(text + 120, " y");
	memset(expected, 'x', 120);
	strcpy(expected + 120, "\ny\n");
	print(expected, text, 0, 0);
}

static void counts_characters(void)
{
	CU_ASSERT_EQUAL(gd_paragraph_columns("naïve", strlen("naïve")), 5);
	CU_ASSERT_EQUAL(gd_paragraph_columns("naïve", 2), 2);
}

const char *const unit_suite = "paragraph";
const unit_test unit_tests[] = {
	{"a text begins at its indent, or on the next line", begins_where_it_should},
	{"lines and paragraphs of the text stay", keeps_lines_of_the_text},
	{"lines break at blanks before column 100", breaks_at_blanks},
	{"a character is a column", counts_characters},
	{NULL, NULL},
};
