#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "gd/base/input.h"
#include "gd/base/output.h"

const char *const unit_suite = "input";

enum { SIZE = 300000 };
static char original[SIZE], packed[2 * SIZE], again[SIZE + 1];

static void fill(void)
{
	unsigned value = 1;
	for (int i = 0; i < SIZE; i++) {
		value = value * 1103515245u + 12345u;
		original[i] = (char)('a' + (value >> 16) % 20);
	}
}

static size_t gzip(const char *from, size_t size, char *to)
{
	z_stream stream = {0};
	CU_ASSERT_EQUAL_FATAL(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (Bytef *)from;
	stream.avail_in = (uInt)size;
	stream.next_out = (Bytef *)to;
	stream.avail_out = 2 * SIZE;
	CU_ASSERT_EQUAL(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return stream.total_out;
}

static const char *write_file(const char *name, const char *bytes, size_t size)
{
	const char *path = unit_path(name);
	write_bytes(path, bytes, size);
	return path;
}

/* Two readings of the whole in odd pieces. */
static void expect_original(const char *path, size_t size, gd_packing packing)
{
	gd_input *input;
	gd_status status = gd_input_open(path, unit_directory(), &input);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(gd_input_packing(input), packing);
	for (int round = 0; round < 2; round++) {
		size_t used = 0, got = 1, peeked;
		const char *head = gd_input_peek(input, &peeked);
		CU_ASSERT(peeked == (size < GD_INPUT_PEEK ? size : GD_INPUT_PEEK) && !memcmp(head, original, peeked));
		while (got && used <= size) {
			status = gd_input_read(input, again + used, used + 7777 < SIZE ? 7777 : SIZE + 1 - used, &got);
			CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
			used += got;
		}
		CU_ASSERT(used == size && !memcmp(again, original, size));
		status = gd_input_rewind(input);
		CU_ASSERT_EQUAL(status.code, GD_OK);
	}
	gd_input_close(input);
}

static void expect_bad(const char *path, const char *part)
{
	gd_input *input;
	size_t got = 1;
	gd_status status = gd_input_open(path, NULL, &input);
	while (!gd_failed(&status) && got)
		status = gd_input_read(input, again, SIZE, &got);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, part));
	gd_input_close(input);
}

static void test_packed(void)
{
	fill();
	expect_original(write_file("plain", original, SIZE), SIZE, GD_PACKING_NONE);
	expect_original(write_file("empty", original, 0), 0, GD_PACKING_NONE);
	size_t size = gzip(original, SIZE, packed);
	expect_original(write_file("one.gz", packed, size), SIZE, GD_PACKING_GZIP);
	size = gzip(original, 1000, packed);
	size += gzip(original + 1000, SIZE - 1000, packed + size);
	memset(packed + size, 0, 100);
	expect_original(write_file("two.gz", packed, size + 100), SIZE, GD_PACKING_GZIP);
	size = ZSTD_compress(packed, sizeof packed, original, 1000, 3);
	size += ZSTD_compress(packed + size, sizeof packed - size, original + 1000, SIZE - 1000, 3);
	expect_original(write_file("two.zst", packed, size), SIZE, GD_PACKING_ZSTD);
}

static void test_damaged(void)
{
	fill();
	size_t size = gzip(original, SIZE, packed);
	expect_bad(write_file("short.gz", packed, size / 2), "end too early");
	memcpy(packed + size, "more", 4);
	expect_bad(write_file("more.gz", packed, size + 4), "stands behind");
	packed[size / 2] ^= 0x55;
	expect_bad(write_file("wrong.gz", packed, size), "damaged");
	size = ZSTD_compress(packed, sizeof packed, original, SIZE, 3);
	expect_bad(write_file("short.zst", packed, size / 2), "end too early");
	expect_bad(unit_path("absent"), "no such file");
	expect_bad(unit_directory(), "directory");
}

/* A pipe is read once; what is read again comes from the copy, also when the first reading did not reach its end. */
static void test_pipe(void)
{
	fill();
	for (int part = 0; part < 2; part++) {
		int ends[2];
		char path[64];
		CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0) {
			size_t done = 0;
			close(ends[0]);
			while (done < SIZE) {
				ssize_t step = write(ends[1], original + done, SIZE - done);
				if (step <= 0)
					_exit(1);
				done += (size_t)step;
			}
			_exit(0);
		}
		close(ends[1]);
		snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
		if (part == 0) {
			expect_original(path, SIZE, GD_PACKING_NONE);
		} else {
			gd_input *input;
			size_t got;
			gd_status status = gd_input_open(path, unit_directory(), &input);
			CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
			status = gd_input_read(input, again, 10, &got);
			CU_ASSERT_EQUAL(status.code, GD_OK);
			status = gd_input_rewind(input);
			CU_ASSERT_EQUAL(status.code, GD_OK);
			status = gd_input_read(input, again, SIZE, &got);
			CU_ASSERT(status.code == GD_OK && got == SIZE && !memcmp(again, original, SIZE));
			gd_input_close(input);
		}
		close(ends[0]);
		waitpid(child, NULL, 0);
	}
}

static void test_magic(void)
{
#define KIND(bytes) gd_magic_find(bytes, sizeof(bytes) - 1)
	CU_ASSERT_STRING_EQUAL(KIND("\x89HDF\r\n\x1a\n...")->noun, "an HDF5 file");
	CU_ASSERT_STRING_EQUAL(KIND("PK\x03\x04.......[Content_Types].xml")->noun, "an Excel workbook");
	CU_ASSERT_STRING_EQUAL(KIND("PK\x03\x04.......a.csv")->noun, "a zip archive");
	CU_ASSERT_STRING_EQUAL(KIND("% about\n\n@RELATION iris\n")->noun, "an ARFF file");
	CU_ASSERT_STRING_EQUAL(KIND("PAR1\x15")->noun, "a Parquet file");
	CU_ASSERT_STRING_EQUAL(KIND("  {\"a\": 1}")->noun, "JSON");
	CU_ASSERT_STRING_EQUAL(KIND("<!DOCTYPE HTML>")->noun, "a web page");
	CU_ASSERT_STRING_EQUAL(KIND("<table>\n<tr>")->noun, "a web page");
	CU_ASSERT_STRING_EQUAL(KIND("1 3:0.5 7:1\n-1 1:2e-3\n+1\n0 2:1 # last\n1 5:1 12")->noun, "data in libsvm's format (a label, then index:value)");
	CU_ASSERT_STRING_EQUAL(KIND("INSERT INTO t VALUES (1);\n")->noun, "a dump of a database in SQL");
	CU_ASSERT_STRING_EQUAL(KIND("\xe2\x94\x8c\xe2\x94\x80\xe2\x94\xac")->noun, "a table in boxes of lines");
	CU_ASSERT_STRING_EQUAL(KIND("shape: (2, 2)\n\xe2\x94\x8c\xe2\x94\x80\xe2\x94\xac")->noun, "a table in boxes of lines");
	CU_ASSERT_STRING_EQUAL(KIND("\\begin{tabular}{ll}\na & b \\\\\n")->noun, "a table of LaTeX");
	CU_ASSERT_STRING_EQUAL(KIND("{| class=\"wikitable\"\n! a !! b\n")->noun, "a table in a wiki's marks");
	CU_ASSERT_STRING_EQUAL(KIND("a=1 b=x\na=2 b=y\na=3 b=z\n")->noun, "records of name=value");
	CU_ASSERT_STRING_EQUAL(KIND("[1, \"a\"]\n[2, \"b\"]\n")->noun, "JSON");
	CU_ASSERT_STRING_EQUAL(KIND("<rows>\n  <row>1</row>\n")->noun, "XML");
	CU_ASSERT_STRING_EQUAL(KIND("<!-- saved --><p>")->noun, "a web page");
	CU_ASSERT_STRING_EQUAL(KIND("- a: 1\n  b: x\n- a: 2\n")->noun, "YAML");
	CU_ASSERT_STRING_EQUAL(KIND("---\nrows:\n  - {a: 1}\n  - {a: 2}\n")->noun, "YAML");
	CU_ASSERT_STRING_EQUAL(KIND("[[row]]\na = 1\n")->noun, "settings in sections (TOML, INI)");
	CU_ASSERT_STRING_EQUAL(KIND("a:1\tb:x y\na:2\tb:z\n")->noun, "records of name:value between tabs (LTSV)");
	CU_ASSERT_STRING_EQUAL(KIND(">one\nACGTACGTAC\n")->noun, "sequences in FASTA");
	CU_ASSERT_STRING_EQUAL(KIND("(dp0\nVa\n")->noun, "a pickle of Python");
	CU_ASSERT_STRING_EQUAL(KIND("HEADER RECORD*******LIBRARY")->noun, "a SAS transport file");
	CU_ASSERT_STRING_EQUAL(KIND("\x78\x9c...")->noun, "compressed by zlib");
	/* Names in brackets, times, rules, and lists that are not of names. */
	CU_ASSERT_PTR_NULL(KIND("<DATE>\t<OPEN>\n2020-01-02\t5\n"));
	CU_ASSERT_PTR_NULL(KIND("<DATE>,<OPEN>\n2020-01-02,5\n"));
	CU_ASSERT_PTR_NULL(KIND("10:20\t11:30\n10:21\t11:31\n"));
	CU_ASSERT_PTR_NULL(KIND("a:b\tc\na:c\td\n"));
	CU_ASSERT_PTR_NULL(KIND("---\na,b\n1,2\n3,4\n"));
	CU_ASSERT_PTR_NULL(KIND("- a\n- b\n- c\n"));
	CU_ASSERT_PTR_NULL(KIND("[a]\tb\n1=2\t3\n"));
	CU_ASSERT_PTR_NULL(KIND("[a],[b]\n[1],[2]x\n"));
	CU_ASSERT_PTR_NULL(KIND(">one\nname,2\n"));
	/* What a file is padded with is no part of it. */
	CU_ASSERT(gd_magic_is_binary("\x03\0\0\0a", 5) && !gd_magic_is_binary("a,b\n1,2\n\0\0\0\0", 12) && !gd_magic_is_binary("a\0b", 3) && !gd_magic_is_binary("", 0));
	CU_ASSERT_PTR_NULL(KIND("a=1 b=x\na=2 c=y\na=3 b=z\n"));
	CU_ASSERT_PTR_NULL(KIND("a=1 b=x\na=2 b=y\n"));
	CU_ASSERT_PTR_NULL(KIND("a=b\n1=2\n3=4\n"));
	CU_ASSERT_STRING_EQUAL(KIND("length = 1.5\n  kind = oak\n\nlength = 2\n")->noun, "a record in many lines, a column in each");
	CU_ASSERT_STRING_EQUAL(KIND("-[ RECORD 1 ]+---\nlength | 1\n")->noun, "a record in many lines, a column in each");
	CU_ASSERT_STRING_EQUAL(KIND("*************************** 1. row ***************************\nlength: 1\n")->noun, "a record in many lines, a column in each");
	CU_ASSERT_STRING_EQUAL(KIND("length\x1fkind\x1e""1\x1foak\x1e")->noun, "fields between separators of ASCII");
	CU_ASSERT_PTR_NULL(KIND("a\x1f""b\n1\x1f""2\n"));
	CU_ASSERT_PTR_NULL(KIND("rule = 1\na,b\n1,2\n"));
	CU_ASSERT_PTR_NULL(KIND("| a | b |\n|---|:--:|\n| 1 | x |\n"));
	CU_ASSERT_PTR_NULL(KIND("Leaves\n------\na,b\n1,2\n"));
	CU_ASSERT_PTR_NULL(KIND("a|b\n-|-\n1|2\n"));
	CU_ASSERT_PTR_NULL(KIND("5 08:30 09:45\n7 10:00 11:15\n"));
	CU_ASSERT_PTR_NULL(KIND("5 7:1 2:1\n7 1:1\n"));
	CU_ASSERT_PTR_NULL(KIND("1\n2\n"));
	CU_ASSERT_PTR_NULL(KIND("\0\0\0\0"));
	CU_ASSERT_PTR_NULL(KIND("a,b\n1,2\n"));
	CU_ASSERT_PTR_NULL(KIND("[id],[name]\n"));
	CU_ASSERT_PTR_NULL(KIND(""));
}

static void test_output(void)
{
	char path[256];
	snprintf(path, sizeof path, "%s/no-such-directory/x.h5", unit_directory());
	gd_status status = gd_output_check(path);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	status = gd_output_check(unit_directory());
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	status = gd_output_check(unit_path("new.h5"));
	CU_ASSERT_EQUAL(status.code, GD_OK);
	status = gd_output_check("/dev/null");
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT(gd_output_is_stdout("-") && gd_output_is_stdout(NULL) && !gd_output_is_stdout("x"));
}

const unit_test unit_tests[] = {
	{"plain, gzip and zstd are one", test_packed},
	{"damaged packing is refused", test_damaged},
	{"a pipe can be read again", test_pipe},
	{"kinds of files", test_magic},
	{"outputs are looked at", test_output},
	{NULL, NULL},
};
