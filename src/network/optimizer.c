#include "gd/network/optimizer.h"

#include <assert.h>
#include <math.h>

#include "gd/base/vector.h"
#include "gd/kernel/real.h"

int gd_optimizer_moments(const gd_optimizer_options *options)
{
	if (options->kind == GD_SGD)
		return options->momentum != 0.0 ? 1 : 0;
	return 2;
}

const char *gd_optimizer_moment_name(const gd_optimizer_options *options, int index)
{
	assert(index >= 0 && index < gd_optimizer_moments(options));
	if (options->kind == GD_SGD)
		return "momentum";
	return index == 0 ? "first_moment" : "second_moment";
}

gd_step_scalars gd_optimizer_scalars(const gd_optimizer_options *options, double learning_rate, long step)
{
	assert(step >= 1);
	return (gd_step_scalars){
		.learning_rate = learning_rate,
		.correction1 = 1.0 - gd_real_pow(options->beta1, (double)step),
		.correction2 = 1.0 - gd_real_pow(options->beta2, (double)step),
	};
}

/*
 * Scalars are combined in double and rounded to float once, and products are taken in the order in which
 * torch 1.13's single-tensor optimizers take them; a zero decay adds zeros, which changes no value.
 */

GD_VECTOR
static void update_plain(size_t count, float rate, float decay, float *restrict parameter, const float *restrict gradient)
{
	for (size_t i = 0; i < count; i++)
		parameter[i] -= rate * (gradient[i] + decay * parameter[i]);
}

GD_VECTOR
static void update_momentum(size_t count, float rate, float decay, float momentum,
	float *restrict parameter, const float *restrict gradient, float *restrict velocity)
{
	for (size_t i = 0; i < count; i++) {
		velocity[i] = momentum * velocity[i] + (gradient[i] + decay * parameter[i]);
		parameter[i] -= rate * velocity[i];
	}
}

GD_VECTOR
static void update_nesterov(size_t count, float rate, float decay, float momentum,
	float *restrict parameter, const float *restrict gradient, float *restrict velocity)
{
	for (size_t i = 0; i < count; i++) {
		float direction = gradient[i] + decay * parameter[i];
		velocity[i] = momentum * velocity[i] + direction;
		parameter[i] -= rate * (direction + momentum * velocity[i]);
	}
}

typedef struct adam_scalars {
	float shrink;         /* the decoupled decay: 1 - rate * decay, or 1 */
	float decay;          /* L2 */
	float beta1, rest1;   /* rest: 1 - beta */
	float beta2, rest2;
	float epsilon;
	float size;           /* rate / correction1 */
	float root;           /* sqrt(correction2) */
} adam_scalars;

GD_VECTOR
static void update_adam(size_t count, const adam_scalars *scalars,
	float *restrict parameter, const float *restrict gradient, float *restrict first, float *restrict second)
{
	adam_scalars s = *scalars;
	for (size_t i = 0; i < count; i++) {
		float p = s.shrink * parameter[i];
		float g = gradient[i] + s.decay * p;
		first[i] = s.beta1 * first[i] + s.rest1 * g;
		second[i] = s.beta2 * second[i] + s.rest2 * g * g;
		float denominator = sqrtf(second[i]) / s.root + s.epsilon;
		parameter[i] = p - s.size * first[i] / denominator;
	}
}

void gd_optimizer_update(const gd_optimizer_options *options, const gd_step_scalars *scalars, double decay,
	size_t count, float *parameters, const float *gradient, float *const moments[2])
{
	float rate = (float)scalars->learning_rate;
	switch (options->kind) {
	case GD_SGD:
		if (options->momentum == 0.0)
			update_plain(count, rate, (float)decay, parameters, gradient);
		else if (options->nesterov)
			update_nesterov(count, rate, (float)decay, (float)options->momentum, parameters, gradient, moments[0]);
		else
			update_momentum(count, rate, (float)decay, (float)options->momentum, parameters, gradient, moments[0]);
		return;
	case GD_ADAM:
	case GD_ADAMW: {
		bool decoupled = options->kind == GD_ADAMW;
		adam_scalars adam = {
			.shrink = decoupled ? (float)(1.0 - scalars->learning_rate * decay) : 1.0f,
			.decay = decoupled ? 0.0f : (float)decay,
			.beta1 = (float)options->beta1,
			.rest1 = (float)(1.0 - options->beta1),
			.beta2 = (float)options->beta2,
			.rest2 = (float)(1.0 - options->beta2),
			.epsilon = (float)options->epsilon,
			.size = (float)(scalars->learning_rate / scalars->correction1),
			.root = (float)sqrt(scalars->correction2),
		};
		update_adam(count, &adam, parameters, gradient, moments[0], moments[1]);
		return;
	}
	}
	assert(!"an optimizer kind");
}

GD_VECTOR
void gd_gradient_add(size_t count, const float *restrict value, float *restrict sum)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += value[i];
}

GD_VECTOR
void gd_gradient_average(size_t count, const double *restrict sum, double weight, float *restrict gradient)
{
	for (size_t i = 0; i < count; i++)
		gradient[i] = (float)(sum[i] / weight);
}

GD_VECTOR
void gd_gradient_average_float(size_t count, const float *restrict sum, double weight, float *restrict gradient)
{
	for (size_t i = 0; i < count; i++)
		gradient[i] = (float)((double)sum[i] / weight);
}

#define NORM_LANES 16

/* Element i goes to lane i mod NORM_LANES, and lanes are added by halves. A float's square is exact in double. */
GD_VECTOR
double gd_vector_squares(size_t count, const float *restrict vector)
{
	assert(count <= GD_NORM_SEGMENT);
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

double gd_vector_norm(size_t count, const float *vector)
{
	double squares = 0.0;
	for (size_t start = 0; start < count; start += GD_NORM_SEGMENT)
		squares += gd_vector_squares(count - start < GD_NORM_SEGMENT ? count - start : GD_NORM_SEGMENT, vector + start);
	return sqrt(squares);
}

double gd_clip_factor(double norm, double limit)
{
	double factor = limit / (norm + 1e-6);
	return factor > 1.0 ? 1.0 : factor; /* a NaN stays one */
}

GD_VECTOR
static void blend(size_t count, float keep, float take, const float *restrict parameters, float *restrict average)
{
	for (size_t i = 0; i < count; i++)
		average[i] = keep * average[i] + take * parameters[i];
}

void gd_vector_average(size_t count, double decay, const float *parameters, float *average)
{
	blend(count, (float)decay, (float)(1.0 - decay), parameters, average);
}
