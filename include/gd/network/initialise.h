/* Initial weights, a function of the seed and the shapes. Local. */
#ifndef GD_INITIALISE_H
#define GD_INITIALISE_H

#include <stdint.h>

#include "gd/network/network.h"

typedef enum gd_initialisation {
	GD_INIT_TORCH,  /* U(-1/sqrt(inputs), 1/sqrt(inputs)) for weights and biases: nn.Linear's default */
	GD_INIT_HE,     /* N(0, 2/inputs), zero biases */
	GD_INIT_GLOROT, /* N(0, 2/(inputs + outputs)), zero biases */
} gd_initialisation;

/*
 * Overwrites both vectors: batch norms start at scale 1, shift 0, mean 0, variance 1. output_deviation > 0: the output layer's
 * weights are N(0, output_deviation^2), its biases as `kind` says. Periodic embeddings: frequencies N(0, periodic_scale^2), weights N(0, 1/16), biases 0. Members' factors: for each
 * feature one number for all its columns, a random sign, or N(0, 1) where numbers are embedded (piecewise-linear or periodic); their output layers each as the one. statistics may be NULL where the network has none.
 * Source: K. He et al., "Delving deep into rectifiers", ICCV 2015, eq. 10; X. Glorot, Y. Bengio, "Understanding the
 * difficulty of training deep feedforward neural networks", AISTATS 2010, eq. 12.
 */
void gd_initialise(const gd_network *network, gd_initialisation kind, double output_deviation, uint64_t seed,
	float *parameters, float *statistics);

#endif
