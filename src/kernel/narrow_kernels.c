#include "gd/kernel/narrow_kernels.h"

#include <stdint.h>
#include <string.h>

#include "gd/kernel/lanes.h"

#define INLINE static inline __attribute__((always_inline))

/*
 * Tiles that fill 16 registers of eight floats: 6 x 2 sums, two vectors of b and one of a; or 3 x 4 sums, three vectors of a and one of b.
 * Their sizes are constants where they are inlined, so that loops over them unroll and sums stay in registers.
 */
enum { LANES = 8, TALL = 6, WIDE = 2 * LANES, OUTER_ROWS = 3, OUTER_COLUMNS = 4 };
/* Sums and rows from which, and up to which, operands are copied first. */
enum { LONG = 48, LONGEST = 256 };

/* `height` rows and `vectors` * 8 columns of c, whose rows are c_row apart as b's are b_row. */
INLINE void product_tile(int height, int vectors, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	gd_float8 sum[TALL][2] = {0};
	for (int l = 0; l < k; l++, a += a_column, b += b_row) {
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
			memcpy(c + (size_t)i * c_row + v * LANES, &sum[i][v], sizeof sum[i][v]);
}

/* `height` rows of c, all columns. The last tile reaches back over the one before, whose elements come out the same once more. */
INLINE void product_strip(int height, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	size_t j = 0;
	for (; j + WIDE <= n; j += WIDE)
		product_tile(height, 2, k, a, a_row, a_column, b + j, n, c + j, n);
	if (j < n && n >= WIDE) {
		product_tile(height, 2, k, a, a_row, a_column, b + n - WIDE, n, c + n - WIDE, n);
	} else if (j < n && n >= LANES) {
		product_tile(height, 1, k, a, a_row, a_column, b, n, c, n);
		product_tile(height, 1, k, a, a_row, a_column, b + n - LANES, n, c + n - LANES, n);
	}
}

/* Rows in the next strip of those that are left: as many as a strip has, but no rest of one to three, whose few sums would wait for one another. */
static int strip_height(int left)
{
	if (left >= TALL + 4 || left == TALL)
		return TALL;
	return left > TALL ? (left + 1) / 2 : left;
}

/* Strip by strip, operands where they lie. */
static void product_in_place(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	for (int height; m > 0; m -= height, a += (size_t)height * a_row, c += (size_t)height * n) {
		height = strip_height(m);
		switch (height) {
		case 1: product_strip(1, n, k, a, a_row, a_column, b, c); break;
		case 2: product_strip(2, n, k, a, a_row, a_column, b, c); break;
		case 3: product_strip(3, n, k, a, a_row, a_column, b, c); break;
		case 4: product_strip(4, n, k, a, a_row, a_column, b, c); break;
		case 5: product_strip(5, n, k, a, a_row, a_column, b, c); break;
		default: product_strip(TALL, n, k, a, a_row, a_column, b, c); break;
		}
	}
}

/* Strips of a whose rows lie side by side, one behind the other. */
static void gather_strips(int m, int k, const float *a, size_t a_column, float *strips)
{
	for (int height; m > 0; m -= height, a += height, strips += k * TALL) {
		height = strip_height(m);
		for (int l = 0; l < k; l++) {
			const float *from = a + (size_t)l * a_column;
			float *to = strips + l * TALL;
			if (height == TALL)
				memcpy(to, from, TALL * sizeof *to);
			else
				memcpy(to, from, (size_t)height * sizeof *to);
		}
	}
}

/*
 * The same where k is long: rows of b that are far apart, as columns of a, fall onto the same few sets of the cache and are read anew for every tile. So
 * a panel of b, a tile wide, is copied into one piece, which then stays in the first-level cache for all strips, and so are strips of a.
 */
static void product_by_panels(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	float strips[(LONGEST / TALL + 2) * TALL * LONGEST], panel[LONGEST * WIDE];
	size_t row = a_row, column = a_column;
	bool gathered = a_row == 1;
	if (gathered) {
		gather_strips(m, k, a, a_column, strips);
		a = strips;
		column = TALL;
	}
	for (size_t j = 0; j < n; j += WIDE) {
		size_t first = j + WIDE <= n ? j : n - WIDE;
		for (int l = 0; l < k; l++)
			memcpy(panel + l * WIDE, b + (size_t)l * n + first, WIDE * sizeof *panel);
		const float *left = a;
		float *out = c + first;
		for (int rest = m, height; rest > 0; rest -= height, left += gathered ? (size_t)k * TALL : (size_t)height * row, out += (size_t)height * n) {
			height = strip_height(rest);
			switch (height) {
			case 1: product_tile(1, 2, k, left, row, column, panel, WIDE, out, n); break;
			case 2: product_tile(2, 2, k, left, row, column, panel, WIDE, out, n); break;
			case 3: product_tile(3, 2, k, left, row, column, panel, WIDE, out, n); break;
			case 4: product_tile(4, 2, k, left, row, column, panel, WIDE, out, n); break;
			case 5: product_tile(5, 2, k, left, row, column, panel, WIDE, out, n); break;
			default: product_tile(TALL, 2, k, left, row, column, panel, WIDE, out, n); break;
			}
		}
	}
}

static void product(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, float *c)
{
	if (n >= WIDE && k >= LONG && k <= LONGEST && m >= LONG && m <= LONGEST)
		product_by_panels(m, n, k, a, a_row, a_column, b, c);
	else
		product_in_place(m, n, k, a, a_row, a_column, b, c);
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

/* `height` rows and `columns` columns of c. */
INLINE void outer_strip(int height, bool ones, size_t columns, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t j = 0;
	for (; j + OUTER_COLUMNS <= columns; j += OUTER_COLUMNS)
		outer_tile(height, ones, OUTER_COLUMNS, n, k, a, b + j * k, c + j);
	switch (columns - j) {
	case 1: outer_tile(height, ones, 1, n, k, a, b + j * k, c + j); break;
	case 2: outer_tile(height, ones, 2, n, k, a, b + j * k, c + j); break;
	case 3: outer_tile(height, ones, 3, n, k, a, b + j * k, c + j); break;
	default: break;
	}
}

/* `columns` columns of c; `sums`: one row more, of ones. */
static void outer(size_t m, bool sums, size_t columns, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t rows = m + sums;
	for (; rows > OUTER_ROWS; rows -= OUTER_ROWS, a += OUTER_ROWS * k, c += OUTER_ROWS * n)
		outer_strip(OUTER_ROWS, false, columns, n, k, a, b, c);
	switch (2 * rows + sums) {
	case 2: outer_strip(1, false, columns, n, k, a, b, c); break;
	case 3: outer_strip(1, true, columns, n, k, a, b, c); break;
	case 4: outer_strip(2, false, columns, n, k, a, b, c); break;
	case 5: outer_strip(2, true, columns, n, k, a, b, c); break;
	case 6: outer_strip(3, false, columns, n, k, a, b, c); break;
	case 7: outer_strip(3, true, columns, n, k, a, b, c); break;
	default: break;
	}
}

const gd_narrow_kernels GD_TABLE(gd_narrow_kernels) = {
	.product = product,
	.outer = outer,
};
