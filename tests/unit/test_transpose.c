#include "gd/transpose.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "transpose";

static void test_shapes(void)
{
	static const size_t extent[] = {1, 2, 7, 15, 16, 17, 31, 32, 33, 100};
	static float in[100 * 100], out[100 * 100], expected[100 * 100];
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		in[i] = (float)i;
	for (size_t a = 0; a < sizeof extent / sizeof *extent; a++) {
		for (size_t b = 0; b < sizeof extent / sizeof *extent; b++) {
			size_t rows = extent[a], columns = extent[b];
			memset(out, 0, sizeof out);
			memset(expected, 0, sizeof expected);
			gd_transpose(rows, columns, in, out);
			gd_transpose_ref(rows, columns, in, expected);
			CU_ASSERT(memcmp(out, expected, sizeof out) == 0);
			CU_ASSERT(out[(columns - 1) * rows] == (float)(columns - 1));
			CU_ASSERT(out[rows - 1] == (float)((rows - 1) * columns));
		}
	}
}

const unit_test unit_tests[] = {
	{"any shape agrees with the twin", test_shapes},
	{NULL, NULL},
};
