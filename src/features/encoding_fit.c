#include "gd/features/encoding_fit.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gd/features/statistics.h"
#include "gd/kernel/normal.h"

/* A training part's values of one feature. */
typedef struct sample {
	const gd_ordered *ordered;
	double mean, deviation;
} sample;

/* quantiles [count], overwritten, at probabilities p [count]: between the two values nearest. */
static gd_status find_quantiles(const sample *s, int count, const double *p, double *quantiles)
{
	int64_t last = s->ordered->total - 1, *places = gd_allocate(2 * (size_t)count, sizeof *places);
	double *values = gd_allocate(2 * (size_t)count, sizeof *values);
	gd_status status = places && values ? gd_ok() : gd_out_of_memory("the encoding");
	for (int i = 0; i < count && !gd_failed(&status); i++) {
		int64_t below = (int64_t)(p[i] * (double)last);
		places[2 * i] = below < last ? below : last;
		places[2 * i + 1] = below < last ? below + 1 : last;
	}
	status = gd_together_agree(s->ordered->together, &status);
	if (!gd_failed(&status))
		status = gd_ordered_at(s->ordered, 2 * (size_t)count, places, values);
	for (int i = 0; i < count && !gd_failed(&status); i++) {
		double part = p[i] * (double)last - (double)places[2 * i];
		quantiles[i] = places[2 * i] == last ? values[2 * i] : values[2 * i] + part * (values[2 * i + 1] - values[2 * i]);
	}
	free(places);
	free(values);
	return status;
}

static float standardised(const sample *s, double value)
{
	return (float)((value - s->mean) / s->deviation);
}

/* Keeps, of values in rising order, those that a model can tell apart; returns how many. */
static int keep_distinct(const sample *s, double *values, int count)
{
	int kept = 0;
	for (int i = 0; i < count; i++)
		if (!kept || standardised(s, values[i]) > standardised(s, values[kept - 1]))
			values[kept++] = values[i] + 0.0; /* the sign of a zero would depend on the order of equal values */
	return kept;
}

static double normal_of(const sample *s, double rank)
{
	uint64_t bits;
	if (!s->ordered->known)
		return gd_normal_quantile(rank);
	memcpy(&bits, &rank, sizeof bits);
	gd_known_normal *known = &s->ordered->known[bits * UINT64_C(0x9E3779B97F4A7C15) / (UINT64_MAX / GD_KNOWN_NORMALS + 1)];
	if (known->rank != rank)
		*known = (gd_known_normal){rank, gd_normal_quantile(rank)};
	return known->normal;
}

/* normal [count], overwritten: quantiles of the ranks of values [count]. */
static gd_status find_normals(const sample *s, int count, const double *values, double *normal)
{
	int64_t *below = gd_allocate(2 * (size_t)count, sizeof *below), *up_to = below ? below + count : NULL;
	gd_status status = below ? gd_ok() : gd_out_of_memory("the encoding");
	status = gd_together_agree(s->ordered->together, &status);
	if (!gd_failed(&status))
		status = gd_ordered_count(s->ordered, (size_t)count, values, below, up_to);
	for (int i = 0; i < count && !gd_failed(&status); i++) {
		double rank = 0.5 * (double)(below[i] + up_to[i]) / (double)s->ordered->total;
		normal[i] = normal_of(s, rank < 0.001 ? 0.001 : rank > 0.999 ? 0.999 : rank);
	}
	free(below);
	return status;
}

/*
 * Of knot [steps + 1], of which equal ones are neighbours, the values in front of and behind those that come twice: ranks jump there, and interpolation over the jump would misplace the values
 * next to it. They and the ends are appended to the `count` knots.
 */
static gd_status add_neighbours(const sample *s, int steps, double *knot, int *count)
{
	size_t room = (size_t)steps + 1, twice = 0;
	int64_t last = s->ordered->total - 1;
	double *value = gd_allocate(room, sizeof *value);
	int64_t *below = gd_allocate(room, sizeof *below), *up_to = gd_allocate(room, sizeof *up_to), *places = gd_allocate(2 * room + 2, sizeof *places);
	gd_status status = value && below && up_to && places ? gd_ok() : gd_out_of_memory("the encoding");
	status = gd_together_agree(s->ordered->together, &status);
	if (gd_failed(&status))
		goto done;
	for (int k = 1; k <= steps; k++)
		if (knot[k] == knot[k - 1])
			value[twice++] = knot[k];
	status = gd_ordered_count(s->ordered, twice, value, below, up_to);
	for (size_t i = 0; i < twice; i++) {
		places[2 * i] = below[i] > 0 ? below[i] - 1 : 0;
		places[2 * i + 1] = up_to[i] <= last ? up_to[i] : last;
	}
	places[2 * twice] = 0;
	places[2 * twice + 1] = last;
	if (!gd_failed(&status))
		status = gd_ordered_at(s->ordered, 2 * twice + 2, places, knot + *count);
	*count += (int)(2 * twice + 2);
done:
	free(value);
	free(below);
	free(up_to);
	free(places);
	return status;
}

/* In any order and not distinct, knot [3 * (bins + 1) + 2]; how many in *count. */
static gd_status find_knots(const sample *s, int bins, double *knot, int *count)
{
	const double last = gd_normal_quantile(0.999);
	double *p = gd_allocate((size_t)bins + 1, sizeof *p);
	gd_status status = p ? gd_ok() : gd_out_of_memory("the encoding");
	for (int k = 0; k <= bins && !gd_failed(&status); k++)
		p[k] = gd_normal_cumulative(last * (2.0 * k / bins - 1.0));
	status = gd_together_agree(s->ordered->together, &status);
	if (!gd_failed(&status))
		status = find_quantiles(s, bins + 1, p, knot);
	free(p);
	*count = bins + 1;
	return gd_failed(&status) ? status : add_neighbours(s, bins, knot, count);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Values next to each other are often the same: most are in front of a bin, or behind it. */
static void add_column(gd_exact_moments *moments, int rows, const float *column)
{
	for (int first = 0, end; first < rows; first = end) {
		for (end = first + 1; end < rows && column[end] == column[first];)
			end++;
		gd_exact_moments_add(moments, column[first], end - first);
	}
}

/* Moments of the columns, of which factor 1 and shift 0 leave the values as they are. */
static gd_status fit_moments(gd_feature_tables *tables, const sample *s)
{
	enum { CHUNK = 512 };
	gd_arena arena = {0};
	gd_encoding encoding;
	float x[CHUNK], *columns = gd_allocate((size_t)tables->columns * CHUNK, sizeof *columns);
	gd_exact_moments *moments = gd_allocate((size_t)tables->columns, sizeof *moments);
	gd_status status = columns && moments ? gd_encoding_init(&encoding, 1, &arena) : gd_out_of_memory("the encoding");
	if (!gd_failed(&status))
		status = gd_encoding_reserve(&encoding, 0, tables->kind, tables->columns, tables->knots, &arena);
	status = gd_together_agree(s->ordered->together, &status);
	if (gd_failed(&status))
		goto done;
	gd_feature_encoding *feature = &encoding.feature[0];
	for (int k = 0; feature->edge && k <= tables->columns; k++)
		feature->edge[k] = standardised(s, tables->edge[k]);
	for (int k = 0; k < tables->knots; k++) {
		feature->knot[k] = standardised(s, tables->knot[k]);
		feature->normal[k] = (float)tables->normal[k];
	}
	gd_encoding_finish(&encoding);
	for (int64_t first = 0; first < s->ordered->count; first += CHUNK) {
		int rows = s->ordered->count - first < CHUNK ? (int)(s->ordered->count - first) : CHUNK;
		for (int r = 0; r < rows; r++)
			x[r] = standardised(s, gd_ordered_value(s->ordered, first + r));
		gd_encoding_raw(feature, rows, x, columns);
		for (int k = 0; k < tables->columns; k++)
			add_column(&moments[k], rows, columns + k * rows);
	}
	status = gd_ordered_check(s->ordered);
	status = gd_statistics_join(s->ordered->together, &status, moments, (size_t)tables->columns);
	for (int k = 0; k < tables->columns && !gd_failed(&status); k++) {
		bool constant;
		gd_statistics_finish(&moments[k], &tables->mean[k], &tables->deviation[k], &constant);
	}
done:
	gd_arena_release(&arena);
	free(moments);
	free(columns);
	return status;
}

gd_status gd_encoding_fit(gd_preprocessing *preprocessing, int feature, gd_encoding_kind kind, int bins, const gd_ordered *ordered)
{
	const sample s = {ordered, preprocessing->mean[feature], preprocessing->standard_deviation[feature]};
	int pieces = bins ? bins : GD_DEFAULT_BINS, steps = kind == GD_ENCODE_QUANTILE && bins ? bins : GD_DEFAULT_KNOTS, edges = 0, knots = 0;
	double *p = gd_allocate((size_t)pieces + 1, sizeof *p);
	double *edge = gd_allocate((size_t)pieces + 1, sizeof *edge), *knot = gd_allocate(3 * ((size_t)steps + 1) + 2, sizeof *knot);
	gd_status status = p && edge && knot ? gd_ok() : gd_out_of_memory("the encoding");
	status = gd_together_agree(ordered->together, &status);
	if (gd_failed(&status))
		goto done;
	if (kind == GD_ENCODE_PIECEWISE_LINEAR) {
		for (int k = 0; k <= pieces; k++)
			p[k] = (double)k / pieces;
		status = find_quantiles(&s, pieces + 1, p, edge);
		edges = gd_failed(&status) ? 0 : keep_distinct(&s, edge, pieces + 1);
		if (edges < 2)
			kind = GD_ENCODE_STANDARD;
	}
	if (!gd_failed(&status))
		status = find_knots(&s, steps, knot, &knots);
	if (gd_failed(&status))
		goto done;
	qsort(knot, (size_t)knots, sizeof *knot, compare);
	knots = keep_distinct(&s, knot, knots);
	status = gd_preprocessing_reserve(preprocessing, feature, kind, kind == GD_ENCODE_PIECEWISE_LINEAR ? edges - 1 : 1, knots);
	status = gd_together_agree(ordered->together, &status);
	if (gd_failed(&status))
		goto done;
	gd_feature_tables *tables = &preprocessing->tables[feature];
	if (tables->edge)
		memcpy(tables->edge, edge, (size_t)edges * sizeof *edge);
	memcpy(tables->knot, knot, (size_t)knots * sizeof *knot);
	status = find_normals(&s, knots, knot, tables->normal);
	if (!gd_failed(&status) && tables->mean)
		status = fit_moments(tables, &s);
done:
	free(p);
	free(edge);
	free(knot);
	return status;
}

gd_status gd_encoding_fit_column(gd_preprocessing *preprocessing, int feature, const gd_column_encoding *encoding, const gd_ordered *ordered)
{
	const sample s = {.ordered = ordered};
	double p[GD_QUANTILES];
	gd_status status = gd_encoding_fit(preprocessing, feature, encoding->kind, encoding->bins, ordered);
	if (gd_failed(&status) || encoding->settled)
		return status;
	for (int k = 0; k < GD_QUANTILES; k++)
		p[k] = (double)k / (GD_QUANTILES - 1);
	status = gd_preprocessing_reserve_quantiles(preprocessing, feature, GD_QUANTILES);
	status = gd_together_agree(ordered->together, &status);
	return gd_failed(&status) ? status : find_quantiles(&s, GD_QUANTILES, p, preprocessing->tables[feature].quantile);
}

/* What stands for the training part's values when training chooses: those evenly spread between the quantiles. */
enum { SPREAD = 1024 };

/* edge [bins + 1] and p [the more of bins + 1 and SPREAD] are scratch. */
static gd_status choose_feature(gd_preprocessing *preprocessing, int feature, gd_encoding_kind kind, int bins, double *edge, double *p)
{
	const gd_feature_tables before = preprocessing->tables[feature];
	const gd_ordered quantiles = {.values = before.quantile, .count = before.quantiles, .total = before.quantiles};
	sample known = {&quantiles, preprocessing->mean[feature], preprocessing->standard_deviation[feature]};
	int edges = 0;
	gd_status status = gd_ok();
	if (kind == GD_ENCODE_PIECEWISE_LINEAR) {
		for (int k = 0; k <= bins; k++)
			p[k] = (double)k / bins;
		status = find_quantiles(&known, bins + 1, p, edge);
		edges = gd_failed(&status) ? 0 : keep_distinct(&known, edge, bins + 1);
	}
	if ((kind == GD_ENCODE_PIECEWISE_LINEAR && edges < 2) || (kind == GD_ENCODE_QUANTILE && !before.knots))
		kind = GD_ENCODE_STANDARD;
	if (!gd_failed(&status))
		status = gd_preprocessing_reserve(preprocessing, feature, kind, kind == GD_ENCODE_PIECEWISE_LINEAR ? edges - 1 : 1, before.knots);
	if (gd_failed(&status))
		return status;
	gd_feature_tables *tables = &preprocessing->tables[feature];
	if (tables->edge)
		memcpy(tables->edge, edge, (size_t)edges * sizeof *edge);
	for (int k = 0; k < before.knots; k++) {
		tables->knot[k] = before.knot[k];
		tables->normal[k] = before.normal[k];
	}
	if (!tables->mean)
		return status;
	double spread[SPREAD];
	for (int i = 0; i < SPREAD; i++)
		p[i] = (i + 0.5) / SPREAD;
	status = find_quantiles(&known, SPREAD, p, spread);
	const gd_ordered values = {.values = spread, .count = SPREAD, .total = SPREAD};
	known.ordered = &values;
	return gd_failed(&status) ? status : fit_moments(tables, &known);
}

gd_status gd_encoding_choose(gd_preprocessing *preprocessing, gd_encoding_kind kind, int bins)
{
	gd_status status = gd_ok();
	if (!bins)
		bins = GD_DEFAULT_BINS;
	double *edge = gd_allocate((size_t)bins + 1, sizeof *edge), *p = gd_allocate((size_t)bins + 1 + SPREAD, sizeof *p);
	if (!edge || !p)
		status = gd_out_of_memory("the encoding");
	for (int f = 0; f < preprocessing->features && !gd_failed(&status); f++)
		if (preprocessing->tables[f].quantiles)
			status = choose_feature(preprocessing, f, kind, bins, edge, p);
	free(edge);
	free(p);
	return status;
}
