#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/features/split.h"
#include "gd/features/statistics.h"

const char *const unit_suite = "statistics";

enum { ROWS = 2000, FEATURES = 12 };

static double table[ROWS][FEATURES];

static void row(void *context, int64_t position, double *features)
{
	(void)context;
	for (int i = 0; i < FEATURES; i++)
		features[i] = table[position][i];
}

static void fill(void)
{
	uint64_t state = 99;
	for (int i = 0; i < ROWS; i++) {
		double draw[2];
		for (int j = 0; j < 2; j++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			draw[j] = (double)(state >> 11) * 0x1p-53;
		}
		table[i][0] = draw[0];
		table[i][1] = 1e9 + draw[0] + 0.5 * draw[1]; /* a large mean: one pass would lose its deviation */
		table[i][2] = 0.1;                          /* constant, though 2000 times 0.1 over 2000 is not 0.1 */
		table[i][3] = -3 * draw[0];
		table[i][4] = i == 7;
		table[i][5] = i < 3 ? i - 1 : i % 2; /* flags, but for one record */
		table[i][6] = 1;
		table[i][7] = draw[0] < 0.3; /* flags that depend on a number, on one another, or on nothing */
		table[i][8] = draw[0] >= 0.3 && draw[1] < 0.5;
		table[i][9] = i % 3 == 0;
		table[i][10] = table[i][9];
		table[i][11] = 0;
	}
}

static void test_moments(void)
{
	double mean[FEATURES], deviation[FEATURES], correlation[FEATURES * FEATURES];
	bool constant[FEATURES], flag[FEATURES];
	fill();
	gd_status status = gd_statistics_moments(ROWS, FEATURES, row, NULL, NULL, mean, deviation, constant, flag);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	status = gd_statistics_correlation(ROWS, FEATURES, row, NULL, NULL, mean, deviation, constant, flag, correlation);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	long double m[FEATURES] = {0}, s[FEATURES][FEATURES] = {{0}};
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < FEATURES; j++)
			m[j] += (long double)table[i][j] / ROWS;
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < FEATURES; j++)
			for (int k = 0; k < FEATURES; k++)
				s[j][k] += (table[i][j] - m[j]) * (table[i][k] - m[k]) / ROWS;
	for (int j = 0; j < FEATURES; j++) {
		CU_ASSERT_EQUAL(constant[j], j == 2 || j == 6 || j == 11);
		CU_ASSERT_EQUAL(flag[j], j == 4 || j >= 6);
		CU_ASSERT_EQUAL(correlation[j * FEATURES + j], 1);
		if (constant[j])
			continue;
		CU_ASSERT_DOUBLE_EQUAL(mean[j], (double)m[j], 1e-15 * fabs((double)m[j]));
		CU_ASSERT_DOUBLE_EQUAL(deviation[j], (double)sqrtl(s[j][j]), 1e-7 * (double)sqrtl(s[j][j]));
		for (int k = 0; k < FEATURES; k++) {
			double expected = constant[k] ? 0 : (double)(s[j][k] / sqrtl(s[j][j] * s[k][k]));
			CU_ASSERT_DOUBLE_EQUAL(correlation[j * FEATURES + k], expected, 1e-7);
			CU_ASSERT_EQUAL(correlation[j * FEATURES + k], correlation[k * FEATURES + j]);
		}
	}
	/* Counted or multiplied out: the same bits. */
	double multiplied[FEATURES * FEATURES];
	memset(flag, 0, sizeof flag);
	status = gd_statistics_correlation(ROWS, FEATURES, row, NULL, NULL, mean, deviation, constant, flag, multiplied);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT(!memcmp(correlation, multiplied, sizeof multiplied));
	CU_ASSERT_EQUAL(mean[2], 0.1);
	CU_ASSERT_EQUAL(deviation[2], 1);
	CU_ASSERT_EQUAL(mean[6], 1);
	CU_ASSERT_DOUBLE_EQUAL(correlation[3], -1, 1e-12);
	CU_ASSERT_TRUE(correlation[3] >= -1);
	/* Population: sqrt(1/n - 1/n^2) for one 1 among n. */
	CU_ASSERT_DOUBLE_EQUAL(deviation[4], sqrt(1.0 / ROWS - 1.0 / ROWS / ROWS), 1e-17);
}

/* Records in any order: the same bytes. */
static void test_order(void)
{
	double mean[2][FEATURES], deviation[2][FEATURES], correlation[2][FEATURES * FEATURES];
	bool constant[FEATURES], flag[FEATURES];
	fill();
	for (int i = 0; i < ROWS; i++) {
		/* Of all sizes, so that sums in double would depend on the order. */
		table[i][0] *= ldexp(i % 3 ? 1.0 : -1.0, i % 600 - 300);
		table[i][3] += table[i][0] * 1e-3;
	}
	for (int round = 0; round < 2; round++) {
		gd_status status = gd_statistics_moments(ROWS, FEATURES, row, NULL, NULL, mean[round], deviation[round], constant, flag);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		status = gd_statistics_correlation(ROWS, FEATURES, row, NULL, NULL, mean[round], deviation[round], constant, flag, correlation[round]);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		for (int i = ROWS - 1; i > 0; i--) {
			int j = (int)((uint64_t)i * 7919 % (uint64_t)(i + 1));
			double kept[FEATURES];
			memcpy(kept, table[i], sizeof kept);
			memcpy(table[i], table[j], sizeof kept);
			memcpy(table[j], kept, sizeof kept);
		}
	}
	CU_ASSERT(!memcmp(mean[0], mean[1], sizeof mean[0]));
	CU_ASSERT(!memcmp(deviation[0], deviation[1], sizeof deviation[0]));
	CU_ASSERT(!memcmp(correlation[0], correlation[1], sizeof correlation[0]));
	CU_ASSERT(isfinite(mean[0][0]) && deviation[0][0] > 1e80);
}

static void test_audit(void)
{
	/* By hand: groups 0: a a b in training, training, test; 1: b in test; 2: a c c in test, test, validation; 3: b b in training, test. */
	static const int32_t groups[] = {0, 2, 0, 3, 1, 2, 0, 2, 3};
	static const int32_t labels[] = {0, 0, 1, 1, 1, 2, 0, 2, 1};
	static const uint8_t part[] = {GD_SPLIT_TRAIN, GD_SPLIT_TEST, GD_SPLIT_TEST, GD_SPLIT_TRAIN, GD_SPLIT_TEST, GD_SPLIT_TEST, GD_SPLIT_TRAIN, GD_SPLIT_VALIDATION, GD_SPLIT_TEST};
	gd_audit audit = {0};
	gd_tally tally = {0};
	for (int i = 0; i < 9; i++) {
		gd_tallied *entry = gd_tally_of(&tally, (gd_content){0, (uint64_t)groups[i]}, labels[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
		entry->count[part[i]]++;
	}
	CU_ASSERT(gd_tally_sort(&tally));
	gd_statistics_audit(tally.entries, tally.count, &audit);
	gd_tally_release(&tally);
	CU_ASSERT_EQUAL(audit.rows, 9);
	CU_ASSERT_EQUAL(audit.groups, 4);
	CU_ASSERT_EQUAL(audit.test_rows, 5);
	CU_ASSERT_EQUAL(audit.shared_test_rows, 2);
	CU_ASSERT_EQUAL(audit.conflicting_groups, 2);
	CU_ASSERT_EQUAL(audit.right, 7);
}

/* What three holders have tallied, made one: what one would have. */
static void test_join(void)
{
	gd_tally whole = {0}, third[3] = {{0}};
	static gd_tallied all[ROWS];
	int64_t count = 0;
	for (int i = 0; i < ROWS; i++) {
		const gd_content content = {(uint64_t)(i * 7919 % 101) << 50, (uint64_t)(i % 3)};
		gd_tallied *one = gd_tally_of(&whole, content, i % 5), *part = gd_tally_of(&third[i * 31 % 7 % 3], content, i % 5);
		CU_ASSERT_TRUE_FATAL(one && part);
		one->count[i % GD_SPLIT_PARTS]++;
		part->count[i % GD_SPLIT_PARTS]++;
	}
	for (int i = 0; i < 3; i++) {
		memcpy(all + count, third[i].entries, (size_t)third[i].count * sizeof *all);
		count += third[i].count;
		gd_tally_release(&third[i]);
	}
	CU_ASSERT_TRUE(count > whole.count);
	gd_tallied *joined = gd_tally_join(all, &count);
	CU_ASSERT_TRUE_FATAL(joined && gd_tally_sort(&whole));
	CU_ASSERT_EQUAL_FATAL(count, whole.count);
	CU_ASSERT(!memcmp(joined, whole.entries, (size_t)count * sizeof *joined));
	free(joined);
	gd_tally_release(&whole);
	count = 0;
	joined = gd_tally_join(all, &count);
	CU_ASSERT_TRUE(joined && !count);
	free(joined);
}

const unit_test unit_tests[] = {
	{"moments and correlation", test_moments},
	{"records in another order", test_order},
	{"the leak audit", test_audit},
	{"tallies of several holders", test_join},
	{NULL, NULL},
};
