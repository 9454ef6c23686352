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
/* Floats of b that are packed at a time. */
enum { ROOM = OUTER_COLUMNS * 4096 };

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

static void store_rest(float *to, size_t k, const float *row)
{
	gd_float8 rest;
	load_rest(&rest, k, row);
	memcpy(to, &rest, sizeof rest);
}

/* One step of eight elements of k: those of `given` rows of a, a_row apart, each met by `pairs` packed vectors of b. */
INLINE void add_step(int given, bool ones, int height, int pairs, const float *a, size_t a_row, const float *packed, gd_float16 sum[OUTER_ROWS][OUTER_PAIRS])
{
	gd_float16 left, right[OUTER_PAIRS];
	GD_UNROLL(4)
	for (int p = 0; p < pairs; p++)
		memcpy(&right[p], packed + p * 2 * LANES, sizeof right[p]);
	GD_UNROLL(6)
	for (int i = 0; i < given; i++) {
		left = (gd_float16)_mm512_broadcast_f32x8(_mm256_loadu_ps(a + (size_t)i * a_row));
		GD_UNROLL(4)
		for (int p = 0; p < pairs; p++)
			gd_float16_add_product(&sum[i][p], &left, &right[p]);
	}
	GD_UNROLL(4)
	for (int p = 0; ones && p < pairs; p++)
		sum[height - 1][p] += right[p];
}

/* height x width elements of c, width at most 2 * pairs. Of a row of ones, the last if there is one, nothing is read or multiplied. */
INLINE void outer_tile(int height, bool ones, int pairs, int width, size_t n, size_t k, const float *a, size_t a_row, const float *packed, float *c)
{
	gd_float16 sum[OUTER_ROWS][OUTER_PAIRS] = {0};
	int given = ones ? height - 1 : height;
	size_t l = 0;
	for (; l + LANES <= k; l += LANES, packed += pairs * 2 * LANES)
		add_step(given, ones, height, pairs, a + l, a_row, packed, sum);
	if (l < k) {
		float rest[OUTER_ROWS * LANES];
		for (int i = 0; i < given; i++)
			store_rest(rest + i * LANES, k, a + (size_t)i * a_row);
		add_step(given, ones, height, pairs, rest, LANES, packed, sum);
	}
	GD_UNROLL(6)
	for (int i = 0; i < height; i++) {
		gd_float8 total;
		add_lanes_of_row(pairs, sum[i], &total);
		_mm256_mask_storeu_ps(c + (size_t)i * n, (__mmask8)(0xff >> (8 - width)), (__m256)total);
	}
}

/* What lies packed for one step: of a tile's columns two at a time, eight elements of each. */
static size_t packed_length(size_t columns, size_t k)
{
	return (columns + 1) / 2 * 2 * ((k + LANES - 1) / LANES * LANES);
}

/* b's rows as the tiles read them, step by step; a column that is not there is the one before it once more. */
static void pack_pairs(size_t columns, size_t k, const float *b, size_t b_row, float *packed)
{
	for (size_t j = 0; j < columns; j += OUTER_COLUMNS) {
		size_t width = columns - j < OUTER_COLUMNS ? columns - j : OUTER_COLUMNS, step = (width + 1) / 2 * 2 * LANES;
		for (size_t i = 0; i < step / LANES; i++) {
			const float *row = b + (j + (i < width ? i : width - 1)) * b_row;
			float *to = packed + i * LANES;
			size_t l = 0;
			for (; l + LANES <= k; l += LANES, to += step)
				memcpy(to, row + l, LANES * sizeof *to);
			if (l < k)
				store_rest(to, k, row);
		}
		packed += packed_length(width, k);
	}
}

/* `height` rows and `columns` columns of c. */
INLINE void outer_strip(int height, bool ones, size_t columns, size_t n, size_t k, const float *a, size_t a_row, const float *packed, float *c)
{
	size_t j = 0, whole = packed_length(OUTER_COLUMNS, k);
	for (; j + OUTER_COLUMNS <= columns; j += OUTER_COLUMNS, packed += whole)
		outer_tile(height, ones, OUTER_PAIRS, OUTER_COLUMNS, n, k, a, a_row, packed, c + j);
	int rest = (int)(columns - j);
	switch ((rest + 1) / 2) {
	case 1: outer_tile(height, ones, 1, rest, n, k, a, a_row, packed, c + j); break;
	case 2: outer_tile(height, ones, 2, rest, n, k, a, a_row, packed, c + j); break;
	case 3: outer_tile(height, ones, 3, rest, n, k, a, a_row, packed, c + j); break;
	case 4: outer_tile(height, ones, 4, rest, n, k, a, a_row, packed, c + j); break;
	default: break;
	}
}

static void outer_packed(size_t m, bool sums, size_t columns, size_t n, size_t k, const float *a, size_t a_row, const float *packed, float *c)
{
	size_t rows = m + sums;
	while (rows) {
		size_t strips = (rows + OUTER_ROWS - 1) / OUTER_ROWS, height = (rows + strips - 1) / strips;
		bool ones = sums && height == rows;
		switch (2 * height + ones) {
		case 2: outer_strip(1, false, columns, n, k, a, a_row, packed, c); break;
		case 3: outer_strip(1, true, columns, n, k, a, a_row, packed, c); break;
		case 4: outer_strip(2, false, columns, n, k, a, a_row, packed, c); break;
		case 5: outer_strip(2, true, columns, n, k, a, a_row, packed, c); break;
		case 6: outer_strip(3, false, columns, n, k, a, a_row, packed, c); break;
		case 7: outer_strip(3, true, columns, n, k, a, a_row, packed, c); break;
		case 8: outer_strip(4, false, columns, n, k, a, a_row, packed, c); break;
		case 9: outer_strip(4, true, columns, n, k, a, a_row, packed, c); break;
		case 10: outer_strip(5, false, columns, n, k, a, a_row, packed, c); break;
		case 11: outer_strip(5, true, columns, n, k, a, a_row, packed, c); break;
		case 12: outer_strip(6, false, columns, n, k, a, a_row, packed, c); break;
		default: outer_strip(6, true, columns, n, k, a, a_row, packed, c); break;
		}
		rows -= height;
		a += height * a_row;
		c += height * n;
	}
}

/* One element, its a a row of ones where there is none: where k is so long that not even two columns can be packed. */
static float outer_element(size_t k, const float *a, const float *b)
{
	gd_float16 sum[OUTER_PAIRS] = {0};
	gd_float8 lanes = {0}, left = lanes + 1.0f, right, total;
	for (size_t l = 0; l < k; l += LANES) {
		bool whole = l + LANES <= k;
		if (a && whole)
			gd_float8_load(&left, a + l);
		else if (a)
			load_rest(&left, k, a);
		if (whole)
			gd_float8_load(&right, b + l);
		else
			load_rest(&right, k, b);
		gd_float8_add_product(&lanes, &left, &right);
	}
	memcpy(&sum[0], &lanes, sizeof lanes);
	add_lanes_of_row(1, sum, &total);
	return total[0];
}

/* As many columns at a time as there is room for, in whole tiles where they fit. */
static void outer(size_t m, bool sums, size_t columns, size_t n, size_t k, const float *a, size_t a_row, const float *b, size_t b_row, float *c)
{
	float packed[ROOM];
	size_t most = ROOM / packed_length(2, k) * 2;
	most = most > OUTER_COLUMNS ? most / OUTER_COLUMNS * OUTER_COLUMNS : most;
	if (!most)
		for (size_t i = 0; i < m + sums; i++)
			for (size_t j = 0; j < columns; j++)
				c[i * n + j] = outer_element(k, i < m ? a + i * a_row : NULL, b + j * b_row);
	for (size_t j = 0; most && j < columns; j += most) {
		size_t count = columns - j < most ? columns - j : most;
		pack_pairs(count, k, b + j * b_row, b_row, packed);
		outer_packed(m, sums, count, n, k, a, a_row, packed, c + j);
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
INLINE void outer_tile(int height, bool ones, int width, size_t n, size_t k, const float *a, size_t a_row, const float *b, size_t b_row, float *c)
{
	gd_float8 sum[OUTER_ROWS][OUTER_COLUMNS] = {0};
	gd_float8 left[OUTER_ROWS], right;
	int given = ones ? height - 1 : height;
	size_t l = 0;
	for (; l + LANES <= k; l += LANES) {
	GD_UNROLL(3)
		for (int i = 0; i < given; i++)
			gd_float8_load(&left[i], a + (size_t)i * a_row + l);
	GD_UNROLL(4)
		for (int j = 0; j < width; j++) {
			gd_float8_load(&right, b + (size_t)j * b_row + l);
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
			load_rest(&left[i], k, a + (size_t)i * a_row);
	GD_UNROLL(4)
		for (int j = 0; j < width; j++) {
			load_rest(&right, k, b + (size_t)j * b_row);
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
INLINE void outer_strip(int height, bool ones, size_t columns, size_t n, size_t k, const float *a, size_t a_row, const float *b, size_t b_row, float *c)
{
	size_t j = 0;
	for (; j + OUTER_COLUMNS <= columns; j += OUTER_COLUMNS)
		outer_tile(height, ones, OUTER_COLUMNS, n, k, a, a_row, b + j * b_row, b_row, c + j);
	switch (columns - j) {
	case 1: outer_tile(height, ones, 1, n, k, a, a_row, b + j * b_row, b_row, c + j); break;
	case 2: outer_tile(height, ones, 2, n, k, a, a_row, b + j * b_row, b_row, c + j); break;
	case 3: outer_tile(height, ones, 3, n, k, a, a_row, b + j * b_row, b_row, c + j); break;
	default: break;
	}
}

static void outer(size_t m, bool sums, size_t columns, size_t n, size_t k, const float *a, size_t a_row, const float *b, size_t b_row, float *c)
{
	size_t rows = m + sums;
	for (; rows > OUTER_ROWS; rows -= OUTER_ROWS, a += OUTER_ROWS * a_row, c += OUTER_ROWS * n)
		outer_strip(OUTER_ROWS, false, columns, n, k, a, a_row, b, b_row, c);
	switch (2 * rows + sums) {
	case 2: outer_strip(1, false, columns, n, k, a, a_row, b, b_row, c); break;
	case 3: outer_strip(1, true, columns, n, k, a, a_row, b, b_row, c); break;
	case 4: outer_strip(2, false, columns, n, k, a, a_row, b, b_row, c); break;
	case 5: outer_strip(2, true, columns, n, k, a, a_row, b, b_row, c); break;
	case 6: outer_strip(3, false, columns, n, k, a, a_row, b, b_row, c); break;
	case 7: outer_strip(3, true, columns, n, k, a, a_row, b, b_row, c); break;
	default: break;
	}
}
#endif

const gd_outer_kernels GD_TABLE(gd_outer_kernels) = {
	.outer = outer,
};
