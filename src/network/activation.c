#include "gd/network/activation.h"

#include "gd/base/vector.h"
#include "gd/kernel/vector_math.h"
#include "gd/network/activation_avx2.h"

/* The pragmas say what the compiler cannot see: in and out are one array or two apart, so no element depends on an earlier one. */

GD_VECTOR static void forward_relu(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
#pragma GCC ivdep
		for (size_t r = 0; r < rows; r++) {
			float value = z[r] + b;
			y[r] = value < 0.0f ? 0.0f : value; /* this way round, NaN stays */
		}
	}
}

GD_VECTOR static void forward_sigmoid(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
#pragma GCC ivdep
		for (size_t r = 0; r < rows; r++)
			y[r] = gd_float_sigmoid(z[r] + b);
	}
}

GD_VECTOR static void forward_tanh(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
#pragma GCC ivdep
		for (size_t r = 0; r < rows; r++)
			y[r] = gd_float_tanh(z[r] + b);
	}
}

GD_VECTOR static void forward_gelu(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
#pragma GCC ivdep
		for (size_t r = 0; r < rows; r++) {
			float value = z[r] + b;
			y[r] = value * gd_float_distribution(value);
		}
	}
}

GD_VECTOR static void forward_silu(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
#pragma GCC ivdep
		for (size_t r = 0; r < rows; r++) {
			float value = z[r] + b;
			y[r] = value * gd_float_sigmoid(value);
		}
	}
}

#ifdef __x86_64__
typedef size_t avx2_function(size_t count, float bias, const float *z, float *y);
typedef void plain_function(size_t features, size_t rows, const float *bias, const float *z, float *y);

/* What does not fill the vectors is left to the plain function: the bits are the same. */
static void forward_avx2(avx2_function *vectors, plain_function *plain, size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		size_t done = vectors(rows, bias[f], z, y);
		if (done < rows)
			plain(1, rows - done, bias + f, z + done, y + done);
	}
}
#endif

void gd_activation_forward_bias(gd_activation activation, size_t features, size_t rows, const float *bias, const float *z, float *y)
{
#ifdef __x86_64__
	if ((activation == GD_SIGMOID || activation == GD_SILU) && gd_avx2_available()) {
		forward_avx2(activation == GD_SIGMOID ? gd_avx2_sigmoid : gd_avx2_silu, activation == GD_SIGMOID ? forward_sigmoid : forward_silu, features, rows, bias, z, y);
		return;
	}
#endif
	switch (activation) {
	case GD_RELU: forward_relu(features, rows, bias, z, y); break;
	case GD_SIGMOID: forward_sigmoid(features, rows, bias, z, y); break;
	case GD_TANH: forward_tanh(features, rows, bias, z, y); break;
	case GD_GELU: forward_gelu(features, rows, bias, z, y); break;
	case GD_SILU: forward_silu(features, rows, bias, z, y); break;
	}
}

void gd_activation_forward(gd_activation activation, size_t count, const float *z, float *y)
{
	static const float none = -0.0f; /* the zero that leaves every number alone, +0 included */
	gd_activation_forward_bias(activation, 1, count, &none, z, y);
}

GD_VECTOR static void backward_relu(size_t count, const float *y, const float *dy, float *dz)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		dz[i] = y[i] <= 0.0f ? 0.0f : dy[i];
}

GD_VECTOR static void backward_sigmoid(size_t count, const float *y, const float *dy, float *dz)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		dz[i] = dy[i] * (y[i] * (1.0f - y[i]));
}

GD_VECTOR static void backward_tanh(size_t count, const float *y, const float *dy, float *dz)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++)
		dz[i] = dy[i] * __builtin_fmaf(-y[i], y[i], 1.0f);
}

GD_VECTOR static void backward_gelu(size_t count, const float *z, const float *dy, float *dz)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++) {
		float density, distribution = gd_float_normal(z[i], &density);
		dz[i] = dy[i] * __builtin_fmaf(z[i], density, distribution);
	}
}

GD_VECTOR static void backward_silu(size_t count, const float *z, const float *dy, float *dz)
{
#pragma GCC ivdep
	for (size_t i = 0; i < count; i++) {
		float complement, s = gd_float_logistic(z[i], &complement);
		dz[i] = dy[i] * (s * __builtin_fmaf(z[i], complement, 1.0f));
	}
}

void gd_activation_backward(gd_activation activation, size_t count, const float *z, const float *y, const float *dy, float *dz)
{
#ifdef __x86_64__
	if (activation == GD_SILU && gd_avx2_available()) {
		size_t done = gd_avx2_silu_backward(count, z, dy, dz);
		count -= done;
		z += done;
		dy += done;
		dz += done;
	}
#endif
	switch (activation) {
	case GD_RELU: backward_relu(count, y, dy, dz); break;
	case GD_SIGMOID: backward_sigmoid(count, y, dy, dz); break;
	case GD_TANH: backward_tanh(count, y, dy, dz); break;
	case GD_GELU: backward_gelu(count, z, dy, dz); break;
	case GD_SILU: backward_silu(count, z, dy, dz); break;
	}
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
