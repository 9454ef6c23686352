#include "gd/network/encoding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/features/encoding_fit.h"
#include "gd/kernel/normal.h"
#include "gd/network/periodic.h"
#include "gd/network/piecewise.h"
#include "unit.h"

const char *const unit_suite = "encoding";

enum { FEATURES = 4, ROWS = 61, OUTPUTS = 77 /* of all lengths that are taken together */, BINS = 9 };

static void must(gd_status status)
{
	if (gd_failed(&status))
		abort();
}

/* Two features in bins around one that is standard and one by rank. */
static gd_encoding make(gd_arena *arena)
{
	static const gd_encoding_kind kinds[FEATURES] = {GD_ENCODE_PIECEWISE_LINEAR, GD_ENCODE_STANDARD, GD_ENCODE_QUANTILE, GD_ENCODE_PIECEWISE_LINEAR};
	gd_encoding encoding;
	must(gd_encoding_init(&encoding, FEATURES, arena));
	for (int f = 0; f < FEATURES; f++) {
		int columns = kinds[f] == GD_ENCODE_PIECEWISE_LINEAR ? f ? 1 : BINS : 1;
		must(gd_encoding_reserve(&encoding, f, kinds[f], columns, f < 3 ? 5 : 0, arena));
		gd_feature_encoding *feature = &encoding.feature[f];
		for (int k = 0; feature->edge && k <= columns; k++)
			feature->edge[k] = -1.5f + 3.0f * (float)(k * k) / (float)(columns * columns);
		for (int k = 0; feature->factor && k < columns; k++) {
			feature->factor[k] = 1.0f + 0.25f * (float)k;
			feature->shift[k] = 0.5f - 0.125f * (float)k;
		}
		for (int k = 0; k < feature->knots; k++) {
			feature->knot[k] = -1.0f + 0.5f * (float)(k + f);
			feature->normal[k] = -2.0f + (float)k;
		}
	}
	gd_encoding_finish(&encoding);
	return encoding;
}

static void draw(float *values, int count, uint64_t key)
{
	for (int i = 0; i < count; i++)
		values[i] = (float)gd_random_normal(key, (uint64_t)i);
}

static void test_columns(void)
{
	gd_arena arena = {0};
	gd_encoding encoding = make(&arena);
	CU_ASSERT(encoding.columns == BINS + 3 && encoding.numeric == 3 && encoding.piecewise == 2 && encoding.piecewise_columns == BINS + 1 && encoding.transformed == 3);
	float x[FEATURES * ROWS], columns[(BINS + 3) * ROWS], plain[2 * ROWS], ranks[3 * ROWS];
	draw(x, FEATURES * ROWS, 1);
	x[0] = -1.5f; /* on the first edge, on the last, beyond both */
	x[1] = 1.5f;
	x[2] = -9.0f;
	x[3] = 9.0f;
	gd_encoding_expand(&encoding, ROWS, x, columns);
	gd_encoding_expand_plain(&encoding, ROWS, x, plain);
	gd_encoding_ranks(&encoding, ROWS, x, ranks);
	for (int r = 0; r < ROWS; r++) {
		for (int k = 0; k < BINS; k++) {
			double from = -1.5 + 3.0 * k * k / (BINS * BINS), to = -1.5 + 3.0 * (k + 1) * (k + 1) / (BINS * BINS);
			double t = fmin(fmax((x[r] - from) / (to - from), 0.0), 1.0);
			CU_ASSERT(fabs(columns[k * ROWS + r] - (t * (1.0 + 0.25 * k) + 0.5 - 0.125 * k)) < 1e-5);
		}
		CU_ASSERT(columns[BINS * ROWS + r] == x[ROWS + r]);
		/* knots of feature f at -1 + (k + f) / 2, with ranks of -2 + k: a line, flat beyond its ends */
		for (int f = 0; f < 3; f++)
			CU_ASSERT(fabs(ranks[f * ROWS + r] - fmin(fmax(2.0 * x[f * ROWS + r] - f, -2.0), 2.0)) < 1e-6);
		CU_ASSERT(columns[(BINS + 1) * ROWS + r] == ranks[2 * ROWS + r] + 0.5f);
		CU_ASSERT(fabs(columns[(BINS + 2) * ROWS + r] - (fmin(fmax((x[3 * ROWS + r] + 1.5) / 3.0, 0.0), 1.0) + 0.5)) < 1e-6);
	}
	CU_ASSERT(memcmp(plain, columns + BINS * ROWS, sizeof plain) == 0);
	gd_arena_release(&arena);
}

static double relative_error(const float *a, const float *b, size_t count)
{
	double error = 0.0, size = 0.0;
	for (size_t i = 0; i < count; i++) {
		error += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
		size += (double)b[i] * b[i];
	}
	return sqrt(error / size);
}

static void test_piecewise(void)
{
	gd_arena arena = {0};
	gd_encoding encoding = make(&arena);
	const size_t matrix = (size_t)encoding.columns * OUTPUTS;
	float x[FEATURES * ROWS], fraction[2 * ROWS], z[ROWS * OUTPUTS], z_ref[ROWS * OUTPUTS], dz[ROWS * OUTPUTS], total[OUTPUTS] = {0};
	float weight[(BINS + 3) * OUTPUTS], table[(BINS + 3) * OUTPUTS], gradient[(BINS + 3) * OUTPUTS] = {0}, gradient_ref[(BINS + 3) * OUTPUTS] = {0};
	int32_t column[2 * ROWS], order[ROWS + BINS + 3 + 1];
	draw(x, FEATURES * ROWS, 2);
	draw(weight, (int)matrix, 3);
	draw(dz, ROWS * OUTPUTS, 4);
	draw(z, ROWS * OUTPUTS, 5);
	memcpy(z_ref, z, sizeof z);
	for (int r = 0; r < ROWS; r++)
		for (int o = 0; o < OUTPUTS; o++)
			total[o] += dz[r * OUTPUTS + o];
	for (size_t i = 0; i < matrix; i++)
		table[i] = NAN;
	gd_piecewise_place(&encoding, ROWS, x, column, fraction);
	gd_piecewise_sum(&encoding, OUTPUTS, weight, table);
	gd_piecewise_forward(&encoding, OUTPUTS, ROWS, column, fraction, weight, table, z);
	gd_piecewise_forward_ref(&encoding, OUTPUTS, ROWS, x, weight, z_ref);
	CU_ASSERT(relative_error(z, z_ref, ROWS * OUTPUTS) < 1e-6);
	gd_piecewise_backward(&encoding, OUTPUTS, ROWS, column, fraction, dz, total, order, gradient);
	gd_piecewise_backward_ref(&encoding, OUTPUTS, ROWS, x, dz, gradient_ref);
	CU_ASSERT(relative_error(gradient, gradient_ref, matrix) < 2e-6);
	/* Rows of other columns stay as they were. */
	for (int o = 0; o < 2 * OUTPUTS; o++)
		CU_ASSERT(gradient[BINS * OUTPUTS + o] == 0.0f);
	gd_arena_release(&arena);
}

/* More features than are worked out together: each output adds up its features in their order, whatever is done in between. */
static void test_many(void)
{
	enum { MANY = 75, WIDTH = 19, SOME = 7 };
	gd_arena arena = {0};
	gd_encoding encoding;
	static float x[MANY * SOME], fraction[MANY * SOME], weight[2 * MANY * WIDTH], table[2 * MANY * WIDTH], z[SOME * WIDTH], expected[SOME * WIDTH];
	static int32_t column[MANY * SOME];
	must(gd_encoding_init(&encoding, MANY, &arena));
	for (int f = 0; f < MANY; f++) {
		must(gd_encoding_reserve(&encoding, f, f % 9 == 4 ? GD_ENCODE_STANDARD : GD_ENCODE_PIECEWISE_LINEAR, f % 9 == 4 ? 1 : 2, 0, &arena));
		gd_feature_encoding *feature = &encoding.feature[f];
		for (int k = 0; feature->edge && k <= 2; k++)
			feature->edge[k] = (float)(k - 1);
		for (int k = 0; feature->factor && k < 2; k++)
			feature->factor[k] = 1.0f + (float)f / MANY;
	}
	gd_encoding_finish(&encoding);
	draw(x, MANY * SOME, 7);
	draw(weight, encoding.columns * WIDTH, 8);
	draw(z, SOME * WIDTH, 9);
	memcpy(expected, z, sizeof z);
	gd_piecewise_place(&encoding, SOME, x, column, fraction);
	gd_piecewise_sum(&encoding, WIDTH, weight, table);
	gd_piecewise_forward(&encoding, WIDTH, SOME, column, fraction, weight, table, z);
	for (int r = 0; r < SOME; r++)
		for (int o = 0; o < WIDTH; o++)
			for (int f = 0, piecewise = 0; f < MANY; f++) {
				if (encoding.feature[f].kind != GD_ENCODE_PIECEWISE_LINEAR)
					continue;
				const int at = piecewise++ * SOME + r, k = column[at];
				expected[r * WIDTH + o] += fmaf(fraction[at] * encoding.feature[f].factor[k - encoding.feature[f].first], weight[k * WIDTH + o], table[k * WIDTH + o]);
			}
	CU_ASSERT(!memcmp(z, expected, sizeof z));
	gd_arena_release(&arena);
}

static void test_periodic(void)
{
	const gd_periodic shape = {.features = 3, .frequencies = 5, .width = 4};
	float parameters[3 * 5 + 3 * 10 * 4 + 3 * 4], u[3 * ROWS], waves[30 * ROWS], y[12 * ROWS], expected[12 * ROWS];
	CU_ASSERT_EQUAL_FATAL(gd_periodic_parameters(&shape), sizeof parameters / sizeof *parameters);
	draw(parameters, (int)gd_periodic_parameters(&shape), 6);
	draw(u, 3 * ROWS, 7);
	gd_periodic_forward(&shape, ROWS, parameters, u, waves, y);
	gd_periodic_forward_ref(&shape, ROWS, parameters, u, expected);
	CU_ASSERT(relative_error(y, expected, 12 * ROWS) < 2e-6);
}

static void test_turns(void)
{
	enum { COUNT = 40001 };
	static float x[COUNT], cosine[COUNT], sine[COUNT];
	for (int i = 0; i < COUNT; i++)
		x[i] = ldexpf((float)(i - COUNT / 2) / 1000.0f, i % 3 ? 0 : i % 14); /* from -20 to 20, and up to some 2^17 */
	gd_vector_turns(COUNT, x, cosine, sine);
	for (int i = 0; i < COUNT; i++) {
		double turn = x[i] - rint(x[i]);
		CU_ASSERT(fabs(cosine[i] - cos(2.0 * M_PI * turn)) <= 0x1p-22);
		CU_ASSERT(fabs(sine[i] - sin(2.0 * M_PI * turn)) <= 0x1p-22);
	}
	const float special[4] = {0.0f, 0.25f, INFINITY, NAN};
	gd_vector_turns(4, special, cosine, sine);
	CU_ASSERT(cosine[0] == 1.0f && sine[0] == 0.0f && cosine[1] == 0.0f && sine[1] == 1.0f);
	CU_ASSERT(isnan(cosine[2]) && isnan(sine[2]) && isnan(cosine[3]) && isnan(sine[3]));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Fits one feature to `values`, which are sorted here, with their own moments; normal quantiles that were found for earlier ones, or none. */
static gd_preprocessing fit_knowing(gd_encoding_kind kind, int bins, int rows, double *values, gd_known_normal *known)
{
	gd_preprocessing p;
	must(gd_preprocessing_init(&p, 1, 2));
	p.recipe = p.feature_names[0] = p.class_names[0] = p.class_names[1] = gd_arena_string(&p.arena, "x");
	for (int i = 0; i < rows; i++)
		p.mean[0] += values[i] / rows;
	for (int i = 0; i < rows; i++)
		p.standard_deviation[0] += (values[i] - p.mean[0]) * (values[i] - p.mean[0]) / rows;
	p.standard_deviation[0] = p.standard_deviation[0] > 0.0 ? sqrt(p.standard_deviation[0]) : 1.0;
	qsort(values, (size_t)rows, sizeof *values, compare);
	const gd_ordered ordered = {.values = values, .count = rows, .total = rows, .known = known};
	must(gd_encoding_fit(&p, 0, kind, bins, &ordered));
	return p;
}

static gd_preprocessing fit(gd_encoding_kind kind, int bins, int rows, double *values)
{
	static gd_known_normal known[GD_KNOWN_NORMALS];
	gd_preprocessing p = fit_knowing(kind, bins, rows, values, known), anew = fit_knowing(kind, bins, rows, values, NULL);
	CU_ASSERT_EQUAL(p.tables[0].knots, anew.tables[0].knots);
	CU_ASSERT_EQUAL(memcmp(p.tables[0].normal, anew.tables[0].normal, (size_t)p.tables[0].knots * sizeof *p.tables[0].normal), 0);
	gd_preprocessing_release(&anew);
	return p;
}

static void test_fit(void)
{
	enum { COUNT = 1001 };
	static double values[COUNT];
	for (int i = 0; i < COUNT; i++) /* a fifth are one value at the lower end */
		values[i] = i % 5 ? 1.0 + i : 0.0;
	gd_preprocessing p = fit(GD_ENCODE_PIECEWISE_LINEAR, 10, COUNT, values);
	const gd_feature_tables *tables = &p.tables[0];
	CU_ASSERT_EQUAL_FATAL(tables->columns, 8);
	CU_ASSERT(tables->edge[0] == 0.0);
	for (int k = 1; k <= 8; k++) /* the tenths from .3 on */
		CU_ASSERT(tables->edge[k] == values[100 * (k + 2)]);
	for (int k = 0; k < 8; k++) {
		double mean = 0.0, square = 0.0;
		for (int i = 0; i < COUNT; i++) {
			double t = fmin(fmax((values[i] - tables->edge[k]) / (tables->edge[k + 1] - tables->edge[k]), 0.0), 1.0);
			mean += t / COUNT;
			square += t * t / COUNT;
		}
		CU_ASSERT(fabs(tables->mean[k] - mean) < 1e-6 && fabs(tables->deviation[k] - sqrt(square - mean * mean)) < 1e-6);
	}
	/* Every value's rank: the middle of its places. The model must come near it. */
	gd_arena arena = {0};
	gd_encoding encoding;
	must(gd_preprocessing_encoding(&p, &arena, &encoding));
	for (int i = 0; i < COUNT; i++) {
		float x = (float)((values[i] - p.mean[0]) / p.standard_deviation[0]), rank;
		double place = values[i] == 0.0 ? 100.5 : i + 0.5;
		gd_encoding_ranks(&encoding, 1, &x, &rank);
		CU_ASSERT(fabs(rank - gd_normal_quantile(fmin(fmax(place / COUNT, 0.001), 0.999))) < 0.1);
	}
	gd_arena_release(&arena);
	gd_preprocessing copy;
	must(gd_preprocessing_copy(&p, &copy));
	const char *difference = NULL;
	CU_ASSERT(gd_preprocessing_equal(&p, &copy, &difference));
	copy.tables[0].edge[4] = nextafter(copy.tables[0].edge[4], 1e9);
	CU_ASSERT(!gd_preprocessing_equal(&p, &copy, &difference) && difference && !strcmp(difference, "encodings"));
	CU_ASSERT_STRING_EQUAL(gd_preprocessing_encoding_word(&p), "piecewise-linear");
	gd_preprocessing_release(&copy);
	gd_preprocessing_release(&p);
}

/* What training chooses from the quantiles alone comes near what the values themselves give. */
static void test_choose(void)
{
	enum { COUNT = 1025 };
	static double values[COUNT];
	for (int i = 0; i < COUNT; i++)
		values[i] = i % 5 ? exp(i / 300.0) : 0.0;
	gd_preprocessing open = fit(GD_ENCODE_STANDARD, 0, COUNT, values), settled = fit(GD_ENCODE_PIECEWISE_LINEAR, 16, COUNT, values);
	const gd_ordered ordered = {.values = values, .count = COUNT, .total = COUNT};
	must(gd_encoding_fit_column(&open, 0, &(gd_column_encoding){0}, &ordered));
	CU_ASSERT_EQUAL_FATAL(open.tables[0].quantiles, GD_QUANTILES);
	for (int k = 0; k < GD_QUANTILES; k++)
		CU_ASSERT(open.tables[0].quantile[k] == values[8 * k]);
	gd_preprocessing chosen;
	const char *difference = NULL;
	must(gd_preprocessing_copy(&open, &chosen));
	CU_ASSERT(gd_preprocessing_equal(&open, &chosen, &difference));
	must(gd_encoding_choose(&chosen, GD_ENCODE_PIECEWISE_LINEAR, 16));
	const gd_feature_tables *mine = &chosen.tables[0], *theirs = &settled.tables[0];
	CU_ASSERT_EQUAL_FATAL(mine->columns, theirs->columns);
	for (int k = 0; k <= mine->columns; k++)
		CU_ASSERT(mine->edge[k] == theirs->edge[k]);
	for (int k = 0; k < mine->columns; k++)
		CU_ASSERT(fabs(mine->mean[k] - theirs->mean[k]) < 0.005 && fabs(mine->deviation[k] - theirs->deviation[k]) < 0.005);
	CU_ASSERT(!gd_preprocessing_equal(&open, &chosen, &difference) && gd_preprocessing_match(&open, &chosen, &difference));
	CU_ASSERT(!gd_preprocessing_match(&settled, &chosen, &difference));
	/* Another choice, and back. */
	must(gd_encoding_choose(&chosen, GD_ENCODE_QUANTILE, 0));
	CU_ASSERT(mine->kind == GD_ENCODE_QUANTILE && mine->knots == open.tables[0].knots && fabs(mine->deviation[0] - 1.0) < 0.2);
	must(gd_encoding_choose(&chosen, GD_ENCODE_STANDARD, 0));
	CU_ASSERT(gd_preprocessing_equal(&open, &chosen, &difference));
	chosen.tables[0].quantile[3] = nextafter(chosen.tables[0].quantile[3], -1e9);
	CU_ASSERT(!gd_preprocessing_match(&open, &chosen, &difference));
	/* What preprocessing settled stays. */
	must(gd_encoding_choose(&settled, GD_ENCODE_STANDARD, 0));
	CU_ASSERT(settled.tables[0].kind == GD_ENCODE_PIECEWISE_LINEAR);
	gd_preprocessing_release(&chosen);
	gd_preprocessing_release(&settled);
	gd_preprocessing_release(&open);
}

/* Values that leave no bin, one bin, and more bins than values. */
static void test_narrow_product(void)
{
	double constant[5] = {3.0, 3.0, 3.0, 3.0, 3.0}, two[4] = {0.0, 1.0, 0.0, 1.0}, few[3] = {1.0, 2.0, 4.0}, one[1] = {7.0};
	gd_preprocessing p = fit(GD_ENCODE_PIECEWISE_LINEAR, 32, 5, constant);
	CU_ASSERT(p.tables[0].kind == GD_ENCODE_STANDARD && p.tables[0].columns == 1);
	gd_preprocessing_release(&p);
	p = fit(GD_ENCODE_PIECEWISE_LINEAR, 3, 4, two);
	CU_ASSERT(p.tables[0].columns == 1 && p.tables[0].mean[0] == 0.5 && p.tables[0].deviation[0] == 0.5);
	gd_preprocessing_release(&p);
	p = fit(GD_ENCODE_PIECEWISE_LINEAR, 4096, 3, few);
	CU_ASSERT_EQUAL(p.tables[0].columns, 4096);
	gd_preprocessing_release(&p);
	p = fit(GD_ENCODE_QUANTILE, 2, 1, one);
	CU_ASSERT(p.tables[0].knots == 1 && p.tables[0].deviation[0] == 1.0);
	gd_preprocessing_release(&p);
	CU_ASSERT(fabs(gd_normal_quantile(0.975) - 1.959963984540054) < 1e-12 && fabs(gd_normal_quantile(0.001) + 3.090232306167813) < 1e-11);
}

const unit_test unit_tests[] = {
	{"columns agree with their formulas", test_columns},
	{"the product without columns agrees with that of the columns, both ways", test_piecewise},
	{"many features in bins, added up in their order", test_many},
	{"periodic embeddings agree with their formula", test_periodic},
	{"sine and cosine of turns are those of libm", test_turns},
	{"edges, ranks and moments are the training part's", test_fit},
	{"quantiles stand for the values when training chooses", test_choose},
	{"few values, few bins", test_narrow_product},
	{NULL, NULL},
};
