/* Rows deflated by what they repeat are zlib's to inflate, whatever they hold. */
#include "gd/store/row_deflate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "gd/base/random.h"
#include "gd/store/chunk_kernels.h"
#include "unit.h"

const char *const unit_suite = "row deflate";

enum { MOST = 1 << 18, ROOM = MOST + (MOST >> 3) + 128 };

static uint8_t bytes[MOST], deflated[ROOM], back[MOST];

/* `kind` of 8: from rows that are one to bytes at random. */
static void fill(uint64_t seed, size_t size, size_t row, int kind)
{
	for (size_t i = 0; i < size; i++) {
		const uint64_t bits = gd_random_bits(seed, i);
		bytes[i] = i >= row && bits % 8 >= (uint64_t)kind && (kind < 3 || bits % 64 != 9) ? bytes[i - row] : (uint8_t)(bits >> 32);
	}
}

static size_t expect_inflated(size_t size, size_t row, size_t room)
{
	uLongf length = sizeof back;
	size_t made = gd_row_deflate(bytes, size, row, deflated, room);
	CU_ASSERT(made <= room);
	if (!made)
		return 0;
	memset(back, 0, sizeof back);
	CU_ASSERT_EQUAL(uncompress(back, &length, deflated, made), Z_OK);
	CU_ASSERT_EQUAL(length, size);
	CU_ASSERT_EQUAL(memcmp(back, bytes, size), 0);
	return made;
}

static void test_rows(void)
{
	static const size_t rows[] = {1, 2, 3, 4, 5, 7, 8, 12, 33, 258, 260, 3240, 32764, 32768};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int kind = 0; kind <= 8; kind++)
			for (size_t size = 0; size <= MOST; size = 3 * size + 1 + (size_t)kind) {
				fill(100 * i + (size_t)kind, size, rows[i], kind);
				CU_ASSERT(expect_inflated(size, rows[i], ROOM) > 0);
			}
}

/* Repetitions of every length, the longest and those around it among them. */
static void test_lengths(void)
{
	enum { ROW = 2200 };
	for (size_t length = 0; length < ROW - 2; length++) {
		fill(5, 2 * ROW, ROW, 8);
		memcpy(bytes + ROW + 1, bytes + 1, length);
		bytes[ROW] = (uint8_t)~bytes[0];
		bytes[ROW + 1 + length] = (uint8_t)~bytes[1 + length];
		CU_ASSERT(expect_inflated(2 * ROW, ROW, ROOM) > 0);
	}
}

static void test_room(void)
{
	fill(7, 4096, 100, 8);
	const size_t whole = expect_inflated(4096, 100, ROOM);
	for (size_t room = 0; room < whole + 70; room += 7)
		expect_inflated(4096, 100, room);
	CU_ASSERT_EQUAL(expect_inflated(4096, 100, 4096), 0);
	CU_ASSERT_EQUAL(expect_inflated(4096, GD_ROW_DEFLATE_MOST + 1, ROOM), 0);
	/* Rows that are one take next to nothing. */
	fill(7, MOST, 100, 0);
	CU_ASSERT(expect_inflated(MOST, 100, ROOM) < MOST / 50);
}

static void test_checksum(void)
{
	for (size_t size = 0; size < MOST; size = 2 * size + 1) {
		fill(size, size, 1, 8);
		CU_ASSERT_EQUAL(GD_CHOSEN(gd_chunk_kernels)->adler(bytes, size), adler32(1, bytes, (uInt)size));
	}
	memset(bytes, 255, MOST);
	CU_ASSERT_EQUAL(GD_CHOSEN(gd_chunk_kernels)->adler(bytes, MOST), adler32(1, bytes, MOST));
}

const unit_test unit_tests[] = {
	{"rows come back", test_rows},
	{"repetitions of every length", test_lengths},
	{"what does not fit is refused", test_room},
	{"the checksum is zlib's", test_checksum},
	{0},
};
