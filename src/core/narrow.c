#include "gd/narrow.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gd/lanes.h"
#include "gd/vector.h"

#define INLINE static inline __attribute__((always_inline))

/*
 * Tiles that fill 16 registers of eight floats: 6 x 2 sums, two vectors of b and one of a; or 3 x 4 sums, three vectors of a and one of b.
 * Their sizes are constants where they are inlined, so that loops over them unroll and sums stay in registers.
 */
enum { LANES = 8, TALL = 6, WIDE = 2 * LANES, OUTER_ROWS = 3, OUTER_COLUMNS = 4 };

/* `height` rows and `vectors` * 8 columns of c. */
INLINE void product_tile(int height, int vectors, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	gd_float8 sum[TALL][2] = {0};
	for (int l = 0; l < k; l++, a += a_column, b += n) {
		gd_float8 right[2];
#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++)
			gd_float8_load(&right[v], b + v * LANES);
#pragma GCC unroll 6
		for (int i = 0; i < height; i++) {
			float value = a[(size_t)i * a_row];
			gd_float8 left = {value, value, value, value, value, value, value, value};
#pragma GCC unroll 2
			for (int v = 0; v < vectors; v++)
				gd_float8_add_product(&sum[i][v], &left, &right[v]);
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < height; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++)
			memcpy(c + (size_t)i * n + v * LANES, &sum[i][v], sizeof sum[i][v]);
}

/* `height` rows of c, all columns. The last tile reaches back over the one before, whose elements come out the same once more. */
INLINE void product_strip(int height, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	size_t j = 0;
	for (; j + WIDE <= n; j += WIDE)
		product_tile(height, 2, n, k, a, a_row, a_column, b + j, c + j);
	if (j < n && n >= WIDE) {
		product_tile(height, 2, n, k, a, a_row, a_column, b + n - WIDE, c + n - WIDE);
	} else if (j < n && n >= LANES) {
		product_tile(height, 1, n, k, a, a_row, a_column, b, c);
		product_tile(height, 1, n, k, a, a_row, a_column, b + n - LANES, c + n - LANES);
	}
}

GD_VECTOR static void product(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	int i = 0;
	for (; i + TALL <= m; i += TALL)
		product_strip(TALL, n, k, a + (size_t)i * a_row, a_row, a_column, b, c + (size_t)i * n);
	a += (size_t)i * a_row;
	c += (size_t)i * n;
	switch (m - i) {
	case 1: product_strip(1, n, k, a, a_row, a_column, b, c); break;
	case 2: product_strip(2, n, k, a, a_row, a_column, b, c); break;
	case 3: product_strip(3, n, k, a, a_row, a_column, b, c); break;
	case 4: product_strip(4, n, k, a, a_row, a_column, b, c); break;
	case 5: product_strip(5, n, k, a, a_row, a_column, b, c); break;
	default: break;
	}
}

void gd_narrow_product(int m, int n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	if (n < LANES)
		gd_narrow_product_ref(m, n, k, a, a_row, a_column, b, c);
	else
		product(m, (size_t)n, k, a, a_row, a_column, b, c);
}

void gd_narrow_product_ref(int m, int n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	for (size_t i = 0; i < (size_t)m; i++) {
		for (size_t j = 0; j < (size_t)n; j++) {
			float sum = 0.0f;
			for (size_t l = 0; l < (size_t)k; l++)
				sum = fmaf(a[i * a_row + l * a_column], b[l * (size_t)n + j], sum);
			c[i * (size_t)n + j] = sum;
		}
	}
}

/* The lanes of four sums are added up together: ((0+4) + (2+6)) + ((1+5) + (3+7)) of each. */
INLINE void add_lanes(const gd_float8 sum[OUTER_COLUMNS], gd_float4 *total)
{
	gd_float4 half[OUTER_COLUMNS];
#pragma GCC unroll 4
	for (int j = 0; j < OUTER_COLUMNS; j++) {
		gd_float4 low = {sum[j][0], sum[j][1], sum[j][2], sum[j][3]}, high = {sum[j][4], sum[j][5], sum[j][6], sum[j][7]};
		half[j] = low + high; /* 0+4, 1+5, 2+6, 3+7 */
	}
	gd_float4 first = __builtin_shufflevector(half[0], half[1], 0, 1, 4, 5) + __builtin_shufflevector(half[0], half[1], 2, 3, 6, 7);
	gd_float4 second = __builtin_shufflevector(half[2], half[3], 0, 1, 4, 5) + __builtin_shufflevector(half[2], half[3], 2, 3, 6, 7);
	*total = __builtin_shufflevector(first, second, 0, 2, 4, 6) + __builtin_shufflevector(first, second, 1, 3, 5, 7);
}

/* The last k mod 8 elements of a row of k in the last lanes, with zeros in the others, which add nothing to a sum. */
INLINE void load_rest(gd_float8 *vector, size_t k, const float *row)
{
	typedef int32_t integers __attribute__((vector_size(32)));
	const integers lane = {0, 1, 2, 3, 4, 5, 6, 7};
	size_t rest = k % LANES;
	gd_float8 end = {0};
	if (k < LANES)
		memcpy((char *)&end + (LANES - rest) * sizeof *row, row, rest * sizeof *row);
	else
		gd_float8_load(&end, row + k - LANES);
	*vector = (gd_float8)((integers)end & (lane >= (int32_t)(LANES - rest)));
}

/* height x width elements of c. */
INLINE void outer_tile(int height, int width, size_t n, size_t k, const float *a, const float *b, float *c)
{
	gd_float8 sum[OUTER_ROWS][OUTER_COLUMNS] = {0};
	gd_float8 left[OUTER_ROWS], right;
	size_t l = 0;
	for (; l + LANES <= k; l += LANES) {
#pragma GCC unroll 3
		for (int i = 0; i < height; i++)
			gd_float8_load(&left[i], a + (size_t)i * k + l);
#pragma GCC unroll 4
		for (int j = 0; j < width; j++) {
			gd_float8_load(&right, b + (size_t)j * k + l);
#pragma GCC unroll 3
			for (int i = 0; i < height; i++)
				gd_float8_add_product(&sum[i][j], &left[i], &right);
		}
	}
	if (l < k) {
#pragma GCC unroll 3
		for (int i = 0; i < height; i++)
			load_rest(&left[i], k, a + (size_t)i * k);
#pragma GCC unroll 4
		for (int j = 0; j < width; j++) {
			load_rest(&right, k, b + (size_t)j * k);
#pragma GCC unroll 3
			for (int i = 0; i < height; i++)
				gd_float8_add_product(&sum[i][j], &left[i], &right);
		}
	}
#pragma GCC unroll 3
	for (int i = 0; i < height; i++) {
		gd_float4 total;
		add_lanes(sum[i], &total);
		memcpy(c + (size_t)i * n, &total, (size_t)width * sizeof *c);
	}
}

INLINE void outer_strip(int height, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t j = 0;
	for (; j + OUTER_COLUMNS <= n; j += OUTER_COLUMNS)
		outer_tile(height, OUTER_COLUMNS, n, k, a, b + j * k, c + j);
	switch (n - j) {
	case 1: outer_tile(height, 1, n, k, a, b + j * k, c + j); break;
	case 2: outer_tile(height, 2, n, k, a, b + j * k, c + j); break;
	case 3: outer_tile(height, 3, n, k, a, b + j * k, c + j); break;
	default: break;
	}
}

GD_VECTOR static void outer(size_t m, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t i = 0;
	for (; i + OUTER_ROWS <= m; i += OUTER_ROWS)
		outer_strip(OUTER_ROWS, n, k, a + i * k, b, c + i * n);
	if (m - i == 1)
		outer_strip(1, n, k, a + i * k, b, c + i * n);
	else if (m - i == 2)
		outer_strip(2, n, k, a + i * k, b, c + i * n);
}

void gd_narrow_outer(int m, int n, int k, const float *a, const float *b, float *c)
{
	outer((size_t)m, (size_t)n, (size_t)k, a, b, c);
}

void gd_narrow_outer_ref(int m, int n, int k, const float *a, const float *b, float *c)
{
	size_t whole = (size_t)k / LANES * LANES;
	for (size_t i = 0; i < (size_t)m; i++) {
		for (size_t j = 0; j < (size_t)n; j++) {
			float lane[LANES] = {0};
			for (size_t l = 0; l < (size_t)k; l++) {
				float *sum = &lane[l < whole ? l % LANES : l + LANES - (size_t)k];
				*sum = fmaf(a[i * (size_t)k + l], b[j * (size_t)k + l], *sum);
			}
			c[i * (size_t)n + j] = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
		}
	}
}
