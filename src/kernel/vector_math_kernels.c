#include "gd/kernel/vector_math_kernels.h"

#include "gd/kernel/vector_math.h"

static void vector_exp(size_t count, const float *x, float *y)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_exp(x[i]);
}

static void vector_log(size_t count, const float *x, float *y)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_log(x[i]);
}

static void vector_tanh(size_t count, const float *x, float *y)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_tanh(x[i]);
}

static void vector_sigmoid(size_t count, const float *x, float *y)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_sigmoid(x[i]);
}

static void vector_distribution(size_t count, const float *x, float *y)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_distribution(x[i]);
}

static void add(size_t count, const float *a, const float *b, float *to)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		to[i] = a[i] + b[i];
}

static void add_doubles(size_t count, const double *a, const double *b, double *to)
{
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		to[i] = a[i] + b[i];
}

static void add_scaled(size_t count, const float *restrict x, float factor, const float *restrict z, float *restrict y)
{
	for (size_t i = 0; i < count; i++)
		y[i] = x[i] + factor * z[i];
}

const gd_vector_math_kernels GD_TABLE(gd_vector_math_kernels) = {
	.exp = vector_exp,
	.log = vector_log,
	.tanh = vector_tanh,
	.sigmoid = vector_sigmoid,
	.distribution = vector_distribution,
	.add = add,
	.add_doubles = add_doubles,
	.add_scaled = add_scaled,
};
