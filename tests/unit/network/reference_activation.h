/* The activations in plain double precision, written anew for the tests. */
#ifndef REFERENCE_ACTIVATION_H
#define REFERENCE_ACTIVATION_H

#include <math.h>

#include "gd/network/activation.h"

static inline double reference_sigmoid(double z)
{
	return z < 0.0 ? exp(z) / (1.0 + exp(z)) : 1.0 / (1.0 + exp(-z));
}

/* Of the standard normal. */
static inline double reference_distribution(double z)
{
	return 0.5 * erfc(-z / sqrt(2.0));
}

static inline double reference_activation(gd_activation activation, double z)
{
	switch (activation) {
	case GD_RELU: return z > 0.0 ? z : 0.0;
	case GD_SIGMOID: return reference_sigmoid(z);
	case GD_TANH: return tanh(z);
	case GD_GELU: return z * reference_distribution(z);
	case GD_SILU: return z * reference_sigmoid(z);
	}
	return NAN;
}

#endif
