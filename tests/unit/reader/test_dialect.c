#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "gd/reader/dialect.h"
#include "gd/value/decimal.h"

const char *const unit_suite = "dialect";

static gd_dialect recognise(const char *text, const gd_dialect_options *options)
{
	static const gd_dialect_options none;
	gd_dialect dialect = {0};
	gd_status status = gd_dialect_recognise(options ? options : &none, text, strlen(text), true, &dialect);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	return dialect;
}

static void expect(const char *text, const char *description)
{
	char room[256];
	gd_dialect dialect = recognise(text, NULL);
	gd_dialect_describe(&dialect, room, sizeof room);
	CU_ASSERT_STRING_EQUAL(room, description);
	if (strcmp(room, description) != 0)
		printf("\n  of: %s  found: %s\n  expected: %s\n", text, room, description);
}

static void test_delimiters(void)
{
	expect("a,b,k\n1,2,u\n3,4,v\n", "");
	expect("a;b;k\n1;2;u\n3;4;v\n", "semicolons between fields");
	expect("a\tb\tk\n1\t2\tu\n3\t4\tv\n", "tabs between fields");
	expect("a|b|k\n1|2|u\n3|4|v\n", "bars between fields");
	expect("  a   b k\n1 2 \t u\n 3 4 v \n", "blanks between fields");
	expect("a;b;k\n1,5;2,25;u\n3,5;4;v\n", "semicolons between fields, decimal comma");
	expect("| a | k |\n|:--|--:|\n| 1 | u |\n", "bars between fields, lines that are drawn left out");
	expect("a     k\n----- ---\n1     u\n", "blanks between fields, lines that are drawn left out");
	/* A tab among blanks is one of them. */
	expect("18.0   8   307.0   130.0\t\"a b\"\n15.0   8   350.0   165.0\t\"c d\"\n", "blanks between fields");
	expect("\"a,b\"\n\"1,u\"\n", "");
	expect("a:b:c\n1:x:2.5\n2:y:3.5\n", "':' between fields");
	expect("a\x01" "b\x01" "k\n1\x01" "2\x01u\n3\x01" "4\x01v\n", "\\x01 between fields");
	expect("a^b^c\n1^x,^2.5\n2^y^3.5\n", "'^' between fields");
	expect("a#b#c\n1#x#2.5\n2#y#3.5\n", "'#' between fields");
	expect("a/b/c\n1/x/2.5\n2/y/3.5\n", "'/' between fields");
	expect("a,b\n1,12:30\n2,12:45\n", "");
	/* Other marks inside fields are not what parts them. */
	expect("name,tags,k\nNew York,x;y,u\nOslo,z,v\n", "");
	expect("a b,k\nc d,u\ne f,v\n", "");
	expect("a,k\n\"1;2;3\",u\n\"4;5;6\",v\n", "");
	/* A record that is too short changes nothing. */
	expect("a;b;k\n1;2;u\n3;v\n5;6;u\n7;8;v\n", "semicolons between fields");
	/* A backslash in front of a delimiter, and one that only ends a field. */
	expect("a,b,k\n1,x\\, y,u\n3,z,v\n", "backslashes before commas that part nothing");
	expect("a,b,k\nx\\, y,1,u\nz\\, w,3,v\n", "backslashes before commas that part nothing");
	expect("a\tb\tk\n1\tx\\\ty\tu\n3\tz\tv\n", "tabs between fields, backslashes before delimiters that part nothing");
	expect("a,b,k\nC:\\x\\,1,u\nC:\\y\\,3,v\n", "");
	/* Tabs rather than blanks where both would do, and marks inside fields. */
	expect("u,g\t2019 \t2020 \tk\nC,1\t5 e\t7 \tu\nC,2\t6 e\t8 \tv\n", "tabs between fields");
	expect("one\ntwo\n", "");
	expect("", "");
}

static void test_decimals(void)
{
	expect("a;k\n1.234,5;u\n2;v\n", "semicolons between fields, decimal comma");
	expect("a;k\n1,234.5;u\n2;v\n", "semicolons between fields");
	expect("a;k\n0,125;u\n0,250;v\n", "semicolons between fields, decimal comma");
	/* Groups of three alone: as is usual with the delimiter. */
	expect("a;k\n1,250;u\n2,500;v\n", "semicolons between fields, decimal comma");
	expect("a\tk\n1,250\tu\n2,500\tv\n", "tabs between fields");
	expect("a,k\n\"1,250\",u\n\"2,500\",v\n", "");
	expect("a,k\n\"1,25\",u\n\"2,5\",v\n", "decimal comma");
	expect("a;k\n1 400,50 \xe2\x82\xac;u\n2\xc2\xa0" "500,00 \xe2\x82\xac;v\n", "semicolons between fields, decimal comma");
	expect("a;k\n12,5 %;u\n7 %;v\n", "semicolons between fields, decimal comma");
	expect("a;k\nCHF 1'400.50;u\n7;v\n", "semicolons between fields");
	expect("a\tk\n1,234 kg\tu\n2,345 kg\tv\n", "tabs between fields");
	expect("a;k\n12, High Street;u\n7;v\n", "semicolons between fields");
	expect("a;k\n12.05.2020;u\n13.05.2020;v\n", "semicolons between fields");
}

static void test_quotes(void)
{
	expect("'a' 'k'\n1 'u v'\n2 'w x'\n", "blanks between fields, single quotes");
	expect("a,k\nit's,u\nthey'd,v\n", "");
	expect("a,k\n'tis,u\n'twas',v\n", "");
	expect("a,k\n\"x \\\"y\\\", z\",u\nw,v\n", "backslashes before quotes inside quotes");
	expect("a,k\n\"c:\\\",u\n\"d:\\\",v\n", "");
	/* Quotes that are parts of texts, and as many as no slip is; a slip; some that enclose. */
	expect("a\tk\n\"x\" y\tu\n\"z\tv\nw \"x\"\tu\n\"x\" z\tu\n\"v\" x\tv\n", "tabs between fields, no quotes");
	expect("a,k\n\"x\" y,u\nz,v\nw,u\n", "");
	expect("a,k\n\"x\" y,u\n\"z,v\nw \"x\",u\n\"x\" z,u\n\"v\" x,v\n\"z\",v\n", "");
}

static void test_lead(void)
{
	expect("# one\n\n# two\na,b,k\n1,2,u\n3,4,v\n", "3 lines before the header left out");
	expect("sep=;\r\na;k\r\n1;u\r\n2;v\r\n", "semicolons between fields, 1 line before the header left out (sep=)");
	expect("#a b k\n1 2 u\n3 4 v\n", "blanks between fields, the header's # left out");
	expect("# what it is\n#a,b,k\n1,2,u\n3,5,v\n", "1 line before the header left out, the header's # left out");
	expect("# a b k\n1 2 u\n3 4 v\n", "blanks between fields, the header's # left out");
	expect("#tag\n#one\n", "");
	expect("a b k\nr1 1 2 u\nr2 2 1 v\n", "blanks between fields, the first column has no name in the header");
	expect("Leaves of 2024,,,\n,,,\na,b,c,k\n1,2,3,u\n3,4,5,v\n", "2 lines before the header left out");
	expect(",,\n,,\na,b,k\n1,2,u\n3,4,v\n", "2 lines before the header left out");
	expect("id,,\n1,2,u\n3,4,v\n", "");
	expect("a,k,\n1,u\n2,v\n", "the header's last delimiter left out");
	expect("#Version: 1.0\n#Fields: a b k\n1 2 u\n3 4 v\n", "blanks between fields, 1 line before the header left out, the header's # left out");
	expect("#Date: 2024-01-01\n#Fields: a b k\n1 12:30:05 u\n3 12:45:00 v\n", "blanks between fields, 1 line before the header left out, the header's # left out");
	expect("    a k\n0   1 u\n1   2 v\n\n[2 rows x 2 columns]\n", "blanks between fields, the first column has no name in the header");
	/* Lines of as many fields as they like, where the header leaves no doubt: texts over numbers. */
	expect("TOA5,CR1,9,x,y\na,b,c,k\n1,2,5,u\n3,4,6,v\n5,6,7,u\n7,8,9,v\n6,8,9,v\n1,8,9,v\n", "1 line before the header left out");
	expect("x,y,z\n1,p,2,5,u\n1,q,4,6,v\n1,q,6,7,u\n2,p,8,9,v\n3,q,8,9,v\n4,p,8,9,v\n", "");
}

static void test_rows(void)
{
	static const char units[] = "a,b,k\ncm,mm,\n1,2,u\n2,3,v\n3,4,u\n4,5,v\n5,6,u\n", groups[] = "x,,y\na,b,k\n1,2,u\n2,3,v\n3,4,u\n4,5,v\n5,6,u\n";
	expect(units, "1 record behind the header left out (units or a second header, where others have numbers; --header yes keeps it)");
	expect(groups, "1 line before the header left out (names of groups of columns? --header yes takes the first)");
	const gd_dialect_options yes = {.header = GD_HEADER_YES};
	CU_ASSERT(!recognise(units, &yes).rows && !recognise(groups, &yes).lead);
	CU_ASSERT_EQUAL(recognise("a\tb\tk\n5s\t14n\t1s\n1\t2\tu\n2\t3\tv\n3\t4\tu\n4\t5\tv\n5\t6\tu\n", NULL).rows, 1);
	CU_ASSERT_EQUAL(recognise("a\tb\tk\nc\tc\td\n\t\tclass\n1\t2\tu\n2\t3\tv\n3\t4\tu\n4\t5\tv\n5\t6\tu\n", NULL).rows, 2);
	CU_ASSERT_EQUAL(recognise("a\tb\tk\nc\tc\td\n\t\tu\n1\t2\tu\n2\t3\tv\n3\t4\tu\n4\t5\tv\n5\t6\tu\n", NULL).rows, 1);
	/* Answers that could be ticked stand there and below, alone in their columns. */
	CU_ASSERT_EQUAL(recognise("i,a,b,,k\n,text,text,yes,text\n1,1,2,yes,u\n2,2,3,,v\n3,3,4,,u\n4,4,5,yes,v\n5,5,6,,u\n", NULL).rows, 1);
	/* Too few records to tell, a number, a text that comes again, one column of numbers. */
	CU_ASSERT(!recognise("a,b,k\ncm,mm,\n1,2,u\n2,3,v\n3,4,u\n4,5,v\n", NULL).rows);
	CU_ASSERT(!recognise("a,b,k\ncm,7,\n1,2,u\n2,3,v\n3,4,u\n4,5,v\n5,6,u\n", NULL).rows);
	CU_ASSERT(!recognise("a,b,k\nlow,high,u\n1,2,u\n2,3,v\n3,4,u\n4,5,v\n5,6,u\n", NULL).rows);
	CU_ASSERT(!recognise("a,b,k\ncm,text,\n1,p,u\n2,p,v\n3,q,u\n4,q,v\n5,p,u\n", NULL).rows);
}

static void test_header(void)
{
	CU_ASSERT(recognise("5.1,3.5,u\n4.9,3.0,v\n4.7,3.2,u\n", NULL).looks_like_data);
	CU_ASSERT(recognise("p,x\ne,y\np,x\ne,x\np,y\ne,x\n", NULL).looks_like_data);
	CU_ASSERT(!recognise("a,b,k\n5.1,3.5,u\n4.9,3.0,v\n", NULL).looks_like_data);
	CU_ASSERT(!recognise("land,2019,2020,2021\nx,1,2,3\ny,4,5,6\n", NULL).looks_like_data);
	gd_dialect_options no = {.header = GD_HEADER_NO}, yes = {.header = GD_HEADER_YES};
	CU_ASSERT(!recognise("5.1,u\n4.9,v\n", &no).header);
	CU_ASSERT_EQUAL(recognise("|1x3 Cross validator\n25, Private, 1, 7, <=50K.\n38, Private, 2, 7, >50K.\n27, Other, 3, 8, <=50K.\n", &no).lead, 1);
	CU_ASSERT(!recognise("5.1,u\n4.9,v\n", &yes).looks_like_data);
}

static void test_options(void)
{
	gd_dialect_options options = {.delimiter = "|", .quote = "none", .decimal = 2, .comment = "%"};
	gd_dialect dialect = recognise("a;b|k\n1;2|u\n", &options);
	CU_ASSERT(dialect.delimiter == '|' && !dialect.quote && dialect.decimal == ',' && dialect.comment == '%' && !dialect.lead);
	gd_dialect_options escape = {.quote = "\\'"};
	dialect = recognise("a,k\n'x\\'y',u\n", &escape);
	CU_ASSERT(dialect.quote == '\'' && dialect.escaped);
	gd_dialect_options control = {.delimiter = "\\x01"};
	dialect = recognise("a\x01k\n1\x01u\n", &control);
	CU_ASSERT_EQUAL(dialect.delimiter, '\x01');
	gd_dialect_options guarded = {.delimiter = "\\,"}, tab = {.delimiter = "\\tab"}, thorn = {.quote = "\xc3\xbe"}, comma = {.delimiter = ","};
	dialect = recognise("a,k\n1,u\n", &guarded);
	CU_ASSERT(dialect.guarded && dialect.delimiter == ',');
	dialect = recognise("a\tk\n1\tu\n", &tab);
	CU_ASSERT(dialect.guarded && dialect.delimiter == '\t');
	CU_ASSERT(!recognise("a,b,k\n1,x\\, y,u\n3,z,v\n", &comma).guarded);
	CU_ASSERT_EQUAL(recognise("a,k\n1,u\n", &thorn).stand_in.quotes, GD_QUOTES_THORN);
	gd_dialect_options several = {.delimiter = "||", .quote = "\xe2\x80\x9c"};
	dialect = recognise("a\x1fk\n\"1\x1f\"\x1fu\n", &several);
	CU_ASSERT(dialect.delimiter == GD_STAND_IN_DELIMITER && dialect.quote == '"' && dialect.stand_in.quotes && !strcmp(dialect.stand_in.delimiter, "||"));
	static const gd_dialect_options wrong[] = {{.delimiter = "|a|"}, {.delimiter = "||||||||"}, {.delimiter = "|\"|"}, {.delimiter = "\\x0a"}, {.delimiter = "\\x41"}, {.delimiter = "\\x"}, {.delimiter = "none"}, {.delimiter = "ab"}, {.delimiter = "."}, {.quote = "x"}, {.comment = "xx"}, {.delimiter = ";", .quote = ";"},
		{.comment = "|", .delimiter = "|"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		gd_status status = gd_dialect_check(&wrong[i]);
		CU_ASSERT_EQUAL(status.code, GD_USAGE);
	}
}

static void test_turn(void)
{
	static const char *const pairs[][2] = {{"4,2", "4.2"}, {"-1.234,5", "-1,234.5"}, {"1.234.567", "1,234,567"}, {"12,5 kg", "12.5 kg"}, {"1 234,5", "1 234.5"}, {"1\xc2\xa0" "234\xc2\xa0" "567,5", "1\xc2\xa0" "234\xc2\xa0" "567.5"}, {"1'234,5 m", "1'234.5 m"}, {"9 9,5", "9 9,5"}, {"1,5e-3", "1.5e-3"}, {",5", ".5"},
		{"\xe2\x82\xac 3,50", "\xe2\x82\xac 3.50"}, {"7", "7"}, {"1.5", "1.5"}, {"12.05.2020", "12.05.2020"}, {"1,2,3", "1,2,3"}, {"a,b", "a,b"}, {"1,5-2,5", "1,5-2,5"}, {"", ""}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char text[32];
		snprintf(text, sizeof text, "%s", pairs[i][0]);
		gd_decimal_turn(text);
		CU_ASSERT_STRING_EQUAL(text, pairs[i][1]);
	}
}

const unit_test unit_tests[] = {
	{"delimiters", test_delimiters},
	{"decimal marks", test_decimals},
	{"quotes", test_quotes},
	{"lines before the header, and headers of another length", test_lead},
	{"rows around the header that are no records", test_rows},
	{"a header that looks like data", test_header},
	{"options override", test_options},
	{"decimal commas become points", test_turn},
	{NULL, NULL},
};
