#include "gd/features/correlation_kernels.h"

#include <string.h>

#include "gd/kernel/lanes.h"

enum { ROWS = GD_CORRELATION_ROWS,
	LANES = GD_WIDEST / 2,
	WORDS = GD_CORRELATION_WORDS,
	TOGETHER = 4 }; /* sums that are under way at once */

typedef double doubles __attribute__((vector_size(LANES * sizeof(double))));

/* Rows that are not there become zeros. */
static void standardise(size_t rows, double *column, double mean, double deviation, bool constant)
{
	if (constant)
		memset(column, 0, ROWS * sizeof *column);
	for (size_t k = 0; k < rows && !constant; k++)
		column[k] = (column[k] - mean) / deviation;
	for (size_t k = rows; k < ROWS; k++)
		column[k] = 0;
}

static void spread(size_t rows, const uint64_t *bits, double zero, double one, double *column)
{
	for (size_t w = 0; w < WORDS; w++)
		for (size_t k = 0; k < 64; k++)
			column[w * 64 + k] = w * 64 + k >= rows ? 0 : bits[w] >> k & 1 ? one : zero;
}

/* Products of one column with `count` (up to TOGETHER) that lie behind one another. Sums of whole quanta are exact in any order. */
static inline __attribute__((always_inline)) void add_products(const double *column, const double *others, int count, double magic, double *sums)
{
	doubles sum[TOGETHER] = {{0}}, x, y;
	for (int k = 0; k < ROWS; k += LANES) {
		memcpy(&x, column + k, sizeof x);
		for (int j = 0; j < count; j++) {
			memcpy(&y, others + j * ROWS + k, sizeof y);
			sum[j] += (x * y + magic) - magic;
		}
	}
	for (int j = 0; j < count; j++)
		for (int l = 0; l < LANES; l++)
			sums[j] += sum[j][l];
}

static void add_numbers(const gd_correlated *of, size_t rows, double *columns, const uint64_t (*bits)[WORDS], double *correlation)
{
	const size_t features = of->features, *order = of->order;
	for (size_t p = 0; p < of->numbers; p++)
		standardise(rows, columns + p * ROWS, of->mean[order[p]], of->deviation[order[p]], of->constant[order[p]]);
	for (size_t p = of->numbers; p < features; p++)
		spread(rows, bits[p - of->numbers], gd_correlated_value(of, order[p], 0), gd_correlated_value(of, order[p], 1), columns + p * ROWS);
	for (size_t p = 0; p < of->numbers; p++) {
		const double *column = columns + p * ROWS;
		for (size_t q = p + 1, count; q < features; q += count) {
			double sums[TOGETHER] = {0};
			count = q + TOGETHER <= features ? TOGETHER : 1;
			if (count == TOGETHER)
				add_products(column, columns + q * ROWS, TOGETHER, of->magic, sums);
			else
				add_products(column, columns + q * ROWS, 1, of->magic, sums);
			for (size_t j = 0; j < count; j++) {
				const size_t a = order[p], b = order[q + j];
				correlation[a < b ? a * features + b : b * features + a] += sums[j];
			}
		}
	}
}

/* Of a column of many levels most flags are 0 in all rows of a block, and go with no other. */
static void count_flags(const gd_correlated *of, const uint64_t (*bits)[WORDS], double *correlation)
{
	const size_t flags = of->features - of->numbers, *order = of->order + of->numbers;
	for (size_t i = 0; i < flags; i++) {
		const uint64_t one = bits[i][0], two = bits[i][1];
		if (!(one | two))
			continue;
		double *counts = correlation + order[i] * of->features;
		for (size_t j = i; j < flags; j++)
			counts[order[j]] += __builtin_popcountll(one & bits[j][0]) + __builtin_popcountll(two & bits[j][1]);
	}
}

static void add(const gd_correlated *of, size_t rows, double *columns, const uint64_t (*bits)[WORDS], double *correlation)
{
	if (of->numbers)
		add_numbers(of, rows, columns, bits, correlation);
	count_flags(of, bits, correlation);
}

const gd_correlation_kernels GD_TABLE(gd_correlation_kernels) = {add};
