#include "gd/network/encoding.h"

#include <stdbool.h>
#include <string.h>

#include "gd/network/encoding_kernels.h"

const char *const gd_encoding_words[] = {"standard", "quantile", "piecewise-linear", NULL};
const char *const gd_encoding_choices[] = {"auto", "standard", "quantile", "piecewise-linear", NULL};

gd_status gd_encoding_init(gd_encoding *encoding, int features, gd_arena *arena)
{
	*encoding = (gd_encoding){.features = features};
	encoding->feature = gd_arena_take(arena, (size_t)features, sizeof *encoding->feature);
	if (!encoding->feature)
		return gd_out_of_memory("the encoding");
	for (int f = 0; f < features; f++)
		encoding->feature[f].columns = 1;
	gd_encoding_finish(encoding);
	return gd_ok();
}

gd_status gd_encoding_reserve(gd_encoding *encoding, int feature, gd_encoding_kind kind, int columns, int knots, gd_arena *arena)
{
	gd_feature_encoding *room = &encoding->feature[feature];
	size_t count = (size_t)columns, points = (size_t)knots;
	*room = (gd_feature_encoding){.kind = kind, .columns = columns, .knots = knots};
	bool complete = true;
	if (kind == GD_ENCODE_PIECEWISE_LINEAR)
		complete = (room->edge = gd_arena_take(arena, count + 1, sizeof(float))) && (room->steepness = gd_arena_take(arena, count, sizeof(float)));
	if (complete && kind != GD_ENCODE_STANDARD)
		complete = (room->factor = gd_arena_take(arena, count, sizeof(float))) && (room->shift = gd_arena_take(arena, count, sizeof(float)));
	if (complete && knots)
		complete = (room->knot = gd_arena_take(arena, points, sizeof(float))) && (room->normal = gd_arena_take(arena, points, sizeof(float))) &&
			(room->slope = gd_arena_take(arena, points, sizeof(float)));
	return complete ? gd_ok() : gd_out_of_memory("the encoding");
}

/* 1 / (to - from), finite whatever the distance. */
static float inverse_distance(float from, float to)
{
	float distance = to - from;
	return 1.0f / (distance < 0x1p-120f ? 0x1p-120f : distance);
}

void gd_encoding_finish(gd_encoding *encoding)
{
	encoding->columns = encoding->transformed = encoding->numeric = encoding->piecewise = encoding->piecewise_columns = 0;
	for (int f = 0; f < encoding->features; f++) {
		gd_feature_encoding *feature = &encoding->feature[f];
		feature->first = encoding->columns;
		encoding->columns += feature->columns;
		encoding->transformed += feature->kind != GD_ENCODE_STANDARD;
		encoding->numeric += feature->knots > 0;
		if (feature->kind == GD_ENCODE_PIECEWISE_LINEAR) {
			encoding->piecewise++;
			encoding->piecewise_columns += feature->columns;
			for (int k = 0; k < feature->columns; k++)
				feature->steepness[k] = inverse_distance(feature->edge[k], feature->edge[k + 1]);
		}
		for (int k = 0; k + 1 < feature->knots; k++)
			feature->slope[k] = (feature->normal[k + 1] - feature->normal[k]) * inverse_distance(feature->knot[k], feature->knot[k + 1]);
	}
}

gd_status gd_encoding_copy(const gd_encoding *source, gd_encoding *copy, gd_arena *arena)
{
	gd_status status = gd_encoding_init(copy, source->features, arena);
	for (int f = 0; f < source->features && !gd_failed(&status); f++) {
		const gd_feature_encoding *from = &source->feature[f];
		gd_feature_encoding *to = &copy->feature[f];
		status = gd_encoding_reserve(copy, f, from->kind, from->columns, from->knots, arena);
		if (gd_failed(&status))
			break;
		size_t columns = (size_t)from->columns, knots = (size_t)from->knots;
		if (to->edge)
			memcpy(to->edge, from->edge, (columns + 1) * sizeof(float));
		if (to->factor) {
			memcpy(to->factor, from->factor, columns * sizeof(float));
			memcpy(to->shift, from->shift, columns * sizeof(float));
		}
		if (knots) {
			memcpy(to->knot, from->knot, knots * sizeof(float));
			memcpy(to->normal, from->normal, knots * sizeof(float));
		}
	}
	if (!gd_failed(&status))
		gd_encoding_finish(copy);
	return status;
}

void gd_encoding_raw(const gd_feature_encoding *feature, int rows, const float *x, float *columns)
{
	switch (feature->kind) {
	case GD_ENCODE_STANDARD:
		memcpy(columns, x, (size_t)rows * sizeof *x);
		break;
	case GD_ENCODE_QUANTILE:
		GD_CHOSEN(gd_encoding_kernels)->rank(feature, rows, x, columns);
		break;
	case GD_ENCODE_PIECEWISE_LINEAR:
		for (int k = 0; k < feature->columns; k++)
			GD_CHOSEN(gd_encoding_kernels)->bin(rows, feature->edge[k], feature->steepness[k], x, columns + (size_t)k * (size_t)rows);
		break;
	}
}

static void expand_feature(const gd_feature_encoding *feature, int rows, const float *x, float *columns)
{
	gd_encoding_raw(feature, rows, x, columns);
	for (int k = 0; feature->factor && k < feature->columns; k++)
		GD_CHOSEN(gd_encoding_kernels)->scale(rows, feature->factor[k], feature->shift[k], columns + (size_t)k * (size_t)rows);
}

void gd_encoding_expand(const gd_encoding *encoding, int rows, const float *x, float *columns)
{
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		expand_feature(feature, rows, x + (size_t)f * (size_t)rows, columns + (size_t)feature->first * (size_t)rows);
	}
}

void gd_encoding_expand_plain(const gd_encoding *encoding, int rows, const float *x, float *columns)
{
	for (int f = 0; f < encoding->features; f++) {
		const gd_feature_encoding *feature = &encoding->feature[f];
		if (feature->kind == GD_ENCODE_PIECEWISE_LINEAR)
			continue;
		expand_feature(feature, rows, x + (size_t)f * (size_t)rows, columns);
		columns += (size_t)feature->columns * (size_t)rows;
	}
}

void gd_encoding_ranks(const gd_encoding *encoding, int rows, const float *x, float *ranks)
{
	for (int f = 0; f < encoding->features; f++) {
		if (!encoding->feature[f].knots)
			continue;
		GD_CHOSEN(gd_encoding_kernels)->rank(&encoding->feature[f], rows, x + (size_t)f * (size_t)rows, ranks);
		ranks += rows;
	}
}
