#include "gd/network/dropout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "dropout";

enum { UNITS = 7, MOST_ROWS = 1100 };
static float x[UNITS * MOST_ROWS], y[UNITS * MOST_ROWS], twin[UNITS * MOST_ROWS];
static uint8_t kept[UNITS * MOST_ROWS], twin_kept[UNITS * MOST_ROWS];

static void fill(int rows)
{
	for (int i = 0; i < UNITS * rows; i++)
		x[i] = 0.25f + (float)(i % 13);
}

static void test_threshold(void)
{
	CU_ASSERT(gd_dropout_threshold(0.0) == 0);
	CU_ASSERT(gd_dropout_threshold(0.5) == 32768);
	CU_ASSERT(gd_dropout_threshold(0.2) == 13107);
	CU_ASSERT(gd_dropout_threshold(1e-6) == 0);
	CU_ASSERT(gd_dropout_threshold(0.9999999) == 65535);
	CU_ASSERT(gd_dropout_scale(32768) == 2.0f);
	CU_ASSERT(gd_dropout_scale(65535) == 65536.0f);
	CU_ASSERT(gd_dropout_scale(13107) == (float)(65536.0 / (65536.0 - 13107.0)));
}

static void test_twin(void)
{
	static const int rows[] = {1, 7, 8, 9, 64, 313, 511, 512, 513, 1100};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		gd_dropout dropout = {.key = UINT64_C(0x123456789abcdef0) + i, .layer = (uint32_t)i % 3, .block = 5 + (uint32_t)i, .threshold = 13107};
		size_t count = UNITS * (size_t)rows[i];
		fill(rows[i]);
		gd_dropout_forward(&dropout, UNITS, rows[i], x, y, kept);
		gd_dropout_forward_ref(&dropout, UNITS, rows[i], x, twin, twin_kept);
		CU_ASSERT(memcmp(y, twin, count * sizeof *y) == 0);
		CU_ASSERT(memcmp(kept, twin_kept, count) == 0);
		gd_dropout_forward(&dropout, UNITS, rows[i], x, x, NULL);
		CU_ASSERT(memcmp(x, twin, count * sizeof *x) == 0);
	}
}

static void test_share(void)
{
	static const double probability[] = {0.05, 0.2, 0.5, 0.9};
	for (size_t p = 0; p < sizeof probability / sizeof *probability; p++) {
		gd_dropout dropout = {.key = 77, .layer = 1, .threshold = gd_dropout_threshold(probability[p])};
		double sum = 0.0, dropped = 0.0, n = 0.0;
		for (dropout.block = 0; dropout.block < 8; dropout.block++) {
			for (int i = 0; i < UNITS * MOST_ROWS; i++)
				x[i] = 1.0f;
			gd_dropout_forward(&dropout, UNITS, MOST_ROWS, x, y, kept);
			for (int i = 0; i < UNITS * MOST_ROWS; i++) {
				sum += y[i];
				dropped += !kept[i];
				n += 1.0;
			}
		}
		double deviation = sqrt(probability[p] * (1.0 - probability[p]) / n);
		CU_ASSERT(fabs(dropped / n - probability[p]) < 4.0 * deviation);
		CU_ASSERT(fabs(sum / n - 1.0) < 4.0 * deviation / (1.0 - probability[p]));
	}
}

/* How often two masks of probability one half agree: about half of the time if they have nothing in common. */
static double agreement(const gd_dropout *one, const gd_dropout *other)
{
	fill(MOST_ROWS);
	gd_dropout_forward(one, UNITS, MOST_ROWS, x, y, kept);
	gd_dropout_forward(other, UNITS, MOST_ROWS, x, y, twin_kept);
	double same = 0.0;
	for (int i = 0; i < UNITS * MOST_ROWS; i++)
		same += kept[i] == twin_kept[i];
	return same / (UNITS * MOST_ROWS);
}

static void test_independence(void)
{
	gd_dropout base = {.key = 9, .layer = 1, .block = 2, .threshold = 32768};
	gd_dropout key = base, layer = base, block = base, high = base;
	key.key = 10;
	high.key = base.key | UINT64_C(1) << 40;
	layer.layer = 2;
	block.block = 3;
	CU_ASSERT(agreement(&base, &base) == 1.0);
	CU_ASSERT(fabs(agreement(&base, &key) - 0.5) < 0.03);
	CU_ASSERT(fabs(agreement(&base, &high) - 0.5) < 0.03);
	CU_ASSERT(fabs(agreement(&base, &layer) - 0.5) < 0.03);
	CU_ASSERT(fabs(agreement(&base, &block) - 0.5) < 0.03);
	/* units, and the rows of a group, among themselves */
	for (int lag = 1; lag < 9; lag++) {
		double same = 0.0;
		for (int i = 0; i + lag < MOST_ROWS; i++)
			same += kept[i] == kept[i + lag];
		CU_ASSERT(fabs(same / (MOST_ROWS - lag) - 0.5) < 0.06);
	}
	double same = 0.0;
	for (int i = 0; i < MOST_ROWS; i++)
		same += kept[i] == kept[MOST_ROWS + i];
	CU_ASSERT(fabs(same / MOST_ROWS - 0.5) < 0.06);
}

static void test_backward(void)
{
	gd_dropout dropout = {.key = 3, .layer = 2, .block = 1, .threshold = 20000};
	fill(MOST_ROWS);
	gd_dropout_forward(&dropout, UNITS, MOST_ROWS, x, y, kept);
	/* The layer is linear: its way back is the same factor. */
	gd_dropout_backward(dropout.threshold, UNITS, MOST_ROWS, kept, x, twin);
	CU_ASSERT(memcmp(y, twin, sizeof y) == 0);
	gd_dropout_backward(dropout.threshold, UNITS, MOST_ROWS, kept, x, x);
	CU_ASSERT(memcmp(x, twin, sizeof x) == 0);
}

/* Through relu and dropout at once it is as through one after the other. */
static void test_backward_relu(void)
{
	enum { ROWS = 64 };
	static float output[UNITS * MOST_ROWS];
	gd_dropout dropout = {.key = 21, .threshold = 20000};
	fill(ROWS);
	for (int i = 0; i < UNITS * ROWS; i++)
		y[i] = x[i] < 0.0f ? 0.0f : x[i];
	gd_dropout_forward(&dropout, UNITS, ROWS, y, output, kept);
	gd_dropout_backward(dropout.threshold, UNITS, ROWS, kept, x, twin);
	for (int i = 0; i < UNITS * ROWS; i++)
		twin[i] = y[i] <= 0.0f ? 0.0f : twin[i];
	gd_dropout_backward_relu(dropout.threshold, UNITS, ROWS, output, x, x);
	for (int i = 0; i < UNITS * ROWS; i++)
		CU_ASSERT(x[i] == twin[i]);
}

static void test_nan(void)
{
	gd_dropout dropout = {.key = 3, .threshold = 60000};
	for (int i = 0; i < UNITS * 64; i++)
		x[i] = NAN;
	gd_dropout_forward(&dropout, UNITS, 64, x, y, kept);
	gd_dropout_backward(dropout.threshold, UNITS, 64, kept, x, twin);
	for (int i = 0; i < UNITS * 64; i++)
		CU_ASSERT(isnan(y[i]) && isnan(twin[i]));
}

const unit_test unit_tests[] = {
	{"probabilities are rounded to 65536ths and inverted exactly", test_threshold},
	{"vectorised draws are the generator's", test_twin},
	{"the share of dropped elements and the mean are right", test_share},
	{"keys, layers, blocks, units and rows draw apart", test_independence},
	{"the way back has the same factors", test_backward},
	{"the way back through relu as well", test_backward_relu},
	{"NaN is not dropped", test_nan},
	{NULL, NULL},
};
