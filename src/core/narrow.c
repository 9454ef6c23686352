#include "gd/narrow.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gd/lanes.h"
#include "gd/vector.h"

#define INLINE static inline __attribute__((always_inline))

/*
 * Tiles that fill 16 registers of eight floats: 6 x 2 sums, two vectors of b and one of a; or 3 x 4 sums, three vectors of a and one of b.
 * Their sizes are constants where they are inlined, so that loops over them unroll and sums stay in registers.
 */
enum { LEAST_GATHERED = 48, MOST_GATHERED = 256 };
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

/*
 * Rows in the next strip of those that are left: as many as a strip has, but no rest of one to three, whose few sums would wait for one another.
 */
static int strip_height(int left)
{
	if (left >= TALL + 4 || left == TALL)
		return TALL;
	return left > TALL ? (left + 1) / 2 : left;
}

/*
 * A strip of `height` rows. Columns of a that are far apart, of which all strips' rows lie side by side, would fall onto the same few sets of the cache and be read anew
 * for every tile: their part of the strip is gathered first.
 */
INLINE void product_rows(int height, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	float rows[MOST_GATHERED * TALL];
	if (a_row == 1 && k >= LEAST_GATHERED && k <= MOST_GATHERED) {
		for (int l = 0; l < k; l++)
			memcpy(rows + l * TALL, a + (size_t)l * a_column, (size_t)height * sizeof *a);
		a = rows;
		a_column = TALL;
	}
	product_strip(height, n, k, a, a_row, a_column, b, c);
}

GD_VECTOR static void product(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	for (int height; m > 0; m -= height, a += (size_t)height * a_row, c += (size_t)height * n) {
		height = strip_height(m);
		switch (height) {
		case 1: product_rows(1, n, k, a, a_row, a_column, b, c); break;
		case 2: product_rows(2, n, k, a, a_row, a_column, b, c); break;
		case 3: product_rows(3, n, k, a, a_row, a_column, b, c); break;
		case 4: product_rows(4, n, k, a, a_row, a_column, b, c); break;
		case 5: product_rows(5, n, k, a, a_row, a_column, b, c); break;
		default: product_rows(TALL, n, k, a, a_row, a_column, b, c); break;
		}
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

/* The same of two rows, into the halves of `total`. */
INLINE void add_lanes_of_two(const gd_float8 first[OUTER_COLUMNS], const gd_float8 second[OUTER_COLUMNS], gd_float8 *total)
{
	gd_float8 half[OUTER_COLUMNS];
#pragma GCC unroll 4
	for (int j = 0; j < OUTER_COLUMNS; j++)
		half[j] = __builtin_shufflevector(first[j], second[j], 0, 1, 2, 3, 12, 13, 14, 15) + __builtin_shufflevector(first[j], second[j], 4, 5, 6, 7, 8, 9, 10, 11);
	gd_float8 left = __builtin_shufflevector(half[0], half[1], 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(half[0], half[1], 2, 3, 10, 11, 6, 7, 14, 15);
	gd_float8 right = __builtin_shufflevector(half[2], half[3], 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(half[2], half[3], 2, 3, 10, 11, 6, 7, 14, 15);
	*total = __builtin_shufflevector(left, right, 0, 2, 8, 10, 4, 6, 12, 14) + __builtin_shufflevector(left, right, 1, 3, 9, 11, 5, 7, 13, 15);
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

/* height x width elements of c. Of a row of ones, the last if there is one, nothing is read or multiplied. */
INLINE void outer_tile(int height, bool ones, int width, size_t n, size_t k, const float *a, const float *b, float *c)
{
	gd_float8 sum[OUTER_ROWS][OUTER_COLUMNS] = {0};
	gd_float8 left[OUTER_ROWS], right;
	int given = ones ? height - 1 : height;
	size_t l = 0;
	for (; l + LANES <= k; l += LANES) {
#pragma GCC unroll 3
		for (int i = 0; i < given; i++)
			gd_float8_load(&left[i], a + (size_t)i * k + l);
#pragma GCC unroll 4
		for (int j = 0; j < width; j++) {
			gd_float8_load(&right, b + (size_t)j * k + l);
#pragma GCC unroll 3
			for (int i = 0; i < given; i++)
				gd_float8_add_product(&sum[i][j], &left[i], &right);
			if (ones)
				sum[height - 1][j] += right;
		}
	}
	if (l < k) {
#pragma GCC unroll 3
		for (int i = 0; i < given; i++)
			load_rest(&left[i], k, a + (size_t)i * k);
#pragma GCC unroll 4
		for (int j = 0; j < width; j++) {
			load_rest(&right, k, b + (size_t)j * k);
#pragma GCC unroll 3
			for (int i = 0; i < given; i++)
				gd_float8_add_product(&sum[i][j], &left[i], &right);
			if (ones)
				sum[height - 1][j] += right;
		}
	}
	if (height > 1) {
		gd_float8 total;
		add_lanes_of_two(sum[0], sum[1], &total);
		memcpy(c, &total, (size_t)width * sizeof *c);
		memcpy(c + n, (const char *)&total + sizeof total / 2, (size_t)width * sizeof *c);
	}
	if (height != 2) {
		gd_float4 total;
		add_lanes(sum[height - 1], &total);
		memcpy(c + (size_t)(height - 1) * n, &total, (size_t)width * sizeof *c);
	}
}

INLINE void outer_strip(int height, bool ones, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t j = 0;
	for (; j + OUTER_COLUMNS <= n; j += OUTER_COLUMNS)
		outer_tile(height, ones, OUTER_COLUMNS, n, k, a, b + j * k, c + j);
	switch (n - j) {
	case 1: outer_tile(height, ones, 1, n, k, a, b + j * k, c + j); break;
	case 2: outer_tile(height, ones, 2, n, k, a, b + j * k, c + j); break;
	case 3: outer_tile(height, ones, 3, n, k, a, b + j * k, c + j); break;
	default: break;
	}
}

/* `sums`: one row more, of ones. */
GD_VECTOR static void outer(size_t m, bool sums, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t rows = m + sums;
	for (; rows > OUTER_ROWS; rows -= OUTER_ROWS, a += OUTER_ROWS * k, c += OUTER_ROWS * n)
		outer_strip(OUTER_ROWS, false, n, k, a, b, c);
	switch (2 * rows + sums) {
	case 2: outer_strip(1, false, n, k, a, b, c); break;
	case 3: outer_strip(1, true, n, k, a, b, c); break;
	case 4: outer_strip(2, false, n, k, a, b, c); break;
	case 5: outer_strip(2, true, n, k, a, b, c); break;
	case 6: outer_strip(3, false, n, k, a, b, c); break;
	case 7: outer_strip(3, true, n, k, a, b, c); break;
	default: break;
	}
}

void gd_narrow_outer(int m, bool sums, int n, int k, const float *a, const float *b, float *c)
{
	outer((size_t)m, sums, (size_t)n, (size_t)k, a, b, c);
}

void gd_narrow_outer_ref(int m, bool sums, int n, int k, const float *a, const float *b, float *c)
{
	size_t whole = (size_t)k / LANES * LANES;
	for (size_t i = 0; i < (size_t)m + sums; i++) {
		for (size_t j = 0; j < (size_t)n; j++) {
			float lane[LANES] = {0};
			for (size_t l = 0; l < (size_t)k; l++) {
				float *sum = &lane[l < whole ? l % LANES : l + LANES - (size_t)k];
				*sum = fmaf(i < (size_t)m ? a[i * (size_t)k + l] : 1.0f, b[j * (size_t)k + l], *sum);
			}
			c[i * (size_t)n + j] = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
		}
	}
}
