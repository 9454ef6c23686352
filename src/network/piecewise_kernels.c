#include "gd/network/piecewise_kernels.h"

#include <math.h>
#include <string.h>

#include "gd/kernel/lanes.h"

#define INLINE static inline __attribute__((always_inline))

static void add_multiple(int count, float factor, const float *restrict x, float *restrict y)
{
	for (int i = 0; i < count; i++)
		y[i] = __builtin_fmaf(factor, x[i], y[i]);
}

static void step(int count, const float *restrict from, float factor, const float *restrict x, float *restrict to)
{
	for (int i = 0; i < count; i++)
		to[i] = __builtin_fmaf(factor, x[i], from[i]);
}

enum { LANES = GD_WIDEST };

/* `vectors` * LANES outputs of one row: z += factor * weight + sum for one place after the other. */
INLINE void add_places(int vectors, int places, const gd_piecewise_part *part, size_t at, float *z)
{
	gd_floats total[8];
#pragma GCC unroll 8
	for (int v = 0; v < vectors; v++)
		gd_floats_load(&total[v], z + at + (size_t)v * LANES);
	for (int p = 0; p < places; p++) {
		const float *sum = part[p].sum + at, *weight = part[p].weight + at;
		gd_floats factor;
		gd_floats_fill(&factor, part[p].factor);
#pragma GCC unroll 8
		for (int v = 0; v < vectors; v++) {
			gd_floats w, s;
			gd_floats_load(&w, weight + v * LANES);
			gd_floats_load(&s, sum + v * LANES);
			gd_floats_add_product(&s, &factor, &w);
			total[v] += s;
		}
	}
#pragma GCC unroll 8
	for (int v = 0; v < vectors; v++)
		memcpy(z + at + (size_t)v * LANES, &total[v], sizeof total[v]);
}

static void add_row(size_t outputs, int places, const gd_piecewise_part *part, float *z)
{
	size_t at = 0;
	for (; at + 8 * LANES <= outputs; at += 8 * LANES)
		add_places(8, places, part, at, z);
	for (; at + LANES <= outputs; at += LANES)
		add_places(1, places, part, at, z);
	for (; at < outputs; at++)
		for (int p = 0; p < places; p++)
			z[at] += __builtin_fmaf(part[p].factor, part[p].weight[at], part[p].sum[at]);
}

/* `vectors` * LANES outputs of a feature's gradient. */
INLINE void collect_vectors(int vectors, const gd_feature_encoding *feature, size_t width, const int32_t *start, const int32_t *row, const float *fraction,
	const float *dz, const float *total, float *gradient)
{
	gd_floats above[4] = {0};
	for (int k = feature->columns - 1; k >= 0; k--) {
		gd_floats whole[4] = {0}, part[4] = {0};
		for (int32_t i = start[k]; i < start[k + 1]; i++) {
			gd_floats factor;
			gd_floats_fill(&factor, fraction[row[i]]);
#pragma GCC unroll 4
			for (int v = 0; v < vectors; v++) {
				gd_floats next;
				gd_floats_load(&next, dz + (size_t)row[i] * width + v * LANES);
				whole[v] += next;
				gd_floats_add_product(&part[v], &factor, &next);
			}
		}
		gd_floats factor;
		gd_floats_fill(&factor, feature->factor[k]);
#pragma GCC unroll 4
		for (int v = 0; v < vectors; v++) {
			gd_floats sum, below = part[v] + above[v];
			gd_floats_load(&sum, total + v * LANES);
			sum *= feature->shift[k];
			gd_floats_add_product(&sum, &factor, &below);
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

static void collect(const gd_feature_encoding *feature, size_t width, const int32_t *start, const int32_t *row, const float *fraction,
	const float *dz, const float *total, float *gradient)
{
	size_t at = 0;
	for (; at + 4 * LANES <= width; at += 4 * LANES)
		collect_vectors(4, feature, width, start, row, fraction, dz + at, total + at, gradient + at);
	for (; at + LANES <= width; at += LANES)
		collect_vectors(1, feature, width, start, row, fraction, dz + at, total + at, gradient + at);
	for (; at < width; at++)
		collect_one(feature, width, start, row, fraction, dz + at, total[at], gradient + at);
}

const gd_piecewise_kernels GD_TABLE(gd_piecewise_kernels) = {
	.add_multiple = add_multiple,
	.step = step,
	.add_row = add_row,
	.collect = collect,
};
