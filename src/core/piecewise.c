#include "gd/piecewise.h"

#include <string.h>

#include "gd/vector.h"

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

/* y += factor * x. */
GD_VECTOR static void add_multiple(int count, float factor, const float *restrict x, float *restrict y)
{
	for (int i = 0; i < count; i++)
		y[i] = __builtin_fmaf(factor, x[i], y[i]);
}

/* to = from + factor * x. */
GD_VECTOR static void step(int count, const float *restrict from, float factor, const float *restrict x, float *restrict to)
{
	for (int i = 0; i < count; i++)
		to[i] = __builtin_fmaf(factor, x[i], from[i]);
}

/* z += sum + factor * weight. */
GD_VECTOR static void add_place(int count, const float *restrict sum, float factor, const float *restrict weight, float *restrict z)
{
	for (int i = 0; i < count; i++)
		z[i] += __builtin_fmaf(factor, weight[i], sum[i]);
}

/* A feature's rows of `table`: what all bins below one give, with the shifts of all of them. */
static void sum_weights(const gd_feature_encoding *feature, int outputs, const float *weight, float *table)
{
	size_t width = (size_t)outputs;
	memset(table, 0, width * sizeof *table);
	for (int k = 0; k < feature->columns; k++)
		add_multiple(outputs, feature->shift[k], weight + (size_t)k * width, table);
	for (int k = 0; k + 1 < feature->columns; k++)
		step(outputs, table + (size_t)k * width, feature->factor[k], weight + (size_t)k * width, table + ((size_t)k + 1) * width);
}

void gd_piecewise_forward(const gd_encoding *encoding, int outputs, int rows, const int32_t *column, const float *fraction,
	const float *weight, float *table, float *z)
{
	size_t width = (size_t)outputs;
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		size_t first = (size_t)feature->first * width;
		if (feature->kind != GD_ENCODE_PIECEWISE_LINEAR)
			continue;
		sum_weights(feature, outputs, weight + first, table + first);
	}
	for (int r = 0; r < rows; r++) {
		const int32_t *place = column + r;
		const float *part = fraction + r;
		for (int f = 0; f < encoding->features; f++) {
			const gd_feature_encoding *feature = &encoding->feature[f];
			if (feature->kind != GD_ENCODE_PIECEWISE_LINEAR)
				continue;
			size_t at = (size_t)*place * width;
			add_place(outputs, table + at, *part * feature->factor[*place - feature->first], weight + at, z + (size_t)r * width);
			place += rows;
			part += rows;
		}
	}
}

/* whole += dz, part += fraction * dz. */
GD_VECTOR static void collect(int count, float fraction, const float *restrict dz, float *restrict whole, float *restrict part)
{
	for (int i = 0; i < count; i++) {
		whole[i] += dz[i];
		part[i] = __builtin_fmaf(fraction, dz[i], part[i]);
	}
}

/* gradient = factor * gradient + shift * total. */
GD_VECTOR static void add_shift(int count, float factor, float shift, const float *restrict total, float *restrict gradient)
{
	for (int i = 0; i < count; i++)
		gradient[i] = __builtin_fmaf(factor, gradient[i], shift * total[i]);
}

/* gradient = factor * (gradient + above) + shift * total, then above += whole. */
GD_VECTOR static void finish(int count, float factor, float shift, const float *restrict whole, const float *restrict total, float *restrict above, float *restrict gradient)
{
	for (int i = 0; i < count; i++) {
		gradient[i] = __builtin_fmaf(factor, gradient[i] + above[i], shift * total[i]);
		above[i] += whole[i];
	}
}

void gd_piecewise_backward(const gd_encoding *encoding, int outputs, int rows, const int32_t *column, const float *fraction,
	const float *dz, const float *total, float *table, float *gradient)
{
	size_t width = (size_t)outputs;
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		if (feature->kind != GD_ENCODE_PIECEWISE_LINEAR)
			continue;
		size_t first = (size_t)feature->first * width, count = (size_t)feature->columns * width;
		memset(table + first, 0, count * sizeof *table);
		memset(gradient + first, 0, count * sizeof *gradient);
		for (int r = 0; r < rows; r++) {
			size_t at = (size_t)column[r] * width;
			collect(outputs, fraction[r], dz + (size_t)r * width, table + at, gradient + at);
		}
		/* The last bin has none above it; its row of the table then carries the sums down. */
		float *above = table + first + count - width;
		add_shift(outputs, feature->factor[feature->columns - 1], feature->shift[feature->columns - 1], total, gradient + first + count - width);
		for (int k = feature->columns - 2; k >= 0; k--) {
			size_t at = first + (size_t)k * width;
			finish(outputs, feature->factor[k], feature->shift[k], table + at, total, above, gradient + at);
		}
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
