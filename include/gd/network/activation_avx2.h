/*
 * The sigmoid and the SiLU on AVX2, with the bits of gd/kernel/vector_math.h: four vectors under way at once, since the chain of one is longer than what a core looks
 * ahead. Private to activation.c. Local.
 */
#ifndef GD_ACTIVATION_AVX2_H
#define GD_ACTIVATION_AVX2_H

#ifdef __x86_64__
#include <stdbool.h>
#include <stddef.h>

/* Whether this processor has what they need. */
bool gd_avx2_available(void);

/* Each does the first multiple of 32 of `count` elements and returns how many that are; y or dz may be an input. */
size_t gd_avx2_sigmoid(size_t count, float bias, const float *z, float *y);
size_t gd_avx2_silu(size_t count, float bias, const float *z, float *y);
size_t gd_avx2_silu_backward(size_t count, const float *z, const float *dy, float *dz);
#endif

#endif
