#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "gd/reader/stand_in.h"

const char *const unit_suite = "stand_in";

/* However the bytes are dealt out, the marks are replaced. */
static void test_put(void)
{
	static const char text[] = "a||\xe2\x80\x9c" "b|\xc3\xa9\xe2\x80\x9d|||c\xe2\x80\x94\xc2|", expected[] = "a\x1f\"b|\xc3\xa9\"\x1f|c\xe2\x80\x94\xc2|";
	const gd_stand_in both = {.delimiter = "||", .quotes = GD_QUOTES_TYPOGRAPHIC};
	const size_t size = sizeof text - 1;
	for (size_t cut = 0; cut <= size; cut++) {
		char bytes[sizeof text], out[sizeof text];
		size_t taken, more;
		memcpy(bytes, text, cut);
		size_t put = gd_stand_in_put(&both, bytes, cut, false, &taken);
		memcpy(out, bytes, put);
		CU_ASSERT(taken <= cut && cut - taken < GD_STAND_IN_ROOM);
		memcpy(bytes, text + taken, size - taken);
		more = gd_stand_in_put(&both, bytes, size - taken, true, &taken);
		memcpy(out + put, bytes, more);
		out[put + more] = '\0';
		CU_ASSERT_STRING_EQUAL(out, expected);
	}
}

static gd_stand_in find(const char *text)
{
	static const gd_dialect_options none;
	gd_stand_in found = {0};
	gd_status status = gd_stand_in_find(&none, text, strlen(text), true, &found);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	return found;
}

static void test_delimiters(void)
{
	static const struct {
		const char *text, *delimiter;
	} cases[] = {
		{"a||b||k\n1||2||u\n3||||v\n", "||"}, {"a ~|~ b ~|~ k\n1~|~2~|~u\n", "~|~"}, {"width (mm)||b\n1||2\n", "||"}, {"a\t\tb\n1\t\t2\n", "\t\t"}, {"# made::here\na::b\n1::2\n", "::"},
		{"a\xc2\xa7" "b\n1\xc2\xa7" "2\n", "\xc2\xa7"}, {"\"a\"||\"b\"\n\"1\"||\"2\"\n", "||"},
		/* One that bytes part already; a column without a name; lines that do not have it; names that hold it, or what parts them; no names at all. */
		{"a | b\n1 | 2\n", ""}, {"a, b\n1, 2\n", ""}, {"a,\tb\n1,\t2\n", ""}, {"a,,b,c\n1,,2,3\n", ""}, {"a||b\n1|2\n", ""}, {"a||b|c\n1||2|3\n", ""}, {"a::x,b\n1::y,2\n", ""}, {"||\n||\n", ""},
		{"a||b\n", ""}, {"", ""}, {"\xd0\xb4\xd0\xb1,\xd0\xba\n1,2\n", ""}, {"\xe2\x80\x9c" "a\xe2\x80\x9d,\xe2\x80\x9c" "b\xe2\x80\x9d\n\xe2\x80\x9c" "1\xe2\x80\x9d,\xe2\x80\x9c" "2\xe2\x80\x9d\n", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const gd_stand_in found = find(cases[i].text);
		CU_ASSERT_STRING_EQUAL(found.delimiter, cases[i].delimiter);
	}
}

static void test_quotes(void)
{
	CU_ASSERT_EQUAL(find("\xc3\xbe" "a\xc3\xbe\x14\xc3\xbek\xc3\xbe\n\xc3\xbe\"x\" y\xc3\xbe\x14\xc3\xbeu\xc3\xbe\n").quotes, GD_QUOTES_THORN);
	CU_ASSERT_EQUAL(find("\xc3\xbe" "a\xc3\xbe,\xc3\xbek\xc3\xbe\n\xc3\xbex\xc3\xbe,\xc3\xbeu\xc3\xbe\n").quotes, GD_QUOTES_NONE);
	CU_ASSERT(find("a,k\n\xe2\x80\x9cx, y\xe2\x80\x9d,u\n\xe2\x80\x9cz\xe2\x80\x9d,v\n").quotes);
	CU_ASSERT(find("a||k\n\xc2\xab" "x||y\xc2\xbb||u\n\xc2\xabz\xc2\xbb||v\n").quotes);
	/* Inside texts, too few, beside plain ones, more than one pair in a field, for inches. */
	CU_ASSERT(!find("a,k\nthe \xe2\x80\x9cx\xe2\x80\x9d,u\nthe \xe2\x80\x9cz\xe2\x80\x9d,v\n").quotes);
	CU_ASSERT(!find("a,k\n\xe2\x80\x9cx\xe2\x80\x9d,u\nz,v\n").quotes);
	CU_ASSERT(!find("a,k\n\"\xe2\x80\x9cx\xe2\x80\x9d, y\",u\n\xe2\x80\x9cz\xe2\x80\x9d,v\n").quotes);
	CU_ASSERT(!find("a,k\n\xe2\x80\x9cx\xe2\x80\x9d or \xe2\x80\x9cy\xe2\x80\x9d,u\n\xe2\x80\x9cz\xe2\x80\x9d,v\n").quotes);
	CU_ASSERT(!find("a,k\n5\xe2\x80\x9d,u\n6\xe2\x80\x9d,v\n").quotes);
}

const unit_test unit_tests[] = {
	{"marks are replaced across blocks", test_put},
	{"delimiters of several bytes", test_delimiters},
	{"typographic quotes", test_quotes},
	{NULL, NULL},
};
