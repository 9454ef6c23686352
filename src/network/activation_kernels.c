#include "gd/network/activation_kernels.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "gd/kernel/vector_math.h"

#define INLINE static inline __attribute__((always_inline))

#ifdef __AVX2__
/*
 * The sigmoid and the SiLU with the bits of gd/kernel/vector_math.h: four vectors under way at once, since the chain of one is longer than what a core looks ahead.
 * They return how many elements they did; what does not fill the vectors is left to the plain loop behind them.
 */
#define EACH GD_UNROLL(4) for (int v = 0; v < TOGETHER; v++)

#ifdef __AVX512F__
typedef __m512 vector;
typedef __m512i integers;
enum { LANES = 16 };
#define F(name) _mm512_##name##_ps
#define I(name) _mm512_##name##_epi32
#define AS_INTEGERS _mm512_castps_si512
#define AS_FLOATS _mm512_castsi512_ps
#else
typedef __m256 vector;
typedef __m256i integers;
enum { LANES = 8 };
#define F(name) _mm256_##name##_ps
#define I(name) _mm256_##name##_epi32
#define AS_INTEGERS _mm256_castps_si256
#define AS_FLOATS _mm256_castsi256_ps
#endif

enum { TOGETHER = 4, STEP = LANES * TOGETHER };

typedef vector vectors[TOGETHER];

INLINE vector all(float value)
{
	return F(set1)(value);
}

/* `negative` where x has its sign bit set, else `other`. */
INLINE vector choose(vector other, vector negative, vector x)
{
#ifdef __AVX512F__
	return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(x)), other, negative);
#else
	return _mm256_blendv_ps(other, negative, x);
#endif
}

/* e = exp(-|x|), operation by operation as gd_float_exp_negative. */
INLINE void exp_negative(const vector *x, vector *e)
{
	vectors shifted, r;
	/* The maximum's second operand is what comes of a NaN. */
	EACH e[v] = F(max)(all(-105.0f), F(or)(x[v], all(-0.0f)));
	EACH shifted[v] = F(fmadd)(e[v], all(0x1.715476p0f), all(0x1.8p23f));
	EACH r[v] = F(fmadd)(F(sub)(shifted[v], all(0x1.8p23f)), all(-0x1.62e4p-1f), e[v]);
	EACH r[v] = F(fmadd)(F(sub)(shifted[v], all(0x1.8p23f)), all(-0x1.7f7d1cp-20f), r[v]);
	EACH e[v] = F(fmadd)(all(0x1.6a2352p-10f), r[v], all(0x1.123a6cp-7f));
	EACH e[v] = F(fmadd)(e[v], r[v], all(0x1.5558f4p-5f));
	EACH e[v] = F(fmadd)(e[v], r[v], all(0x1.55549p-3f));
	EACH e[v] = F(fmadd)(e[v], r[v], all(0x1.fffffcp-2f));
	EACH e[v] = F(fmadd)(F(mul)(r[v], r[v]), e[v], r[v]);
	EACH
	{
		/* The shifted number's low bits are n; 26 more keep 2^n in range. */
		integers n = I(add)(AS_INTEGERS(shifted[v]), I(set1)(127 + 26 - 0x4b400000));
		e[v] = F(mul)(F(mul)(F(add)(all(1.0f), e[v]), AS_FLOATS(I(slli)(n, 23))), all(0x1p-26f));
	}
}

/* As gd_float_sigmoid; s may be x. */
INLINE void sigmoid(const vector *x, vector *s)
{
	vectors e;
	exp_negative(x, e);
	EACH s[v] = F(div)(choose(all(1.0f), e[v], x[v]), F(add)(all(1.0f), e[v]));
}

INLINE void load(const float *from, vector *x)
{
	EACH x[v] = F(loadu)(from + LANES * v);
}

INLINE void store(float *to, const vector *x)
{
	EACH F(storeu)(to + LANES * v, x[v]);
}

static size_t vectors_sigmoid(size_t count, float bias, const float *z, float *y)
{
	size_t i = 0;
	for (; i + STEP <= count; i += STEP) {
		vectors x;
		load(z + i, x);
		EACH x[v] = F(add)(x[v], all(bias));
		sigmoid(x, x);
		store(y + i, x);
	}
	return i;
}

static size_t vectors_silu(size_t count, float bias, const float *z, float *y)
{
	size_t i = 0;
	for (; i + STEP <= count; i += STEP) {
		vectors x, s;
		load(z + i, x);
		EACH x[v] = F(add)(x[v], all(bias));
		sigmoid(x, s);
		EACH s[v] = F(mul)(x[v], s[v]);
		store(y + i, s);
	}
	return i;
}

static size_t vectors_silu_backward(size_t count, const float *z, const float *dy, float *dz)
{
	size_t i = 0;
	for (; i + STEP <= count; i += STEP) {
		vectors x, e, slope;
		load(z + i, x);
		exp_negative(x, e);
		EACH
		{
			/* As gd_float_logistic. */
			vector large = F(div)(all(1.0f), F(add)(all(1.0f), e[v])), small = F(mul)(e[v], large);
			vector s = choose(large, small, x[v]), complement = choose(small, large, x[v]);
			slope[v] = F(mul)(s, F(fmadd)(x[v], complement, all(1.0f)));
		}
		EACH slope[v] = F(mul)(F(loadu)(dy + i + LANES * v), slope[v]);
		store(dz + i, slope);
	}
	return i;
}
#else
INLINE size_t vectors_sigmoid(size_t count, float bias, const float *z, float *y)
{
	(void)count, (void)bias, (void)z, (void)y;
	return 0;
}

INLINE size_t vectors_silu(size_t count, float bias, const float *z, float *y)
{
	(void)count, (void)bias, (void)z, (void)y;
	return 0;
}

INLINE size_t vectors_silu_backward(size_t count, const float *z, const float *dy, float *dz)
{
	(void)count, (void)z, (void)dy, (void)dz;
	return 0;
}
#endif

static void forward_relu(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
		GD_INDEPENDENT
		for (size_t r = 0; r < rows; r++) {
			float value = z[r] + b;
			y[r] = value < 0.0f ? 0.0f : value; /* this way round, NaN stays */
		}
	}
}

static void forward_sigmoid(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
		GD_INDEPENDENT
		for (size_t r = vectors_sigmoid(rows, b, z, y); r < rows; r++)
			y[r] = gd_float_sigmoid(z[r] + b);
	}
}

static void forward_tanh(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
		GD_INDEPENDENT
		for (size_t r = 0; r < rows; r++)
			y[r] = gd_float_tanh(z[r] + b);
	}
}

static void forward_gelu(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
		GD_INDEPENDENT
		for (size_t r = 0; r < rows; r++) {
			float value = z[r] + b;
			y[r] = value * gd_float_distribution(value);
		}
	}
}

static void forward_silu(size_t features, size_t rows, const float *bias, const float *z, float *y)
{
	for (size_t f = 0; f < features; f++, z += rows, y += rows) {
		float b = bias[f];
		GD_INDEPENDENT
		for (size_t r = vectors_silu(rows, b, z, y); r < rows; r++) {
			float value = z[r] + b;
			y[r] = value * gd_float_sigmoid(value);
		}
	}
}

static void backward_relu(size_t count, const float *z, const float *y, const float *dy, float *dz)
{
	(void)z;
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		dz[i] = y[i] <= 0.0f ? 0.0f : dy[i];
}

static void backward_sigmoid(size_t count, const float *z, const float *y, const float *dy, float *dz)
{
	(void)z;
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		dz[i] = dy[i] * (y[i] * (1.0f - y[i]));
}

static void backward_tanh(size_t count, const float *z, const float *y, const float *dy, float *dz)
{
	(void)z;
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++)
		dz[i] = dy[i] * __builtin_fmaf(-y[i], y[i], 1.0f);
}

static void backward_gelu(size_t count, const float *z, const float *y, const float *dy, float *dz)
{
	(void)y;
	GD_INDEPENDENT
	for (size_t i = 0; i < count; i++) {
		float density, distribution = gd_float_normal(z[i], &density);
		dz[i] = dy[i] * __builtin_fmaf(z[i], density, distribution);
	}
}

static void backward_silu(size_t count, const float *z, const float *y, const float *dy, float *dz)
{
	(void)y;
	GD_INDEPENDENT
	for (size_t i = vectors_silu_backward(count, z, dy, dz); i < count; i++) {
		float complement, s = gd_float_logistic(z[i], &complement);
		dz[i] = dy[i] * (s * __builtin_fmaf(z[i], complement, 1.0f));
	}
}

const gd_activation_kernels GD_TABLE(gd_activation_kernels) = {
	.forward[GD_RELU] = forward_relu,
	.forward[GD_SIGMOID] = forward_sigmoid,
	.forward[GD_TANH] = forward_tanh,
	.forward[GD_GELU] = forward_gelu,
	.forward[GD_SILU] = forward_silu,
	.backward[GD_RELU] = backward_relu,
	.backward[GD_SIGMOID] = backward_sigmoid,
	.backward[GD_TANH] = backward_tanh,
	.backward[GD_GELU] = backward_gelu,
	.backward[GD_SILU] = backward_silu,
};
