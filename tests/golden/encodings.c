/* Encodings against NumPy's tables, and trainings through them and through periodic embeddings against PyTorch's, where the columns are written out. */
#include <math.h>
#include <stdlib.h>

#include "gd/features/encoding_fit.h"
#include "golden.h"
#include "run.h"
#include "unit.h"

const char *const unit_suite = "golden encodings";

enum { MOST = 2048 };

static void must(gd_status status)
{
	if (gd_failed(&status))
		fprintf(stderr, "%s\n", status.message);
	CU_ASSERT_FATAL(!gd_failed(&status));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Moments of feature `feature` and, where bins are asked for or it is to be ranked, its tables. */
static void fit(gd_preprocessing *p, int feature, gd_encoding_kind kind, int bins, int rows, const double *values)
{
	double sorted[MOST], *mean = &p->mean[feature], *deviation = &p->standard_deviation[feature];
	CU_ASSERT_FATAL(rows <= MOST);
	memcpy(sorted, values, (size_t)rows * sizeof *sorted);
	for (int i = 0; i < rows; i++)
		*mean += values[i] / rows;
	for (int i = 0; i < rows; i++)
		*deviation += (values[i] - *mean) * (values[i] - *mean) / rows;
	*deviation = sqrt(*deviation);
	qsort(sorted, (size_t)rows, sizeof *sorted, compare);
	const gd_ordered ordered = {.values = sorted, .count = rows, .total = rows};
	must(gd_encoding_fit(p, feature, kind, bins, &ordered));
}

static void compare_values(const char *name, const char *entry, int count, const double *values, const double *expected, double tolerance)
{
	for (int i = 0; i < count; i++) {
		if (!(fabs(values[i] - expected[i]) <= tolerance * (1.0 + fabs(expected[i])))) {
			fprintf(stderr, "%s: %s %d is %.15g, not %.15g\n", name, entry, i, values[i], expected[i]);
			CU_FAIL("a value is not NumPy's");
			return;
		}
	}
}

/* What the model makes of values that were asked for: columns of bins, or one of ranks, and the ranks by themselves. */
static void check_columns(const char *name, golden_file *file, const gd_preprocessing *p, const char *entry)
{
	gd_arena arena = {0};
	gd_encoding encoding;
	must(gd_preprocessing_encoding(p, &arena, &encoding));
	int asked = (int)golden_count(file, "asked");
	double values[MOST], expected[MOST], result[MOST];
	float x[MOST], columns[MOST], ranks[MOST];
	CU_ASSERT_FATAL(asked * encoding.columns <= MOST);
	golden_doubles(file, "asked", (size_t)asked, values);
	for (int i = 0; i < asked; i++)
		x[i] = (float)((values[i] - p->mean[0]) / p->standard_deviation[0]);
	gd_encoding_expand(&encoding, asked, x, columns);
	gd_encoding_ranks(&encoding, asked, x, ranks);
	for (int i = 0; i < asked * encoding.columns; i++)
		result[i] = columns[i];
	golden_doubles(file, entry, (size_t)(asked * encoding.columns), expected);
	compare_values(name, entry, asked * encoding.columns, result, expected, 1e-4);
	for (int i = 0; i < asked; i++)
		result[i] = ranks[i];
	golden_doubles(file, "ranks", (size_t)asked, expected);
	compare_values(name, "ranks", asked, result, expected, 1e-4);
	gd_arena_release(&arena);
}

/* How far the interpolated rank of a training value may be from its own. */
static void check_exact_ranks(const char *name, golden_file *file, const gd_preprocessing *p, int rows, const double *values, double tolerance)
{
	gd_arena arena = {0};
	gd_encoding encoding;
	double exact[MOST], result[MOST];
	must(gd_preprocessing_encoding(p, &arena, &encoding));
	for (int i = 0; i < rows; i++) {
		float x = (float)((values[i] - p->mean[0]) / p->standard_deviation[0]), rank;
		gd_encoding_ranks(&encoding, 1, &x, &rank);
		result[i] = rank;
	}
	golden_doubles(file, "exact", (size_t)rows, exact);
	compare_values(name, "exact rank", rows, result, exact, tolerance);
	gd_arena_release(&arena);
}

static void check_tables(const char *name, double rank_tolerance)
{
	golden_file file = golden_open(name);
	int rows = (int)golden_count(&file, "values"), edges = (int)golden_count(&file, "edges"), knots = (int)golden_count(&file, "knots");
	int bins = (int)golden_double(&file, "bins"), steps = (int)golden_double(&file, "steps");
	double values[MOST], expected[MOST];
	CU_ASSERT_FATAL(rows <= MOST && edges <= MOST && knots <= MOST);
	golden_doubles(&file, "values", (size_t)rows, values);
	gd_preprocessing p;
	must(gd_preprocessing_init(&p, 1, 2));
	fit(&p, 0, GD_ENCODE_PIECEWISE_LINEAR, bins, rows, values);
	CU_ASSERT_EQUAL_FATAL(p.tables[0].columns, edges - 1);
	golden_doubles(&file, "edges", (size_t)edges, expected);
	compare_values(name, "edge", edges, p.tables[0].edge, expected, 1e-13);
	golden_doubles(&file, "mean", (size_t)edges - 1, expected);
	compare_values(name, "mean", edges - 1, p.tables[0].mean, expected, 1e-6);
	golden_doubles(&file, "deviation", (size_t)edges - 1, expected);
	compare_values(name, "deviation", edges - 1, p.tables[0].deviation, expected, 1e-6);
	if (steps == GD_DEFAULT_KNOTS)
		check_columns(name, &file, &p, "columns");
	gd_preprocessing_release(&p);
	must(gd_preprocessing_init(&p, 1, 2));
	fit(&p, 0, GD_ENCODE_QUANTILE, steps, rows, values);
	CU_ASSERT_EQUAL_FATAL(p.tables[0].knots, knots);
	golden_doubles(&file, "knots", (size_t)knots, expected);
	compare_values(name, "knot", knots, p.tables[0].knot, expected, 1e-12);
	golden_doubles(&file, "normals", (size_t)knots, expected);
	compare_values(name, "normal quantile", knots, p.tables[0].normal, expected, 1e-11);
	check_columns(name, &file, &p, "quantile");
	check_exact_ranks(name, &file, &p, rows, values, rank_tolerance);
	gd_preprocessing_release(&p);
	golden_close(&file);
}

static void test_tables(void)
{
	check_tables("encoding_smooth", 0.05);
	check_tables("encoding_floor", 0.05);
	check_tables("encoding_plateau", 0.05);
	check_tables("encoding_integers", 0.05);
	check_tables("encoding_two", 1e-6);
}

/* Four numbers and a category; `encoded`: the first two in bins, the third by rank. x [rows, features]. */
static void make_input(bool encoded, gd_preprocessing *p, float *x)
{
	enum { NUMBERS = 4, ROWS = GOLDEN_ROWS, INPUTS = GOLDEN_INPUTS };
	static const gd_encoding_kind kinds[NUMBERS] = {GD_ENCODE_PIECEWISE_LINEAR, GD_ENCODE_PIECEWISE_LINEAR, GD_ENCODE_QUANTILE, GD_ENCODE_STANDARD};
	golden_file file = golden_open("encoded");
	double values[ROWS];
	int category[ROWS], bins[NUMBERS] = {0};
	golden_integers(&file, "category", ROWS, category);
	golden_integers(&file, "bins", 2, bins);
	must(gd_preprocessing_init(p, INPUTS, 3));
	for (int f = 0; f < INPUTS; f++) {
		char name[GOLDEN_WORD];
		snprintf(name, sizeof name, "number_%d", f);
		if (f < NUMBERS)
			golden_doubles(&file, name, ROWS, values);
		for (int r = 0; f >= NUMBERS && r < ROWS; r++)
			values[r] = category[r] == f - NUMBERS;
		fit(p, f, encoded && f < NUMBERS ? kinds[f] : GD_ENCODE_STANDARD, f < NUMBERS ? bins[f] : 0, ROWS, values);
		if (f >= NUMBERS)
			must(gd_preprocessing_reserve(p, f, GD_ENCODE_STANDARD, 1, 0)); /* no number */
		for (int r = 0; r < ROWS; r++)
			x[r * INPUTS + f] = (float)((values[r] - p->mean[f]) / p->standard_deviation[f]);
	}
	golden_close(&file);
}

static void check(const char *name, bool encoded)
{
	static float x[GOLDEN_ROWS * GOLDEN_INPUTS];
	gd_preprocessing p;
	gd_arena arena = {0};
	gd_encoding encoding;
	make_input(encoded, &p, x);
	must(gd_preprocessing_encoding(&p, &arena, &encoding));
	golden_file file = golden_open(name);
	CU_ASSERT_EQUAL(encoding.columns, (int)golden_double(&file, "columns"));
	golden_close(&file);
	golden_run(name, &(golden_start){.file = "encoded", .x = x, .encoding = &encoding});
	gd_arena_release(&arena);
	gd_preprocessing_release(&p);
}

static void test_encoded(void)
{
	check("encoded_sgd", true);
	check("encoded_adamw", true);
}

static void test_periodic(void)
{
	check("periodic_sgd", false);
	check("periodic_adamw", false);
}

static void test_everything(void)
{
	check("recipe_sgd", true);
	check("recipe_adamw", true);
}

static void test_members(void)
{
	check("members_sgd", true);
	check("members_adamw", false);
	check("members_recipe", true);
}

const unit_test unit_tests[] = {
	{"edges, knots, normal quantiles and columns", test_tables},
	{"bins and ranks beside a category", test_encoded},
	{"periodic embeddings, and the average", test_periodic},
	{"both at once, with everything else", test_everything},
	{"members of one network", test_members},
	{NULL, NULL},
};
