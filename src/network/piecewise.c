#include "gd/network/piecewise.h"

#include <string.h>

#include "gd/network/piecewise_kernels.h"

/* The last bin whose lower edge is not above the value; the first for NaN. */
static int bin_of(const gd_feature_encoding *feature, float value)
{
	int low = 0;
	for (int count = feature->columns; count > 1;) {
		int half = count / 2;
		low = feature->edge[low + half] <= value ? low + half : low;
		count -= half;
	}
	return low;
}

static float fraction_of(const gd_feature_encoding *feature, int k, float value)
{
	float t = (value - feature->edge[k]) * feature->steepness[k];
	t = t < 0.0f ? 0.0f : t;
	return t > 1.0f ? 1.0f : t;
}

void gd_piecewise_place(const gd_encoding *encoding, int rows, const float *x, int32_t *column, float *fraction)
{
	for (int f = 0; f < encoding->features; f++, x += rows) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		if (feature->kind != GD_ENCODE_PIECEWISE_LINEAR)
			continue;
		for (int r = 0; r < rows; r++) {
			int k = bin_of(feature, x[r]);
			column[r] = feature->first + k;
			fraction[r] = fraction_of(feature, k, x[r]);
		}
		column += rows;
		fraction += rows;
	}
}

/* A feature's rows of `table`: what all bins below one give, with the shifts of all of them. */
static void sum_weights(const gd_feature_encoding *feature, int outputs, const float *weight, float *table)
{
	size_t width = (size_t)outputs;
	memset(table, 0, width * sizeof *table);
	for (int k = 0; k < feature->columns; k++)
		GD_CHOSEN(gd_piecewise_kernels)->add_multiple(outputs, feature->shift[k], weight + (size_t)k * width, table);
	for (int k = 0; k + 1 < feature->columns; k++)
		GD_CHOSEN(gd_piecewise_kernels)->step(outputs, table + (size_t)k * width, feature->factor[k], weight + (size_t)k * width, table + ((size_t)k + 1) * width);
}

/* Features whose parts are worked out together. */
enum { TOGETHER = 32 };

void gd_piecewise_sum(const gd_encoding *encoding, int outputs, const float *weight, float *table)
{
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		size_t first = (size_t)feature->first * (size_t)outputs;
		if (feature->kind == GD_ENCODE_PIECEWISE_LINEAR)
			sum_weights(feature, outputs, weight + first, table + first);
	}
}

/* The next features in bins, TOGETHER at most, from *f on. */
static int next_features(const gd_encoding *encoding, int *f, const gd_feature_encoding *features[TOGETHER])
{
	int count = 0;
	for (; *f < encoding->features && count < TOGETHER; ++*f)
		if (encoding->feature[*f].kind == GD_ENCODE_PIECEWISE_LINEAR)
			features[count++] = &encoding->feature[*f];
	return count;
}

/* All rows of some features, then of the next ones, so that these features' weights and sums stay in the cache from row to row. */
void gd_piecewise_forward(const gd_encoding *encoding, int outputs, int rows, const int32_t *column, const float *fraction,
	const float *weight, const float *table, float *z)
{
	const size_t width = (size_t)outputs;
	const gd_feature_encoding *features[TOGETHER];
	for (int f = 0, count; (count = next_features(encoding, &f, features)) > 0; column += (size_t)count * (size_t)rows, fraction += (size_t)count * (size_t)rows) {
		for (int r = 0; r < rows; r++) {
			gd_piecewise_part parts[TOGETHER];
			for (int i = 0; i < count; i++) {
				const size_t at = (size_t)i * (size_t)rows + (size_t)r, row = (size_t)column[at] * width;
				parts[i] = (gd_piecewise_part){.sum = table + row, .weight = weight + row, .factor = fraction[at] * features[i]->factor[column[at] - features[i]->first]};
			}
			GD_CHOSEN(gd_piecewise_kernels)->add_row(width, count, parts, z + (size_t)r * width);
		}
	}
}

/* Rows of a block by the bin of one feature: those of bin k, rising, at row[start[k] .. start[k + 1]). start [columns + 1], row [rows]. */
static void sort_by_bin(const gd_feature_encoding *feature, int rows, const int32_t *column, int32_t *start, int32_t *row)
{
	memset(start, 0, ((size_t)feature->columns + 1) * sizeof *start);
	for (int r = 0; r < rows; r++)
		start[column[r] - feature->first]++;
	int32_t before = 0;
	for (int k = 0; k < feature->columns; k++) {
		before += start[k];
		start[k] = before;
	}
	start[feature->columns] = rows;
	for (int r = rows - 1; r >= 0; r--)
		row[--start[column[r] - feature->first]] = r;
}

void gd_piecewise_backward(const gd_encoding *encoding, int outputs, int rows, const int32_t *column, const float *fraction,
	const float *dz, const float *total, int32_t *order, float *gradient)
{
	size_t width = (size_t)outputs;
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		if (feature->kind != GD_ENCODE_PIECEWISE_LINEAR)
			continue;
		int32_t *start = order + rows;
		sort_by_bin(feature, rows, column, start, order);
		GD_CHOSEN(gd_piecewise_kernels)->collect(feature, width, start, order, fraction, dz, total, gradient + (size_t)feature->first * width);
		column += rows;
		fraction += rows;
	}
}

/* The standardised column k of a feature for a value. */
static double column_of(const gd_feature_encoding *feature, int k, float value)
{
	return (double)fraction_of(feature, k, value) * feature->factor[k] + feature->shift[k];
}

void gd_piecewise_forward_ref(const gd_encoding *encoding, int outputs, int rows, const float *x, const float *weight, float *z)
{
	for (int r = 0; r < rows; r++) {
		for (int o = 0; o < outputs; o++) {
			double sum = 0.0;
			for (int f = 0; f < encoding->features; f++) {
				const gd_feature_encoding *feature = &encoding->feature[f];
				for (int k = 0; feature->kind == GD_ENCODE_PIECEWISE_LINEAR && k < feature->columns; k++)
					sum += column_of(feature, k, x[f * rows + r]) * weight[(feature->first + k) * outputs + o];
			}
			z[r * outputs + o] = (float)(z[r * outputs + o] + sum);
		}
	}
}

void gd_piecewise_backward_ref(const gd_encoding *encoding, int outputs, int rows, const float *x, const float *dz, float *gradient)
{
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		for (int k = 0; feature->kind == GD_ENCODE_PIECEWISE_LINEAR && k < feature->columns; k++) {
			for (int o = 0; o < outputs; o++) {
				double sum = 0.0;
				for (int r = 0; r < rows; r++)
					sum += column_of(feature, k, x[f * rows + r]) * dz[r * outputs + o];
				gradient[(feature->first + k) * outputs + o] = (float)sum;
			}
		}
	}
}
