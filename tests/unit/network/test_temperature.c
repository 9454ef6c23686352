#include <float.h>
#include <math.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/real.h"
#include "gd/network/temperature.h"
#include "gd/network/temperature_kernels.h"
#include "unit.h"

const char *const unit_suite = "temperature";

enum { CLASSES = 4, ROWS = 37 };

/* Probabilities [ROWS, CLASSES], some of them 0, and labels. */
static void draw(float *probabilities, int32_t *labels)
{
	for (int r = 0; r < ROWS; r++) {
		double total = 0.0, weight[CLASSES];
		for (int c = 0; c < CLASSES; c++)
			total += weight[c] = (r + c) % 7 ? exp(3.0 * sin(r * 12.9898 + c * 78.233)) : 0.0;
		for (int c = 0; c < CLASSES; c++)
			probabilities[r * CLASSES + c] = (float)(weight[c] / total);
		labels[r] = (r * 5) % CLASSES;
	}
}

/* The definition, by libm. */
static double scaled(const float *row, int class, double temperature)
{
	double total = 0.0;
	for (int c = 0; c < CLASSES; c++)
		total += pow(fmax(row[c], FLT_MIN), 1.0 / temperature);
	return pow(fmax(row[class], FLT_MIN), 1.0 / temperature) / total;
}

static void test_apply(void)
{
	float probabilities[ROWS * CLASSES], columns[CLASSES * ROWS], alone[CLASSES];
	int32_t labels[ROWS];
	const double temperatures[] = {0.125, 0.7, 1.6, 8.0};
	draw(probabilities, labels);
	for (int t = 0; t < 4; t++) {
		for (int r = 0; r < ROWS; r++)
			for (int c = 0; c < CLASSES; c++)
				columns[c * ROWS + r] = probabilities[r * CLASSES + c];
		gd_temperature_apply(temperatures[t], CLASSES, ROWS, ROWS, columns);
		for (int r = 0; r < ROWS; r++) {
			for (int c = 0; c < CLASSES; c++)
				alone[c] = probabilities[r * CLASSES + c];
			gd_temperature_apply(temperatures[t], CLASSES, 1, 1, alone);
			for (int c = 0; c < CLASSES; c++) {
				CU_ASSERT(fabs(columns[c * ROWS + r] - scaled(probabilities + r * CLASSES, c, temperatures[t])) < 1e-6);
				CU_ASSERT(columns[c * ROWS + r] == alone[c]);
			}
		}
	}
	for (int i = 0; i < ROWS * CLASSES; i++)
		columns[i] = probabilities[i];
	gd_temperature_apply(0.0, CLASSES, ROWS, ROWS, columns);
	gd_temperature_apply(1.0, CLASSES, ROWS, ROWS, columns);
	for (int i = 0; i < ROWS * CLASSES; i++)
		CU_ASSERT(columns[i] == probabilities[i]);
}

static double loss_at(double sharpness, const double *logs, const int32_t *labels, int first, int rows, double *slope)
{
	gd_wide_sum loss = {0}, by_sharpness = {0};
	gd_temperature_add(sharpness, CLASSES, rows, logs + first * CLASSES, labels + first, NULL, &loss, &by_sharpness);
	if (slope)
		*slope = gd_wide_sum_value(&by_sharpness);
	return gd_wide_sum_value(&loss);
}

static void test_slope(void)
{
	float probabilities[ROWS * CLASSES];
	double logs[ROWS * CLASSES], slope, step = 1e-4;
	int32_t labels[ROWS];
	draw(probabilities, labels);
	gd_temperature_logs(ROWS * CLASSES, probabilities, logs);
	for (double sharpness = 0.25; sharpness < 5.0; sharpness *= 2.0) {
		double expected = 0.0, loss = loss_at(sharpness, logs, labels, 0, ROWS, &slope);
		for (int r = 0; r < ROWS; r++)
			expected -= log(scaled(probabilities + r * CLASSES, labels[r], 1.0 / sharpness));
		CU_ASSERT(fabs(loss - expected) < 1e-8 * fabs(expected) + 1e-8);
		double difference = (loss_at(sharpness + step, logs, labels, 0, ROWS, NULL) - loss_at(sharpness - step, logs, labels, 0, ROWS, NULL)) / (2.0 * step);
		CU_ASSERT(fabs(slope - difference) < 1e-3);
		/* In parts, the other one first: the same bits. */
		gd_wide_sum parts = {0}, slopes = {0};
		gd_temperature_add(sharpness, CLASSES, ROWS - 11, logs + 11 * CLASSES, labels + 11, NULL, &parts, &slopes);
		gd_temperature_add(sharpness, CLASSES, 11, logs, labels, NULL, &parts, &slopes);
		CU_ASSERT(gd_wide_sum_value(&parts) == loss && gd_wide_sum_value(&slopes) == slope);
	}
}

/* Rows of a tile that fills vectors and leaves a rest. */
enum { TILE_ROWS = 29, MANY = TILE_ROWS * CLASSES };

#define ROUND (6755399441055744.0 * 0x1p-36)

static double plain_log(float p)
{
	return gd_real_log(p < FLT_MIN ? FLT_MIN : p);
}

static void expect_plain_bits(const gd_temperature_kernels *kernels, double sharpness, const float *p)
{
	double logs[MANY], loss[TILE_ROWS], slope[TILE_ROWS];
	float columns[MANY];
	int32_t labels[TILE_ROWS];
	for (int r = 0; r < TILE_ROWS; r++) {
		labels[r] = r % CLASSES;
		for (int c = 0; c < CLASSES; c++)
			columns[c * TILE_ROWS + r] = p[r * CLASSES + c];
	}
	kernels->logs(MANY, p, logs);
	kernels->losses(sharpness, CLASSES, TILE_ROWS, logs, labels, loss, slope);
	kernels->apply(sharpness, CLASSES, TILE_ROWS, TILE_ROWS, columns);
	for (int r = 0; r < TILE_ROWS; r++) {
		const float *row = p + r * CLASSES;
		double top = plain_log(row[0]), total = 0.0, mean = 0.0, mine = plain_log(row[labels[r]]);
		for (int c = 1; c < CLASSES; c++)
			top = plain_log(row[c]) > top ? plain_log(row[c]) : top;
		for (int c = 0; c < CLASSES; c++) {
			double weight = gd_real_exp(sharpness * (plain_log(row[c]) - top)), log = plain_log(row[c]);
			total += weight;
			mean += weight * log;
			CU_ASSERT(!memcmp(&logs[r * CLASSES + c], &log, sizeof log));
		}
		CU_ASSERT(loss[r] == (gd_real_log(total) - sharpness * (mine - top) + ROUND) - ROUND);
		CU_ASSERT(slope[r] == (mean / total - mine + ROUND) - ROUND);
		for (int c = 0; c < CLASSES; c++)
			CU_ASSERT(columns[c * TILE_ROWS + r] == (float)(gd_real_exp(sharpness * (plain_log(row[c]) - top)) / total));
	}
}

static void test_vectors(void)
{
	const gd_temperature_kernels *tables[] = {
#ifdef __x86_64__
		[GD_PLAIN] = &gd_temperature_kernels_plain, [GD_AVX2] = &gd_temperature_kernels_avx2, [GD_AVX512] = &gd_temperature_kernels_avx512
#else
		&gd_temperature_kernels_plain
#endif
	};
	const int count = (int)(sizeof tables / sizeof *tables), widest = (int)gd_processor_widest();
	float p[MANY];
	for (int t = 0; t < count && t <= widest; t++)
		for (uint64_t draw = 0; draw < 400; draw++) {
			for (uint64_t i = 0; i < MANY; i++) {
				float u = (float)gd_random_uniform(draw, i);
				p[i] = i % 7 == 0 ? u * u * u * u * u * u * u * u * 1e-30f : i % 31 == 0 ? 1.0f : i % 37 == 0 ? 0.0f : u;
			}
			expect_plain_bits(tables[t], 0.125 + 8.0 * gd_random_uniform(1000, draw), p);
		}
	/* What a training that went astray gives stays visible. */
	for (int t = 0; t < count && t <= widest; t++) {
		double log = 0.0;
		p[0] = NAN;
		tables[t]->logs(1, p, &log);
		CU_ASSERT(isnan(log));
		tables[t]->apply(2.0, CLASSES, 1, 1, p);
		CU_ASSERT(isnan(p[0]) && isnan(p[1]));
	}
}

/* More classes than weights are kept of. */
static void test_many(void)
{
	enum { CROWD = 700, FEW_ROWS = 5 };
	static float probabilities[CROWD * FEW_ROWS], sharper[CROWD * FEW_ROWS];
	for (int r = 0; r < FEW_ROWS; r++) {
		double total = 0;
		for (int c = 0; c < CROWD; c++)
			total += 1 + c * (r + 3) % 11;
		for (int c = 0; c < CROWD; c++)
			probabilities[c * FEW_ROWS + r] = (float)((1 + c * (r + 3) % 11) / total);
	}
	memcpy(sharper, probabilities, sizeof sharper);
	gd_temperature_apply(0.5, CROWD, FEW_ROWS, FEW_ROWS, sharper);
	for (int r = 0; r < FEW_ROWS; r++) {
		double total = 0;
		for (int c = 0; c < CROWD; c++)
			total += pow(probabilities[c * FEW_ROWS + r], 2);
		for (int c = 0; c < CROWD; c++)
			CU_ASSERT_DOUBLE_EQUAL(sharper[c * FEW_ROWS + r], pow(probabilities[c * FEW_ROWS + r], 2) / total, 1e-8);
	}
}

const unit_test unit_tests[] = {
	{"every set of instructions gives the bits of the plain functions", test_vectors},
	{"probabilities agree with the definition", test_apply},
	{"losses agree with it, slopes with their differences, and parts add up", test_slope},
	{"many classes", test_many},
	{NULL, NULL},
};
