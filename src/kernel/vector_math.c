#include "gd/kernel/vector_math.h"

#include "gd/base/vector.h"

/* The pragmas say what the compiler cannot see: x and y are one array or two apart, so no element depends on an earlier one. */

GD_VECTOR void gd_vector_exp(size_t count, const float *x, float *y)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_exp(x[i]);
}

GD_VECTOR void gd_vector_log(size_t count, const float *x, float *y)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_log(x[i]);
}

GD_VECTOR void gd_vector_tanh(size_t count, const float *x, float *y)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_tanh(x[i]);
}

GD_VECTOR void gd_vector_sigmoid(size_t count, const float *x, float *y)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_sigmoid(x[i]);
}

GD_VECTOR void gd_vector_distribution(size_t count, const float *x, float *y)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		y[i] = gd_float_distribution(x[i]);
}
