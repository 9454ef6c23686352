#include "gd/network/optimizer.h"

#include <assert.h>
#include <math.h>

#include "gd/kernel/real.h"
#include "gd/kernel/vector_math.h"
#include "gd/network/optimizer_kernels.h"

const char *const gd_optimizer_words[GD_OPTIMIZERS + 1] = {[GD_SGD] = "sgd", [GD_ADAM] = "adam", [GD_ADAMW] = "adamw"};

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

void gd_optimizer_update(const gd_optimizer_options *options, const gd_step_scalars *scalars, double decay,
	size_t count, float *parameters, const float *gradient, float *const moments[2])
{
	const gd_optimizer_kernels *kernels = GD_CHOSEN(gd_optimizer_kernels);
	float rate = (float)scalars->learning_rate;
	switch (options->kind) {
	case GD_SGD:
		if (options->momentum == 0.0)
			kernels->update_plain(count, rate, (float)decay, parameters, gradient);
		else if (options->nesterov)
			kernels->update_nesterov(count, rate, (float)decay, (float)options->momentum, parameters, gradient, moments[0]);
		else
			kernels->update_momentum(count, rate, (float)decay, (float)options->momentum, parameters, gradient, moments[0]);
		return;
	case GD_ADAM:
	case GD_ADAMW: {
		bool decoupled = options->kind == GD_ADAMW;
		gd_adam_scalars adam = {
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
		kernels->update_adam(count, &adam, parameters, gradient, moments[0], moments[1]);
		return;
	}
	}
	assert(!"an optimizer kind");
}

void gd_gradient_add(size_t count, const float *value, float *sum)
{
	gd_vector_add(count, sum, value, sum);
}

void gd_gradient_average(size_t count, const double *sum, double weight, float *gradient)
{
	GD_CHOSEN(gd_optimizer_kernels)->average(count, sum, weight, gradient);
}

void gd_gradient_average_float(size_t count, const float *sum, double weight, float *gradient)
{
	GD_CHOSEN(gd_optimizer_kernels)->average_float(count, sum, weight, gradient);
}

double gd_vector_squares(size_t count, const float *vector)
{
	assert(count <= GD_NORM_SEGMENT);
	return GD_CHOSEN(gd_optimizer_kernels)->squares(count, vector);
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

void gd_vector_average(size_t count, double decay, const float *parameters, float *average)
{
	GD_CHOSEN(gd_optimizer_kernels)->blend(count, (float)decay, (float)(1.0 - decay), parameters, average);
}
