#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "gd/reader/scanner.h"

const char *const unit_suite = "scanner";

enum { LONGEST = 300, TRIALS = 4000 };

static uint64_t state = 20261128;

static unsigned draw(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 20) % below;
}

static const gd_dialect comma = {.delimiter = ',', .quote = '"'}, blanks = {.delimiter = ' ', .blanks = true, .quote = '\''}, tab = {.delimiter = '\t'},
	commented = {.delimiter = ';', .quote = '"', .comment = '#'}, escaped = {.delimiter = ',', .quote = '"', .escaped = true}, guarded = {.delimiter = ',', .quote = '"', .guarded = true, .escaped = true};
static const gd_dialect *const dialects[] = {&comma, &blanks, &tab, &commented, &escaped, &guarded};
enum { DIALECTS = sizeof dialects / sizeof *dialects };

/* Every instruction set that the processor has, from every state, at every offset from a cache line. */
static void compare(const gd_dialect *dialect, const char *bytes, size_t size)
{
	static uint32_t fast[LONGEST + GD_SCANNER_SLACK], slow[LONGEST + GD_SCANNER_SLACK];
	for (int set = GD_PLAIN; set <= (int)gd_processor_widest(); set++)
		for (gd_scan_state from = GD_SCAN_START; from <= GD_SCAN_AFTER; from++) {
			gd_scanner a, b;
			size_t found[2];
			if (!dialect->quote && from >= GD_SCAN_QUOTED)
				continue;
			gd_scanner_init(&a, dialect);
			a.instructions = (gd_instructions)set;
			a.state = from;
			b = a;
			size_t taken = gd_scanner_find(&a, bytes, size, 7, fast, &found[0]);
			CU_ASSERT_EQUAL(taken, gd_scanner_find_plainly(&b, bytes, size, 7, slow, &found[1]));
			CU_ASSERT_EQUAL(found[0], found[1]);
			CU_ASSERT_EQUAL(a.state, b.state);
			CU_ASSERT_EQUAL(a.found, b.found);
			CU_ASSERT(!memcmp(fast, slow, found[1] * sizeof *fast));
		}
}

static void test_twin(void)
{
	/* Mostly ordinary text, and mostly trouble. */
	static const char *const alphabets[] = {"abcdefgh 0123456789.,,,;\n\"\"\xc3\xa9", ",\"\n\r \t'#;a\"\",", "\"\"\",a\n"};
	_Alignas(64) char room[64 + LONGEST];
	for (int trial = 0; trial < TRIALS; trial++) {
		const char *alphabet = alphabets[draw(3)];
		char *bytes = room + trial % 64;
		size_t size = draw(LONGEST);
		for (size_t i = 0; i < size; i++)
			bytes[i] = alphabet[draw((unsigned)strlen(alphabet))];
		compare(dialects[trial % DIALECTS], bytes, size);
	}
}

/* One quoted field with a delimiter and a newline in it, moved over all borders of a block. */
static void test_borders(void)
{
	char bytes[LONGEST];
	uint32_t ends[LONGEST + GD_SCANNER_SLACK];
	for (size_t shift = 0; shift < 140; shift++) {
		gd_scanner scanner;
		size_t found;
		memset(bytes, 'x', sizeof bytes);
		if (shift)
			bytes[shift - 1] = ',';
		memcpy(bytes + shift, "\"a,\"\"\n\",b\n", 10);
		gd_scanner_init(&scanner, &comma);
		CU_ASSERT_EQUAL(gd_scanner_find(&scanner, bytes, 200, 0, ends, &found), 200);
		CU_ASSERT_EQUAL_FATAL(found, shift ? 3 : 2);
		CU_ASSERT_EQUAL(ends[found - 2], shift + 7);
		CU_ASSERT_EQUAL(ends[found - 1], shift + 9);
		CU_ASSERT_EQUAL(scanner.found, GD_SCAN_BROKEN);
	}
}

/* In two pieces, cut anywhere, as in one. */
static void test_pieces(void)
{
	static const char bytes[] = "a,\"b\"\"\r\n,\",c \n\" d\" , e\"f\n,\"\",\"\"\"\"\n ,x";
	const size_t size = sizeof bytes - 1;
	uint32_t whole[sizeof bytes + GD_SCANNER_SLACK], pieces[sizeof bytes + 2 * GD_SCANNER_SLACK];
	for (size_t cut = 0; cut <= size; cut++) {
		gd_scanner one, two;
		size_t all, first, second;
		gd_scanner_init(&one, &comma);
		gd_scanner_init(&two, &comma);
		CU_ASSERT_EQUAL(gd_scanner_find(&one, bytes, size, 0, whole, &all), size);
		CU_ASSERT_EQUAL(gd_scanner_find(&two, bytes, cut, 0, pieces, &first), cut);
		CU_ASSERT_EQUAL(gd_scanner_find(&two, bytes + cut, size - cut, (uint32_t)cut, pieces + first, &second), size - cut);
		CU_ASSERT_EQUAL(all, first + second);
		CU_ASSERT(!memcmp(whole, pieces, all * sizeof *whole));
		CU_ASSERT_EQUAL(one.state, two.state);
		CU_ASSERT_EQUAL(one.found, two.found);
		CU_ASSERT(one.found & GD_SCAN_LOOSE);
	}
}

static void test_stop(void)
{
	static const char bytes[] = "0123456789012345678901234567890123456789012345678901234567890123456789,\"x\"y,z\n";
	uint32_t ends[sizeof bytes + GD_SCANNER_SLACK];
	gd_scanner scanner;
	size_t found;
	gd_scanner_init(&scanner, &comma);
	CU_ASSERT_EQUAL(gd_scanner_find(&scanner, bytes, sizeof bytes - 1, 0, ends, &found), 74);
	CU_ASSERT_EQUAL(found, 1);
}

const unit_test unit_tests[] = {
	{"the vector code finds what the plain code finds", test_twin},
	{"quotes at the borders of blocks", test_borders},
	{"pieces are as the whole", test_pieces},
	{"a quote behind a closed field stops it", test_stop},
	{NULL, NULL},
};
