#include "gd/kernel/narrow_product.h"

#include <math.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "narrow_product";

enum { LARGEST = 257 * 320 };
static float a[LARGEST], b[LARGEST], c[LARGEST + 1], expected[LARGEST];

static void fill(float *values, unsigned seed)
{
	for (size_t i = 0; i < LARGEST; i++) {
		seed = seed * 1664525u + 1013904223u;
		values[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
	}
}

static void check(int m, int n)
{
	size_t count = (size_t)m * (size_t)n;
	CU_ASSERT(memcmp(c, expected, count * sizeof *c) == 0);
	CU_ASSERT(c[count] == 7.0f); /* nothing is written behind the end */
}

static void ready(int m, int n)
{
	size_t count = (size_t)m * (size_t)n;
	for (size_t i = 0; i < count; i++)
		c[i] = expected[i] = NAN; /* overwritten, not read; but left alone between rows */
	c[count] = 7.0f;
}

enum { APART = 5 };

/* All tails of the tiles: rows by six, columns by sixteen and eight; depths on both sides of where rows are gathered. */
static void test_product(void)
{
	static const int heights[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 17}, widths[] = {1, 7, 8, 9, 15, 16, 17, 24, 31, 33, 128, 313}, depths[] = {1, 6, 20, 47, 48, 256, 257};
	fill(a, 1);
	fill(b, 2);
	for (size_t h = 0; h < sizeof heights / sizeof *heights; h++) {
		for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
			for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
				int m = heights[h], n = widths[w], k = depths[d];
				for (int way = 0; way < 4; way++) {
					const int apart = way & 2 ? APART : 0, c_row = n + apart;
					size_t row = way & 1 ? 1 : (size_t)k, column = way & 1 ? (size_t)m : 1, b_row = (size_t)(n + 2 * apart);
					if ((size_t)k * b_row > LARGEST)
						continue;
					ready(m, c_row);
					gd_narrow_product(m, n, k, a, row, column, b, b_row, c, (size_t)c_row);
					gd_narrow_product_ref(m, n, k, a, row, column, b, b_row, expected, (size_t)c_row);
					check(m, c_row);
				}
			}
		}
	}
}

static void test_outer(void)
{
	static const int heights[] = {1, 2, 3, 4, 5, 20}, widths[] = {1, 2, 3, 4, 6, 7, 33}, depths[] = {1, 7, 8, 9, 23, 64, 313};
	fill(a, 3);
	fill(b, 4);
	for (size_t h = 0; h < sizeof heights / sizeof *heights; h++) {
		for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
			for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
				for (int sums = 0; sums < 2; sums++) {
					ready(heights[h] + sums, widths[w]);
					const size_t a_row = (size_t)(depths[d] + (sums ? APART : 0)), b_row = a_row + (sums ? APART : 0);
					gd_narrow_outer(heights[h], sums, widths[w], depths[d], a, a_row, b, b_row, c);
					gd_narrow_outer_ref(heights[h], sums, widths[w], depths[d], a, a_row, b, b_row, expected);
					check(heights[h] + sums, widths[w]);
				}
			}
		}
	}
}

/* More columns than are packed at a time, and k so long that fewer columns, or none, are packed. */
static void test_long_outer(void)
{
	static const int shapes[][3] = {{13, 250, 64}, {7, 11, 4100}, {3, 5, 8203}, {2, 3, 16391}};
	fill(a, 9);
	fill(b, 10);
	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
		const int m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
		ready(m + 1, n);
		gd_narrow_outer(m, true, n, k, a, (size_t)k, b, (size_t)k, c);
		gd_narrow_outer_ref(m, true, n, k, a, (size_t)k, b, (size_t)k, expected);
		check(m + 1, n);
	}
}

/* The plain twins against sums in double, which they share no line with. */
static void test_sums(void)
{
	enum { M = 5, N = 19, K = 37 };
	fill(a, 5);
	fill(b, 6);
	gd_narrow_product_ref(M, N, K, a, K, 1, b, N, c, N);
	gd_narrow_outer_ref(M, true, N, K, a, K, b, K, expected);
	for (int i = 0; i < M; i++) {
		for (int j = 0; j < N; j++) {
			double product = 0.0, outer = 0.0;
			for (int l = 0; l < K; l++) {
				product += (double)a[i * K + l] * b[l * N + j];
				outer += (double)a[i * K + l] * b[j * K + l];
			}
			CU_ASSERT_DOUBLE_EQUAL(c[i * N + j], product, 4e-6);
			CU_ASSERT_DOUBLE_EQUAL(expected[i * N + j], outer, 4e-6);
		}
	}
	for (int j = 0; j < N; j++) {
		double sum = 0.0;
		for (int l = 0; l < K; l++)
			sum += b[j * K + l];
		CU_ASSERT_DOUBLE_EQUAL(expected[M * N + j], sum, 4e-6);
	}
}

static void test_not_finite(void)
{
	enum { N = 40 };
	fill(a, 7);
	fill(b, 8);
	a[3] = NAN;
	b[11] = INFINITY;
	gd_narrow_product(1, N, 4, a, 4, 1, b, N, c, N);
	for (int j = 0; j < N; j++)
		CU_ASSERT(isnan(c[j]));
	gd_narrow_product(1, N, 3, a, 3, 1, b, N, c, N);
	for (int j = 0; j < N; j++)
		CU_ASSERT(!isfinite(c[j]) == (j == 11));
	gd_narrow_outer(2, false, 1, 13, a, 13, b, 13, c); /* row 0 of a has the NaN, row 1 meets the infinity alone */
	CU_ASSERT(isnan(c[0]) && isinf(c[1]));
}

const unit_test unit_tests[] = {
	{"a product has its twin's bits, whatever its tails", test_product},
	{"an outer product has its twin's bits, whatever its tails", test_outer},
	{"an outer product has its twin's bits, however long", test_long_outer},
	{"the twins agree with sums in double", test_sums},
	{"NaN and infinity pass through", test_not_finite},
	{NULL, NULL},
};
