/*
 * Class probabilities divided by a temperature T: p_c becomes p_c^(1/T) over the sum of all p^(1/T), so that above 1 a model is less sure. Local; own logarithms and exponentials, so the same bits
 * everywhere.
 * Source: C. Guo et al., "On calibration of modern neural networks", ICML 2017.
 */
#ifndef GD_TEMPERATURE_H
#define GD_TEMPERATURE_H

#include <stddef.h>
#include <stdint.h>

#include "gd/kernel/exact_sum.h"

/* In place, probability of class c in row r at probabilities[c * stride + r]; each counts as at least FLT_MIN. Temperature 0 (none) and 1 leave them as they are. */
void gd_temperature_apply(double temperature, int classes, int rows, size_t stride, float *probabilities);

/* logs [count]: of probabilities, each at least FLT_MIN. */
void gd_temperature_logs(size_t count, const float *probabilities, double *logs);
/*
 * Adds, of rows [rows, classes] of such logs: to `loss` each row's -log of its label's probability at 1 / T = `sharpness`, to `slope` its derivative by the sharpness; each row's rounded to 2^-36,
 * times its weight (weights [rows]; NULL: 1), then summed without error.
 */
void gd_temperature_add(double sharpness, int classes, int64_t rows, const double *logs, const int32_t *labels, const float *weights, gd_wide_sum *loss, gd_wide_sum *slope);

#endif
