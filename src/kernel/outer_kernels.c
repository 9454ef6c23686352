#include "gd/kernel/outer_kernels.h"

#include <stdint.h>
#include <string.h>

#include "gd/kernel/lanes.h"

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 8 };

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

#if GD_WIDEST == 16
/* Tiles that fill 32 registers of two columns' lanes: 6 x 4 sums, four vectors of b and one of a. Their sizes are constants where they are inlined. */
enum { OUTER_ROWS = 6, OUTER_PAIRS = 4, OUTER_COLUMNS = 2 * OUTER_PAIRS };

/* The lanes of the columns of a row are added up together: ((0+4) + (2+6)) + ((1+5) + (3+7)) of each. */
INLINE void add_lanes_of_row(int pairs, const gd_float16 sum[OUTER_PAIRS], gd_float8 *total)
{
	gd_float16 half[2], quarter;
	GD_UNROLL(2)
	for (int h = 0; h < 2; h++) {
		/* Columns 4h, 4h+1, 4h+2, 4h+3, four sums of two lanes each. */
		const gd_float16 *first = &sum[2 * h < pairs ? 2 * h : 0], *second = &sum[2 * h + 1 < pairs ? 2 * h + 1 : 0];
		half[h] = __builtin_shufflevector(*first, *second, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
			__builtin_shufflevector(*first, *second, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
	}
	quarter = __builtin_shufflevector(half[0], half[1], 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
		__builtin_shufflevector(half[0], half[1], 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31); /* columns 0, 4, 1, 5, 2, 6, 3, 7, two each */
	*total = __builtin_shufflevector(quarter, quarter, 0, 4, 8, 12, 2, 6, 10, 14) + __builtin_shufflevector(quarter, quarter, 1, 5, 9, 13, 3, 7, 11, 15);
}

/* Two of the eight-lane vectors in one. */
INLINE void join(gd_float16 *both, const gd_float8 *low, const gd_float8 *high)
{
	*both = __builtin_shufflevector(*low, *high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/* The lanes of two columns into the sums of `height` rows. */
INLINE void add_pair(int given, bool ones, int height, int pair, const gd_float16 *left, const gd_float8 *low, const gd_float8 *high, gd_float16 sum[OUTER_ROWS][OUTER_PAIRS])
{
	gd_float16 right;
	join(&right, low, high);
	GD_UNROLL(6)
	for (int i = 0; i < given; i++)
		gd_float16_add_product(&sum[i][pair], &left[i], &right);
	if (ones)
		sum[height - 1][pair] += right;
}

/* height x width elements of c, width at most 2 * pairs. Of a row of ones, the last if there is one, nothing is read or multiplied. */
INLINE void outer_tile(int height, bool ones, int pairs, int width, size_t n, size_t k, const float *a, const float *b, float *c)
{
	gd_float16 sum[OUTER_ROWS][OUTER_PAIRS] = {0}, left[OUTER_ROWS];
	gd_float8 low, high;
	int given = ones ? height - 1 : height;
	/* A column that is not there is the one before it once more. */
	const float *last = b + (size_t)(width - 1) * k;
	size_t l = 0;
	for (; l + LANES <= k; l += LANES) {
		GD_UNROLL(6)
		for (int i = 0; i < given; i++) {
			gd_float8_load(&low, a + (size_t)i * k + l);
			join(&left[i], &low, &low);
		}
		GD_UNROLL(4)
		for (int j = 0; j < pairs; j++) {
			gd_float8_load(&low, b + (size_t)(2 * j) * k + l);
			gd_float8_load(&high, (j + 1 < pairs ? b + (size_t)(2 * j + 1) * k : last) + l);
			add_pair(given, ones, height, j, left, &low, &high, sum);
		}
	}
	if (l < k) {
		GD_UNROLL(6)
		for (int i = 0; i < given; i++) {
			load_rest(&low, k, a + (size_t)i * k);
			join(&left[i], &low, &low);
		}
		GD_UNROLL(4)
		for (int j = 0; j < pairs; j++) {
			load_rest(&low, k, b + (size_t)(2 * j) * k);
			load_rest(&high, k, j + 1 < pairs ? b + (size_t)(2 * j + 1) * k : last);
			add_pair(given, ones, height, j, left, &low, &high, sum);
		}
	}
	GD_UNROLL(6)
	for (int i = 0; i < height; i++) {
		gd_float8 total;
		add_lanes_of_row(pairs, sum[i], &total);
		_mm256_mask_storeu_ps(c + (size_t)i * n, (__mmask8)(0xff >> (8 - width)), (__m256)total);
	}
}

/* `height` rows and `columns` columns of c. */
INLINE void outer_strip(int height, bool ones, size_t columns, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t j = 0;
	for (; j + OUTER_COLUMNS <= columns; j += OUTER_COLUMNS)
		outer_tile(height, ones, OUTER_PAIRS, OUTER_COLUMNS, n, k, a, b + j * k, c + j);
	int rest = (int)(columns - j);
	switch ((rest + 1) / 2) {
	case 1: outer_tile(height, ones, 1, rest, n, k, a, b + j * k, c + j); break;
	case 2: outer_tile(height, ones, 2, rest, n, k, a, b + j * k, c + j); break;
	case 3: outer_tile(height, ones, 3, rest, n, k, a, b + j * k, c + j); break;
	case 4: outer_tile(height, ones, 4, rest, n, k, a, b + j * k, c + j); break;
	default: break;
	}
}

static void outer(size_t m, bool sums, size_t columns, size_t n, size_t k, const float *a, const float *b, float *c)
{
	size_t rows = m + sums;
	while (rows) {
		size_t strips = (rows + OUTER_ROWS - 1) / OUTER_ROWS, height = (rows + strips - 1) / strips;
		bool ones = sums && height == rows;
		switch (2 * height + ones) {
		case 2: outer_strip(1, false, columns, n, k, a, b, c); break;
		case 3: outer_strip(1, true, columns, n, k, a, b, c); break;
		case 4: outer_strip(2, false, columns, n, k, a, b, c); break;
		case 5: outer_strip(2, true, columns, n, k, a, b, c); break;
		case 6: outer_strip(3, false, columns, n, k, a, b, c); break;
		case 7: outer_strip(3, true, columns, n, k, a, b, c); break;
		case 8: outer_strip(4, false, columns, n, k, a, b, c); break;
		case 9: outer_strip(4, true, columns, n, k, a, b, c); break;
		case 10: outer_strip(5, false, columns, n, k, a, b, c); break;
		case 11: outer_strip(5, true, columns, n, k, a, b, c); break;
		case 12: outer_strip(6, false, columns, n, k, a, b, c); break;
		default: outer_strip(6, true, columns, n, k, a, b, c); break;
		}
		rows -= height;
		a += height * k;
		c += height * n;
	}
}
#else
/* Tiles that fill 16 registers of eight floats: 3 x 4 sums, three vectors of a and one of b. */
enum { OUTER_ROWS = 3, OUTER_COLUMNS = 4 };

/* The lanes of four sums are added up together: ((0+4) + (2+6)) + ((1+5) + (3+7)) of each. */
INLINE void add_lanes(const gd_float8 sum[OUTER_COLUMNS], gd_float4 *total)
{
	gd_float4 half[OUTER_COLUMNS];
	GD_UNROLL(4)
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
	GD_UNROLL(4)
	for (int j = 0; j < OUTER_COLUMNS; j++)
		half[j] = __builtin_shufflevector(first[j], second[j], 0, 1, 2, 3, 12, 13, 14, 15) + __builtin_shufflevector(first[j], second[j], 4, 5, 6, 7, 8, 9, 10, 11);
	gd_float8 left = __builtin_shufflevector(half[0], half[1], 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(half[0], half[1], 2, 3, 10, 11, 6, 7, 14, 15);
	gd_float8 right = __builtin_shufflevector(half[2], half[3], 0, 1, 8, 9, 4, 5, 12, 13) + __builtin_shufflevector(half[2], half[3], 2, 3, 10, 11, 6, 7, 14, 15);
	*total = __builtin_shufflevector(left, right, 0, 2, 8, 10, 4, 6, 12, 14) + __builtin_shufflevector(left, right, 1, 3, 9, 11, 5, 7, 13, 15);
}

/* height x width elements of c. Of a row of ones, the last if there is one, nothing is read or multiplied. */
INLINE void outer_tile(int height, bool ones, int width, size_t n, size_t k, const float *a, const float *b, float *c)
{
	gd_float8 sum[OUTER_ROWS][OUTER_COLUMNS] = {0};
	gd_float8 left[OUTER_ROWS], right;
	int given = ones ? height - 1 : height;
	size_t l = 0;
	for (; l + LANES <= k; l += LANES) {
	GD_UNROLL(3)
		for (int i = 0; i < given; i++)
			gd_float8_load(&left[i], a + (size_t)i * k + l);
	GD_UNROLL(4)
		for (int j = 0; j < width; j++) {
			gd_float8_load(&right, b + (size_t)j * k + l);
	GD_UNROLL(3)
			for (int i = 0; i < given; i++)
				gd_float8_add_product(&sum[i][j], &left[i], &right);
			if (ones)
				sum[height - 1][j] += right;
		}
	}
	if (l < k) {
	GD_UNROLL(3)
		for (int i = 0; i < given; i++)
			load_rest(&left[i], k, a + (size_t)i * k);
	GD_UNROLL(4)
		for (int j = 0; j < width; j++) {
			load_rest(&right, k, b + (size_t)j * k);
	GD_UNROLL(3)
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
#endif

const gd_outer_kernels GD_TABLE(gd_outer_kernels) = {
	.outer = outer,
};
