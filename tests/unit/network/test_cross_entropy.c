#include "gd/network/cross_entropy.h"

#include <math.h>
#include <string.h>

#include "unit.h"

const char *const unit_suite = "cross_entropy";

enum { MOST_CLASSES = 11, MOST_ROWS = 400 };
static float logits[MOST_CLASSES * MOST_ROWS], gradient[MOST_CLASSES * MOST_ROWS], twin[MOST_CLASSES * MOST_ROWS];
static int32_t labels[MOST_ROWS];
static float weights[MOST_CLASSES], row_weights[MOST_ROWS];

static void fill(int classes, int rows, unsigned seed)
{
	for (int i = 0; i < classes * rows; i++) {
		seed = seed * 1664525u + 1013904223u;
		logits[i] = ((float)(seed >> 8) * 0x1p-23f - 1.0f) * 6.0f;
	}
	for (int r = 0; r < rows; r++)
		labels[r] = (r * 7 + r / 3) % classes;
	for (int c = 0; c < classes; c++)
		weights[c] = 0.5f + 0.3f * (float)c;
	for (int r = 0; r < rows; r++)
		row_weights[r] = r % 5 ? ldexpf(0.25f, r % 5) : 0.0f;
}

/* torch.nn.CrossEntropyLoss of PyTorch 1.13 in double: mean reduction, 5 rows, 4 classes. */
static void test_golden(void)
{
	static const float x[] = {-3.0f, 1.75f, 0.875f, 0.125f, -1.625f, -1.5f, 0.5f, 2.375f, -1.25f, 0.625f,
		-1.25f, -1.375f, 3.5f, -1.625f, 0.5f, -3.25f, 1.625f, -0.25f, -0.25f, 3.375f};
	static const int32_t y[] = {0, 3, 1, 1, 2};
	static const float weight[] = {0.5f, 2.0f, 1.25f, 0.75f}, ones[] = {1.0f, 1.0f, 1.0f, 1.0f};
	static const double loss[4] = {1.9999478195982714, 1.980785725882337, 2.0055728195982714, 1.9555391761439536};
	static const double slope[4][20] = {
		{-0.183354269, 0.090377563, 0.010198402, 0.094611729, 0.001195645, 0.074600991, 0.025893605, -0.154293934, -0.176078409, 0.011343960,
			0.095789569, 0.003970913, 0.140784595, 0.016441053, -0.189988991, 0.012963708, -0.120242081, 0.003310936, 0.065025627, 0.177449386},
		{-0.070520873, 0.052140902, 0.015689849, 0.145556506, 0.001149658, 0.028692689, 0.014938618, -0.237375283, -0.270889860, 0.010907654,
			0.036842142, 0.002290911, 0.216591685, 0.025293928, -0.182681722, 0.004986042, -0.069370431, 0.005093748, 0.100039426, 0.170624410},
		{-0.168354269, 0.085377563, 0.005198402, 0.089611729, -0.003804355, 0.069600991, 0.020893605, -0.139293934, -0.161078409, 0.006343960,
			0.090789569, -0.001029087, 0.135784595, 0.011441053, -0.174988991, 0.007963708, -0.105242081, -0.001689064, 0.060025627, 0.172449386},
		{-0.063951366, 0.052824870, 0.013080341, 0.137265332, -0.000784915, 0.024586967, 0.007993242, -0.217374729, -0.249423044, 0.003106269,
			0.036639717, -0.002402235, 0.202308107, 0.019379626, -0.168354905, 0.002724682, -0.058415876, 0.001986281, 0.092778086, 0.166033550},
	};
	for (int form = 0; form < 4; form++) {
		float out[20];
		gd_cross_entropy_sums sums = gd_cross_entropy(4, 5, x, y, form & 1 ? weight : ones, NULL, form & 2 ? 0.1 : 0.0, out);
		CU_ASSERT(fabs(sums.weight - (form & 1 ? 6.5 : 5.0)) < 1e-6);
		CU_ASSERT(fabs(sums.loss / sums.weight - loss[form]) < 1e-6);
		for (int i = 0; i < 20; i++)
			CU_ASSERT(fabs(out[i] / sums.weight - slope[form][i]) < 1e-7);
	}
}

static void test_twin(void)
{
	static const int rows[] = {1, 3, 8, 15, 127, 128, 129, 256, 313, 400};
	static const int classes[] = {1, 2, 6, 11};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t k = 0; k < sizeof classes / sizeof *classes; k++) {
			int n = rows[i], count = classes[k];
			fill(count, n, (unsigned)(n + count));
			gd_cross_entropy_sums sums = gd_cross_entropy(count, n, logits, labels, weights, row_weights, 0.1, gradient);
			gd_cross_entropy_sums expected = gd_cross_entropy_ref(count, n, logits, labels, weights, row_weights, 0.1, twin);
			CU_ASSERT(fabs(sums.loss - expected.loss) <= 1e-6 * (1.0 + expected.loss));
			CU_ASSERT(fabs(sums.weight - expected.weight) <= 1e-9 * expected.weight);
			CU_ASSERT_EQUAL(sums.correct, expected.correct);
			for (int j = 0; j < count * n; j++)
				CU_ASSERT(fabsf(gradient[j] - twin[j]) < 2e-6f);
			gd_softmax(count, n, logits, twin);
			float probabilities[MOST_CLASSES * MOST_ROWS];
			gd_softmax_ref(count, n, logits, probabilities);
			for (int j = 0; j < count * n; j++)
				CU_ASSERT(fabsf(probabilities[j] - twin[j]) < 1e-6f);
			/* in place: the same bits */
			memcpy(probabilities, logits, sizeof logits);
			gd_softmax(count, n, probabilities, probabilities);
			CU_ASSERT(memcmp(probabilities, twin, (size_t)(count * n) * sizeof *twin) == 0);
			memcpy(twin, logits, sizeof logits);
			gd_cross_entropy_sums again = gd_cross_entropy(count, n, twin, labels, weights, row_weights, 0.1, twin);
			CU_ASSERT(again.loss == sums.loss && again.weight == sums.weight && again.correct == sums.correct);
			CU_ASSERT(memcmp(gradient, twin, (size_t)(count * n) * sizeof *twin) == 0);
		}
	}
}

/* The loss in double, from its definition. */
static double loss_of(int classes, int rows, const double *x, double smoothing)
{
	double loss = 0.0;
	for (int r = 0; r < rows; r++) {
		double total = 0.0;
		for (int c = 0; c < classes; c++)
			total += exp(x[c * rows + r]);
		for (int c = 0; c < classes; c++)
			loss -= row_weights[r] * ((c == labels[r] ? 1.0 - smoothing : 0.0) + smoothing / classes) * weights[c] * (x[c * rows + r] - log(total));
	}
	return loss;
}

static void test_slopes(void)
{
	enum { CLASSES = 5, ROWS = 19 };
	const double h = 1e-5;
	double x[CLASSES * ROWS];
	fill(CLASSES, ROWS, 3);
	for (int i = 0; i < CLASSES * ROWS; i++)
		x[i] = logits[i];
	gd_cross_entropy_sums sums = gd_cross_entropy(CLASSES, ROWS, logits, labels, weights, row_weights, 0.2, gradient);
	CU_ASSERT(fabs(sums.loss - loss_of(CLASSES, ROWS, x, 0.2)) < 1e-4);
	for (int i = 0; i < CLASSES * ROWS; i++) {
		double middle = x[i];
		x[i] = middle + h;
		double above = loss_of(CLASSES, ROWS, x, 0.2);
		x[i] = middle - h;
		double below = loss_of(CLASSES, ROWS, x, 0.2);
		x[i] = middle;
		CU_ASSERT(fabs(gradient[i] - (above - below) / (2.0 * h)) < 1e-6);
	}
}

/* Rows that all weigh 1 have the bits of rows without weights, whatever the classes weigh; those that weigh 0 are as good as absent. */
static void test_row_weights(void)
{
	static float ones[MOST_ROWS], without[MOST_CLASSES * MOST_ROWS];
	for (int r = 0; r < MOST_ROWS; r++)
		ones[r] = 1.0f;
	for (int form = 0; form < 4; form++) {
		fill(5, 301, 9);
		const float *of_classes = form & 1 ? weights : ones;
		double smoothing = form & 2 ? 0.1 : 0.0;
		gd_cross_entropy_sums sums = gd_cross_entropy(5, 301, logits, labels, of_classes, NULL, smoothing, without);
		gd_cross_entropy_sums weighed = gd_cross_entropy(5, 301, logits, labels, of_classes, ones, smoothing, gradient);
		CU_ASSERT(sums.loss == weighed.loss && sums.weight == weighed.weight && sums.correct == weighed.correct);
		CU_ASSERT(memcmp(gradient, without, 5 * 301 * sizeof *gradient) == 0);
	}
	float none[MOST_ROWS] = {0};
	gd_cross_entropy_sums sums = gd_cross_entropy(5, 301, logits, labels, weights, none, 0.1, gradient);
	CU_ASSERT(sums.loss == 0.0 && sums.weight == 0.0);
	for (int i = 0; i < 5 * 301; i++)
		CU_ASSERT(gradient[i] == 0.0f);
}

static void test_extremes(void)
{
	static const float far[] = {1e4f, -1e4f, 0.0f, -1e4f, 1e4f, 1e30f}; /* 2 classes, 3 rows */
	static const int32_t y[] = {0, 0, 1};
	static const float ones[] = {1.0f, 1.0f, 1.0f};
	float out[6];
	gd_cross_entropy_sums sums = gd_cross_entropy(2, 3, far, y, ones, NULL, 0.0, out);
	CU_ASSERT(sums.loss == 2e4 && sums.weight == 3.0 && sums.correct == 2);
	CU_ASSERT(out[0] == 0.0f && out[3] == 0.0f && out[1] == -1.0f && out[4] == 1.0f && out[2] == 0.0f && out[5] == 0.0f);
	gd_softmax(2, 3, far, out);
	CU_ASSERT(out[0] == 1.0f && out[3] == 0.0f && out[1] == 0.0f && out[4] == 1.0f && out[2] == 0.0f && out[5] == 1.0f);
}

/* The prediction is the first of the largest. */
static void test_ties(void)
{
	static const float tied[] = {1.0f, 2.0f, 2.0f, 2.0f, 1.0f, 2.0f}; /* 3 classes, 2 rows */
	static const float ones[] = {1.0f, 1.0f, 1.0f};
	float out[6];
	static const int expected[3] = {1, 1, 0}; /* of label c; row 0 is (1, 2, 1), row 1 is (2, 2, 2) */
	for (int32_t label = 0; label < 3; label++) {
		const int32_t both[2] = {label, label};
		gd_cross_entropy_sums sums = gd_cross_entropy(3, 2, tied, both, ones, NULL, 0.0, out);
		CU_ASSERT_EQUAL(sums.correct, expected[label]);
	}
}

static void test_nan(void)
{
	for (int c = 0; c < 3; c++) {
		for (int r = 0; r < 20; r += 7) {
			for (int kind = 0; kind < 2; kind++) {
				fill(3, 20, 5);
				logits[c * 20 + r] = kind ? INFINITY : NAN;
				gd_cross_entropy_sums sums = gd_cross_entropy(3, 20, logits, labels, weights, NULL, 0.0, gradient);
				CU_ASSERT(isnan(sums.loss));
				CU_ASSERT(isnan(gradient[r]) && isnan(gradient[40 + r]) && !isnan(gradient[r + 1]));
			}
		}
	}
}

const unit_test unit_tests[] = {
	{"weights and smoothing as PyTorch has them", test_golden},
	{"kernels agree with their twins", test_twin},
	{"gradients agree with central differences", test_slopes},
	{"rows that weigh 1, and rows that weigh nothing", test_row_weights},
	{"far logits neither overflow nor lose the loss", test_extremes},
	{"ties go to the first class", test_ties},
	{"a logit that is not finite makes the loss NaN", test_nan},
	{NULL, NULL},
};
