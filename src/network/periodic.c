#include "gd/network/periodic.h"

#include <math.h>

#include "gd/network/activation.h"
#include "gd/network/dense.h"
#include "gd/network/periodic_kernels.h"

void gd_vector_turns(size_t count, const float *x, float *cosine, float *sine)
{
	GD_CHOSEN(gd_periodic_kernels)->turns(count, x, cosine, sine);
}

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

void gd_periodic_forward(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *waves, float *y)
{
	int frequencies = shape->frequencies, width = shape->width;
	const float *frequency = parameters, *weight = parameters + gd_periodic_weight(shape), *bias = parameters + gd_periodic_bias(shape);
	size_t length = (size_t)rows, half = (size_t)frequencies * length;
	for (int f = 0; f < shape->features; f++) {
		for (int k = 0; k < frequencies; k++)
			GD_CHOSEN(gd_periodic_kernels)->wave(rows, frequency[k], u, waves + (size_t)k * length, waves + half + (size_t)k * length);
		gd_dense_forward(2 * frequencies, width, rows, weight, waves, length, y, length);
		gd_activation_forward_bias(GD_RELU, (size_t)width, length, bias, y, y);
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

void gd_periodic_backward(const gd_periodic *shape, int rows, const float *parameters, const float *u, float *waves, const float *dy, float *scratch, float *gradient)
{
	int frequencies = shape->frequencies, width = shape->width;
	const float *weight = parameters + gd_periodic_weight(shape);
	float *frequency_gradient = gradient, *weight_gradient = gradient + gd_periodic_weight(shape), *bias_gradient = gradient + gd_periodic_bias(shape);
	size_t length = (size_t)rows, half = (size_t)frequencies * length, weights = 2 * (size_t)frequencies * (size_t)width;
	float *dwaves = scratch, *dense_gradient = scratch + 2 * half;
	for (int f = 0; f < shape->features; f++) {
		gd_dense_backward_parameters(2 * frequencies, width, rows, waves, length, dy, length, dense_gradient);
		for (size_t i = 0; i < weights; i++)
			weight_gradient[i] = dense_gradient[i];
		for (int o = 0; o < width; o++)
			bias_gradient[o] = dense_gradient[weights + (size_t)o];
		gd_dense_backward_input(2 * frequencies, width, rows, weight, dy, length, dwaves, length);
		for (int k = 0; k < frequencies; k++) {
			size_t at = (size_t)k * length;
			GD_CHOSEN(gd_periodic_kernels)->slope(rows, u, waves + half + at, dwaves + at, dwaves + half + at, waves + at);
		}
		gd_dense_bias_gradient(frequencies, rows, waves, length, frequency_gradient);
		frequency_gradient += frequencies;
		weight_gradient += weights;
		bias_gradient += width;
		weight += weights;
		u += rows;
		waves += 2 * half;
		dy += (size_t)width * length;
	}
}
