#include "ranks.h"

#include <stdio.h>
#include <string.h>

#include "gd/bench/check.h"
#include "gd/kernel/engine.h"
#include "gd/store/hdf5_collective.h"

const char *const ranks_suite = "check";

/* One bit of one element, on the last rank alone. */
static void wrong_product(gd_orientation left, gd_orientation right, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	gd_engine()->multiply(left, right, m, n, k, a, a_row, b, b_row, c, c_row);
	if (ranks.rank == ranks.size - 1)
		c[(size_t)(m - 1) * c_row + (size_t)n - 1] += c[(size_t)(m - 1) * c_row + (size_t)n - 1] * 0x1p-23f;
}

static void test_engine(void)
{
	CU_ASSERT(ranks_ok(gd_check_engine(&ranks, gd_engine()->multiply)));
	gd_status status = gd_check_engine(&ranks, wrong_product);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "matrix products"));
}

static void test_file(void)
{
	char path[4200];
	snprintf(path, sizeof path, "%s/together.h5", ranks_directory());
	CU_ASSERT(ranks_ok(gd_hdf5_collective_check(&ranks, path)));
	/* It is there already, and no file of others is overwritten. */
	gd_status status = gd_hdf5_collective_check(&ranks, path);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT(status.message[strlen(status.message) - 1] != ' '); /* HDF5 says why */
	if (ranks.rank == 0)
		remove(path);
	snprintf(path, sizeof path, "%s/absent/together.h5", ranks_directory());
	status = gd_hdf5_collective_check(&ranks, path);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "absent/together.h5"));
}

const ranks_test ranks_tests[] = {
	{"one rank's wrong engine is wrong for all", test_engine},
	{"a file of all ranks", test_file},
	{NULL, NULL},
};
