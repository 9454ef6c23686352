/*
 * Elementary functions of single precision, branch-free so that loops over them vectorise, and the same bits on every
 * instruction set: polynomials evaluated with fused multiply-adds. Local.
 *
 * Errors are in units in the last place of the float nearest to the true value (below 2^-126: of 2^-149), the largest over
 * all floats. NaN gives NaN; overflow gives infinity, underflow rounds to subnormals and zero.
 *
 *     gd_float_exp           1.1 ulp
 *     gd_float_log           1 ulp; log(+-0) = -inf, of negative numbers NaN
 *     gd_float_tanh          3 ulp, near zero and in the tails alike
 *     gd_float_sigmoid       3 ulp, in both tails
 *     gd_float_distribution  5 ulp, in both tails: Phi(x) = (1 + erf(x/sqrt 2)) / 2
 *
 * Source: the coefficients are minimax fits (Lawson's iteration) in the forms that the comments of the code name.
 */
#ifndef GD_VECTOR_MATH_H
#define GD_VECTOR_MATH_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* y[i] = f(x[i]); y may be x. */
void gd_vector_exp(size_t count, const float *x, float *y);
void gd_vector_log(size_t count, const float *x, float *y);
void gd_vector_tanh(size_t count, const float *x, float *y);
void gd_vector_sigmoid(size_t count, const float *x, float *y);
void gd_vector_distribution(size_t count, const float *x, float *y);

/* to = a + b; to may be a. */
void gd_vector_add(size_t count, const float *a, const float *b, float *to);
void gd_vector_add_doubles(size_t count, const double *a, const double *b, double *to);
/* y = x + factor * z; y overlaps neither. */
void gd_vector_add_scaled(size_t count, const float *x, float factor, const float *z, float *y);

/* The kernels' parts must be inlined to vectorise within a kernel of its own instruction set. */
#define GD_INLINE static inline __attribute__((always_inline))

GD_INLINE uint32_t gd_float_bits(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

GD_INLINE float gd_float_of(uint32_t bits)
{
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/* 2^n, -126 <= n <= 127; any bits for other n. */
GD_INLINE float gd_float_power_of_two(uint32_t n)
{
	return gd_float_of((n + 127) << 23);
}

/* exp(x) = 2^n (1 + *rest): n is returned, |ln(1 + *rest)| <= ln 2 / 2. For |x| < 2^21. */
GD_INLINE uint32_t gd_float_exp_parts(float x, float *rest)
{
	const float round_to_integer = 0x1.8p23f;
	float shifted = __builtin_fmaf(x, 0x1.715476p0f, round_to_integer);
	float n = shifted - round_to_integer;
	float r = __builtin_fmaf(n, -0x1.62e4p-1f, x); /* ln 2 in two parts: n times the first is exact */
	r = __builtin_fmaf(n, -0x1.7f7d1cp-20f, r);
	float q = 0x1.6a2352p-10f; /* (exp(r) - 1 - r) / r^2 */
	q = __builtin_fmaf(q, r, 0x1.123a6cp-7f);
	q = __builtin_fmaf(q, r, 0x1.5558f4p-5f);
	q = __builtin_fmaf(q, r, 0x1.55549p-3f);
	q = __builtin_fmaf(q, r, 0x1.fffffcp-2f);
	*rest = __builtin_fmaf(r * r, q, r);
	return gd_float_bits(shifted) - gd_float_bits(round_to_integer);
}

/* exp(x) * factor for x in [-105, 0] or NaN and a factor in [2^-20, 2^20], rounded into the subnormals once. */
GD_INLINE float gd_float_exp_times(float x, float factor)
{
	float rest;
	uint32_t n = gd_float_exp_parts(x, &rest);
	return (1.0f + rest) * factor * gd_float_power_of_two(n + 26) * 0x1p-26f; /* n goes down to -152 */
}

/* exp(x) for x <= 0. The comparison, here as elsewhere, leaves NaN alone. */
GD_INLINE float gd_float_exp_negative(float x)
{
	return gd_float_exp_times(x < -105.0f ? -105.0f : x, 1.0f);
}

GD_INLINE float gd_float_exp(float x)
{
	float rest;
	x = x < -105.0f ? -105.0f : x;
	uint32_t n = gd_float_exp_parts(x > 89.0f ? 89.0f : x, &rest);
	uint32_t half = (uint32_t)((int32_t)n >> 1); /* two steps, since 2^n alone may be out of range */
	return (1.0f + rest) * gd_float_power_of_two(half) * gd_float_power_of_two(n - half);
}

GD_INLINE float gd_float_log(float x)
{
	uint32_t subnormal = x < 0x1p-126f;
	float scaled = subnormal ? x * 0x1p23f : x;
	uint32_t offset = gd_float_bits(scaled) - 0x3f3504f3u; /* the mantissa's range becomes [sqrt 1/2, sqrt 2) */
	int32_t exponent = ((int32_t)offset >> 23) - (subnormal ? 23 : 0);
	float f = gd_float_of((offset & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
	float p = 0x1.1457a8p-4f; /* (ln(1 + f) - f + f^2/2) / f^3 */
	p = __builtin_fmaf(p, f, -0x1.de3c16p-4f);
	p = __builtin_fmaf(p, f, 0x1.e6f06ap-4f);
	p = __builtin_fmaf(p, f, -0x1.fc2208p-4f);
	p = __builtin_fmaf(p, f, 0x1.233768p-3f);
	p = __builtin_fmaf(p, f, -0x1.555c4ep-3f);
	p = __builtin_fmaf(p, f, 0x1.99a4b6p-3f);
	p = __builtin_fmaf(p, f, -0x1.000006p-2f);
	p = __builtin_fmaf(p, f, 0x1.555548p-2f);
	float e = (float)exponent;
	float square = f * f;
	float small = __builtin_fmaf(p * f, square, e * 0x1.7f7d1cp-20f);
	small = __builtin_fmaf(-0.5f, square, small);
	float value = __builtin_fmaf(e, 0x1.62e4p-1f, f + small);
	float special = x < 0.0f ? NAN : x;
	special = x == 0.0f ? -INFINITY : special;
	return x > 0.0f && x < INFINITY ? value : special;
}

GD_INLINE float gd_float_tanh(float x)
{
	float a = fabsf(x);
	a = a > 10.0f ? 10.0f : a;
	float rest; /* t = exp(2a) - 1 keeps its relative accuracy down to zero */
	float scale = gd_float_power_of_two(gd_float_exp_parts(2.0f * a, &rest));
	float t = __builtin_fmaf(rest, scale, scale - 1.0f);
	return copysignf(t / (t + 2.0f), x);
}

/* sigmoid(x), and in *complement 1 - sigmoid(x) without cancellation. */
GD_INLINE float gd_float_logistic(float x, float *complement)
{
	float e = gd_float_exp_negative(-fabsf(x)); /* never above 1: nothing overflows */
	float large = 1.0f / (1.0f + e), small = e * large;
	*complement = x < 0.0f ? large : small;
	return x < 0.0f ? small : large;
}

GD_INLINE float gd_float_sigmoid(float x)
{
	float e = gd_float_exp_negative(-fabsf(x));
	return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

/* Phi(-a) / exp(-a^2/2) for a in [0, 14.4]. Source: M. Shepherd, J. Laframboise, "Chebyshev approximation of (1+2x) exp(x^2) erfc x", Math. Comp. 36 (1981), for the form. */
GD_INLINE float gd_float_tail_ratio(float a)
{
	float q = (a - 4.0f) / (a + 4.0f);
	float p = -0x1.2ba95p-14f;
	p = __builtin_fmaf(p, q, -0x1.f83afcp-15f);
	p = __builtin_fmaf(p, q, 0x1.6b6acp-11f);
	p = __builtin_fmaf(p, q, -0x1.3ea75ep-12f);
	p = __builtin_fmaf(p, q, -0x1.47fae6p-8f);
	p = __builtin_fmaf(p, q, 0x1.25ee9ap-6f);
	p = __builtin_fmaf(p, q, -0x1.07c28p-5f);
	p = __builtin_fmaf(p, q, 0x1.d4950ap-6f);
	p = __builtin_fmaf(p, q, 0x1.cabd1cp-7f);
	p = __builtin_fmaf(p, q, -0x1.8c18fp-4f);
	p = __builtin_fmaf(p, q, 0x1.e361eap-2f);
	return p / (1.0f + a);
}

/* Phi(x), and in *density the normal density exp(-x^2/2) / sqrt(2 pi). */
GD_INLINE float gd_float_normal(float x, float *density)
{
	float a = fabsf(x);
	a = a > 14.4f ? 14.4f : a; /* where Phi(-a) has underflowed */
	float half = 0.5f * a, square = half * a;
	float lost = __builtin_fmaf(half, a, -square); /* what rounding took from a^2/2, which the exponential would amplify */
	float correction = 1.0f - lost;
	float tail = gd_float_exp_times(-square, gd_float_tail_ratio(a) * correction);
	*density = gd_float_exp_times(-square, 0x1.988454p-2f * correction);
	return x < 0.0f ? tail : 1.0f - tail;
}

GD_INLINE float gd_float_distribution(float x)
{
	float density;
	return gd_float_normal(x, &density);
}

#endif
