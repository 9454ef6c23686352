#include "gd/network/activation.h"

#include <math.h>

#include "gd/network/activation_kernels.h"

const char *const gd_activation_words[GD_ACTIVATIONS + 1] = {
	[GD_RELU] = "relu", [GD_SIGMOID] = "sigmoid", [GD_TANH] = "tanh", [GD_GELU] = "gelu", [GD_SILU] = "silu"};

void gd_activation_forward_bias(gd_activation activation, size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	GD_CHOSEN(gd_activation_kernels)->forward[activation](features, rows, bias, z, y);
}

void gd_activation_forward(gd_activation activation, size_t count, const float *z, float *y)
{
	static const float none = -0.0f; /* the zero that leaves every number alone, +0 included */
	gd_activation_forward_bias(activation, 1, count, &none, z, y);
}

void gd_activation_backward(gd_activation activation, size_t count, const float *z, const float *y, const float *dy, float *dz)
{
	GD_CHOSEN(gd_activation_kernels)->backward[activation](count, z, y, dy, dz);
}

int gd_activation_needs_input(gd_activation activation)
{
	return activation == GD_GELU || activation == GD_SILU;
}

static double distribution_ref(double x)
{
	return 0.5 * erfc(-x * 0.70710678118654752440);
}

static double sigmoid_ref(double x)
{
	return x < 0.0 ? exp(x) / (1.0 + exp(x)) : 1.0 / (1.0 + exp(-x));
}

void gd_activation_forward_ref(gd_activation activation, size_t count, const float *z, float *y)
{
	for (size_t i = 0; i < count; i++) {
		double x = z[i], value = NAN;
		switch (activation) {
		case GD_RELU: value = x < 0.0 ? 0.0 : x; break;
		case GD_SIGMOID: value = sigmoid_ref(x); break;
		case GD_TANH: value = tanh(x); break;
		case GD_GELU: value = x * distribution_ref(x); break;
		case GD_SILU: value = x * sigmoid_ref(x); break;
		}
		y[i] = (float)value;
	}
}

void gd_activation_backward_ref(gd_activation activation, size_t count, const float *z, const float *y, const float *dy, float *dz)
{
	for (size_t i = 0; i < count; i++) {
		double slope = NAN, out = y ? y[i] : NAN, x = z ? z[i] : NAN, s;
		switch (activation) {
		case GD_RELU: slope = out <= 0.0 ? 0.0 : 1.0; break;
		case GD_SIGMOID: slope = out * (1.0 - out); break;
		case GD_TANH: slope = 1.0 - out * out; break;
		case GD_GELU: slope = distribution_ref(x) + x * 0.39894228040143267794 * exp(-0.5 * x * x); break;
		case GD_SILU:
			s = sigmoid_ref(x);
			slope = s * (1.0 + x * (1.0 - s));
			break;
		}
		dz[i] = (float)(slope * dy[i]);
	}
}
