#include "gd/kernel/vector_math.h"

#include "gd/kernel/vector_math_kernels.h"

void gd_vector_exp(size_t count, const float *x, float *y)
{
	GD_CHOSEN(gd_vector_math_kernels)->exp(count, x, y);
}

void gd_vector_log(size_t count, const float *x, float *y)
{
	GD_CHOSEN(gd_vector_math_kernels)->log(count, x, y);
}

void gd_vector_tanh(size_t count, const float *x, float *y)
{
	GD_CHOSEN(gd_vector_math_kernels)->tanh(count, x, y);
}

void gd_vector_sigmoid(size_t count, const float *x, float *y)
{
	GD_CHOSEN(gd_vector_math_kernels)->sigmoid(count, x, y);
}

void gd_vector_distribution(size_t count, const float *x, float *y)
{
	GD_CHOSEN(gd_vector_math_kernels)->distribution(count, x, y);
}

void gd_vector_add(size_t count, const float *a, const float *b, float *to)
{
	GD_CHOSEN(gd_vector_math_kernels)->add(count, a, b, to);
}

void gd_vector_add_doubles(size_t count, const double *a, const double *b, double *to)
{
	GD_CHOSEN(gd_vector_math_kernels)->add_doubles(count, a, b, to);
}

void gd_vector_add_scaled(size_t count, const float *x, float factor, const float *z, float *y)
{
	GD_CHOSEN(gd_vector_math_kernels)->add_scaled(count, x, factor, z, y);
}
