#include "gd/network/batch_norm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "batch_norm";

enum { CHANNELS = 5, ROWS = 203, BLOCKS = 4 };

static float uniform(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (float)(*seed >> 8) * 0x1p-23f - 1.0f;
}

static int first_row(int block)
{
	return ROWS * block / BLOCKS;
}

/* A batch z [CHANNELS, ROWS] and the same in blocks, one after the other. */
static float batch[CHANNELS * ROWS], upstream[CHANNELS * ROWS];
static float blocked[CHANNELS * ROWS], blocked_upstream[CHANNELS * ROWS];
static float scale[CHANNELS], shift[CHANNELS], center[CHANNELS];

static void fill(float offset, unsigned seed)
{
	for (int c = 0; c < CHANNELS; c++) {
		for (int r = 0; r < ROWS; r++) {
			batch[c * ROWS + r] = offset * (float)(c - 2) + uniform(&seed) * (0.5f + (float)c);
			upstream[c * ROWS + r] = uniform(&seed);
		}
		scale[c] = 0.5f + 0.25f * (float)c;
		shift[c] = 0.1f * (float)(c - 1);
		center[c] = offset * (float)(c - 2) + 0.3f;
	}
	for (int b = 0; b < BLOCKS; b++) {
		int first = first_row(b), rows = first_row(b + 1) - first;
		for (int c = 0; c < CHANNELS; c++) {
			memcpy(blocked + CHANNELS * first + c * rows, batch + c * ROWS + first, (size_t)rows * sizeof *blocked);
			memcpy(blocked_upstream + CHANNELS * first + c * rows, upstream + c * ROWS + first, (size_t)rows * sizeof *blocked);
		}
	}
}

typedef struct moments {
	double mean[CHANNELS], variance[CHANNELS];
} moments;

static moments exact_moments(const double *z)
{
	moments exact;
	for (int c = 0; c < CHANNELS; c++) {
		double sum = 0.0, squares = 0.0;
		for (int r = 0; r < ROWS; r++)
			sum += z[c * ROWS + r];
		exact.mean[c] = sum / ROWS;
		for (int r = 0; r < ROWS; r++)
			squares += (z[c * ROWS + r] - exact.mean[c]) * (z[c * ROWS + r] - exact.mean[c]);
		exact.variance[c] = squares / ROWS;
	}
	return exact;
}

/* sum over everything of upstream * normalised z, in double. */
static double exact_loss(const double *z, const double *g, const double *b)
{
	moments exact = exact_moments(z);
	double loss = 0.0;
	for (int c = 0; c < CHANNELS; c++)
		for (int r = 0; r < ROWS; r++)
			loss += upstream[c * ROWS + r] * (g[c] * (z[c * ROWS + r] - exact.mean[c]) / sqrt(exact.variance[c] + 1e-5) + b[c]);
	return loss;
}

typedef struct state {
	float mean[CHANNELS], inverse[CHANNELS], unbiased[CHANNELS], gradient_mean[CHANNELS], gradient_product[CHANNELS];
	double scale_gradient[CHANNELS], shift_gradient[CHANNELS];
} state;

/* Both passes over the blocks, in an order of choice; y and dz [CHANNELS, ROWS] in the blocks' layout. */
static void run(const int order[BLOCKS], state *norm, float *y, float *dz)
{
	gd_wide_sum sums[2 * CHANNELS];
	memset(sums, 0, sizeof sums);
	for (int i = 0; i < BLOCKS; i++) {
		int first = first_row(order[i]), rows = first_row(order[i] + 1) - first;
		gd_batch_norm_moments(CHANNELS, rows, blocked + CHANNELS * first, center, sums);
	}
	gd_batch_norm_finish_moments(CHANNELS, ROWS, sums, center, norm->mean, norm->inverse, norm->unbiased);
	memset(sums, 0, sizeof sums);
	for (int i = 0; i < BLOCKS; i++) {
		int first = first_row(order[i]), rows = first_row(order[i] + 1) - first, at = CHANNELS * first;
		gd_batch_norm_forward(CHANNELS, rows, blocked + at, norm->mean, norm->inverse, scale, shift, y + at);
		gd_batch_norm_gradient_sums(CHANNELS, rows, blocked + at, norm->mean, norm->inverse, blocked_upstream + at, sums);
	}
	gd_batch_norm_finish_gradient_sums(CHANNELS, ROWS, sums, norm->gradient_mean, norm->gradient_product, norm->scale_gradient, norm->shift_gradient);
	for (int i = 0; i < BLOCKS; i++) {
		int first = first_row(order[i]), rows = first_row(order[i] + 1) - first, at = CHANNELS * first;
		gd_batch_norm_backward(CHANNELS, rows, blocked + at, norm->mean, norm->inverse, scale, norm->gradient_mean, norm->gradient_product,
			blocked_upstream + at, dz + at);
	}
}

static const int forwards[BLOCKS] = {0, 1, 2, 3};

static void test_moments(void)
{
	static const float offset[] = {0.0f, 10.0f, 1e4f};
	for (size_t i = 0; i < sizeof offset / sizeof *offset; i++) {
		static double z[CHANNELS * ROWS];
		static float y[CHANNELS * ROWS], dz[CHANNELS * ROWS];
		state norm;
		fill(offset[i], 11);
		for (int j = 0; j < CHANNELS * ROWS; j++)
			z[j] = batch[j];
		moments exact = exact_moments(z);
		run(forwards, &norm, y, dz);
		for (int c = 0; c < CHANNELS; c++) {
			CU_ASSERT(fabs(norm.mean[c] - exact.mean[c]) <= 1e-7 * (fabs(exact.mean[c]) + 1e-3));
			CU_ASSERT(fabs(norm.inverse[c] * sqrt(exact.variance[c] + 1e-5) - 1.0) < 2e-7);
			CU_ASSERT(fabs(norm.unbiased[c] / (exact.variance[c] * ROWS / (ROWS - 1.0)) - 1.0) < 2e-7);
		}
	}
}

static void test_slopes(void)
{
	static double z[CHANNELS * ROWS];
	static float y[CHANNELS * ROWS], dz[CHANNELS * ROWS];
	double g[CHANNELS], b[CHANNELS], error = 0.0, size = 0.0;
	const double h = 1e-5;
	state norm;
	fill(0.5f, 12);
	for (int i = 0; i < CHANNELS * ROWS; i++)
		z[i] = batch[i];
	for (int c = 0; c < CHANNELS; c++) {
		g[c] = scale[c];
		b[c] = shift[c];
	}
	run(forwards, &norm, y, dz);
	for (int block = 0; block < BLOCKS; block++) {
		int first = first_row(block), rows = first_row(block + 1) - first;
		for (int c = 0; c < CHANNELS; c++) {
			for (int r = 0; r < rows; r++) {
				int i = c * ROWS + first + r;
				z[i] = batch[i] + h;
				double above = exact_loss(z, g, b);
				z[i] = batch[i] - h;
				double slope = (above - exact_loss(z, g, b)) / (2.0 * h);
				z[i] = batch[i];
				double off = dz[CHANNELS * first + c * rows + r] - slope;
				error += off * off;
				size += slope * slope;
			}
		}
	}
	CU_ASSERT(sqrt(error / size) < 1e-6);
	for (int c = 0; c < CHANNELS; c++) {
		g[c] += h;
		double above = exact_loss(z, g, b);
		g[c] -= 2.0 * h;
		double slope = (above - exact_loss(z, g, b)) / (2.0 * h);
		g[c] += h;
		CU_ASSERT(fabs(norm.scale_gradient[c] - slope) < 1e-5);
		b[c] += h;
		above = exact_loss(z, g, b);
		b[c] -= 2.0 * h;
		slope = (above - exact_loss(z, g, b)) / (2.0 * h);
		b[c] += h;
		CU_ASSERT(fabs(norm.shift_gradient[c] - slope) < 1e-6);
	}
}

static void test_order(void)
{
	static const int orders[][BLOCKS] = {{3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
	static float y[CHANNELS * ROWS], dz[CHANNELS * ROWS], other_y[CHANNELS * ROWS], other_dz[CHANNELS * ROWS];
	state norm, other;
	fill(3.0f, 13);
	memset(&norm, 0, sizeof norm);
	memset(&other, 0, sizeof other);
	run(forwards, &norm, y, dz);
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		run(orders[i], &other, other_y, other_dz);
		CU_ASSERT(memcmp(&norm, &other, sizeof norm) == 0);
		CU_ASSERT(memcmp(y, other_y, sizeof y) == 0 && memcmp(dz, other_dz, sizeof dz) == 0);
	}
}

static void test_twins(void)
{
	fill(2.0f, 14);
	for (int rows = 1; rows <= 40; rows++) {
		gd_wide_sum sums[2 * CHANNELS], twin_sums[2 * CHANNELS];
		memset(sums, 0, sizeof sums);
		memset(twin_sums, 0, sizeof twin_sums);
		float inverse[CHANNELS], y[CHANNELS * 40], twin[CHANNELS * 40];
		for (int c = 0; c < CHANNELS; c++)
			inverse[c] = 1.0f / (1.0f + (float)c);
		gd_batch_norm_moments(CHANNELS, rows, batch, center, sums);
		gd_batch_norm_moments_ref(CHANNELS, rows, batch, center, twin_sums);
		gd_batch_norm_gradient_sums(CHANNELS, rows, batch, center, inverse, upstream, sums);
		gd_batch_norm_gradient_sums_ref(CHANNELS, rows, batch, center, inverse, upstream, twin_sums);
		for (int c = 0; c < 2 * CHANNELS; c++)
			CU_ASSERT(fabs(gd_wide_sum_value(&sums[c]) - gd_wide_sum_value(&twin_sums[c])) < 1e-9);
		gd_batch_norm_forward(CHANNELS, rows, batch, center, inverse, scale, shift, y);
		gd_batch_norm_forward_ref(CHANNELS, rows, batch, center, inverse, scale, shift, twin);
		for (int i = 0; i < CHANNELS * rows; i++)
			CU_ASSERT(fabsf(y[i] - twin[i]) < 2e-6f * (1.0f + fabsf(twin[i])));
		memcpy(y, batch, sizeof y);
		gd_batch_norm_forward(CHANNELS, rows, y, center, inverse, scale, shift, y);
		gd_batch_norm_forward(CHANNELS, rows, batch, center, inverse, scale, shift, twin);
		CU_ASSERT(memcmp(y, twin, (size_t)(CHANNELS * rows) * sizeof *y) == 0);
		gd_batch_norm_backward_ref(CHANNELS, rows, batch, center, inverse, scale, shift, scale, upstream, twin);
		memcpy(y, upstream, sizeof y);
		gd_batch_norm_backward(CHANNELS, rows, batch, center, inverse, scale, shift, scale, y, y);
		for (int i = 0; i < CHANNELS * rows; i++)
			CU_ASSERT(fabsf(y[i] - twin[i]) < 2e-6f * (1.0f + fabsf(twin[i])));
	}
}

static void test_edges(void)
{
	/* A single row and a constant channel: variance 0, no division by zero. */
	static const float constant[3] = {7.5f, 7.5f, 7.5f}, zero[1] = {0.0f};
	float mean, inverse, unbiased;
	for (int rows = 1; rows <= 3; rows += 2) {
		gd_wide_sum sums[2];
		memset(sums, 0, sizeof sums);
		gd_batch_norm_moments(1, rows, constant, zero, sums);
		gd_batch_norm_finish_moments(1, rows, sums, zero, &mean, &inverse, &unbiased);
		CU_ASSERT(mean == 7.5f && unbiased == 0.0f);
		CU_ASSERT(fabs(inverse - 1.0 / sqrt(1e-5)) < 1e-4);
	}
	/* NaN reaches the moments. */
	float bad[9] = {1.0f, 2.0f, NAN, 3.0f, 4.0f, 5.0f, 6.0f, 7.0f, 8.0f};
	gd_wide_sum sums[2];
	memset(sums, 0, sizeof sums);
	gd_batch_norm_moments(1, 9, bad, zero, sums);
	gd_batch_norm_finish_moments(1, 9.0, sums, zero, &mean, &inverse, &unbiased);
	CU_ASSERT(isnan(mean) && isnan(inverse) && isnan(unbiased));
	/* PyTorch: momentum 0.1. */
	float running[2] = {1.0f, -2.0f};
	static const float now[2] = {3.0f, 8.0f};
	gd_batch_norm_update_running(2, now, running);
	CU_ASSERT(running[0] == (float)(0.9 * 1.0 + 0.1 * 3.0) && fabsf(running[1] + 1.0f) < 1e-6f);
	static const float variance[1] = {4.0f};
	gd_batch_norm_inverse_deviation(1, variance, &inverse);
	CU_ASSERT(inverse == (float)(1.0 / sqrt(4.00001)));
}

const unit_test unit_tests[] = {
	{"moments over blocks are those of the batch", test_moments},
	{"gradients agree with central differences over blocks", test_slopes},
	{"any order of blocks gives the same bits", test_order},
	{"kernels agree with their twins", test_twins},
	{"single rows, constant channels, NaN, running statistics", test_edges},
	{NULL, NULL},
};
