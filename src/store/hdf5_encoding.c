/* The encoding's part of the group `preprocessing`: tables of all features one behind the other, and where each begins. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/store/hdf5_encoding.h"

/* One kind of table: a feature's length and values. */
typedef struct table {
	const char *values, *offsets, *units, *long_name;
	int (*length)(const gd_feature_tables *tables);
	double *(*of)(const gd_feature_tables *tables);
} table;

static int edges_length(const gd_feature_tables *tables)
{
	return tables->kind == GD_ENCODE_PIECEWISE_LINEAR ? tables->columns + 1 : 0;
}

static int columns_length(const gd_feature_tables *tables)
{
	return tables->kind == GD_ENCODE_STANDARD ? 0 : tables->columns;
}

static int knots_length(const gd_feature_tables *tables)
{
	return tables->knots;
}

static int quantiles_length(const gd_feature_tables *tables)
{
	return tables->quantiles;
}

static double *edge_of(const gd_feature_tables *tables)
{
	return tables->edge;
}

static double *mean_of(const gd_feature_tables *tables)
{
	return tables->mean;
}

static double *deviation_of(const gd_feature_tables *tables)
{
	return tables->deviation;
}

static double *knot_of(const gd_feature_tables *tables)
{
	return tables->knot;
}

static double *normal_of(const gd_feature_tables *tables)
{
	return tables->normal;
}

static double *quantile_of(const gd_feature_tables *tables)
{
	return tables->quantile;
}

static const char bin_offsets[] = "preprocessing/bin_offsets", column_offsets[] = "preprocessing/column_offsets", knot_offsets[] = "preprocessing/knot_offsets", quantile_offsets[] = "preprocessing/quantile_offsets";
static const table tables[] = {
	{"preprocessing/bin_edges", bin_offsets, "the feature's own", "edges of the bins of piecewise-linear features", edges_length, edge_of},
	{"preprocessing/column_mean", column_offsets, "1", "means of the encoded columns in the training part", columns_length, mean_of},
	{"preprocessing/column_deviation", column_offsets, "1", "standard deviations of the encoded columns in the training part", columns_length, deviation_of},
	{"preprocessing/knots", knot_offsets, "the feature's own", "values of each numeric feature whose ranks in the training part are known", knots_length, knot_of},
	{"preprocessing/knot_quantiles", knot_offsets, "1", "standard normal quantiles of those ranks", knots_length, normal_of},
	{"preprocessing/quantiles", quantile_offsets, "the feature's own", "quantiles, at equal steps from 0 to 1, of the features whose encoding training chooses", quantiles_length, quantile_of},
};
enum { TABLES = sizeof tables / sizeof *tables, BINS = 0, MEANS = 1, DEVIATIONS = 2, KNOTS = 3, QUANTILES = 5 };

static void put_table(gd_hdf5 *hdf5, const table *kind, const gd_preprocessing *preprocessing, bool with_offsets)
{
	size_t features = (size_t)preprocessing->features, total = 0;
	for (size_t f = 0; f < features; f++)
		total += (size_t)kind->length(&preprocessing->tables[f]);
	if (!total)
		return;
	double *values = gd_allocate(total, sizeof *values);
	int64_t *offsets = gd_allocate(features + 1, sizeof *offsets);
	if (values && offsets) {
		for (size_t f = 0; f < features; f++) {
			size_t length = (size_t)kind->length(&preprocessing->tables[f]);
			if (length)
				memcpy(values + offsets[f], kind->of(&preprocessing->tables[f]), length * sizeof *values);
			offsets[f + 1] = offsets[f] + (int64_t)length;
		}
		gd_hdf5_array array = {.element = GD_FLOAT64, .rank = 1, .shape = {total}, .units = kind->units, .long_name = kind->long_name};
		gd_hdf5_put_array(hdf5, kind->values, &array, values);
		array = (gd_hdf5_array){.element = GD_INT64, .rank = 1, .shape = {features + 1}, .units = "1",
			.long_name = "where each feature's values begin, and where the last one's end"};
		if (with_offsets)
			gd_hdf5_put_array(hdf5, kind->offsets, &array, offsets);
	} else {
		gd_hdf5_fail_out_of_memory(hdf5, "the encoding");
	}
	free(values);
	free(offsets);
}

void gd_hdf5_put_encoding(gd_hdf5 *hdf5, const gd_preprocessing *preprocessing)
{
	size_t features = (size_t)preprocessing->features;
	char **words = gd_allocate(features, sizeof *words);
	if (!words) {
		gd_hdf5_fail_out_of_memory(hdf5, "the encoding");
		return;
	}
	for (size_t f = 0; f < features; f++)
		words[f] = (char *)(uintptr_t)gd_encoding_words[preprocessing->tables[f].kind];
	gd_hdf5_put_texts(hdf5, "preprocessing/encoding", features, words, "how each feature becomes columns inside a model");
	gd_hdf5_bind_scale(hdf5, "preprocessing/encoding", 0, GD_FEATURE_SCALE);
	for (int t = 0; t < TABLES; t++)
		put_table(hdf5, &tables[t], preprocessing, t == 0 || tables[t].offsets != tables[t - 1].offsets);
	free(words);
}

/* Tables that were read: the values of all features, and where each begins; NULL where the file has none. */
typedef struct reading {
	double *values[TABLES];
	int64_t *offsets[TABLES];
} reading;

static void get_table(gd_hdf5 *hdf5, const table *kind, size_t features, double **values, int64_t **offsets)
{
	hsize_t shape[2] = {0, 1}, places[2] = {features + 1, 1};
	if (!gd_hdf5_has(hdf5, kind->values))
		return;
	gd_hdf5_get_shape(hdf5, kind->values, GD_FLOAT64, 1, shape);
	if (gd_hdf5_failed(hdf5))
		return;
	*values = gd_allocate(shape[0], sizeof **values);
	*offsets = gd_allocate(features + 1, sizeof **offsets);
	if (!*values || !*offsets) {
		gd_hdf5_fail_out_of_memory(hdf5, "the encoding");
		return;
	}
	gd_hdf5_get_array(hdf5, kind->values, GD_FLOAT64, 1, shape, *values);
	gd_hdf5_get_array(hdf5, kind->offsets, GD_INT64, 1, places, *offsets);
	for (hsize_t i = 0; i < shape[0] && !gd_hdf5_failed(hdf5); i++)
		if (!isfinite((*values)[i]))
			gd_hdf5_fail(hdf5, kind->values, "expected finite values, found %g", (*values)[i]);
	bool rising = (*offsets)[0] == 0 && (*offsets)[features] == (int64_t)shape[0];
	for (size_t f = 0; f < features; f++)
		rising = rising && (*offsets)[f] <= (*offsets)[f + 1] && (*offsets)[f + 1] - (*offsets)[f] < INT_MAX;
	if (!gd_hdf5_failed(hdf5) && !rising)
		gd_hdf5_fail(hdf5, kind->offsets, "expected places in '%s' in rising order", kind->values);
}

static int length_of(const reading *r, int t, size_t feature)
{
	return r->offsets[t] ? (int)(r->offsets[t][feature + 1] - r->offsets[t][feature]) : 0;
}

static void check_rising(gd_hdf5 *hdf5, const char *path, const double *values, int count, bool strictly)
{
	for (int i = 0; i + 1 < count && !gd_hdf5_failed(hdf5); i++)
		if (strictly ? !(values[i] < values[i + 1]) : values[i] > values[i + 1])
			gd_hdf5_fail(hdf5, path, "expected a feature's values in rising order, found %g before %g", values[i], values[i + 1]);
}

static void take_feature(gd_hdf5 *hdf5, const reading *r, gd_preprocessing *preprocessing, size_t feature, gd_encoding_kind kind)
{
	int columns = kind == GD_ENCODE_STANDARD ? 1 : length_of(r, MEANS, feature), knots = length_of(r, KNOTS, feature), quantiles = length_of(r, QUANTILES, feature);
	int edges = kind == GD_ENCODE_PIECEWISE_LINEAR ? columns + 1 : 0;
	if (columns < 1 || quantiles == 1 || length_of(r, BINS, feature) != edges || (kind == GD_ENCODE_QUANTILE && (columns != 1 || knots < 1))) {
		gd_hdf5_fail(hdf5, "preprocessing/encoding", "the tables of '%.60s' do not fit its encoding", preprocessing->feature_names[feature]);
		return;
	}
	hdf5->status = gd_preprocessing_reserve(preprocessing, (int)feature, kind, columns, knots);
	if (!gd_hdf5_failed(hdf5) && quantiles)
		hdf5->status = gd_preprocessing_reserve_quantiles(preprocessing, (int)feature, quantiles);
	if (gd_hdf5_failed(hdf5))
		return;
	const gd_feature_tables *to = &preprocessing->tables[feature];
	for (int t = 0; t < TABLES; t++) {
		int length = tables[t].length(to);
		if (length)
			memcpy(tables[t].of(to), r->values[t] + r->offsets[t][feature], (size_t)length * sizeof(double));
	}
	for (int k = 0; to->deviation && k < columns && !gd_hdf5_failed(hdf5); k++)
		if (to->deviation[k] < 0)
			gd_hdf5_fail(hdf5, tables[DEVIATIONS].values, "expected values from 0 on, found %g", to->deviation[k]);
	check_rising(hdf5, tables[BINS].values, to->edge, edges, true);
	check_rising(hdf5, tables[KNOTS].values, to->knot, knots, true);
	check_rising(hdf5, tables[QUANTILES].values, to->quantile, quantiles, false);
}

static int kind_of(const char *word)
{
	int kind = 0;
	while (gd_encoding_words[kind] && strcmp(gd_encoding_words[kind], word))
		kind++;
	return gd_encoding_words[kind] ? kind : -1;
}

void gd_hdf5_get_encoding(gd_hdf5 *hdf5, gd_preprocessing *preprocessing)
{
	size_t features = (size_t)preprocessing->features, count = features;
	gd_arena arena = {0};
	reading r = {0};
	if (!gd_hdf5_has(hdf5, "preprocessing/encoding"))
		return;
	char **words = gd_hdf5_get_texts(hdf5, "preprocessing/encoding", &count, &arena);
	for (int t = 0; t < TABLES && !gd_hdf5_failed(hdf5); t++)
		get_table(hdf5, &tables[t], features, &r.values[t], &r.offsets[t]);
	for (int t = 1; t < TABLES && !gd_hdf5_failed(hdf5); t++)
		if (tables[t].offsets == tables[t - 1].offsets && !r.values[t] != !r.values[t - 1])
			gd_hdf5_fail(hdf5, tables[t].values, "expected as many values as in '%s'", tables[t - 1].values);
	for (size_t f = 0; f < features && !gd_hdf5_failed(hdf5); f++) {
		int kind = kind_of(words[f]);
		if (kind < 0)
			gd_hdf5_fail(hdf5, "preprocessing/encoding", "'%.40s' is not a known encoding", words[f]);
		else
			take_feature(hdf5, &r, preprocessing, f, (gd_encoding_kind)kind);
	}
	for (int t = 0; t < TABLES; t++) {
		free(r.values[t]);
		free(r.offsets[t]);
	}
	gd_arena_release(&arena);
}
