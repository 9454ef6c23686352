#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/network/optimizer.h"
#include "unit.h"

const char *const unit_suite = "optimizer";

enum { COUNT = 77, STEPS = 12 };

static const gd_optimizer_options adam = {.kind = GD_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
static const gd_optimizer_options adamw = {.kind = GD_ADAMW, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6};
static const gd_optimizer_options plain = {.kind = GD_SGD};
static const gd_optimizer_options heavy = {.kind = GD_SGD, .momentum = 0.9};
static const gd_optimizer_options nesterov = {.kind = GD_SGD, .momentum = 0.9, .nesterov = true};

/* One parameter in double: the algorithms as PyTorch's documentation boxes state them. */
typedef struct twin {
	double parameter, first, second;
} twin;

static void update_twin(const gd_optimizer_options *options, double rate, double decay, int step, double gradient, twin *t)
{
	if (options->kind == GD_ADAMW)
		t->parameter -= rate * decay * t->parameter;
	else
		gradient += decay * t->parameter;
	if (options->kind == GD_SGD) {
		t->first = step == 1 ? gradient : options->momentum * t->first + gradient;
		if (options->momentum != 0.0)
			gradient = options->nesterov ? gradient + options->momentum * t->first : t->first;
		t->parameter -= rate * gradient;
		return;
	}
	t->first = options->beta1 * t->first + (1.0 - options->beta1) * gradient;
	t->second = options->beta2 * t->second + (1.0 - options->beta2) * gradient * gradient;
	double first = t->first / (1.0 - pow(options->beta1, step));
	double second = t->second / (1.0 - pow(options->beta2, step));
	t->parameter -= rate * first / (sqrt(second) + options->epsilon);
}

static float gradient_at(int step, size_t i)
{
	return (float)(gd_random_normal(11, (uint64_t)step * COUNT + i) * exp2(5.0 * (double)(i % 7) - 30.0));
}

static void check_against_twin(const gd_optimizer_options *options, double decay)
{
	for (size_t count = COUNT; count > 0; count -= count > 9 ? 9 : 1) {
		float parameter[COUNT], gradient[COUNT], first[COUNT] = {0}, second[COUNT] = {0};
		float *const moments[2] = {first, second};
		twin expected[COUNT] = {{0}};
		for (size_t i = 0; i < COUNT; i++)
			expected[i].parameter = parameter[i] = (float)gd_random_normal(10, i);
		float beyond = parameter[count % COUNT];
		for (int step = 1; step <= STEPS; step++) {
			double rate = 0.05 / step;
			for (size_t i = 0; i < count; i++) {
				gradient[i] = gradient_at(step, i);
				update_twin(options, rate, decay, step, gradient[i], &expected[i]);
			}
			gd_step_scalars scalars = gd_optimizer_scalars(options, rate, step);
			gd_optimizer_update(options, &scalars, decay, count, parameter, gradient, moments);
		}
		for (size_t i = 0; i < count; i++)
			CU_ASSERT_DOUBLE_EQUAL(parameter[i], expected[i].parameter, 2e-6);
		CU_ASSERT(count == COUNT || parameter[count] == beyond);
	}
}

static void test_sgd(void)
{
	check_against_twin(&plain, 0.0);
	check_against_twin(&plain, 0.1);
	check_against_twin(&heavy, 0.0);
	check_against_twin(&heavy, 0.1);
	check_against_twin(&nesterov, 0.0);
	check_against_twin(&nesterov, 0.1);
}

static void test_adam(void)
{
	check_against_twin(&adam, 0.0);
	check_against_twin(&adam, 0.1);
	check_against_twin(&adamw, 0.0);
	check_against_twin(&adamw, 0.5);
}

static void test_first_step(void)
{
	/* Adam's first step is the learning rate against the gradient's sign, whatever its size. */
	float parameter[3] = {1.0f, -2.0f, 3.0f}, first[3] = {0}, second[3] = {0};
	const float gradient[3] = {1e-3f, -1e3f, 0.0f};
	float *const moments[2] = {first, second};
	gd_step_scalars scalars = gd_optimizer_scalars(&adam, 0.25, 1);
	gd_optimizer_update(&adam, &scalars, 0.0, 3, parameter, gradient, moments);
	CU_ASSERT_DOUBLE_EQUAL(parameter[0], 0.75, 1e-5);
	CU_ASSERT_DOUBLE_EQUAL(parameter[1], -1.75, 1e-6);
	CU_ASSERT_EQUAL(parameter[2], 3.0f);
	CU_ASSERT_DOUBLE_EQUAL(first[1], -100.0, 1e-4);
	CU_ASSERT_DOUBLE_EQUAL(second[1], 1000.0, 1e-3);
}

static void test_moments(void)
{
	CU_ASSERT_EQUAL(gd_optimizer_moments(&plain), 0);
	CU_ASSERT_EQUAL(gd_optimizer_moments(&heavy), 1);
	CU_ASSERT_EQUAL(gd_optimizer_moments(&adam), 2);
	CU_ASSERT_EQUAL(gd_optimizer_moments(&adamw), 2);
	CU_ASSERT_STRING_EQUAL(gd_optimizer_moment_name(&nesterov, 0), "momentum");
	CU_ASSERT_STRING_EQUAL(gd_optimizer_moment_name(&adam, 0), "first_moment");
	CU_ASSERT_STRING_EQUAL(gd_optimizer_moment_name(&adamw, 1), "second_moment");
	gd_step_scalars scalars = gd_optimizer_scalars(&adam, 0.5, 3);
	CU_ASSERT_EQUAL(scalars.learning_rate, 0.5);
	CU_ASSERT_DOUBLE_EQUAL(scalars.correction1, 0.271, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(scalars.correction2, 0.002997001, 1e-15);
	scalars = gd_optimizer_scalars(&adam, 0.5, 100000000);
	CU_ASSERT_EQUAL(scalars.correction1, 1.0);
}

static void test_any_stretch(void)
{
	/* A vector updated in two stretches gets the bits of one updated as a whole. */
	float whole[COUNT], parts[COUNT], gradient[COUNT];
	float moments[4][COUNT] = {{0}};
	for (size_t i = 0; i < COUNT; i++) {
		whole[i] = parts[i] = (float)gd_random_normal(10, i);
		gradient[i] = gradient_at(1, i);
	}
	gd_step_scalars scalars = gd_optimizer_scalars(&adamw, 0.05, 1);
	gd_optimizer_update(&adamw, &scalars, 0.1, COUNT, whole, gradient, (float *const[2]){moments[0], moments[1]});
	for (size_t start = 0; start < COUNT; start += 13) {
		size_t count = COUNT - start < 13 ? COUNT - start : 13;
		gd_optimizer_update(&adamw, &scalars, 0.1, count, parts + start, gradient + start,
			(float *const[2]){moments[2] + start, moments[3] + start});
	}
	CU_ASSERT_EQUAL(memcmp(whole, parts, sizeof whole), 0);
	CU_ASSERT_EQUAL(memcmp(moments[0], moments[2], 2 * sizeof moments[0]), 0);
}

/* gd_vector_norm as its definition says: sixteen lanes in segments of 4096, lanes added by halves, segments in order. */
static double norm_as_defined(size_t count, const float *vector)
{
	double total = 0.0;
	for (size_t start = 0; start < count; start += 4096) {
		double lane[16] = {0.0};
		for (size_t i = start; i < count && i < start + 4096; i++)
			lane[(i - start) % 16] += (double)vector[i] * vector[i];
		for (int half = 8; half > 0; half /= 2)
			for (int l = 0; l < half; l++)
				lane[l] += lane[l + half];
		total += lane[0];
	}
	return sqrt(total);
}

static void test_norm(void)
{
	enum { LENGTH = 20011 };
	float *vector = malloc(LENGTH * sizeof *vector);
	CU_ASSERT_PTR_NOT_NULL_FATAL(vector);
	for (uint64_t i = 0; i < LENGTH; i++)
		vector[i] = (float)gd_random_normal(4, i);
	const size_t lengths[] = {0, 1, 2, 15, 16, 17, 31, 33, 4095, 4096, 4097, 8192, 12345, LENGTH};
	for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
		long double exact = 0.0L;
		for (size_t i = 0; i < lengths[k]; i++)
			exact += (long double)vector[i] * vector[i];
		double norm = gd_vector_norm(lengths[k], vector);
		CU_ASSERT_DOUBLE_EQUAL(norm, (double)sqrtl(exact), 1e-14 * norm);
		CU_ASSERT_EQUAL(norm, norm_as_defined(lengths[k], vector));
	}
	/* Squares beyond a float's range. */
	const float large[2] = {3e30f, 4e30f};
	CU_ASSERT_DOUBLE_EQUAL(gd_vector_norm(2, large), 5e30, 1e24);
	vector[4097] = NAN;
	CU_ASSERT(isnan(gd_vector_norm(LENGTH, vector)));
	vector[4097] = INFINITY;
	CU_ASSERT(isinf(gd_vector_norm(LENGTH, vector)));
	free(vector);
}

static void test_clip_factor(void)
{
	CU_ASSERT_EQUAL(gd_clip_factor(0.0, 1.0), 1.0);
	CU_ASSERT_EQUAL(gd_clip_factor(0.5, 1.0), 1.0);
	/* clip_grad_norm_ divides by norm + 1e-6: at the limit it already shrinks a little. */
	CU_ASSERT_DOUBLE_EQUAL(gd_clip_factor(1.0, 1.0), 1.0 / 1.000001, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(gd_clip_factor(4.0, 1.0), 1.0 / 4.000001, 1e-15);
	CU_ASSERT_EQUAL(gd_clip_factor(INFINITY, 1.0), 0.0);
	CU_ASSERT(isnan(gd_clip_factor(NAN, 1.0)));
}

static void test_average(void)
{
	float parameter[COUNT], average[COUNT];
	double expected[COUNT];
	for (size_t i = 0; i < COUNT; i++) {
		expected[i] = average[i] = (float)gd_random_normal(1, i);
		parameter[i] = (float)gd_random_normal(2, i);
	}
	for (int step = 0; step < 20; step++) {
		gd_vector_average(COUNT, 0.95, parameter, average);
		for (size_t i = 0; i < COUNT; i++)
			expected[i] = 0.95 * expected[i] + 0.05 * parameter[i];
	}
	for (size_t i = 0; i < COUNT; i++)
		CU_ASSERT_DOUBLE_EQUAL(average[i], expected[i], 2e-6);
}

/* Sums, their mean, and the norm by segments wherever they are computed. */
static void test_gradient(void)
{
	enum { LENGTH = 2 * GD_NORM_SEGMENT + 37 };
	double *sum = malloc(LENGTH * sizeof *sum), squares = 0;
	float *single = malloc(LENGTH * sizeof *single), *mean = malloc(LENGTH * sizeof *mean), *mean_of_single = malloc(LENGTH * sizeof *mean_of_single);
	CU_ASSERT_FATAL(sum && single && mean && mean_of_single);
	for (uint64_t i = 0; i < LENGTH; i++) {
		sum[i] = gd_random_normal(5, i);
		single[i] = (float)i;
		mean[i] = (float)gd_random_normal(6, i);
	}
	gd_gradient_add(LENGTH, mean, single);
	size_t wrong = 0;
	for (size_t i = 0; i < LENGTH; i++)
		wrong += single[i] != (float)i + mean[i];
	/* A weight whose reciprocal is not exact. */
	gd_gradient_average(LENGTH, sum, 4999.3, mean);
	gd_gradient_average_float(LENGTH, single, 4999.3, mean_of_single);
	for (size_t i = 0; i < LENGTH; i++)
		wrong += mean[i] != (float)(sum[i] / 4999.3) || mean_of_single[i] != (float)(single[i] / 4999.3);
	CU_ASSERT_EQUAL(wrong, 0);
	for (size_t start = 0; start < LENGTH; start += GD_NORM_SEGMENT)
		squares += gd_vector_squares(start + GD_NORM_SEGMENT < LENGTH ? GD_NORM_SEGMENT : LENGTH - start, mean + start);
	CU_ASSERT_EQUAL(sqrt(squares), gd_vector_norm(LENGTH, mean));
	free(sum);
	free(single);
	free(mean);
	free(mean_of_single);
}

const unit_test unit_tests[] = {
	{"SGD against double precision", test_sgd},
	{"Adam and AdamW against double precision", test_adam},
	{"Adam's first step", test_first_step},
	{"moments and scalars", test_moments},
	{"any stretch of the vector", test_any_stretch},
	{"norm", test_norm},
	{"clip factor", test_clip_factor},
	{"average", test_average},
	{"sums of gradients", test_gradient},
	{NULL, NULL},
};
