#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/network/initialise.h"
#include "unit.h"

const char *const unit_suite = "initialise";

enum { INPUTS = 50, FIRST = 120, SECOND = 40, CLASSES = 6 };

typedef struct model {
	gd_network *network;
	float *parameters, *statistics;
} model;

static model model_of(bool batch_norm, gd_initialisation kind, double output_deviation, uint64_t seed)
{
	static const int hidden[] = {FIRST, SECOND};
	gd_network_options options = {.inputs = INPUTS, .classes = CLASSES, .hidden_count = 2, .hidden = hidden,
		.activation = GD_RELU, .batch_norm = batch_norm};
	model m;
	gd_status status = gd_network_create(&options, &m.network);
	CU_ASSERT_FATAL(!gd_failed(&status));
	m.parameters = gd_allocate(gd_network_parameters(m.network), sizeof(float));
	m.statistics = gd_allocate(gd_network_statistics(m.network), sizeof(float));
	CU_ASSERT_FATAL(m.parameters && m.statistics);
	/* What is not written would show. */
	for (size_t i = 0; i < gd_network_parameters(m.network); i++)
		m.parameters[i] = NAN;
	for (size_t i = 0; i < gd_network_statistics(m.network); i++)
		m.statistics[i] = NAN;
	gd_initialise(m.network, kind, output_deviation, seed, m.parameters, m.statistics);
	return m;
}

static void release(model *m)
{
	free(m->parameters);
	free(m->statistics);
	gd_network_free(m->network);
}

static const gd_tensor *find(const model *m, gd_tensor_role role, int layer)
{
	for (int t = 0; t < gd_network_model_tensors(m->network); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(m->network, t);
		if (tensor->role == role && tensor->layer == layer)
			return tensor;
	}
	CU_FAIL_FATAL("no such tensor");
	return NULL;
}

static size_t count_of(const gd_tensor *tensor)
{
	return (size_t)tensor->rows * (size_t)tensor->columns;
}

typedef struct moments {
	double mean, deviation, largest, kurtosis;
} moments;

static moments moments_of(size_t count, const float *value)
{
	moments m = {0};
	double second = 0.0, fourth = 0.0;
	for (size_t i = 0; i < count; i++) {
		m.mean += value[i] / (double)count;
		second += pow(value[i], 2.0) / (double)count;
		fourth += pow(value[i], 4.0) / (double)count;
		m.largest = fmaxf(m.largest, fabsf(value[i]));
	}
	m.deviation = sqrt(second - m.mean * m.mean);
	m.kurtosis = fourth / (second * second);
	return m;
}

/* 1.8 for a uniform distribution, 3 for a normal one. */
static void check_moments(const model *m, gd_tensor_role role, int layer, double deviation, double kurtosis)
{
	const gd_tensor *tensor = find(m, role, layer);
	size_t count = count_of(tensor);
	moments found = moments_of(count, m->parameters + tensor->offset);
	double noise = 5.0 / sqrt((double)count); /* five standard errors, roughly */
	CU_ASSERT_DOUBLE_EQUAL(found.mean, 0.0, noise * deviation);
	CU_ASSERT_DOUBLE_EQUAL(found.deviation, deviation, noise * deviation);
	CU_ASSERT_DOUBLE_EQUAL(found.kurtosis, kurtosis, 5.0 * noise);
}

static void check_constant(size_t count, const float *value, float constant)
{
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(value[i], constant);
}

static const int widths[] = {INPUTS, FIRST, SECOND, CLASSES};

static void test_torch(void)
{
	model m = model_of(false, GD_INIT_TORCH, 0.0, 1);
	for (int layer = 0; layer < 3; layer++) {
		double bound = 1.0 / sqrt(widths[layer]);
		const gd_tensor *weight = find(&m, GD_TENSOR_DENSE_WEIGHT, layer), *bias = find(&m, GD_TENSOR_DENSE_BIAS, layer);
		check_moments(&m, GD_TENSOR_DENSE_WEIGHT, layer, bound / sqrt(3.0), 1.8);
		CU_ASSERT(moments_of(count_of(weight), m.parameters + weight->offset).largest <= (float)bound);
		CU_ASSERT(moments_of(count_of(weight), m.parameters + weight->offset).largest > 0.9 * bound);
		CU_ASSERT(moments_of(count_of(bias), m.parameters + bias->offset).largest <= (float)bound);
		CU_ASSERT(moments_of(count_of(bias), m.parameters + bias->offset).largest > 0.5 * bound);
	}
	check_moments(&m, GD_TENSOR_DENSE_BIAS, 0, 1.0 / sqrt(3.0 * INPUTS), 1.8);
	release(&m);
}

static void test_normal_kinds(void)
{
	for (int which = 0; which < 2; which++) {
		model m = model_of(false, which ? GD_INIT_GLOROT : GD_INIT_HE, 0.0, 2);
		for (int layer = 0; layer < 3; layer++) {
			const gd_tensor *bias = find(&m, GD_TENSOR_DENSE_BIAS, layer);
			check_moments(&m, GD_TENSOR_DENSE_WEIGHT, layer, sqrt(2.0 / (widths[layer] + which * widths[layer + 1])), 3.0);
			check_constant(count_of(bias), m.parameters + bias->offset, 0.0f);
		}
		release(&m);
	}
}

static void test_output_deviation(void)
{
	model with = model_of(false, GD_INIT_TORCH, 0.01, 3), without = model_of(false, GD_INIT_TORCH, 0.0, 3);
	check_moments(&with, GD_TENSOR_DENSE_WEIGHT, 2, 0.01, 3.0);
	size_t output = find(&with, GD_TENSOR_DENSE_WEIGHT, 2)->offset;
	CU_ASSERT_EQUAL(memcmp(with.parameters, without.parameters, output * sizeof(float)), 0);
	const gd_tensor *bias = find(&with, GD_TENSOR_DENSE_BIAS, 2);
	CU_ASSERT_EQUAL(memcmp(with.parameters + bias->offset, without.parameters + bias->offset, CLASSES * sizeof(float)), 0);
	release(&with);
	release(&without);
}

static void test_batch_norm(void)
{
	model with = model_of(true, GD_INIT_TORCH, 0.0, 4), without = model_of(false, GD_INIT_TORCH, 0.0, 4);
	for (int layer = 0; layer < 3; layer++) {
		/* The dense layers do not care whether a batch norm follows. */
		const gd_tensor *one = find(&with, GD_TENSOR_DENSE_WEIGHT, layer), *other = find(&without, GD_TENSOR_DENSE_WEIGHT, layer);
		CU_ASSERT_EQUAL(memcmp(with.parameters + one->offset, without.parameters + other->offset, count_of(one) * sizeof(float)), 0);
	}
	for (int t = 0; t < gd_network_model_tensors(with.network); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(with.network, t);
		bool one = tensor->role == GD_TENSOR_NORM_SCALE || tensor->role == GD_TENSOR_RUNNING_VARIANCE;
		if (tensor->role >= GD_TENSOR_NORM_SCALE)
			check_constant(count_of(tensor), (gd_tensor_is_statistic(tensor) ? with.statistics : with.parameters) + tensor->offset, one ? 1.0f : 0.0f);
	}
	release(&with);
	release(&without);
}

static void test_seeds(void)
{
	model one = model_of(true, GD_INIT_HE, 0.0, 5), again = model_of(true, GD_INIT_HE, 0.0, 5), other = model_of(true, GD_INIT_HE, 0.0, 6);
	size_t count = gd_network_parameters(one.network);
	CU_ASSERT_EQUAL(memcmp(one.parameters, again.parameters, count * sizeof(float)), 0);
	const gd_tensor *weight = find(&one, GD_TENSOR_DENSE_WEIGHT, 0);
	int same = 0;
	for (size_t i = 0; i < count_of(weight); i++)
		same += one.parameters[weight->offset + i] == other.parameters[weight->offset + i];
	CU_ASSERT(same < 3);
	release(&one);
	release(&again);
	release(&other);
}

static double correlation(size_t count, const float *x, const float *y)
{
	double xy = 0.0, xx = 0.0, yy = 0.0;
	for (size_t i = 0; i < count; i++) {
		xy += (double)x[i] * y[i];
		xx += (double)x[i] * x[i];
		yy += (double)y[i] * y[i];
	}
	return xy / sqrt(xx * yy);
}

static void test_tensors_are_independent(void)
{
	model m = model_of(false, GD_INIT_TORCH, 0.0, 7);
	for (int a = 0; a < gd_network_tensors(m.network); a++) {
		for (int b = 0; b < a; b++) {
			const gd_tensor *one = gd_network_tensor(m.network, a), *other = gd_network_tensor(m.network, b);
			size_t count = count_of(one) < count_of(other) ? count_of(one) : count_of(other);
			double found = correlation(count, m.parameters + one->offset, m.parameters + other->offset);
			/* Six values may by chance correlate strongly, but not perfectly. */
			CU_ASSERT(fabs(found) < fmin(5.0 / sqrt((double)count), 0.995));
		}
	}
	/* Neighbours within a tensor. */
	const gd_tensor *weight = find(&m, GD_TENSOR_DENSE_WEIGHT, 0);
	CU_ASSERT(fabs(correlation(count_of(weight) - 1, m.parameters + weight->offset, m.parameters + weight->offset + 1)) < 5.0 / sqrt((double)count_of(weight)));
	release(&m);
}

/* One number a feature for all its columns: a sign, or drawn normally where numbers are embedded. What is shared starts as in one network, and the output layers by its inputs. */
static void test_members(void)
{
	enum { MEMBERS = 40, BINS = 7 };
	static const int hidden[] = {FIRST, SECOND};
	gd_arena arena = {0};
	gd_encoding encoding;
	gd_status status = gd_encoding_init(&encoding, INPUTS, &arena);
	if (!gd_failed(&status))
		status = gd_encoding_reserve(&encoding, 3, GD_ENCODE_PIECEWISE_LINEAR, BINS, 0, &arena);
	CU_ASSERT_FATAL(!gd_failed(&status));
	gd_encoding_finish(&encoding);
	for (int bins = 0; bins < 2; bins++) {
		gd_network_options options = {.inputs = INPUTS, .classes = CLASSES, .hidden_count = 2, .hidden = hidden, .members = MEMBERS, .encoding = bins ? &encoding : NULL};
		model m, one = model_of(false, GD_INIT_TORCH, 0.0, 7);
		status = gd_network_create(&options, &m.network);
		CU_ASSERT_FATAL(!gd_failed(&status));
		m.statistics = NULL;
		m.parameters = gd_allocate(gd_network_parameters(m.network), sizeof(float));
		CU_ASSERT_FATAL(m.parameters != NULL);
		gd_initialise(m.network, GD_INIT_TORCH, 0.0, 7, m.parameters, NULL);
		const gd_tensor *factor = find(&m, GD_TENSOR_MEMBER_FACTOR, 0), *output = find(&m, GD_TENSOR_DENSE_WEIGHT, 2);
		const gd_tensor *shared = find(&m, GD_TENSOR_DENSE_WEIGHT, 1), *alone = find(&one, GD_TENSOR_DENSE_WEIGHT, 1);
		CU_ASSERT_EQUAL(factor->rows, MEMBERS);
		CU_ASSERT_EQUAL(factor->columns, bins ? INPUTS + BINS - 1 : INPUTS);
		CU_ASSERT(memcmp(m.parameters + shared->offset, one.parameters + alone->offset, count_of(shared) * sizeof(float)) == 0);
		double sum = 0, squares = 0, bound = 1 / sqrt((double)SECOND);
		for (size_t i = 0; i < count_of(factor); i++) {
			double value = m.parameters[factor->offset + i];
			CU_ASSERT(bins || value == 1 || value == -1);
			sum += value;
			squares += value * value;
		}
		CU_ASSERT(fabs(sum) < 5 * sqrt((double)count_of(factor)));
		CU_ASSERT(fabs(squares / (double)count_of(factor) - 1) < 0.2);
		for (int member = 0; bins && member < MEMBERS; member++)
			for (int c = 1; c < BINS; c++)
				CU_ASSERT(m.parameters[factor->offset + (size_t)(member * factor->columns + 3)] == m.parameters[factor->offset + (size_t)(member * factor->columns + 3 + c)]);
		double largest = 0;
		for (size_t i = 0; i < count_of(output); i++) {
			double magnitude = fabs((double)m.parameters[output->offset + i]);
			largest = magnitude > largest ? magnitude : largest; /* at fmax here gcc 12.2 for arm64 breaks off with an error of its own */
		}
		CU_ASSERT(largest <= bound && largest > 0.98 * bound);
		release(&m);
		release(&one);
	}
	gd_arena_release(&arena);
}

const unit_test unit_tests[] = {
	{"torch's default", test_torch},
	{"He and Glorot", test_normal_kinds},
	{"output deviation", test_output_deviation},
	{"batch norms start neutral", test_batch_norm},
	{"seeds", test_seeds},
	{"members", test_members},
	{"tensors are independent", test_tensors_are_independent},
	{NULL, NULL},
};
