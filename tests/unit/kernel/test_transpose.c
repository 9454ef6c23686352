#include "gd/kernel/transpose.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "transpose";

static void test_shapes(void)
{
	static const size_t extent[] = {1, 2, 7, 15, 16, 17, 31, 32, 33, 100};
	enum { APART = 3 };
	static float in[100 * (100 + APART)], out[100 * (100 + APART)], expected[100 * (100 + APART)];
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		in[i] = (float)i;
	for (size_t a = 0; a < sizeof extent / sizeof *extent; a++) {
		for (size_t b = 0; b < sizeof extent / sizeof *extent; b++) {
			size_t rows = extent[a], columns = extent[b], in_row = columns + (a + b) % 2 * APART, out_row = rows + (a + b) % 2 * APART;
			memset(out, 0, sizeof out);
			memset(expected, 0, sizeof expected);
			gd_transpose(rows, columns, in, in_row, out, out_row);
			gd_transpose_ref(rows, columns, in, in_row, expected, out_row);
			CU_ASSERT(memcmp(out, expected, sizeof out) == 0);
			CU_ASSERT(out[(columns - 1) * out_row] == (float)(columns - 1));
			CU_ASSERT(out[rows - 1] == (float)((rows - 1) * in_row));
		}
	}
}

static void test_chosen(void)
{
	/* Rows of 40 floats, of which the first `columns` are taken, into a wider array. */
	enum { STRIDE = 40, MOST = 50, PITCH = 70 };
	static const size_t extent[] = {1, 3, 8, 9, 16, 23, 40};
	static float in[100 * STRIDE], out[STRIDE * PITCH], expected[STRIDE * PITCH];
	uint64_t index[MOST];
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		in[i] = (float)i;
	for (size_t i = 0; i < MOST; i++)
		index[i] = i * 37 % 100;
	for (size_t rows = 1; rows <= MOST; rows++) {
		for (size_t c = 0; c < sizeof extent / sizeof *extent; c++) {
			memset(out, 0, sizeof out);
			memset(expected, 0, sizeof expected);
			gd_transpose_chosen(rows, extent[c], in, STRIDE, index, out, PITCH);
			gd_transpose_chosen_ref(rows, extent[c], in, STRIDE, index, expected, PITCH);
			CU_ASSERT(memcmp(out, expected, sizeof out) == 0);
			CU_ASSERT(out[(extent[c] - 1) * PITCH + rows - 1] == (float)(index[rows - 1] * STRIDE + extent[c] - 1));
		}
	}
}

const unit_test unit_tests[] = {
	{"any shape agrees with the twin", test_shapes},
	{"chosen rows agree with the twin", test_chosen},
	{NULL, NULL},
};
