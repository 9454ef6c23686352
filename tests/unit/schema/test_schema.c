#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/schema/schema.h"
#include "gd/schema/shipped.h"

const char *const unit_suite = "schema";

static void expect_bad(const char *text, const char *part)
{
	gd_schema schema;
	gd_status status = gd_schema_read(text, "x.ini", GD_USAGE, &schema);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "'x.ini'"));
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, part));
	if (!strstr(status.message, part))
		printf("\n  found: %s\n  expected in it: %s\n", status.message, part);
	if (!gd_failed(&status))
		gd_schema_release(&schema);
}

static void test_shipped(void)
{
	gd_schema schema;
	gd_status status = gd_schema_read(gd_shipped_schema, "shipped", GD_USAGE, &schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.target], "playlist_genre");
	CU_ASSERT_FALSE(schema.learns_classes);
	CU_ASSERT_EQUAL(schema.classes.count, 6);
	CU_ASSERT_STRING_EQUAL(schema.classes.texts[3], "r&b");
	CU_ASSERT_EQUAL(schema.group_count, 3);
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.groups[0]], "track_id");
	CU_ASSERT_EQUAL(schema.column_count, 23);
	CU_ASSERT_EQUAL(schema.term_count, 14);
	int features = 0;
	for (int i = 0; i < schema.term_count; i++)
		features += gd_term_size(&schema.terms[i]);
	CU_ASSERT_EQUAL(features, 20);
	CU_ASSERT_TRUE(gd_schema_is_missing(&schema, ""));
	CU_ASSERT_TRUE(gd_schema_is_missing(&schema, "NA"));
	CU_ASSERT_FALSE(gd_schema_is_missing(&schema, "nan"));
	gd_schema_release(&schema);
}

static void test_words(void)
{
	static const char text[] =
		"; a comment\n[table]\ntarget = my class\nclasses = one\\, two , x\\x20\n"
		"missing = error\nmissing_values =\nunseen = error\n"
		"[columns]\n a\\x3db = numeric, log ; words\nday = decade 1950 1970,\n\tmonth\nmy\\ colour = categorical red light\\ blue\n  green\nnote = drop\n";
	gd_schema schema;
	gd_status status = gd_schema_read(text, "x.ini", GD_USAGE, &schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.target], "my class");
	CU_ASSERT_EQUAL(schema.classes.count, 2);
	CU_ASSERT_STRING_EQUAL(schema.classes.texts[0], "one, two");
	CU_ASSERT_STRING_EQUAL(schema.classes.texts[1], "x ");
	CU_ASSERT_EQUAL(schema.missing, GD_MISSING_ERROR);
	CU_ASSERT_EQUAL(schema.unseen, GD_UNSEEN_ERROR);
	CU_ASSERT_FALSE(gd_schema_is_missing(&schema, "NA"));
	CU_ASSERT_EQUAL_FATAL(schema.term_count, 5);
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.terms[0].column], "a=b");
	CU_ASSERT_STRING_EQUAL(schema.terms[1].treatment->word, "log");
	CU_ASSERT_STRING_EQUAL(schema.terms[2].treatment->word, "decade");
	CU_ASSERT_EQUAL(schema.terms[2].arguments[1], 1970);
	CU_ASSERT_STRING_EQUAL(schema.terms[3].treatment->word, "month");
	CU_ASSERT_EQUAL(schema.terms[3].column, schema.terms[2].column);
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.terms[4].column], "my colour");
	CU_ASSERT_EQUAL(schema.terms[4].categories.count, 3);
	CU_ASSERT_STRING_EQUAL(schema.terms[4].categories.texts[1], "light blue");
	CU_ASSERT_STRING_EQUAL(schema.terms[4].categories.texts[2], "green");
	CU_ASSERT_TRUE(gd_schema_find_column(&schema, "note") >= 0);
	gd_schema_release(&schema);
}

/* Names and categories of every kind survive being written and read; what is written again is the same text. */
static void test_round_trip(void)
{
	char category[500];
	gd_schema schema, again;
	char *text, *text_again;
	int column;
	gd_status status = gd_schema_init(&schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_schema_set_target(&schema, "[the target]; = : # \" ' \\ ");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_schema_add_column(&schema, " \n\xC3\xA9t\xC3\xA9,", &column);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	char word[] = "categorical", hash[] = "#", cut_word[] = "cut", edge[] = "0.1", next_edge[] = "1e300", last_edge[] = "1.7976931348623157e308";
	char *words[402] = {word}, *cut[] = {cut_word, edge, next_edge, last_edge};
	for (int i = 1; i < 400; i++) {
		words[i] = malloc(32);
		snprintf(words[i], 32, "; category, %d\\", i * i);
	}
	for (size_t i = 0; i + 3 < sizeof category; i += 3)
		memcpy(category + i, "\xE2\x82\xAC", 4);
	words[400] = category;
	words[401] = hash;
	status = gd_schema_add_term(&schema, column, words, 402);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_schema_add_column(&schema, "y", &column);
	if (!gd_failed(&status))
		status = gd_schema_add_term(&schema, column, cut, 4);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	/* A name that no line holds, with an encoding of its own; and one that looks like a key for such a name. */
	char kind[] = "quantile", bins[] = "9", *encoding[] = {kind, bins}, long_name[600];
	snprintf(long_name, sizeof long_name, "%s longer", category);
	status = gd_schema_add_column(&schema, long_name, &column);
	if (!gd_failed(&status))
		status = gd_schema_treat(&schema, column, "numeric");
	if (!gd_failed(&status))
		status = gd_schema_add_encoding(&schema, column, encoding, 2);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_schema_add_column(&schema, "@1", &column);
	if (!gd_failed(&status))
		status = gd_schema_treat(&schema, column, "year, mdy");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	schema.date_order = GD_DATE_DAY_FIRST;
	status = gd_schema_format(&schema, &text);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_schema_read(text, "recipe", GD_BAD_DATA, &again);
	if (gd_failed(&status))
		printf("\n  %s\n", status.message);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(again.columns[again.target], schema.columns[schema.target]);
	CU_ASSERT_STRING_EQUAL(again.columns[again.terms[0].column], " \n\xC3\xA9t\xC3\xA9,");
	CU_ASSERT_EQUAL_FATAL(again.terms[0].categories.count, 401);
	for (int i = 0; i < 401; i++)
		CU_ASSERT_STRING_EQUAL(again.terms[0].categories.texts[i], words[i + 1]);
	CU_ASSERT_EQUAL(again.terms[1].arguments[0], 0.1);
	CU_ASSERT_EQUAL(again.terms[1].arguments[2], 1.7976931348623157e308);
	CU_ASSERT_STRING_EQUAL(again.columns[again.terms[2].column], long_name);
	CU_ASSERT_EQUAL(again.encodings[0].column, again.terms[2].column);
	CU_ASSERT_STRING_EQUAL(again.columns[again.terms[3].column], "@1");
	CU_ASSERT_EQUAL(again.terms[3].order, GD_DATE_MONTH_FIRST);
	CU_ASSERT_EQUAL(again.date_order, GD_DATE_DAY_FIRST);
	status = gd_schema_format(&again, &text_again);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(text, text_again);
	for (int i = 1; i < 400; i++)
		free(words[i]);
	free(text);
	free(text_again);
	gd_schema_release(&schema);
	gd_schema_release(&again);
}

#define TABLE "[table]\ntarget = t\n"

static void test_bad(void)
{
	char text[600];
	expect_bad("", "no target");
	expect_bad("target = t\n", "line 1: 'target' stands in front of any section");
	expect_bad("[table]\ntarget = t\n", "no column becomes a feature");
	expect_bad(TABLE "[column]\na = numeric\n", "line 4: unknown section [column]");
	expect_bad(TABLE "misssing = drop\n", "line 3: unknown key 'misssing'");
	expect_bad(TABLE "missing = maybe\n", "line 3: expected impute, drop or error for 'missing', found 'maybe'");
	expect_bad(TABLE "target = u\n", "line 3: 'target' is given twice");
	expect_bad(TABLE "classes = a, a\n", "line 3: 'a' is listed twice");
	expect_bad(TABLE "classes = a\n", "line 3: expected two classes");
	expect_bad(TABLE "version = 2\n", "line 3: schema of version '2'");
	expect_bad(TABLE "[columns]\na = numerc\n", "line 4: unknown treatment 'numerc' of column 'a'; did you mean 'numeric'");
	expect_bad(TABLE "[columns]\na = numeric 1\n", "line 4: wrong number of values");
	expect_bad(TABLE "[columns]\na =\n", "line 4: no treatment of column 'a'");
	expect_bad(TABLE "[columns]\na = drop, numeric\n", "line 4: column 'a' is dropped and treated too");
	expect_bad(TABLE "[columns]\na = numeric\na = log\n", "line 5: column 'a' is named twice");
	expect_bad(TABLE "[columns]\na = decade 1950 1955\n", "line 4: expected years");
	expect_bad(TABLE "[columns]\na = decade 1950 then\n", "line 4: expected a number after 'decade'");
	expect_bad(TABLE "[columns]\na = cut 2 1\n", "line 4: expected edges in rising order");
	expect_bad(TABLE "[columns]\na = categorical x x\n", "line 4: category 'x' is listed twice");
	expect_bad(TABLE "[columns]\na = circle 0\n", "line 4: expected a period above 0");
	expect_bad(TABLE "[columns]\nt = numeric\n", "the target 't' is treated as a feature too");
	expect_bad(TABLE "[columns]\na = numeric\nwhat is this\n", "line 5: expected '[section]' or 'key = value'");
	int used = snprintf(text, sizeof text, "[table]\n;");
	memset(text + used, 'x', 300);
	strcpy(text + used + 300, "\ntarget = t\n[columns]\na = numeric\n");
	expect_bad(text, "line 2: longer than");
}

static void test_changes(void)
{
	gd_schema schema;
	gd_status status = gd_schema_read(TABLE "classes = x, y\ngroup = g, h\n[columns]\na = numeric\nb = categorical u v\n", "x.ini", GD_USAGE, &schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_schema_set_target(&schema, "t");
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(schema.classes.count, 2);
	status = gd_schema_set_target(&schema, "b");
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(schema.term_count, 1);
	CU_ASSERT_TRUE(schema.learns_classes);
	status = gd_schema_set_group(&schema, "h");
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(schema.group_count, 2);
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.groups[0]], "h");
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.groups[1]], "g");
	status = gd_schema_set_group(&schema, "new");
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(schema.group_count, 3);
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.groups[0]], "new");
	CU_ASSERT_STRING_EQUAL(schema.columns[schema.groups[2]], "g");
	gd_schema_release(&schema);
}

const unit_test unit_tests[] = {
	{"the shipped schema is the study's", test_shipped},
	{"every kind of entry", test_words},
	{"written and read again", test_round_trip},
	{"mistakes are named with their line", test_bad},
	{"target and group can be chosen anew", test_changes},
	{NULL, NULL},
};
