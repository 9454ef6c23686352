#include "gd/network/activation.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gd/kernel/vector_math.h"
#include "reference_activation.h"
#include "unit.h"

const char *const unit_suite = "activation";

enum { PIECE = 4096 };

/* Distance of `value` from `truth` in units in the last place of the nearest float. */
static double ulps(float value, double truth)
{
	float nearest = (float)truth;
	if (isnan(truth) || isinf(nearest) || isnan(value) || isinf(value))
		return (isnan(truth) && isnan(value)) || value == nearest ? 0.0 : INFINITY;
	int exponent;
	frexp(nearest, &exponent);
	if (nearest == 0.0f || exponent < -125)
		exponent = -125;
	return fabs(value - truth) / ldexp(1.0, exponent - 24);
}

/* Every 4099th pattern of 32 bits, which is to say all magnitudes, subnormals, infinities and NaN. */
static double worst_ulps(void (*function)(size_t, const float *, float *), double (*truth)(double))
{
	static float x[PIECE], y[PIECE];
	double worst = 0.0;
	uint64_t pattern = 0;
	while (pattern <= UINT32_MAX) {
		size_t count = 0;
		for (; count < PIECE && pattern <= UINT32_MAX; pattern += 4099)
			x[count++] = gd_float_of((uint32_t)pattern);
		function(count, x, y);
		for (size_t i = 0; i < count; i++)
			worst = fmax(worst, ulps(y[i], truth(x[i])));
	}
	return worst;
}

static void test_accuracy(void)
{
	CU_ASSERT(worst_ulps(gd_vector_exp, exp) <= 1.1);
	CU_ASSERT(worst_ulps(gd_vector_log, log) <= 1.0);
	CU_ASSERT(worst_ulps(gd_vector_tanh, tanh) <= 3.0);
	CU_ASSERT(worst_ulps(gd_vector_sigmoid, reference_sigmoid) <= 3.0);
	CU_ASSERT(worst_ulps(gd_vector_distribution, reference_distribution) <= 5.0);
}

static float one(void (*function)(size_t, const float *, float *), float x)
{
	float y;
	function(1, &x, &y);
	return y;
}

static void test_ends(void)
{
	CU_ASSERT(one(gd_vector_exp, INFINITY) == INFINITY && one(gd_vector_exp, FLT_MAX) == INFINITY);
	CU_ASSERT(one(gd_vector_exp, 88.72284f) == INFINITY && one(gd_vector_exp, 88.72283f) < INFINITY);
	CU_ASSERT(one(gd_vector_exp, -INFINITY) == 0.0f && one(gd_vector_exp, -FLT_MAX) == 0.0f && one(gd_vector_exp, -103.98f) == 0.0f);
	CU_ASSERT(one(gd_vector_exp, -103.97f) == 0x1p-149f && one(gd_vector_exp, 0.0f) == 1.0f && one(gd_vector_exp, -0.0f) == 1.0f);
	CU_ASSERT(one(gd_vector_log, 0.0f) == -INFINITY && one(gd_vector_log, -0.0f) == -INFINITY && one(gd_vector_log, INFINITY) == INFINITY);
	CU_ASSERT(isnan(one(gd_vector_log, -1.0f)) && isnan(one(gd_vector_log, -INFINITY)) && one(gd_vector_log, 1.0f) == 0.0f);
	CU_ASSERT(ulps(one(gd_vector_log, 0x1p-149f), log(0x1p-149)) <= 1.0);
	CU_ASSERT(one(gd_vector_tanh, INFINITY) == 1.0f && one(gd_vector_tanh, -INFINITY) == -1.0f);
	CU_ASSERT(one(gd_vector_tanh, 0x1p-149f) == 0x1p-149f && signbit(one(gd_vector_tanh, -0.0f)));
	CU_ASSERT(one(gd_vector_sigmoid, INFINITY) == 1.0f && one(gd_vector_sigmoid, -INFINITY) == 0.0f && one(gd_vector_sigmoid, -1000.0f) == 0.0f);
	CU_ASSERT(one(gd_vector_distribution, INFINITY) == 1.0f && one(gd_vector_distribution, -INFINITY) == 0.0f);
	void (*const all[])(size_t, const float *, float *) = {gd_vector_exp, gd_vector_log, gd_vector_tanh, gd_vector_sigmoid, gd_vector_distribution};
	for (size_t f = 0; f < sizeof all / sizeof *all; f++) {
		CU_ASSERT(isnan(one(all[f], NAN)));
		CU_ASSERT(isnan(one(all[f], -NAN)));
	}
}

/* An element's result depends neither on its place nor on how many there are. */
static void test_tails(void)
{
	static const float ends[] = {-200.0f, -104.9f, -90.0f, -87.0f, -1e-30f, -0.0f, 0.0f, 1e-30f, 17.0f, 95.0f, 200.0f};
	float z[80], dy[80], whole[80], part[80], alone;
	for (int i = 0; i < 80; i++)
		dy[i] = 0.17f * (float)(i % 13 - 6);
	for (int i = 0; i < 80; i++)
		z[i] = 0.31f * (float)(i - 40);
	memcpy(z + 7, ends, sizeof ends);
	for (int a = 0; a < GD_ACTIVATIONS; a++) {
		float y[80], slope[80];
		gd_activation_forward((gd_activation)a, 80, z, y);
		gd_activation_backward((gd_activation)a, 80, z, y, dy, slope);
		for (int i = 0; i < 80; i++) {
			gd_activation_backward((gd_activation)a, 1, z + i, y + i, dy + i, &alone);
			CU_ASSERT(memcmp(&alone, &slope[i], sizeof alone) == 0);
		}
		gd_activation_forward((gd_activation)a, 80, z, whole);
		for (size_t count = 0; count <= 80; count++) {
			memset(part, 0, sizeof part);
			gd_activation_forward((gd_activation)a, count, z, part);
			CU_ASSERT(memcmp(part, whole, count * sizeof *part) == 0);
			CU_ASSERT(count == 80 || part[count] == 0.0f);
		}
		for (int i = 0; i < 80; i++) {
			gd_activation_forward((gd_activation)a, 1, z + i, &alone);
			CU_ASSERT(memcmp(&alone, &whole[i], sizeof alone) == 0);
		}
		memcpy(part, z, sizeof z);
		gd_activation_forward((gd_activation)a, 80, part, part);
		CU_ASSERT(memcmp(part, whole, sizeof whole) == 0);
	}
}

static void test_bias(void)
{
	enum { FEATURES = 5, ROWS = 37 };
	float z[FEATURES * ROWS], sum[FEATURES * ROWS], expected[FEATURES * ROWS];
	const float bias[FEATURES] = {0.0f, -0.5f, 1.25f, 3.0f, -7.0f};
	for (int i = 0; i < FEATURES * ROWS; i++) {
		z[i] = 0.05f * (float)(i * 29 % 101 - 50);
		sum[i] = z[i] + bias[i / ROWS];
	}
	for (int a = 0; a < GD_ACTIVATIONS; a++) {
		float y[FEATURES * ROWS];
		gd_activation_forward((gd_activation)a, FEATURES * ROWS, sum, expected);
		gd_activation_forward_bias((gd_activation)a, FEATURES, ROWS, bias, z, y);
		CU_ASSERT(memcmp(y, expected, sizeof y) == 0);
		memcpy(y, z, sizeof y);
		gd_activation_forward_bias((gd_activation)a, FEATURES, ROWS, bias, y, y);
		CU_ASSERT(memcmp(y, expected, sizeof y) == 0);
	}
}

enum { GRID = 16001 };
static float grid_z[GRID], grid_y[GRID], grid_ref[GRID], grid_dy[GRID], grid_dz[GRID];

static void fill_grid(void)
{
	for (int i = 0; i < GRID; i++) {
		grid_z[i] = 0.0025f * (float)(i - GRID / 2) + 0.0007f;
		grid_dy[i] = (i % 2 ? -1.0f : 1.0f) * (0.5f + (float)(i % 17));
	}
}

static void test_against_twins(void)
{
	fill_grid();
	for (int a = 0; a < GD_ACTIVATIONS; a++) {
		gd_activation_forward((gd_activation)a, GRID, grid_z, grid_y);
		gd_activation_forward_ref((gd_activation)a, GRID, grid_z, grid_ref);
		for (int i = 0; i < GRID; i++)
			CU_ASSERT(ulps(grid_y[i], grid_ref[i]) <= 7.0);
		gd_activation_backward((gd_activation)a, GRID, grid_z, grid_y, grid_dy, grid_dz);
		gd_activation_backward_ref((gd_activation)a, GRID, grid_z, grid_y, grid_dy, grid_ref);
		for (int i = 0; i < GRID; i++)
			CU_ASSERT(fabsf(grid_dz[i] - grid_ref[i]) <= 1e-6f * fabsf(grid_dy[i]));
		gd_activation_backward((gd_activation)a, GRID, grid_z, grid_y, grid_dy, grid_dy);
		CU_ASSERT(memcmp(grid_dy, grid_dz, sizeof grid_dy) == 0);
		fill_grid();
		/* Only what is said to be read is read. */
		int input = gd_activation_needs_input((gd_activation)a);
		gd_activation_backward((gd_activation)a, GRID, input ? grid_z : NULL, input ? NULL : grid_y, grid_dy, grid_ref);
		CU_ASSERT(memcmp(grid_ref, grid_dz, sizeof grid_ref) == 0);
	}
}

static void test_slopes(void)
{
	const double h = 1e-6;
	fill_grid();
	for (int a = 0; a < GD_ACTIVATIONS; a++) {
		gd_activation_forward((gd_activation)a, GRID, grid_z, grid_y);
		gd_activation_backward((gd_activation)a, GRID, grid_z, grid_y, grid_dy, grid_dz);
		for (int i = 0; i < GRID; i++) {
			double slope = (reference_activation((gd_activation)a, grid_z[i] + h) - reference_activation((gd_activation)a, grid_z[i] - h)) / (2.0 * h);
			CU_ASSERT(fabs(grid_dz[i] - slope * grid_dy[i]) <= 1e-6 * fabs(grid_dy[i]));
		}
	}
}

static void test_nan(void)
{
	for (int a = 0; a < GD_ACTIVATIONS; a++) {
		float z[83], y[83], dy[83], dz[83];
		for (int i = 0; i < 83; i++) {
			z[i] = i % 3 == 1 ? NAN : 1.0f;
			dy[i] = i % 3 == 2 ? NAN : 1.0f;
		}
		gd_activation_forward((gd_activation)a, 83, z, y);
		gd_activation_backward((gd_activation)a, 83, z, y, dy, dz);
		for (int i = 0; i < 83; i++) {
			CU_ASSERT(isnan(y[i]) == (i % 3 == 1));
			/* relu passes dy where its output is NaN: the next layer's sums are NaN already */
			if (i % 3 == 2 || (i % 3 == 1 && a != GD_RELU))
				CU_ASSERT(isnan(dz[i]));
		}
	}
}

static void test_words(void)
{
	for (int a = 0; a < GD_ACTIVATIONS; a++)
		CU_ASSERT_PTR_NOT_NULL(gd_activation_words[a]);
	CU_ASSERT_PTR_NULL(gd_activation_words[GD_ACTIVATIONS]);
}

const unit_test unit_tests[] = {
	{"each has a word", test_words},
	{"polynomials keep their stated error over all floats", test_accuracy},
	{"polynomials end right: zero, infinity, subnormal, NaN", test_ends},
	{"a result depends on its element alone", test_tails},
	{"the fused bias is an addition before", test_bias},
	{"kernels agree with their twins", test_against_twins},
	{"backward passes agree with central differences", test_slopes},
	{"NaN comes through", test_nan},
	{NULL, NULL},
};
