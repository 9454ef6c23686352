#include "gd/network/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "dense";

enum { LARGEST = 64 * 400 };
static float a[LARGEST + 16], b[LARGEST + 16], c[LARGEST], expected[LARGEST];

static void fill(float *values, size_t count, unsigned seed)
{
	for (size_t i = 0; i < count; i++) {
		seed = seed * 1664525u + 1013904223u;
		values[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
	}
}

/* The layer against its definition in double, with L = sum of t z for a fixed t: dL/dz = t. */
static void test_layer(void)
{
	enum { INPUTS = 9, OUTPUTS = 5, ROWS = 77 };
	float weight[INPUTS * OUTPUTS], bias[OUTPUTS], x[INPUTS * ROWS], t[OUTPUTS * ROWS];
	float z[OUTPUTS * ROWS], dx[INPUTS * ROWS], gradient[INPUTS * OUTPUTS + OUTPUTS];
	fill(weight, INPUTS * OUTPUTS, 5);
	fill(bias, OUTPUTS, 6);
	fill(x, INPUTS * ROWS, 7);
	fill(t, OUTPUTS * ROWS, 8);
	gd_dense_forward(INPUTS, OUTPUTS, ROWS, weight, x, ROWS, z, ROWS);
	gd_dense_add_bias(OUTPUTS, ROWS, bias, z);
	gd_dense_backward_parameters(INPUTS, OUTPUTS, ROWS, x, ROWS, t, ROWS, gradient);
	gd_dense_backward_input(INPUTS, OUTPUTS, ROWS, weight, t, ROWS, dx, ROWS);
	for (int r = 0; r < ROWS; r++) {
		for (int o = 0; o < OUTPUTS; o++) {
			double sum = bias[o];
			for (int i = 0; i < INPUTS; i++)
				sum += (double)x[i * ROWS + r] * weight[i * OUTPUTS + o];
			CU_ASSERT(fabs(z[o * ROWS + r] - sum) < 1e-5);
		}
		for (int i = 0; i < INPUTS; i++) {
			double sum = 0.0;
			for (int o = 0; o < OUTPUTS; o++)
				sum += (double)t[o * ROWS + r] * weight[i * OUTPUTS + o];
			CU_ASSERT(fabs(dx[i * ROWS + r] - sum) < 1e-5);
		}
	}
	for (int o = 0; o < OUTPUTS; o++) {
		double bias_sum = 0.0;
		for (int r = 0; r < ROWS; r++)
			bias_sum += t[o * ROWS + r];
		CU_ASSERT(fabs(gradient[INPUTS * OUTPUTS + o] - bias_sum) < 1e-5);
		for (int i = 0; i < INPUTS; i++) {
			double sum = 0.0;
			for (int r = 0; r < ROWS; r++)
				sum += (double)x[i * ROWS + r] * t[o * ROWS + r];
			CU_ASSERT(fabs(gradient[i * OUTPUTS + o] - sum) < 1e-5);
		}
	}
}

static void test_bias_gradient(void)
{
	for (int rows = 1; rows <= 70; rows++) {
		float sum[3], twin[3];
		fill(a, 3 * (size_t)rows, (unsigned)rows);
		const size_t row = (size_t)rows;
		gd_dense_bias_gradient(3, rows, a, row, sum);
		gd_dense_bias_gradient_ref(3, rows, a, row, twin);
		CU_ASSERT(memcmp(sum, twin, sizeof sum) == 0);
		for (int o = 0; o < 3; o++) {
			double exact = 0.0;
			for (int r = 0; r < rows; r++)
				exact += a[o * rows + r];
			CU_ASSERT(fabs(sum[o] - exact) < 1e-5);
		}
		a[rows] = NAN;
		gd_dense_bias_gradient(3, rows, a, row, sum);
		CU_ASSERT(!isnan(sum[0]) && isnan(sum[1]) && !isnan(sum[2]));
	}
}

/* On both sides of where layers count as narrow: row by row the same numbers, and the weights' gradient alone is what it is beside the bias's. */
static void test_rows(void)
{
	static const int shape[][2] = {{20, 32}, {3, 300}, {40, 257}, {64, 6}};
	enum { ROWS = 37 };
	fill(a, LARGEST, 5);
	fill(b, LARGEST, 6);
	for (size_t s = 0; s < sizeof shape / sizeof *shape; s++) {
		int inputs = shape[s][0], outputs = shape[s][1];
		gd_dense_forward(inputs, outputs, ROWS, a, b, ROWS, expected, ROWS);
		gd_dense_forward_rows(inputs, outputs, ROWS, a, b, c);
		for (int o = 0; o < outputs; o++)
			for (int r = 0; r < ROWS; r++)
				CU_ASSERT(fabsf(c[r * outputs + o] - expected[o * ROWS + r]) <= 1e-6f * (float)inputs);
		gd_dense_backward_parameters(inputs, outputs, ROWS, a, ROWS, b, ROWS, expected);
		gd_dense_weight_gradient(inputs, outputs, ROWS, a, ROWS, b, ROWS, c);
		CU_ASSERT(memcmp(c, expected, (size_t)inputs * (size_t)outputs * sizeof *c) == 0);
	}
}

/* A part of a wider block, as a member's is: the bits of the same rows alone, narrow, packed and in chains. */
static void test_part(void)
{
	static const int shape[][2] = {{20, 33}, {64, 60}, {300, 50}, {256, 6}, {6, 256}};
	enum { ROWS = 37, FIRST = 11, ROW = 61 };
	static float x[LARGEST], dz[LARGEST], part[LARGEST];
	for (size_t s = 0; s < sizeof shape / sizeof *shape; s++) {
		const int inputs = shape[s][0], outputs = shape[s][1], most = inputs > outputs ? inputs : outputs;
		const size_t weights = (size_t)inputs * (size_t)outputs, bytes = ROWS * sizeof *x;
		fill(a, LARGEST, 7);
		fill(b, LARGEST, 8);
		for (int i = 0; i < most; i++) {
			memcpy(x + i * ROWS, a + FIRST + i * ROW, bytes);
			memcpy(dz + i * ROWS, b + FIRST + i * ROW, bytes);
		}
		gd_dense_forward(inputs, outputs, ROWS, a, x, ROWS, expected, ROWS);
		gd_dense_forward(inputs, outputs, ROWS, a, a + FIRST, ROW, part, ROW);
		for (int o = 0; o < outputs; o++)
			CU_ASSERT(memcmp(part + o * ROW, expected + o * ROWS, bytes) == 0);
		gd_dense_backward_input(inputs, outputs, ROWS, a, dz, ROWS, expected, ROWS);
		gd_dense_backward_input(inputs, outputs, ROWS, a, b + FIRST, ROW, part, ROW);
		for (int i = 0; i < inputs; i++)
			CU_ASSERT(memcmp(part + i * ROW, expected + i * ROWS, bytes) == 0);
		gd_dense_backward_parameters(inputs, outputs, ROWS, x, ROWS, dz, ROWS, expected);
		gd_dense_backward_parameters(inputs, outputs, ROWS, a + FIRST, ROW, b + FIRST, ROW, part);
		CU_ASSERT(memcmp(part, expected, (weights + (size_t)outputs) * sizeof *part) == 0);
	}
}

const unit_test unit_tests[] = {
	{"forward and backward agree with the definition", test_layer},
	{"rows and weights alone agree with the whole", test_rows},
	{"a part of a wider block has the bits of its rows alone", test_part},
	{"bias gradients are the twin's bits", test_bias_gradient},
	{NULL, NULL},
};
