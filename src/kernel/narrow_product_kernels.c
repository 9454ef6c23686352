#include "gd/kernel/narrow_product_kernels.h"

#include <string.h>

#include "gd/kernel/lanes.h"

#define INLINE static inline __attribute__((always_inline))

/*
 * Tiles that fill the registers: 14 x 2 sums of sixteen floats and two vectors of b; 6 x 2 sums of eight floats, two vectors of b and one of a.
 * Their sizes are constants where they are inlined, so that loops over them unroll and sums stay in registers.
 */
enum { TALL = GD_WIDEST == 16 ? 14 : 6, WIDE = 2 * GD_WIDEST };
/* The most rows of b that are copied where they are shorter than a vector. */
enum { LONGEST = 256 };

/* `height` rows and `vectors` vectors of columns of c, whose rows are c_row apart as b's are b_row. */
INLINE void product_tile(int height, int vectors, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	gd_floats sum[TALL][2] = {0};
	for (int l = 0; l < k; l++, a += a_column, b += b_row) {
		gd_floats left, right[2];
		GD_UNROLL(2)
		for (int v = 0; v < vectors; v++)
			gd_floats_load(&right[v], b + v * GD_WIDEST);
		GD_UNROLL(14)
		for (int i = 0; i < height; i++) {
			gd_floats_fill(&left, a[(size_t)i * a_row]);
			GD_UNROLL(2)
			for (int v = 0; v < vectors; v++)
				gd_floats_add_product(&sum[i][v], &left, &right[v]);
		}
	}
	GD_UNROLL(14)
	for (int i = 0; i < height; i++)
		GD_UNROLL(2)
		for (int v = 0; v < vectors; v++)
			memcpy(c + (size_t)i * c_row + v * GD_WIDEST, &sum[i][v], sizeof sum[i][v]);
}

/* `height` rows of c, all columns, at least a vector's. The last tile reaches back over the one before, whose elements come out the same once more. */
INLINE void product_strip(int height, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	size_t j = 0;
	for (; j + WIDE <= n; j += WIDE)
		product_tile(height, 2, k, a, a_row, a_column, b + j, b_row, c + j, c_row);
	if (n - j > GD_WIDEST && n >= WIDE) {
		product_tile(height, 2, k, a, a_row, a_column, b + n - WIDE, b_row, c + n - WIDE, c_row);
	} else if (j < n) {
		if (n - j > GD_WIDEST)
			product_tile(height, 1, k, a, a_row, a_column, b + j, b_row, c + j, c_row);
		product_tile(height, 1, k, a, a_row, a_column, b + n - GD_WIDEST, b_row, c + n - GD_WIDEST, c_row);
	}
}

/*
 * Rows in the next strip of those that are left. Of short strips as many whole ones as may be, but no rest of one to three, whose few sums would wait for one
 * another; of tall ones, that would leave larger rests, as few as may be, and alike.
 */
static int strip_height(int left)
{
	if (TALL == 6 && (left >= TALL + 4 || left == TALL))
		return TALL;
	if (TALL == 6)
		return left > TALL ? (left + 1) / 2 : left;
	int strips = (left + TALL - 1) / TALL;
	return (left + strips - 1) / strips;
}

typedef void strip_function(int height, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row);

/* One of those above, with a height that the compiler knows. */
INLINE void of_height(strip_function *strip, int height, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	switch (height) {
	case 1: strip(1, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 2: strip(2, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 3: strip(3, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 4: strip(4, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 5: strip(5, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
#if GD_WIDEST == 16
	case 6: strip(6, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 7: strip(7, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 8: strip(8, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 9: strip(9, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 10: strip(10, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 11: strip(11, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 12: strip(12, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	case 13: strip(13, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
#endif
	default: strip(TALL, n, k, a, a_row, a_column, b, b_row, c, c_row); break;
	}
}

/* Strip by strip, operands where they lie. */
static void product_in_place(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	for (int height; m > 0; m -= height, a += (size_t)height * a_row, c += (size_t)height * c_row) {
		height = strip_height(m);
		if (a_row == 1)
			of_height(product_strip, height, n, k, a, 1, a_column, b, b_row, c, c_row);
		else
			of_height(product_strip, height, n, k, a, a_row, a_column, b, b_row, c, c_row);
	}
}

/* Fewer columns than a vector has: b and c as if they had as many. */
static void product_thin(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	float wide_b[LONGEST * GD_WIDEST], wide_c[TALL * GD_WIDEST];
	for (int l = 0; l < k; l++) {
		memcpy(wide_b + l * GD_WIDEST, b + (size_t)l * b_row, n * sizeof *b);
		memset(wide_b + l * GD_WIDEST + n, 0, (GD_WIDEST - n) * sizeof *b);
	}
	for (int height; m > 0; m -= height, a += (size_t)height * a_row) {
		height = strip_height(m);
		of_height(product_strip, height, GD_WIDEST, k, a, a_row, a_column, wide_b, GD_WIDEST, wide_c, GD_WIDEST);
		for (int i = 0; i < height; i++, c += c_row)
			memcpy(c, wide_c + i * GD_WIDEST, n * sizeof *c);
	}
}

/* In any shape. */
static void product_by_element(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	for (int i = 0; i < m; i++) {
		for (size_t j = 0; j < n; j++) {
			float sum = 0.0f;
			for (int l = 0; l < k; l++)
				sum = __builtin_fmaf(a[(size_t)i * a_row + (size_t)l * a_column], b[(size_t)l * b_row + j], sum);
			c[(size_t)i * c_row + j] = sum;
		}
	}
}

static void product(int m, size_t n, int k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row, float *c, size_t c_row)
{
	if (n < GD_WIDEST && k > LONGEST)
		product_by_element(m, n, k, a, a_row, a_column, b, b_row, c, c_row);
	else if (n < GD_WIDEST)
		product_thin(m, n, k, a, a_row, a_column, b, b_row, c, c_row);
	else
		product_in_place(m, n, k, a, a_row, a_column, b, b_row, c, c_row);
}

const gd_narrow_kernels GD_TABLE(gd_narrow_kernels) = {
	.product = product,
};
