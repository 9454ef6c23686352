#include "gd/table/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/table/split.h"

gd_status gd_statistics_moments(int64_t rows, int features, gd_statistics_row *row, void *context, const gd_together *together, double *mean, double *deviation,
	bool *constant)
{
	size_t count = (size_t)features;
	double *values = gd_allocate(count, sizeof *values), *packed = gd_allocate(together ? count : 0, GD_EXACT_MOMENTS_LENGTH * sizeof *packed);
	gd_exact_moments *moments = gd_allocate(count, sizeof *moments);
	gd_status status = values && packed && moments ? gd_ok() : gd_out_of_memory("the moments");
	for (int64_t position = 0; position < rows && !gd_failed(&status); position++) {
		row(context, position, values);
		for (int i = 0; i < features; i++)
			gd_exact_moments_add(&moments[i], values[i], 1);
	}
	for (size_t i = 0; i < count && together && !gd_failed(&status); i++)
		gd_exact_moments_pack(&moments[i], packed + i * GD_EXACT_MOMENTS_LENGTH);
	status = gd_together_add_up(together, &status, packed, count * GD_EXACT_MOMENTS_LENGTH);
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		if (together)
			gd_exact_moments_unpack(&moments[i], packed + i * GD_EXACT_MOMENTS_LENGTH);
		gd_statistics_finish(&moments[i], &mean[i], &deviation[i], &constant[i]);
	}
	free(values);
	free(packed);
	free(moments);
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

gd_status gd_statistics_correlation(int64_t rows, int features, gd_statistics_row *row, void *context, const gd_together *together, const double *mean,
	const double *deviation, const bool *constant, double *correlation)
{
	size_t count = (size_t)features;
	int64_t all = rows;
	double *values = gd_allocate(count, sizeof *values);
	gd_status status = values ? gd_ok() : gd_out_of_memory("the correlation");
	status = gd_together_sum(together, &status, &all, 1);
	double magic = quantum_magic(all);
	memset(correlation, 0, count * count * sizeof *correlation);
	for (int64_t position = 0; position < rows && !gd_failed(&status); position++) {
		row(context, position, values);
		for (size_t i = 0; i < count; i++)
			values[i] = constant[i] ? 0 : (values[i] - mean[i]) / deviation[i];
		for (size_t i = 0; i < count; i++)
			for (size_t j = i + 1; j < count; j++)
				correlation[i * count + j] += (values[i] * values[j] + magic) - magic;
	}
	if (!gd_failed(&status))
		status = gd_together_add_up(together, &status, correlation, count * count);
	for (size_t i = 0; i < count; i++) {
		correlation[i * count + i] = 1;
		for (size_t j = i + 1; j < count; j++) {
			double value = correlation[i * count + j] / (double)all;
			/* Rounding may carry equal columns past 1. */
			value = fmin(fmax(value, -1), 1);
			correlation[i * count + j] = correlation[j * count + i] = value;
		}
	}
	free(values);
	return status;
}

/* Rows in the order of their groups. */
static int64_t *list_by_group(int64_t rows, const int32_t *groups, int64_t group_count, int64_t *first)
{
	int64_t *members = gd_allocate((size_t)rows, sizeof *members);
	if (!members)
		return NULL;
	memset(first, 0, ((size_t)group_count + 1) * sizeof *first);
	for (int64_t i = 0; i < rows; i++)
		first[groups[i]]++;
	for (int64_t i = 1; i <= group_count; i++)
		first[i] += first[i - 1];
	for (int64_t i = rows - 1; i >= 0; i--)
		members[--first[groups[i]]] = i;
	return members;
}

static void audit_group(const int64_t *members, int64_t count, const int32_t *labels, const uint8_t *part, int64_t *of_class, int64_t *right, gd_audit *audit)
{
	int64_t test = 0, most = 0;
	bool trained = false;
	for (int64_t i = 0; i < count; i++) {
		int64_t row = members[i], now = ++of_class[labels[row]];
		most = now > most ? now : most;
		test += part[row] == GD_SPLIT_TEST;
		trained = trained || part[row] == GD_SPLIT_TRAIN;
	}
	for (int64_t i = 0; i < count; i++)
		of_class[labels[members[i]]] = 0;
	*right += most;
	audit->groups += count > 0;
	audit->conflicting_groups += most < count;
	audit->test_rows += test;
	audit->shared_test_rows += trained ? test : 0;
}

gd_status gd_statistics_audit(int64_t rows, int classes, const int32_t *labels, const int32_t *groups, int64_t group_count, const uint8_t *part, gd_audit *audit)
{
	gd_status status = gd_ok();
	int64_t right = 0, *members = NULL;
	int64_t *first = gd_allocate((size_t)group_count + 1, sizeof *first);
	int64_t *of_class = gd_allocate((size_t)classes, sizeof *of_class);
	*audit = (gd_audit){.rows = rows};
	if (first && of_class)
		members = list_by_group(rows, groups, group_count, first);
	if (!members) {
		status = gd_out_of_memory("the leak audit");
		goto done;
	}
	for (int64_t i = 0; i < group_count; i++)
		audit_group(members + first[i], first[i + 1] - first[i], labels, part, of_class, &right, audit);
	audit->ceiling = rows ? (double)right / (double)rows : 1;
done:
	free(members);
	free(first);
	free(of_class);
	return status;
}
