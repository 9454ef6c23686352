#include "gd/network/optimizer_kernels.h"

#include <math.h>

/*
 * Scalars are combined in double and rounded to float once, and products are taken in the order in which
 * torch 1.13's single-tensor optimizers take them; a zero decay adds zeros, which changes no value.
 */

static void update_plain(size_t count, float rate, float decay, float *restrict parameter, const float *restrict gradient)
{
	for (size_t i = 0; i < count; i++)
		parameter[i] -= rate * (gradient[i] + decay * parameter[i]);
}

static void update_momentum(size_t count, float rate, float decay, float momentum,
	float *restrict parameter, const float *restrict gradient, float *restrict velocity)
{
	for (size_t i = 0; i < count; i++) {
		velocity[i] = momentum * velocity[i] + (gradient[i] + decay * parameter[i]);
		parameter[i] -= rate * velocity[i];
	}
}

static void update_nesterov(size_t count, float rate, float decay, float momentum,
	float *restrict parameter, const float *restrict gradient, float *restrict velocity)
{
	for (size_t i = 0; i < count; i++) {
		float direction = gradient[i] + decay * parameter[i];
		velocity[i] = momentum * velocity[i] + direction;
		parameter[i] -= rate * (direction + momentum * velocity[i]);
	}
}

static void update_adam(size_t count, const gd_adam_scalars *scalars,
	float *restrict parameter, const float *restrict gradient, float *restrict first, float *restrict second)
{
	gd_adam_scalars s = *scalars;
	for (size_t i = 0; i < count; i++) {
		float p = s.shrink * parameter[i];
		float g = gradient[i] + s.decay * p;
		first[i] = s.beta1 * first[i] + s.rest1 * g;
		second[i] = s.beta2 * second[i] + s.rest2 * g * g;
		float denominator = sqrtf(second[i]) / s.root + s.epsilon;
		parameter[i] = p - s.size * first[i] / denominator;
	}
}

static void average(size_t count, const double *restrict sum, double weight, float *restrict gradient)
{
	for (size_t i = 0; i < count; i++)
		gradient[i] = (float)(sum[i] / weight);
}

static void average_float(size_t count, const float *restrict sum, double weight, float *restrict gradient)
{
	for (size_t i = 0; i < count; i++)
		gradient[i] = (float)((double)sum[i] / weight);
}

#define NORM_LANES 16

/* Element i goes to lane i mod NORM_LANES, and lanes are added by halves. A float's square is exact in double. */
static double squares(size_t count, const float *restrict vector)
{
	double lane[NORM_LANES] = {0.0};
	size_t whole = count / NORM_LANES * NORM_LANES;
	for (size_t i = 0; i < whole; i += NORM_LANES)
		for (size_t l = 0; l < NORM_LANES; l++)
			lane[l] += (double)vector[i + l] * (double)vector[i + l];
	for (size_t i = whole; i < count; i++)
		lane[i - whole] += (double)vector[i] * (double)vector[i];
	for (size_t half = NORM_LANES / 2; half > 0; half /= 2)
		for (size_t l = 0; l < half; l++)
			lane[l] += lane[l + half];
	return lane[0];
}

static void blend(size_t count, float keep, float take, const float *restrict parameters, float *restrict average)
{
	for (size_t i = 0; i < count; i++)
		average[i] = keep * average[i] + take * parameters[i];
}

const gd_optimizer_kernels GD_TABLE(gd_optimizer_kernels) = {
	.update_plain = update_plain,
	.update_momentum = update_momentum,
	.update_nesterov = update_nesterov,
	.update_adam = update_adam,
	.average = average,
	.average_float = average_float,
	.squares = squares,
	.blend = blend,
};
