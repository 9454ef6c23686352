#include "gd/network/piecewise.h"

#include <math.h>
#include <string.h>

#include "gd/base/vector.h"
#include "gd/kernel/lanes.h"

#define INLINE static inline __attribute__((always_inline))

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

/* What of a row's product one feature gives: factor * weight + sum, rows of the matrices. */
typedef struct place {
	const float *sum, *weight;
	float factor;
} place;

/* Features whose places are worked out together. */
enum { TOGETHER = 32, LANES = 8 };

/* `vectors` * 8 outputs of one row: z += factor * weight + sum for one place after the other. */
INLINE void add_places(int vectors, int places, const place *places_of_row, size_t at, float *z)
{
	gd_float8 total[8];
#pragma GCC unroll 8
	for (int v = 0; v < vectors; v++)
		gd_float8_load(&total[v], z + at + (size_t)v * LANES);
	for (int p = 0; p < places; p++) {
		const float *sum = places_of_row[p].sum + at, *weight = places_of_row[p].weight + at;
		float f = places_of_row[p].factor;
		gd_float8 factor = {f, f, f, f, f, f, f, f};
#pragma GCC unroll 8
		for (int v = 0; v < vectors; v++) {
			gd_float8 w, s;
			gd_float8_load(&w, weight + v * LANES);
			gd_float8_load(&s, sum + v * LANES);
			gd_float8_add_product(&s, &factor, &w);
			total[v] += s;
		}
	}
#pragma GCC unroll 8
	for (int v = 0; v < vectors; v++)
		memcpy(z + at + (size_t)v * LANES, &total[v], sizeof total[v]);
}

GD_VECTOR static void add_row(size_t outputs, int places, const place *places_of_row, float *z)
{
	size_t at = 0;
	for (; at + 8 * LANES <= outputs; at += 8 * LANES)
		add_places(8, places, places_of_row, at, z);
	for (; at + LANES <= outputs; at += LANES)
		add_places(1, places, places_of_row, at, z);
	for (; at < outputs; at++)
		for (int p = 0; p < places; p++)
			z[at] += __builtin_fmaf(places_of_row[p].factor, places_of_row[p].weight[at], places_of_row[p].sum[at]);
}

void gd_piecewise_sum(const gd_encoding *encoding, int outputs, const float *weight, float *table)
{
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		size_t first = (size_t)feature->first * (size_t)outputs;
		if (feature->kind == GD_ENCODE_PIECEWISE_LINEAR)
			sum_weights(feature, outputs, weight + first, table + first);
	}
}

void gd_piecewise_forward(const gd_encoding *encoding, int outputs, int rows, const int32_t *column, const float *fraction,
	const float *weight, const float *table, float *z)
{
	size_t width = (size_t)outputs;
	for (int r = 0; r < rows; r++) {
		place places[TOGETHER];
		int count = 0;
		size_t at = (size_t)r;
		for (int f = 0; f < encoding->features; f++) {
			const gd_feature_encoding *feature = &encoding->feature[f];
			if (feature->kind != GD_ENCODE_PIECEWISE_LINEAR)
				continue;
			size_t row = (size_t)column[at] * width;
			places[count++] = (place){.sum = table + row, .weight = weight + row, .factor = fraction[at] * feature->factor[column[at] - feature->first]};
			at += (size_t)rows;
			if (count == TOGETHER) {
				add_row(width, count, places, z + (size_t)r * width);
				count = 0;
			}
		}
		add_row(width, count, places, z + (size_t)r * width);
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

/*
 * `vectors` * 8 outputs of a feature's gradient, from its last bin down: with `whole` the sum of dz over a bin's rows and `part` that of fraction * dz,
 * gradient = factor * (part + the wholes of all bins above) + shift * total.
 */
INLINE void collect(int vectors, const gd_feature_encoding *feature, size_t width, const int32_t *start, const int32_t *row, const float *fraction,
	const float *dz, const float *total, float *gradient)
{
	gd_float8 above[4] = {0};
	for (int k = feature->columns - 1; k >= 0; k--) {
		gd_float8 whole[4] = {0}, part[4] = {0};
		for (int32_t i = start[k]; i < start[k + 1]; i++) {
			float f = fraction[row[i]];
			gd_float8 factor = {f, f, f, f, f, f, f, f};
#pragma GCC unroll 4
			for (int v = 0; v < vectors; v++) {
				gd_float8 next;
				gd_float8_load(&next, dz + (size_t)row[i] * width + v * LANES);
				whole[v] += next;
				gd_float8_add_product(&part[v], &factor, &next);
			}
		}
		float f = feature->factor[k], s = feature->shift[k];
		gd_float8 factor = {f, f, f, f, f, f, f, f};
#pragma GCC unroll 4
		for (int v = 0; v < vectors; v++) {
			gd_float8 sum, below = part[v] + above[v];
			gd_float8_load(&sum, total + v * LANES);
			sum *= s;
			gd_float8_add_product(&sum, &factor, &below);
			memcpy(gradient + (size_t)k * width + v * LANES, &sum, sizeof sum);
			above[v] += whole[v];
		}
	}
}

/* The same for one output. */
static void collect_one(const gd_feature_encoding *feature, size_t width, const int32_t *start, const int32_t *row, const float *fraction,
	const float *dz, float total, float *gradient)
{
	float above = 0.0f;
	for (int k = feature->columns - 1; k >= 0; k--) {
		float whole = 0.0f, part = 0.0f;
		for (int32_t i = start[k]; i < start[k + 1]; i++) {
			float next = dz[(size_t)row[i] * width];
			whole += next;
			part = fmaf(fraction[row[i]], next, part);
		}
		gradient[(size_t)k * width] = fmaf(feature->factor[k], part + above, total * feature->shift[k]);
		above += whole;
	}
}

GD_VECTOR static void collect_feature(const gd_feature_encoding *feature, size_t width, const int32_t *start, const int32_t *row, const float *fraction,
	const float *dz, const float *total, float *gradient)
{
	size_t at = 0;
	for (; at + 4 * LANES <= width; at += 4 * LANES)
		collect(4, feature, width, start, row, fraction, dz + at, total + at, gradient + at);
	for (; at + LANES <= width; at += LANES)
		collect(1, feature, width, start, row, fraction, dz + at, total + at, gradient + at);
	for (; at < width; at++)
		collect_one(feature, width, start, row, fraction, dz + at, total[at], gradient + at);
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
		collect_feature(feature, width, start, order, fraction, dz, total, gradient + (size_t)feature->first * width);
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
