#include "gd/features/correlation_kernels.h"

#include <string.h>

#include "gd/kernel/lanes.h"

enum { ROWS = GD_CORRELATION_ROWS,
	LANES = GD_WIDEST / 2,
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

static void add(size_t features, size_t rows, double *columns, const double *mean, const double *deviation, const bool *constant, double magic, double *correlation)
{
	for (size_t i = 0; i < features; i++)
		standardise(rows, columns + i * ROWS, mean[i], deviation[i], constant[i]);
	for (size_t i = 0; i < features; i++) {
		const double *column = columns + i * ROWS;
		size_t j = i + 1;
		for (; j + TOGETHER <= features; j += TOGETHER)
			add_products(column, columns + j * ROWS, TOGETHER, magic, correlation + i * features + j);
		for (; j < features; j++)
			add_products(column, columns + j * ROWS, 1, magic, correlation + i * features + j);
	}
}

const gd_correlation_kernels GD_TABLE(gd_correlation_kernels) = {add};
