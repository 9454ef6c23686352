#include "gd/features/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/features/correlation_kernels.h"

/* How many values of a feature are 1, how many are neither that nor 0, and whether there are such on any holder. */
typedef struct flags {
	int64_t ones, others;
} flags;

static void add_times(gd_exact_moments *moments, double value, int64_t times)
{
	for (int64_t some; times > 0; times -= some) {
		some = times < GD_EXACT_MOST_TIMES ? times : GD_EXACT_MOST_TIMES;
		gd_exact_moments_add(moments, value, (int)some);
	}
}

/* All holders' moments [count] of features whose values are not all 0 or 1: the first ones, moved there in their order. */
static size_t gather_others(gd_exact_moments *moments, const flags *found, size_t count)
{
	size_t others = 0;
	for (size_t i = 0; i < count; i++)
		if (found[i].others) {
			if (i > others)
				moments[others] = moments[i];
			others++;
		}
	return others;
}

/* Categories and flags are 0 or 1, and most features of a table of texts: they are counted, which is sooner done and sooner told to others. */
gd_status gd_statistics_moments(int64_t rows, int features, gd_statistics_row *row, void *context, const gd_together *together, double *mean, double *deviation,
	bool *constant, bool *flag)
{
	size_t count = (size_t)features;
	int64_t all = rows;
	double *values = gd_allocate(count, sizeof *values);
	flags *found = gd_allocate(count, sizeof *found);
	gd_exact_moments *moments = gd_allocate(count, sizeof *moments);
	gd_status status = values && found && moments ? gd_ok() : gd_out_of_memory("the moments");
	for (int64_t position = 0; position < rows && !gd_failed(&status); position++) {
		row(context, position, values);
		for (size_t i = 0; i < count; i++) {
			if (values[i] == 1) {
				found[i].ones++;
			} else if (values[i] != 0) {
				found[i].others++;
				gd_exact_moments_add(&moments[i], values[i], 1);
			}
		}
	}
	status = gd_together_sum(together, &status, &all, 1);
	if (!gd_failed(&status))
		status = gd_together_sum(together, NULL, &found->ones, 2 * count);
	size_t others = gd_failed(&status) ? 0 : gather_others(moments, found, count);
	status = gd_statistics_join(together, &status, moments, others);
	for (size_t i = count; i-- > 0 && !gd_failed(&status);) {
		gd_exact_moments none = {0}, *of = found[i].others ? &moments[--others] : &none;
		add_times(of, 1, found[i].ones);
		add_times(of, 0, all - found[i].ones - found[i].others);
		gd_statistics_finish(of, &mean[i], &deviation[i], &constant[i]);
		flag[i] = !found[i].others;
	}
	free(values);
	free(found);
	free(moments);
	return status;
}

gd_status gd_statistics_join(const gd_together *together, const gd_status *mine, gd_exact_moments *moments, size_t count)
{
	enum { MOST = 256 }; /* in a message of 400 KB */
	gd_status status = *mine;
	if (!together)
		return status;
	double *packed = gd_allocate((size_t)MOST * GD_EXACT_MOMENTS_LENGTH, sizeof *packed);
	if (!gd_failed(&status) && !packed)
		status = gd_out_of_memory("the moments");
	size_t first = 0;
	do {
		const size_t some = count - first < MOST ? count - first : MOST;
		for (size_t i = 0; i < some && !gd_failed(&status); i++)
			gd_exact_moments_pack(&moments[first + i], packed + i * GD_EXACT_MOMENTS_LENGTH);
		status = gd_together_add_up(together, &status, packed, some * GD_EXACT_MOMENTS_LENGTH);
		for (size_t i = 0; i < some && !gd_failed(&status); i++)
			gd_exact_moments_unpack(&moments[first + i], packed + i * GD_EXACT_MOMENTS_LENGTH);
		first += some;
	} while (!gd_failed(&status) && first < count);
	free(packed);
	return status;
}

void gd_statistics_finish(gd_exact_moments *moments, double *mean, double *deviation, bool *constant)
{
	*mean = gd_exact_moments_mean(moments);
	*deviation = gd_exact_moments_deviation(moments);
	*constant = *deviation == 0;
	if (*constant)
		*deviation = 1;
}

/* 1.5 * 2^52 quanta, of which `rows` has fewer than 2^52: adding it and taking it away rounds to a quantum. */
static double quantum_magic(int64_t rows)
{
	int exponent;
	frexp((double)rows, &exponent);
	return ldexp(1.5, exponent);
}

/* Sorts out numbers and flags: order [features]. */
static size_t order_features(size_t features, const bool *flag, size_t *order)
{
	size_t numbers = 0, place = 0;
	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < features; i++)
			if (flag[i] == turn)
				order[place++] = i;
		numbers = turn ? numbers : place;
	}
	return numbers;
}

/* A pair of flags has four products, and of each as many as were counted: whole quanta, the sum of which is exact as that of one after the other would be. */
static void weigh_flags(const gd_correlated *of, int64_t rows, double *correlation)
{
	const size_t features = of->features;
	for (size_t p = of->numbers; p < features; p++) {
		const size_t i = of->order[p];
		const double ones = correlation[i * features + i], x[2] = {gd_correlated_value(of, i, 0), gd_correlated_value(of, i, 1)};
		for (size_t q = p + 1; q < features; q++) {
			const size_t j = of->order[q];
			const double others = correlation[j * features + j], both = correlation[i * features + j], y[2] = {gd_correlated_value(of, j, 0), gd_correlated_value(of, j, 1)};
			const double counts[2][2] = {{(double)rows - ones - others + both, others - both}, {ones - both, both}};
			double sum = 0;
			for (int k = 0; k < 2; k++)
				for (int l = 0; l < 2; l++)
					sum += counts[k][l] * ((x[k] * y[l] + of->magic) - of->magic);
			correlation[i * features + j] = sum;
		}
	}
}

/* correlation [features, features], zeros: sums of this holder's rows above the diagonal. columns, bits: room for a block. */
static void add_rows(const gd_correlated *of, int64_t rows, gd_statistics_row *row, void *context, double *values, double *columns, uint64_t (*bits)[GD_CORRELATION_WORDS],
	double *correlation)
{
	const gd_correlation_kernels *kernels = GD_CHOSEN(gd_correlation_kernels);
	const size_t rest = of->features - of->numbers, *order = of->order + of->numbers;
	size_t held = 0;
	for (int64_t position = 0; position < rows; position++) {
		if (!held)
			memset(bits, 0, rest * sizeof *bits);
		row(context, position, values);
		for (size_t i = 0; i < of->numbers; i++)
			columns[i * GD_CORRELATION_ROWS + held] = values[of->order[i]];
		for (size_t i = 0; i < rest; i++)
			if (values[order[i]] != 0)
				bits[i][held / 64] |= (uint64_t)1 << held % 64;
		if (++held == GD_CORRELATION_ROWS || position + 1 == rows) {
			kernels->add(of, held, columns, (const uint64_t(*)[GD_CORRELATION_WORDS])bits, correlation);
			held = 0;
		}
	}
	weigh_flags(of, rows, correlation);
}

gd_status gd_statistics_correlation(int64_t rows, int features, gd_statistics_row *row, void *context, const gd_together *together, const double *mean,
	const double *deviation, const bool *constant, const bool *flag, double *correlation)
{
	size_t count = (size_t)features;
	int64_t all = rows;
	double *values = gd_allocate(count, sizeof *values), *columns = gd_allocate(count, GD_CORRELATION_ROWS * sizeof *columns);
	uint64_t(*bits)[GD_CORRELATION_WORDS] = gd_allocate(count, sizeof *bits);
	size_t *order = gd_allocate(count, sizeof *order);
	gd_status status = values && columns && bits && order ? gd_ok() : gd_out_of_memory("the correlation");
	status = gd_together_sum(together, &status, &all, 1);
	memset(correlation, 0, count * count * sizeof *correlation);
	if (!gd_failed(&status)) {
		const gd_correlated of = {count, order_features(count, flag, order), order, mean, deviation, constant, quantum_magic(all)};
		add_rows(&of, rows, row, context, values, columns, bits, correlation);
		status = gd_together_add_up(together, &status, correlation, count * count);
	}
	for (size_t i = 0; i < count; i++) {
		correlation[i * count + i] = 1;
		for (size_t j = i + 1; j < count; j++) {
			double value = correlation[i * count + j] / (double)all;
			/* Rounding may carry equal columns past 1. */
			value = fmin(fmax(value, -1), 1);
			correlation[i * count + j] = correlation[j * count + i] = value;
		}
	}
	free(order);
	free(bits);
	free(columns);
	free(values);
	return status;
}

void gd_statistics_audit(const gd_tallied *entries, int64_t count, gd_audit *audit)
{
	for (int64_t from = 0, to; from < count; from = to) {
		int64_t all = 0, most = 0, test = 0, trained = 0;
		for (to = from; to < count && !gd_content_compare(entries[to].content, entries[from].content); to++) {
			const int64_t *part = entries[to].count;
			int64_t rows = part[GD_SPLIT_TRAIN] + part[GD_SPLIT_VALIDATION] + part[GD_SPLIT_TEST];
			all += rows;
			most = rows > most ? rows : most;
			test += part[GD_SPLIT_TEST];
			trained += part[GD_SPLIT_TRAIN];
		}
		audit->rows += all;
		audit->right += most;
		audit->groups++;
		audit->conflicting_groups += most < all;
		audit->test_rows += test;
		audit->shared_test_rows += trained ? test : 0;
	}
}
