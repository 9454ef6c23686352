/* A table cut in two at each of its bytes: the two parts' records are those of the whole, and so are the lines that messages name. */
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/reader/table.h"

const char *const unit_suite = "stretch";

enum { ROOM = 1 << 15 };

static bool fine(gd_status status)
{
	if (gd_failed(&status))
		fprintf(stderr, "%s\n", status.message);
	return !gd_failed(&status);
}

/* Appends "<line as a message says it>:field|field;" for each record; or the error that ends the reading. */
static void read_all(gd_table *table, char *text)
{
	const gd_record *record = NULL;
	const gd_status blame = gd_error(GD_BAD_DATA, "here");
	size_t used = strlen(text);
	gd_status status = gd_table_rewind(table);
	if (!gd_failed(&status))
		status = gd_table_next(table, &record);
	for (; !gd_failed(&status) && record; status = gd_table_next(table, &record)) {
		gd_status named = gd_table_name_error(table, &blame);
		used += (size_t)snprintf(text + used, ROOM - used, "%s:", strstr(named.message, "line"));
		for (int i = 0; i < record->count; i++)
			used += (size_t)snprintf(text + used, ROOM - used, "%s|", record->fields[i]);
		used += (size_t)snprintf(text + used, ROOM - used, ";");
	}
	if (gd_failed(&status))
		snprintf(text + used, ROOM - used, "%s", status.message);
}

static gd_table *open_table(const char *path, const gd_dialect_options *dialect)
{
	static const char *paths[1];
	const gd_table_options options = {.dialect = *dialect, .quiet = true};
	gd_table *table = NULL;
	paths[0] = path;
	CU_ASSERT_TRUE_FATAL(fine(gd_table_open(paths, 1, &options, &table)));
	return table;
}

/* As readers find their stretches: the one behind the cut begins where the state that the one in front leaves says. */
static void read_in_two(const char *path, const gd_dialect_options *dialect, int64_t cut, int64_t size, char *text)
{
	gd_table *table = open_table(path, dialect);
	gd_table_place place;
	int64_t end = size, begin;
	bool open[2] = {false, false};
	CU_ASSERT_TRUE(fine(gd_table_look(table, 0, &place)));
	if (place.divisible)
		CU_ASSERT_TRUE(fine(gd_stretch_cut(path, cut, size, &end)));
	if (end <= place.begin)
		end = 0;
	if (end)
		CU_ASSERT_TRUE(fine(gd_stretch_scan(path, &place.dialect, place.begin, end, open)));
	begin = end;
	if (open[0])
		CU_ASSERT_TRUE(fine(gd_stretch_leave(path, &place.dialect, end, size, &begin)));
	const gd_stretch parts[2] = {{0, 0, end}, {0, begin, INT64_MAX}};
	gd_table_divide(table, parts, end > 0, 0);
	read_all(table, text);
	if (!strstr(text, "cannot read")) {
		gd_table_divide(table, parts + 1, begin < size || !begin, 0);
		read_all(table, text);
	}
	gd_table_close(table);
}

static void check_bytes(const char *bytes, size_t size, const gd_dialect_options *dialect)
{
	static char whole[ROOM], parts[ROOM];
	char path[512];
	snprintf(path, sizeof path, "%s", unit_path("table.csv"));
	write_bytes(path, bytes, size);
	gd_table *table = open_table(path, dialect);
	*whole = '\0';
	read_all(table, whole);
	gd_table_close(table);
	for (int64_t cut = 1; cut < (int64_t)size; cut++) {
		*parts = '\0';
		read_in_two(path, dialect, cut, (int64_t)size, parts);
		CU_ASSERT_STRING_EQUAL(parts, whole);
		if (strcmp(parts, whole) != 0) {
			fprintf(stderr, "cut at %lld:\n%s\n%s\n", (long long)cut, parts, whole);
			return;
		}
	}
}

static void check(const char *text)
{
	check_bytes(text, strlen(text), &(gd_dialect_options){0});
}

static void test_quotes(void)
{
	check("a,b\n1,\"x\ny\"\n\"2\",\"\n\n\"\n3,\"he said \"\"\n\"\"\"\n\"\n4\",\"\"\n5,z\n");
	check("\"a\nb\",\"c\n\"\n\"1\n,2\n\",3\n4,\"5\n\"\n");
	/* Quotes that enclose nothing count for nothing; one that may not be there ends the reading wherever the cut is. */
	check("a,b\n5\" disk,\"x\ny\"\n3\" disk,z\n\"p\nq\",7\" \n8,9\n");
	check("a,b\n1,\"x\ny\"\n2,\"x\" y\n3,\"u\nv\"\n");
	check("a,b\n1,2\n3,\"never\nclosed,4\n5,6\n");
}

static void test_newlines(void)
{
	check("a,b\r\n1,\"x\r\ny\"\r\n\r\n\r\n2,3\r\n4,5");
	check("a,b\r1,2\r3,\"4\r5\"\r6,7\r");
	check("a,b\n\n\n1,2\n\r3,4\r\n\r\n5,\"\r\"\r6,7\n");
	check("\n\na,b\n1,2\n3,4\n");
	check("a,b\n1,2\n3\n4,5\n");
}

static void test_dialects(void)
{
	check("# \"one\n# two\na;b\n1,5;\"x\n;y\"\n2,5;z\n3,5;\"\n\"\n");
	check("sep=;\na;b\n1;2\n3;4\n");
	check("\xEF\xBB\xBFname,b\n1,2\n\"3\n\",4\n");
	const char records[] = "1,2\n3,\"4\n5\"\n6,7\n";
	check_bytes(records, strlen(records), &(gd_dialect_options){.header = GD_HEADER_NO});
	const char first[] = "\"1\n2\",3\n4,5\n";
	check_bytes(first, strlen(first), &(gd_dialect_options){.header = GD_HEADER_NO});
	const char comments[] = "a,b\n1,2\n! it's \"\n3,\"4\n! 5\"\n!\"\n6,7\n";
	check_bytes(comments, strlen(comments), &(gd_dialect_options){.comment = "!"});
	const char escaped[] = "a,b\n\"x \\\"\n\\\\\",2\n\"3\\\n\\\"\",4\n5,\"6\n\"\n7,8\n";
	check_bytes(escaped, strlen(escaped), &(gd_dialect_options){.quote = "\\\""});
	check("| a | b |\n|---|---|\n| 1 | x |\n| 2 |   |\n|---|---|\n| 3 | z |\n(3 rows)\n");
	check("a,b\r\n1,2\r\n3,4\r\n5,6\r\n\x1A\x1A");
	const char plain[] = "a,b\n1,\"2\n\"3,4\n";
	check_bytes(plain, strlen(plain), &(gd_dialect_options){.quote = "none"});
	/* What must be converted is not divided. */
	const char wide[] = "\xFF\xFE""a\0,\0b\0\n\0""1\0,\0""2\0\n\0""3\0,\0""4\0\n";
	check_bytes(wide, sizeof wide, &(gd_dialect_options){0});
}

/* A record far longer than what is read at once, with newlines in its quotes, and cuts within it. */
static void test_long(void)
{
	enum { LONG = 300000 };
	static char text[LONG + 64], whole[ROOM], parts[ROOM];
	const gd_dialect_options dialect = {0};
	char path[512];
	size_t used = (size_t)sprintf(text, "a,b\n1,2\n3,\"");
	for (int i = 0; i < LONG; i++)
		text[used++] = i % 1000 ? 'x' : '\n';
	used += (size_t)sprintf(text + used, "\"\n4,5\n6,7\n");
	snprintf(path, sizeof path, "%s", unit_path("long.csv"));
	write_bytes(path, text, used);
	/* Texts are cut where the room ends; lines behind the record are what matters. */
	gd_table *table = open_table(path, &dialect);
	const gd_stretch last = {0, (int64_t)used - 4, INT64_MAX};
	*whole = '\0';
	gd_table_divide(table, &last, 1, 0);
	read_all(table, whole);
	gd_table_close(table);
	CU_ASSERT_STRING_EQUAL(whole, "line 305: here:6|7|;");
	for (int64_t cut = 20; cut < LONG; cut += 70001) {
		gd_table_place place;
		bool open[2];
		int64_t end, begin;
		*parts = '\0';
		table = open_table(path, &dialect);
		CU_ASSERT_TRUE(fine(gd_table_look(table, 0, &place)));
		CU_ASSERT_TRUE(fine(gd_stretch_cut(path, cut, (int64_t)used, &end)));
		CU_ASSERT_TRUE(fine(gd_stretch_scan(path, &place.dialect, 0, end, open)));
		CU_ASSERT_TRUE(open[0]);
		CU_ASSERT_TRUE(fine(gd_stretch_leave(path, &place.dialect, end, (int64_t)used, &begin)));
		CU_ASSERT_EQUAL(begin, (int64_t)used - 8);
		gd_table_close(table);
	}
}

const unit_test unit_tests[] = {
	{"quotes", test_quotes},
	{"newlines", test_newlines},
	{"dialects", test_dialects},
	{"long record", test_long},
	{0},
};
