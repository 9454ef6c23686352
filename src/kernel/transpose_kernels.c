#include "gd/kernel/transpose_kernels.h"

typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));

enum { SIDE = 8, LINE = 16 /* floats of the cache */, AHEAD = 16 /* rows that are fetched before their turn */ };

/* A tile in registers, from `column` of the rows on: pairs of rows, then fours, then eights are woven together. */
static inline __attribute__((always_inline)) void transpose_tile(const float *const row[SIDE], size_t column, float *out, size_t pitch)
{
	eight in[SIDE], two[SIDE], four[SIDE];
#pragma GCC unroll 8
	for (int r = 0; r < SIDE; r++)
		in[r] = *(const eight *)(row[r] + column);
	for (int r = 0; r < SIDE; r += 2) {
		two[r] = __builtin_shufflevector(in[r], in[r + 1], 0, 8, 1, 9, 4, 12, 5, 13);
		two[r + 1] = __builtin_shufflevector(in[r], in[r + 1], 2, 10, 3, 11, 6, 14, 7, 15);
	}
	for (int r = 0; r < SIDE; r += 4)
		for (int half = 0; half < 2; half++) {
			four[r + 2 * half] = __builtin_shufflevector(two[r + half], two[r + half + 2], 0, 1, 8, 9, 4, 5, 12, 13);
			four[r + 2 * half + 1] = __builtin_shufflevector(two[r + half], two[r + half + 2], 2, 3, 10, 11, 6, 7, 14, 15);
		}
	for (int c = 0; c < SIDE / 2; c++) {
		*(eight *)(out + (size_t)c * pitch) = __builtin_shufflevector(four[c], four[c + 4], 0, 1, 2, 3, 8, 9, 10, 11);
		*(eight *)(out + (size_t)(c + 4) * pitch) = __builtin_shufflevector(four[c], four[c + 4], 4, 5, 6, 7, 12, 13, 14, 15);
	}
}

/* Eight rows; the last tile, where there is no multiple of its side, lies over the one before. */
static inline __attribute__((always_inline)) void transpose_strip(const float *const row[SIDE], size_t columns, float *out, size_t pitch)
{
	size_t column = 0;
	for (; column + SIDE <= columns; column += SIDE)
		transpose_tile(row, column, out + column * pitch, pitch);
	if (column < columns)
		transpose_tile(row, columns - SIDE, out + (columns - SIDE) * pitch, pitch);
}

static void all(size_t rows, size_t columns, const float *in, size_t in_row, float *out, size_t out_row)
{
	for (size_t r = 0; r < rows; r += SIDE) {
		size_t first = r + SIDE <= rows ? r : rows - SIDE;
		const float *row[SIDE];
		for (size_t i = 0; i < SIDE; i++)
			row[i] = in + (first + i) * in_row;
		transpose_strip(row, columns, out + first, out_row);
	}
}

static void chosen(size_t rows, size_t columns, const float *in, size_t stride, const uint64_t *index, float *out, size_t pitch)
{
	for (size_t r = 0; r < rows; r += SIDE) {
		size_t first = r + SIDE <= rows ? r : rows - SIDE;
		const float *row[SIDE];
		for (size_t i = 0; i < SIDE; i++)
			row[i] = in + index[first + i] * stride;
		for (size_t i = r + AHEAD; i < r + AHEAD + SIDE && i < rows; i++)
			for (size_t c = 0; c < columns + LINE - 1; c += LINE)
				__builtin_prefetch(in + index[i] * stride + (c < columns ? c : columns - 1));
		transpose_strip(row, columns, out + first, pitch);
	}
}

const gd_transpose_kernels GD_TABLE(gd_transpose_kernels) = {
	.all = all,
	.chosen = chosen,
};
