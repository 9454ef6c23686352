#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/network/scores.h"
#include "../golden/golden.h"
#include "unit.h"

const char *const unit_suite = "scores";

enum { ROWS = 700, CLASSES = 5 };

static int32_t labels[ROWS];
static float probabilities[ROWS * CLASSES]; /* [rows, classes], as the file has them */

static golden_file open_scores(void)
{
	golden_file file = golden_open("scores");
	golden_integers(&file, "labels", ROWS, labels);
	golden_floats(&file, "probabilities", ROWS * CLASSES, probabilities);
	return file;
}

static gd_score_sums sums_of(int classes)
{
	gd_score_sums sums;
	gd_status status = gd_score_sums_init(&sums, classes);
	CU_ASSERT_FATAL(!gd_failed(&status));
	return sums;
}

/* Rows [start, end) as one feature-major block. */
static void add(gd_score_sums *sums, int start, int end)
{
	static float block[ROWS * CLASSES];
	for (int r = start; r < end; r++)
		for (int c = 0; c < CLASSES; c++)
			block[c * (end - start) + r - start] = probabilities[r * CLASSES + c];
	gd_score_sums_add(sums, end - start, block, labels + start);
}

static void check_entry(golden_file *file, const char *name, double value)
{
	CU_ASSERT_DOUBLE_EQUAL(value, golden_double(file, name), 1e-9);
}

static void test_against_numpy(void)
{
	golden_file file = open_scores();
	gd_score_sums sums = sums_of(CLASSES);
	for (int start = 0; start < ROWS; start += 300)
		add(&sums, start, start + 300 < ROWS ? start + 300 : ROWS);
	int confusion[CLASSES * CLASSES];
	golden_integers(&file, "confusion", CLASSES * CLASSES, confusion);
	for (int i = 0; i < CLASSES * CLASSES; i++)
		CU_ASSERT_EQUAL(sums.confusion[i], confusion[i]);
	gd_scores scores;
	gd_class_score per_class[CLASSES];
	gd_scores_of(&sums, &scores, per_class);
	CU_ASSERT_EQUAL(scores.rows, ROWS);
	check_entry(&file, "accuracy", scores.accuracy);
	check_entry(&file, "balanced_accuracy", scores.balanced_accuracy);
	check_entry(&file, "f1_macro", scores.f1_macro);
	check_entry(&file, "log_loss", scores.log_loss);
	check_entry(&file, "expected_calibration_error", scores.expected_calibration_error);
	double interval[2], precision[CLASSES], recall[CLASSES], f1[CLASSES], support[CLASSES];
	golden_doubles(&file, "interval", 2, interval);
	golden_doubles(&file, "precision", CLASSES, precision);
	golden_doubles(&file, "recall", CLASSES, recall);
	golden_doubles(&file, "f1", CLASSES, f1);
	golden_doubles(&file, "support", CLASSES, support);
	CU_ASSERT_DOUBLE_EQUAL(scores.accuracy_low, interval[0], 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(scores.accuracy_high, interval[1], 1e-9);
	for (int c = 0; c < CLASSES; c++) {
		CU_ASSERT_DOUBLE_EQUAL(per_class[c].precision, precision[c], 1e-12);
		CU_ASSERT_DOUBLE_EQUAL(per_class[c].recall, recall[c], 1e-12);
		CU_ASSERT_DOUBLE_EQUAL(per_class[c].f1, f1[c], 1e-12);
		CU_ASSERT_EQUAL(per_class[c].support, support[c]);
	}
	gd_score_sums_release(&sums);
	golden_close(&file);
}

static void test_any_grouping(void)
{
	golden_file file = open_scores();
	golden_close(&file);
	gd_score_sums whole = sums_of(CLASSES);
	add(&whole, 0, ROWS);
	gd_scores expected;
	gd_scores_of(&whole, &expected, NULL);
	size_t length = gd_score_sums_length(&whole);
	for (int ranks = 2; ranks <= 13; ranks++) {
		double *total = calloc(length, sizeof *total), *flat = calloc(length, sizeof *flat);
		CU_ASSERT_FATAL(total && flat);
		for (int rank = 0; rank < ranks; rank++) {
			gd_score_sums part = sums_of(CLASSES);
			int start = ROWS * rank / ranks, end = ROWS * (rank + 1) / ranks;
			for (int at = start; at < end; at += 10 + rank)
				add(&part, at, at + 10 + rank < end ? at + 10 + rank : end);
			gd_score_sums_pack(&part, flat);
			for (size_t i = 0; i < length; i++)
				total[i] += flat[i];
			gd_score_sums_release(&part);
		}
		gd_score_sums summed = sums_of(CLASSES);
		gd_score_sums_unpack(&summed, total);
		gd_scores scores;
		gd_scores_of(&summed, &scores, NULL);
		CU_ASSERT_EQUAL(memcmp(&scores, &expected, sizeof scores), 0);
		CU_ASSERT_EQUAL(memcmp(summed.confusion, whole.confusion, CLASSES * CLASSES * sizeof *whole.confusion), 0);
		gd_score_sums_release(&summed);
		free(total);
		free(flat);
	}
	gd_score_sums_release(&whole);
}

static void test_bins_and_ties(void)
{
	/* 0.2f is a little above 3/15, 0.6f above 9/15 and 0.5 between 7/15 and 8/15; 1 is in the last. Ties go to the first class. */
	static const float p[] = {1.0f, 0.2f, 0.6f, 0.5f, 0.0f, 0.8f, 0.4f, 0.5f};
	static const int32_t truth[] = {0, 1, 0, 1};
	gd_score_sums sums = sums_of(2);
	gd_score_sums_add(&sums, 4, p, truth);
	CU_ASSERT_EQUAL(sums.confusion[0], 2);
	CU_ASSERT_EQUAL(sums.confusion[1], 0);
	CU_ASSERT_EQUAL(sums.confusion[2], 1); /* the tie, of class 1 */
	CU_ASSERT_EQUAL(sums.confusion[3], 1);
	CU_ASSERT_EQUAL(sums.bin_rows[14], 1);
	CU_ASSERT_EQUAL(sums.bin_rows[12], 1); /* 0.8f */
	CU_ASSERT_EQUAL(sums.bin_rows[9], 1);  /* 0.6f */
	CU_ASSERT_EQUAL(sums.bin_rows[7], 1);
	CU_ASSERT_EQUAL(sums.bin_correct[7], 0);
	gd_score_sums_release(&sums);
	const float below[] = {nextafterf(0.2f, 0.0f)};
	gd_score_sums one = sums_of(1);
	gd_score_sums_add(&one, 1, below, truth);
	CU_ASSERT_EQUAL(one.bin_rows[2], 1);
	gd_score_sums_release(&one);
}

static void test_certain_and_wrong(void)
{
	/* A label given no chance costs -log FLT_MIN. */
	static const float p[] = {1.0f, 0.0f};
	static const int32_t truth[] = {1};
	gd_score_sums sums = sums_of(2);
	gd_score_sums_add(&sums, 1, p, truth);
	gd_scores scores;
	gd_scores_of(&sums, &scores, NULL);
	CU_ASSERT_DOUBLE_EQUAL(scores.log_loss, -log(FLT_MIN), 1e-9);
	CU_ASSERT_EQUAL(scores.accuracy, 0.0);
	CU_ASSERT_EQUAL(scores.accuracy_low, 0.0);
	/* z^2 / (1 + z^2): the upper bound at none of one. */
	CU_ASSERT_DOUBLE_EQUAL(scores.accuracy_high, 0.793450685622763, 1e-12);
	CU_ASSERT_EQUAL(scores.expected_calibration_error, 1.0);
	gd_score_sums_release(&sums);
}

static void test_large_losses_are_exact(void)
{
	/* The largest losses there are, and smaller ones whose last bits they must not push out. */
	enum { MANY = 256 };
	float p[2 * MANY];
	gd_score_sums whole = sums_of(2), single = sums_of(2);
	for (int r = 0; r < MANY; r++) {
		p[r] = r % 5 ? 0.0f : 1.0f / (float)(r + 2);
		p[MANY + r] = 1.0f - p[r];
		labels[r] = 0;
	}
	gd_score_sums_add(&whole, MANY, p, labels);
	for (int r = MANY - 1; r >= 0; r--)
		gd_score_sums_add(&single, 1, (float[2]){p[r], p[MANY + r]}, labels);
	/* The sums' difference, since their leading digits would hide a lost bit. */
	for (int k = 0; k < GD_WIDE_LIMBS; k++)
		whole.log_loss.limb[k] -= single.log_loss.limb[k];
	CU_ASSERT_EQUAL(gd_wide_sum_value(&whole.log_loss), 0.0);
	gd_score_sums_release(&whole);
	gd_score_sums_release(&single);
}

static void test_nothing_and_nan(void)
{
	gd_score_sums sums = sums_of(3);
	gd_scores scores;
	gd_class_score per_class[3];
	gd_scores_of(&sums, &scores, per_class);
	CU_ASSERT_EQUAL(scores.rows, 0);
	CU_ASSERT(isnan(scores.accuracy) && isnan(scores.log_loss));
	CU_ASSERT_EQUAL(scores.accuracy_low, 0.0);
	CU_ASSERT_EQUAL(scores.accuracy_high, 1.0);
	CU_ASSERT_EQUAL(per_class[1].f1, 0.0);
	static const float p[] = {NAN, NAN, NAN};
	static const int32_t truth[] = {0};
	gd_score_sums_add(&sums, 1, p, truth);
	gd_scores_of(&sums, &scores, per_class);
	CU_ASSERT_EQUAL(scores.rows, 1);
	CU_ASSERT(isnan(scores.log_loss) && isnan(scores.expected_calibration_error));
	gd_score_sums_release(&sums);
}

/* Brier's own form sums over the classes; of two classes half of that is the usual (p - y)^2. */
static void test_brier(void)
{
	static const float two[] = {.9f, .3f, .1f, .7f}, three[] = {.5f, 0, .25f, 1, .25f, 0};
	static const int32_t truth[] = {0, 0};
	gd_scores scores;
	gd_score_sums sums = sums_of(2);
	gd_score_sums_add(&sums, 2, two, truth);
	gd_scores_of(&sums, &scores, NULL);
	CU_ASSERT_DOUBLE_EQUAL(scores.brier, (.01 + .49) / 2, 1e-7);
	gd_score_sums_release(&sums);
	sums = sums_of(3);
	gd_score_sums_add(&sums, 2, three, truth);
	gd_scores_of(&sums, &scores, NULL);
	CU_ASSERT_DOUBLE_EQUAL(scores.brier, (.25 + .0625 + .0625 + 1 + 1) / 2, 1e-9);
	gd_score_sums_release(&sums);
}

/* Weights of 1 are none, to the bit; whole ones are as many rows; those of 0 are no rows. Sums of any two halves are those of all. */
static void test_weights(void)
{
	enum { COUNT = 700, MANY = 3 };
	static float p[MANY * COUNT], ones[COUNT], weights[COUNT];
	static int32_t truth[COUNT];
	for (int r = 0; r < COUNT; r++) {
		float total = 0;
		for (int c = 0; c < MANY; c++)
			total += p[c * COUNT + r] = 0.05f + (float)((r * 31 + c * 17 + r * c) % 23);
		for (int c = 0; c < MANY; c++)
			p[c * COUNT + r] /= total;
		truth[r] = r * 7 % MANY;
		ones[r] = 1;
		weights[r] = (float)(r * 3 % 4);
	}
	gd_score_sums plain = sums_of(MANY), by_ones = sums_of(MANY), weighed = sums_of(MANY), repeated = sums_of(MANY), half = sums_of(MANY);
	CU_ASSERT_FATAL(gd_score_sums_weigh(&by_ones).code == GD_OK && gd_score_sums_weigh(&weighed).code == GD_OK && gd_score_sums_weigh(&half).code == GD_OK);
	gd_score_sums_add(&plain, COUNT, p, truth);
	gd_score_sums_add_weighted(&by_ones, COUNT, p, truth, ones);
	gd_score_sums_add_weighted(&weighed, COUNT, p, truth, weights);
	size_t length = gd_score_sums_length(&half);
	double *both = calloc(length, sizeof *both), *one = calloc(length, sizeof *one);
	for (int r = 0; r < COUNT; r++) {
		const float row[MANY] = {p[r], p[COUNT + r], p[2 * COUNT + r]};
		for (int n = 0; n < (int)weights[r]; n++)
			gd_score_sums_add(&repeated, 1, row, truth + r);
		gd_score_sums_add_weighted(&half, 1, row, truth + r, weights + r);
		if (r != COUNT / 3)
			continue;
		gd_score_sums_pack(&half, both);
		gd_score_sums_release(&half);
		half = sums_of(MANY);
		CU_ASSERT_FATAL(gd_score_sums_weigh(&half).code == GD_OK);
	}
	gd_score_sums_pack(&half, one);
	for (size_t i = 0; i < length; i++)
		both[i] += one[i];
	gd_score_sums_unpack(&half, both);
	gd_scores of_plain, of_ones, of_weighed, of_repeated, of_halves;
	gd_scores_of(&plain, &of_plain, NULL);
	gd_scores_of(&by_ones, &of_ones, NULL);
	gd_scores_of(&weighed, &of_weighed, NULL);
	gd_scores_of(&repeated, &of_repeated, NULL);
	gd_scores_of(&half, &of_halves, NULL);
	CU_ASSERT_EQUAL(memcmp(&of_plain, &of_ones, sizeof of_plain), 0);
	CU_ASSERT_EQUAL(memcmp(&of_weighed, &of_halves, sizeof of_weighed), 0);
	CU_ASSERT_EQUAL(of_weighed.rows, COUNT - COUNT / 4);
	CU_ASSERT_EQUAL(of_weighed.weight, (double)of_repeated.rows);
	const double pairs[][2] = {{of_weighed.accuracy, of_repeated.accuracy}, {of_weighed.balanced_accuracy, of_repeated.balanced_accuracy}, {of_weighed.f1_macro, of_repeated.f1_macro},
		{of_weighed.log_loss, of_repeated.log_loss}, {of_weighed.brier, of_repeated.brier}, {of_weighed.expected_calibration_error, of_repeated.expected_calibration_error}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		CU_ASSERT_DOUBLE_EQUAL(pairs[i][0], pairs[i][1], 1e-13);
	/* Fewer rows than their weights add up to. */
	CU_ASSERT(of_weighed.accuracy_high - of_weighed.accuracy_low > of_repeated.accuracy_high - of_repeated.accuracy_low);
	free(both);
	free(one);
	gd_score_sums *all[] = {&plain, &by_ones, &weighed, &repeated, &half};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		gd_score_sums_release(all[i]);
}

const unit_test unit_tests[] = {
	{"weights of rows", test_weights},
	{"Brier score", test_brier},
	{"every score is NumPy's", test_against_numpy},
	{"any grouping of rows gives the same bits", test_any_grouping},
	{"bins and ties", test_bins_and_ties},
	{"certain and wrong", test_certain_and_wrong},
	{"the largest losses sum without error", test_large_losses_are_exact},
	{"no rows, and NaN", test_nothing_and_nan},
	{NULL, NULL},
};
