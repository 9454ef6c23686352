#include "gd/base/shell_word.h"

#include <string.h>

#include "unit.h"

const char *const unit_suite = "shell_word";

static void test_words(void)
{
	static const char *const cases[][2] = {{"data/spotify.h5", "data/spotify.h5"}, {"", "''"}, {"my songs.h5", "'my songs.h5'"}, {"a'b", "'a'\\''b'"}, {"$HOME", "'$HOME'"}};
	static char text[GD_SHELL_WORD_ROOM], longest[4097];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CU_ASSERT_STRING_EQUAL(gd_shell_word(cases[i][0], text), cases[i][1]);
	memset(longest, '\'', 4096);
	CU_ASSERT_EQUAL(strlen(gd_shell_word(longest, text)), 4 * 4096 + 2);
	longest[0] = '-';
	CU_ASSERT_EQUAL(strlen(gd_shell_path(longest, text)), 4 * 4095 + 1 + 4);
	CU_ASSERT_STRING_EQUAL(gd_shell_path("-run/model.h5", text), "./-run/model.h5");
	CU_ASSERT_STRING_EQUAL(gd_shell_path("-my run", text), "./'-my run'");
	CU_ASSERT_STRING_EQUAL(gd_shell_path("run/-a", text), "run/-a");
}

const unit_test unit_tests[] = {
	{"words are quoted where they must be", test_words},
	{NULL, NULL},
};
