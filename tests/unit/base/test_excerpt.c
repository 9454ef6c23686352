#include "unit.h"

#include <string.h>

#include "gd/base/excerpt.h"

const char *const unit_suite = "excerpt";

static void test_shorten(void)
{
	char room[GD_EXCERPT_ROOM];
	CU_ASSERT_STRING_EQUAL(gd_shorten("alder", 8, room), "alder");
	CU_ASSERT_STRING_EQUAL(gd_shorten("recurrence-none", 8, room), "recu\xe2\x80\xa6one");
	CU_ASSERT_STRING_EQUAL(gd_shorten("recurrence-late", 8, room), "recu\xe2\x80\xa6" "ate");
	CU_ASSERT_STRING_EQUAL(gd_shorten("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4", 4, room), "\xc3\xa4\xc3\xb6\xe2\x80\xa6\xc3\xa4");
	CU_ASSERT_STRING_EQUAL(gd_shorten("a\nb", 3, room), "a b");
	CU_ASSERT_STRING_EQUAL(gd_shorten("", 3, room), "");
	CU_ASSERT_STRING_EQUAL(gd_shorten("abc", 1, room), "\xe2\x80\xa6");
	/* Characters of four bytes, more than there is room for. */
	char wide[4 * 60 + 1] = "";
	for (int i = 0; i < 60; i++)
		strcat(wide, "\xf0\x9f\x8c\xb2");
	gd_shorten(wide, 48, room);
	CU_ASSERT(strlen(room) < GD_EXCERPT_ROOM && strlen(room) % 4 == 3);
	wide[4 * 20] = '\0';
	gd_shorten(wide, 48, room);
	CU_ASSERT(strlen(room) < GD_EXCERPT_ROOM && strstr(room, "\xe2\x80\xa6"));
}

static void test_enumeration(void)
{
	gd_enumeration names = {0};
	CU_ASSERT_STRING_EQUAL(gd_enumeration_text(&names), "");
	gd_enumeration_add(&names, "a");
	CU_ASSERT_STRING_EQUAL(gd_enumeration_text(&names), "'a'");
	for (int i = 0; i < 6; i++)
		gd_enumeration_add(&names, "b");
	CU_ASSERT_STRING_EQUAL(gd_enumeration_text(&names), "'a', 'b', 'b', 'b' and 3 more");
	CU_ASSERT_EQUAL(names.count, 7);
}

const unit_test unit_tests[] = {
	{"names are cut in the middle", test_shorten},
	{"names in a sentence", test_enumeration},
	{NULL, NULL},
};
