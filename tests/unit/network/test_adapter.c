#include "gd/network/adapter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "adapter";

enum { LARGEST = 12 * 70 };

static void fill(float *values, size_t count, unsigned seed)
{
	for (size_t i = 0; i < count; i++) {
		seed = seed * 1664525u + 1013904223u;
		values[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
	}
}

/* Products and sums of single elements are rounded alike; sums over outputs are in lanes here, in double there. */
static void test_twin(void)
{
	static const int sizes[][2] = {{1, 1}, {3, 7}, {5, 16}, {4, 17}, {12, 70}, {2, 33}};
	float factor[12], weight[LARGEST], own[LARGEST], scaled[LARGEST], expected[LARGEST], sum[LARGEST], expected_sum[LARGEST], of_factor[12], expected_of_factor[12];
	fill(factor, 12, 1);
	fill(weight, LARGEST, 2);
	fill(own, LARGEST, 3);
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		int inputs = sizes[s][0], outputs = sizes[s][1];
		size_t bytes = (size_t)(inputs * outputs) * sizeof(float);
		fill(sum, LARGEST, 4);
		memcpy(expected_sum, sum, sizeof sum);
		gd_adapter_scale(inputs, outputs, factor, weight, scaled);
		gd_adapter_scale_ref(inputs, outputs, factor, weight, expected);
		CU_ASSERT(memcmp(scaled, expected, bytes) == 0);
		gd_adapter_gradient(inputs, outputs, factor, weight, own, sum, of_factor);
		gd_adapter_gradient_ref(inputs, outputs, factor, weight, own, expected_sum, expected_of_factor);
		CU_ASSERT(memcmp(sum, expected_sum, sizeof sum) == 0);
		for (int i = 0; i < inputs; i++)
			CU_ASSERT(fabs((double)of_factor[i] - expected_of_factor[i]) < 1e-5);
	}
}

const unit_test unit_tests[] = {
	{"factors and their gradient agree with the plain twin", test_twin},
	{NULL, NULL},
};
