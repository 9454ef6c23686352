#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/reader/column_index.h"
#include "gd/reader/table.h"

const char *const unit_suite = "table";

/* What a reading delivered: "line:field|field" for each record, after the header. */
typedef struct collected {
	char text[4096];
	int64_t records, last_line, last_number;
	int refuse_at; /* the record that the callback refuses, 0: none */
} collected;

static void append(collected *c, const gd_record *record)
{
	size_t used = strlen(c->text);
	if (used > sizeof c->text - 256)
		return;
	used += (size_t)snprintf(c->text + used, sizeof c->text - used, "%lld:", (long long)record->line);
	for (int i = 0; i < record->count; i++) {
		CU_ASSERT_EQUAL(strlen(record->fields[i]), record->lengths[i]);
		used += (size_t)snprintf(c->text + used, sizeof c->text - used, "%s%s", i ? "|" : "", record->fields[i]);
	}
	snprintf(c->text + used, sizeof c->text - used, ";");
}

static gd_status take_header(void *context, const gd_record *header)
{
	append(context, header);
	return gd_ok();
}

static gd_status take_record(void *context, const gd_record *record)
{
	collected *c = context;
	c->records++;
	c->last_line = record->line;
	c->last_number = record->number;
	if (c->refuse_at == c->records)
		return gd_error(GD_BAD_DATA, "expected a number");
	append(c, record);
	return gd_ok();
}

static gd_status read_bytes(const char *bytes, size_t size, collected *c, char sha256[65])
{
	const char *path = unit_path("table.csv");
	write_bytes(path, bytes, size);
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = c};
	int refuse_at = c->refuse_at;
	memset(c, 0, sizeof *c);
	c->refuse_at = refuse_at;
	return gd_table_read(path, &reader, sha256);
}

static void expect(const char *bytes, const char *text)
{
	collected c = {0};
	gd_status status = read_bytes(bytes, strlen(bytes), &c, NULL);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(c.text, text);
}

static void expect_bad(const char *bytes, size_t size, const char *part)
{
	collected c = {0};
	gd_status status = read_bytes(bytes, size, &c, NULL);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "table.csv"));
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, part));
	CU_ASSERT_PTR_NULL(strchr(status.message, '\n'));
	if (!strstr(status.message, part))
		printf("\n  found: %s\n  expected in it: %s\n", status.message, part);
}

/* A literal with all its bytes, zeros too. */
#define EXPECT_BAD(bytes, part) expect_bad(bytes, sizeof(bytes) - 1, part)

static void test_forms(void)
{
	expect("a,b\n1,2\n3,4\n", "1:a|b;2:1|2;3:3|4;");
	expect("a,b\r\n1,2\r\n3,4", "1:a|b;2:1|2;3:3|4;");
	expect("a,b\r1,2\r3,4\r", "1:a|b;2:1|2;3:3|4;");
	expect("\xEF\xBB\xBF" "a,b\n1,2\n", "1:a|b;2:1|2;");
	expect("a,b\n\n\r\n1,2\n\n3,4\n\n", "1:a|b;4:1|2;6:3|4;");
	expect("a,b\n\"x, \"\"y\"\"\",\"\"\n , z \n", "1:a|b;2:x, \"y\"|;3:|z;");
	expect("a,b\n\"one\ntwo\r\nthree\",1\n4,5\n", "1:a|b;2:one\ntwo\r\nthree|1;5:4|5;");
	expect("a\n\xC3\xA9\xE2\x82\xAC\n", "1:a;2:\xC3\xA9\xE2\x82\xAC;");
	expect("a,b\n", "1:a|b;");
	/* A quote inside a field that has none around it is a character; one trailing empty field is none. */
	expect("a,b\n1,5\"\n3,x\"y\n\"z\",\"\n\"\n", "1:a|b;2:1|5\";3:3|x\"y;4:z|\n;");
	/* A mark of the order of bytes where two files were joined. */
	expect("a,b\n1,2\n\xEF\xBB\xBF" "3,4\n\xEF\xBB\xBF" "x,\xC3\xA9\n", "1:a|b;2:1|2;3:3|4;4:x|\xC3\xA9;");
	expect("# a  b\n1 2\n3 4\n", "1:a|b;2:1|2;3:3|4;");
	expect("a,b\n1,2,\n3,4\n", "1:a|b;2:1|2;3:3|4;");
	expect("a,b,\n1,2\n3,4,\n", "1:a|b;2:1|2;3:3|4;");
}

/* Many records that lack empty fields at their ends; delimiters at the ends of the header or of records. */
static void test_gaps(void)
{
#define FULL "1,2,x,4\n5,6,y,8\n9,1,z,3\n"
#define READ "1:a|b|c|d;2:1|2|x|4;3:5|6|y|8;4:9|1|z|3;"
	expect("a,b,c,d\n" FULL "1,2\n3,4,v\n5,6\n" FULL, READ "5:1|2||;6:3|4|v|;7:5|6||;8:1|2|x|4;9:5|6|y|8;10:9|1|z|3;");
	expect("A report,,,\n\na,b,c,d\n" FULL "1,2\n3,4,v\n5,6\n" FULL, "3:a|b|c|d;4:1|2|x|4;5:5|6|y|8;6:9|1|z|3;7:1|2||;8:3|4|v|;9:5|6||;10:1|2|x|4;11:5|6|y|8;12:9|1|z|3;");
	/* Too few; some record ends in an empty field, so that others would; pieces of records begin with texts where there are numbers; more than ever were lacking. */
	EXPECT_BAD("a,b,c,d\n" FULL "1,2\n3,4,v\n" FULL, "line 5: expected 4 fields, found 2");
	EXPECT_BAD("a,b,c,d\n" FULL "1,2\n3,4,v\n5,6\n7,8,x,\n" FULL, "line 5: expected 4 fields, found 2");
	EXPECT_BAD("a,b,c,d\n" FULL "1,2,v\nw,4\n3,4,v\nw,9\n5,6,v\nw,7\n" FULL, "line 5: expected 4 fields, found 3");
	EXPECT_BAD("a,b,c,d\n" FULL "1,2\n3,4,v\n5,6\n" FULL "7", "line 11: expected 4 fields, found 1, and no record follows");
	EXPECT_BAD("a,b,c,d\n" FULL "1,2\n3,4,v\n5,6\n7,8,9,1,2\n" FULL, "line 5: expected 4 fields, found 2");
	/* Texts first: what is less than half a record may be a piece of one, and one field alone always. */
	EXPECT_BAD("a,b,c,d,e\n" "p,1,x,y,z\nq,2,x,y,z\nr,3,x,y,z\ns,4\nt,5\nu,6\n" "v,7,x,y,z\n", "line 5: expected 5 fields, found 2");
	EXPECT_BAD("a,b,c\n1,2,x\n2,3,y\n4,5,z\n1\n2\n3\n7,8,w\n", "line 5: expected 3 fields, found 1");
	expect("a,b,c,d\n" "p,1,x,y\nq,2,x,y\nr,3,x,y\ns,4\nt,5,x\nu,6,x\n" "v,7,x,y\n", "1:a|b|c|d;2:p|1|x|y;3:q|2|x|y;4:r|3|x|y;5:s|4||;6:t|5|x|;7:u|6|x|;8:v|7|x|y;");
	EXPECT_BAD("a;b;c\n1;2;x\n2;3;y\n4;5;z\n4;5;z\n1\n2\n3\n4\n5\n6\n7\n1;2;x\n", "line 6: expected 3 fields, found 1, and so have others; where records lack empty fields at their ends alone: awk -F ';' -v OFS=';' ");
	/* The last one, without a newline, may have been cut off. */
	EXPECT_BAD("a,b,c,d\n" FULL "1,2\n3,4,v\n5,6\n" FULL "7,8,w", "line 11: expected 4 fields, found 3, and no record follows");
	expect("a,b,c,d\n" FULL "1,2\n3,4,v\n5,6\n9,1,z,3\n7,8,w\n", READ "5:1|2||;6:3|4|v|;7:5|6||;8:9|1|z|3;9:7|8|w|;");
	expect("a,b,,,\n1,2\n3,4\n", "1:a|b;2:1|2;3:3|4;");
	expect("a,b\n1,2,,\n3,4,,,\n5,6\n", "1:a|b;2:1|2;3:3|4;4:5|6;");
	EXPECT_BAD("a,b\n1,2\n3,4,,5\n5,6\n", "line 3: expected 2 fields, found 4 (is a field with a delimiter in it not in quotes?)");
	EXPECT_BAD("a,b,c\n1,x,2\n2,y \\\nz,3\n3,w,4\n", "line 3: expected 3 fields, found 2; it goes on behind a backslash");
}

static void test_digits(void)
{
	expect("a,b\n\xd9\xa1\xd9\xab\xd9\xa5,x\n\xef\xbc\x92,\xd9\xa3y\n", "1:a|b;2:1.5|x;3:2|\xd9\xa3y;");
	expect("a;b\n\xd9\xa1\xd9\xab\xd9\xa5;2,25\n\xd9\xa2;3,5\n", "1:a|b;2:1.5|2.25;3:2|3.5;");
}

/* Zeros up to the end of a block, and marks by which DOS ended texts, as many as there are: no part of the last record. */
static void test_padding(void)
{
	static const char *const texts[] = {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4", "a,b\n1,2\n3,\"4\""};
	static char bytes[300000];
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t zeros = 0; zeros < sizeof bytes - 64; zeros = 7 * zeros + 1)
			for (size_t marks = 0; marks < 3; marks++) {
				collected c = {0};
				size_t length = strlen(texts[i]);
				memset(bytes, 0, sizeof bytes);
				memcpy(bytes, texts[i], length);
				memset(bytes + length, 0x1A, marks);
				gd_status status = read_bytes(bytes, length + marks + zeros, &c, NULL);
				CU_ASSERT_EQUAL(status.code, GD_OK);
				CU_ASSERT_STRING_EQUAL(c.text, "1:a|b;2:1|2;3:3|4;");
			}
	memcpy(bytes + 200000, "5,6\n", 4);
	expect_bad(bytes, 200004, "NUL byte");
}

static void test_drawn(void)
{
	expect("| a | b |\n|---|--:|\n| 1 |   |\n|   | 4 |\n", "1:a|b;3:1|;4:|4;");
	expect("+----+---+\n| a  | b |\n+----+---+\n| 1  | 2 |\n+----+---+\n| -- | 4 |\n+----+---+\n2 rows in set (0.00 sec)\n", "2:a|b;4:1|2;6:--|4;");
	expect(" a  |  b  \n----+-----\n 5\" | 2\n    | 4\n(2 rows)\n\n", "1:a|b;3:5\"|2;4:|4;");
	expect("a   b\n--- ---\n1   2\n3   4\n", "1:a|b;3:1|2;4:3|4;");
	expect("a,b\n---,---\n1,\"2;2\"\n3,4\n\n(2 rows affected)\n", "1:a|b;3:1|2;2;4:3|4;");
	/* A rule between records is none elsewhere. */
	expect("a,b\n1,2\n---,---\n3,4\n", "1:a|b;2:1|2;3:---|---;4:3|4;");
}

static void test_escaped(void)
{
	expect("a,b\n\"say \\\"x\\\", y\",2\n\"c:\\\\d\\e\",\"two\nlines \\\"\"\n", "1:a|b;2:say \"x\", y|2;3:c:\\d\\e|two\nlines \";");
	/* Where a backslash ends a field, it is a character. */
	expect("a,b\n\"c:\\\",2\n\"d:\\\",\"4\"\n", "1:a|b;2:c:\\|2;3:d:\\|4;");
	/* In front of delimiters, outside of quotes and beside such. */
	expect("a,b\nx\\, y,2\nz\\\\,\"u, v\"\n\\,w,\\N\n", "1:a|b;2:x, y|2;3:z\\|u, v;4:,w|\\N;");
}

static void test_bad(void)
{
	EXPECT_BAD("", "empty");
	EXPECT_BAD("\n\n", "empty");
	EXPECT_BAD("a,b\n1,2\n3\n", "line 3: expected 2 fields, found 1");
	EXPECT_BAD("a,b\n1,2\n# a remark\n3,4\n", "line 3: expected 2 fields, found 1; --comment '#' leaves out lines that begin with it");
	EXPECT_BAD("a,b\n\"1\n\n\",2\n3,4,5\n", "line 5: expected 2 fields, found 3");
	EXPECT_BAD("a,b\n1,2\n\"3\n\"x,4\n", "line 4: stray quote");
	EXPECT_BAD("a,b\n1,2\n\"3,4\n5,6\n", "line 3: a quote of the record that begins here is never closed");
	EXPECT_BAD("a,b\n1,2\n3,\0\n", "line 3: NUL byte");
	EXPECT_BAD("a,b\n1,2\n\0\0\n", "line 3: NUL byte");
	EXPECT_BAD("\xEF\xBB\xBF" "a,b\n1,2\n3,\"\n\n\xC0\x80\"\n", "line 3: field 2 is not valid UTF-8");
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = NULL};
	gd_status status = gd_table_read(unit_path("absent.csv"), &reader, NULL);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	status = gd_table_read(unit_directory(), &reader, NULL);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
}

/* Whatever byte of a CRLF the reading blocks part, lines are counted once. */
static void test_blocks(void)
{
	enum { ROOM = 200000 };
	char *bytes = malloc(ROOM);
	for (int shift = 0; shift < 9; shift++) {
		size_t used = (size_t)sprintf(bytes, "a%.*s,b\r\n", shift, "xxxxxxxxx");
		int64_t lines = 1;
		for (; used < ROOM - 100; lines++)
			used += (size_t)sprintf(bytes + used, "%lld,\"y\"\r\n", (long long)lines);
		used += (size_t)sprintf(bytes + used, "\"z\"z,1\r\n");
		char expected[64];
		snprintf(expected, sizeof expected, "line %lld: stray", (long long)lines + 1);
		expect_bad(bytes, used, expected);
		collected c = {0};
		used -= 8;
		gd_status status = read_bytes(bytes, used, &c, NULL);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		CU_ASSERT_EQUAL(c.records, lines - 1);
		CU_ASSERT_EQUAL(c.last_number, lines - 1);
		CU_ASSERT_EQUAL(c.last_line, lines);
	}
	free(bytes);
}

static void test_callback_error(void)
{
	collected c = {.refuse_at = 2};
	gd_status status = read_bytes("a\n\"1\n\"\n2\n3\n", 11, &c, NULL);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "table.csv': line 4: expected a number"));
	CU_ASSERT_EQUAL(c.records, 2);
}

static void test_hash(void)
{
	collected c = {0};
	char sha256[65];
	gd_status status = read_bytes("\xEF\xBB\xBF" "a,b\n1,2\n", 11, &c, sha256);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	/* Source: coreutils' sha256sum of the same bytes. */
	CU_ASSERT_STRING_EQUAL(sha256, "4baf8d035fbc583379d998ac9ed3d18276d308ee43cf945ee88d0c54cca33992");
}

static void test_names(void)
{
	char tempo[] = "tempo", key[] = "key";
	char *fields[] = {tempo, key, tempo};
	size_t lengths[] = {5, 3, 5};
	gd_record header = {.count = 3, .fields = fields, .lengths = lengths};
	int index;
	gd_status status = gd_table_find(&header, "key", &index);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(index, 1);
	status = gd_table_find(&header, "mode", &index);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(index, -1);
	status = gd_table_find(&header, "tempo", &index);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_STRING_EQUAL(gd_table_nearest(&header, "keys"), "key");
	CU_ASSERT_STRING_EQUAL(gd_table_nearest(&header, "K-E_Y."), "key");
	CU_ASSERT_EQUAL(gd_table_find_alike(&header, " Key"), 1);
	CU_ASSERT_EQUAL(gd_table_find_alike(&header, "Tempo"), -1);
	CU_ASSERT_EQUAL(gd_table_find_alike(&header, "keys"), -1);
	CU_ASSERT_EQUAL(gd_table_find_alike(&header, "_"), -1);
	CU_ASSERT_PTR_NULL(gd_table_nearest(&header, "instrumentalness"));
}

/* By hash each name is found where comparing it with all finds it: none, one, or several of that name or like it. */
static void test_index(void)
{
	enum { COLUMNS = 600 };
	static char names[COLUMNS][16];
	char *fields[COLUMNS], name[16];
	for (int i = 0; i < COLUMNS; i++) {
		snprintf(names[i], sizeof names[i], i % 3 ? "Col_%d" : "col %d", i % 3 ? i / 2 : i % 97);
		fields[i] = names[i];
	}
	strcpy(names[7], "_");
	const gd_record header = {.count = COLUMNS, .fields = fields};
	gd_column_index index;
	gd_status status = gd_column_index_init(&index, &header);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	int found[2] = {0};
	for (int form = 0; form < 3; form++)
		for (int i = 0; i < COLUMNS; i++) {
			static const char *const forms[] = {"Col_%d", "col %d", "C-O.L%d"};
			int expected, field;
			snprintf(name, sizeof name, forms[form], i);
			const gd_code code = gd_table_find(&header, name, &expected).code;
			status = gd_column_index_find(&index, name, &field);
			CU_ASSERT_EQUAL(status.code, code);
			CU_ASSERT_EQUAL(field, expected);
			found[code != GD_OK] += field >= 0;
			status = gd_column_index_find_alike(&index, name, &field);
			CU_ASSERT_EQUAL(status.code, GD_OK);
			CU_ASSERT_EQUAL(field, gd_table_find_alike(&header, name));
		}
	CU_ASSERT(found[0] > 50 && found[1] > 50);
	int field = 0;
	status = gd_column_index_find_alike(&index, "_ ", &field);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(field, -1);
	gd_column_index_release(&index);
}

static void test_excerpt(void)
{
	char room[GD_EXCERPT_ROOM], text[200];
	CU_ASSERT_STRING_EQUAL(gd_excerpt("a\nb\tc", room), "a b c");
	memset(text, 'x', sizeof text);
	text[199] = '\0';
	CU_ASSERT_EQUAL(strlen(gd_excerpt(text, room)), 51);
	memcpy(text + 46, "\xE2\x82\xAC", 3);
	CU_ASSERT_EQUAL(strlen(gd_excerpt(text, room)), 49);
	CU_ASSERT_STRING_EQUAL(room + 45, "x...");
}

const unit_test unit_tests[] = {
	{"quotes, newlines, blank lines, a byte-order mark", test_forms},
	{"bad files are named with their line", test_bad},
	{"lines are counted over blocks", test_blocks},
	{"an error of the callback gets its line", test_callback_error},
	{"the hash is of the file's bytes", test_hash},
	{"columns are found by name", test_names},
	{"columns are found by hash as by name", test_index},
	{"excerpts stay on one line", test_excerpt},
	{"zeros and marks behind the last record", test_padding},
	{"records that lack fields at their ends", test_gaps},
	{"digits of other scripts", test_digits},
	{"rules and bars that are drawn", test_drawn},
	{"quotes behind backslashes", test_escaped},
	{NULL, NULL},
};
