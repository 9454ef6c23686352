#include "gd/network/periodic.h"

#include <math.h>

#include "gd/base/vector.h"
#include "gd/kernel/vector_math.h"
#include "gd/network/dense.h"

static const float turn = 0x1.921fb6p2f; /* 2 pi */

size_t gd_periodic_weight(const gd_periodic *shape)
{
	return (size_t)shape->features * (size_t)shape->frequencies;
}

size_t gd_periodic_bias(const gd_periodic *shape)
{
	return gd_periodic_weight(shape) * (1 + 2 * (size_t)shape->width);
}

size_t gd_periodic_parameters(const gd_periodic *shape)
{
	return gd_periodic_bias(shape) + (size_t)shape->features * (size_t)shape->width;
}

size_t gd_periodic_scratch(const gd_periodic *shape, int rows)
{
	return 2 * (size_t)shape->frequencies * (size_t)rows + 2 * (size_t)shape->frequencies * (size_t)shape->width + (size_t)shape->width;
}

/* The angle is brought to an eighth of a turn around 0, exactly; the series of sine and cosine there are cut where the next term is below half a unit in the last place. */
GD_INLINE void turns(float x, float *cosine, float *sine)
{
	const float round_to_integer = 0x1.8p23f;
	float shifted = __builtin_fmaf(4.0f, x, round_to_integer), quarters = shifted - round_to_integer;
	float r = __builtin_fmaf(-0.25f, quarters, x);
	uint32_t quadrant = gd_float_bits(shifted);
	float angle = r * turn, square = angle * angle;
	float s = 0x1.71de3ap-19f; /* 1/9! */
	s = __builtin_fmaf(s, square, -0x1.a01a02p-13f);
	s = __builtin_fmaf(s, square, 0x1.111112p-7f);
	s = __builtin_fmaf(s, square, -0x1.555556p-3f);
	s = __builtin_fmaf(s * square, angle, angle);
	float c = -0x1.27e4fcp-22f; /* 1/10! */
	c = __builtin_fmaf(c, square, 0x1.a01a02p-16f);
	c = __builtin_fmaf(c, square, -0x1.6c16c2p-10f);
	c = __builtin_fmaf(c, square, 0x1.555556p-5f);
	c = __builtin_fmaf(c, square, -0.5f);
	c = __builtin_fmaf(c, square, 1.0f);
	float even = quadrant & 1 ? s : c, odd = quadrant & 1 ? c : s;
	*cosine = (quadrant + 1) & 2 ? -even : even;
	*sine = quadrant & 2 ? -odd : odd;
}

GD_VECTOR void gd_vector_turns(size_t count, const float *x, float *restrict cosine, float *restrict sine)
{
	for (size_t i = 0; i < count; i++)
		turns(x[i], &cosine[i], &sine[i]);
}

GD_VECTOR static void wave(int rows, float frequency, const float *u, float *restrict cosine, float *restrict sine)
{
	for (int r = 0; r < rows; r++)
		turns(frequency * u[r], &cosine[r], &sine[r]);
}

GD_VECTOR static void rectify(int width, int rows, const float *bias, float *y)
{
	for (int o = 0; o < width; o++, y += rows) {
		float b = bias[o];
		for (int r = 0; r < rows; r++) {
			float value = y[r] + b;
			y[r] = value < 0.0f ? 0.0f : value; /* this way round, NaN stays */
		}
	}
}

void gd_periodic_forward(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *waves, float *y)
{
	int frequencies = shape->frequencies, width = shape->width;
	const float *frequency = parameters, *weight = parameters + gd_periodic_weight(shape), *bias = parameters + gd_periodic_bias(shape);
	size_t length = (size_t)rows, half = (size_t)frequencies * length;
	for (int f = 0; f < shape->features; f++) {
		for (int k = 0; k < frequencies; k++)
			wave(rows, frequency[k], u, waves + (size_t)k * length, waves + half + (size_t)k * length);
		gd_dense_forward(2 * frequencies, width, rows, weight, waves, y);
		rectify(width, rows, bias, y);
		frequency += frequencies;
		weight += 2 * (size_t)frequencies * (size_t)width;
		bias += width;
		u += rows;
		waves += 2 * half;
		y += (size_t)width * length;
	}
}

void gd_periodic_forward_ref(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *y)
{
	int frequencies = shape->frequencies, width = shape->width;
	const float *weights = parameters + gd_periodic_weight(shape), *bias = parameters + gd_periodic_bias(shape);
	for (int f = 0; f < shape->features; f++) {
		for (int o = 0; o < width; o++) {
			for (int r = 0; r < rows; r++) {
				double sum = bias[f * width + o];
				for (int k = 0; k < frequencies; k++) {
					double angle = 2 * M_PI * (double)parameters[f * frequencies + k] * u[f * rows + r];
					sum += weights[(2 * f * frequencies + k) * width + o] * cos(angle) + weights[((2 * f + 1) * frequencies + k) * width + o] * sin(angle);
				}
				y[(f * width + o) * rows + r] = (float)(sum < 0 ? 0 : sum);
			}
		}
	}
}

/* dL/df for each row, in the place of the cosine: 2 pi u (cosine dsine - sine dcosine). */
GD_VECTOR static void slope(int rows, const float *u, const float *sine, const float *dcosine, const float *dsine, float *restrict cosine)
{
	for (int r = 0; r < rows; r++)
		cosine[r] = turn * u[r] * __builtin_fmaf(cosine[r], dsine[r], -(sine[r] * dcosine[r]));
}

void gd_periodic_backward(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *waves, const float *dy, float *scratch, float *gradient)
{
	int frequencies = shape->frequencies, width = shape->width;
	const float *weight = parameters + gd_periodic_weight(shape);
	float *frequency_gradient = gradient, *weight_gradient = gradient + gd_periodic_weight(shape), *bias_gradient = gradient + gd_periodic_bias(shape);
	size_t length = (size_t)rows, half = (size_t)frequencies * length, weights = 2 * (size_t)frequencies * (size_t)width;
	float *dwaves = scratch, *dense_gradient = scratch + 2 * half;
	for (int f = 0; f < shape->features; f++) {
		gd_dense_backward_parameters(2 * frequencies, width, rows, waves, dy, dense_gradient);
		for (size_t i = 0; i < weights; i++)
			weight_gradient[i] = dense_gradient[i];
		for (int o = 0; o < width; o++)
			bias_gradient[o] = dense_gradient[weights + (size_t)o];
		gd_dense_backward_input(2 * frequencies, width, rows, weight, dy, dwaves);
		for (int k = 0; k < frequencies; k++) {
			size_t at = (size_t)k * length;
			slope(rows, u, waves + half + at, dwaves + at, dwaves + half + at, waves + at);
		}
		gd_dense_bias_gradient(frequencies, rows, waves, frequency_gradient);
		frequency_gradient += frequencies;
		weight_gradient += weights;
		bias_gradient += width;
		weight += weights;
		u += rows;
		waves += 2 * half;
		dy += (size_t)width * length;
	}
}
