#include "gd/table/encoding_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/kernel/normal.h"
#include "gd/table/statistics.h"

/* A training part's values of one feature. */
typedef struct sample {
	int64_t rows;
	const double *sorted;
	double mean, deviation;
} sample;

static double quantile(const sample *s, double p)
{
	double place = p * (double)(s->rows - 1);
	int64_t below = (int64_t)place;
	if (below >= s->rows - 1)
		return s->sorted[s->rows - 1];
	return s->sorted[below] + (place - (double)below) * (s->sorted[below + 1] - s->sorted[below]);
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

/* Number of values below `value`, or not above it. */
static int64_t count_below(const sample *s, double value, bool or_equal)
{
	int64_t low = 0, high = s->rows;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (s->sorted[middle] < value || (or_equal && s->sorted[middle] == value))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static double normal_of(const sample *s, double value)
{
	double rank = 0.5 * (double)(count_below(s, value, false) + count_below(s, value, true)) / (double)s->rows;
	return gd_normal_quantile(rank < 0.001 ? 0.001 : rank > 0.999 ? 0.999 : rank);
}

/* In any order and not distinct, knot [3 * (bins + 1) + 2]; returns how many. */
static int find_knots(const sample *s, int bins, double *knot)
{
	const double last = gd_normal_quantile(0.999);
	int count = 0;
	double before = NAN;
	for (int k = 0; k <= bins; k++) {
		double value = quantile(s, gd_normal_cumulative(last * (2.0 * k / bins - 1.0)));
		knot[count++] = value;
		if (value == before) {
			/* Ranks jump here, and interpolation over the jump would misplace the values next to it. */
			int64_t below = count_below(s, value, false), above = count_below(s, value, true);
			knot[count++] = s->sorted[below > 0 ? below - 1 : 0];
			knot[count++] = s->sorted[above < s->rows ? above : s->rows - 1];
		}
		before = value;
	}
	knot[count++] = s->sorted[0];
	knot[count++] = s->sorted[s->rows - 1];
	return count;
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
	for (int64_t first = 0; first < s->rows; first += CHUNK) {
		int rows = s->rows - first < CHUNK ? (int)(s->rows - first) : CHUNK;
		for (int r = 0; r < rows; r++)
			x[r] = standardised(s, s->sorted[first + r]);
		gd_encoding_raw(feature, rows, x, columns);
		for (int k = 0; k < tables->columns; k++)
			add_column(&moments[k], rows, columns + k * rows);
	}
	for (int k = 0; k < tables->columns; k++) {
		bool constant;
		gd_statistics_finish(&moments[k], &tables->mean[k], &tables->deviation[k], &constant);
	}
done:
	gd_arena_release(&arena);
	free(moments);
	free(columns);
	return status;
}

gd_status gd_encoding_fit(gd_preprocessing *preprocessing, int feature, gd_encoding_kind kind, int bins, int64_t rows, const double *sorted)
{
	const sample s = {rows, sorted, preprocessing->mean[feature], preprocessing->standard_deviation[feature]};
	int pieces = bins ? bins : GD_DEFAULT_BINS, steps = kind == GD_ENCODE_QUANTILE && bins ? bins : GD_DEFAULT_KNOTS, edges = 0;
	double *edge = gd_allocate((size_t)pieces + 1, sizeof *edge), *knot = gd_allocate(3 * ((size_t)steps + 1) + 2, sizeof *knot);
	gd_status status = gd_ok();
	if (!edge || !knot) {
		status = gd_out_of_memory("the encoding");
		goto done;
	}
	if (kind == GD_ENCODE_PIECEWISE_LINEAR) {
		for (int k = 0; k <= pieces; k++)
			edge[k] = quantile(&s, (double)k / pieces);
		edges = keep_distinct(&s, edge, pieces + 1);
		if (edges < 2)
			kind = GD_ENCODE_STANDARD;
	}
	int knots = find_knots(&s, steps, knot);
	qsort(knot, (size_t)knots, sizeof *knot, compare);
	knots = keep_distinct(&s, knot, knots);
	status = gd_preprocessing_reserve(preprocessing, feature, kind, kind == GD_ENCODE_PIECEWISE_LINEAR ? edges - 1 : 1, knots);
	if (gd_failed(&status))
		goto done;
	gd_feature_tables *tables = &preprocessing->tables[feature];
	if (tables->edge)
		memcpy(tables->edge, edge, (size_t)edges * sizeof *edge);
	for (int k = 0; k < knots; k++) {
		tables->knot[k] = knot[k];
		tables->normal[k] = normal_of(&s, knot[k]);
	}
	if (tables->mean)
		status = fit_moments(tables, &s);
done:
	free(edge);
	free(knot);
	return status;
}
