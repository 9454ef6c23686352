#include "gd/network/periodic_kernels.h"

#include "gd/kernel/vector_math.h"

static const float turn = 0x1.921fb6p2f; /* 2 pi */

/* The angle is brought to an eighth of a turn around 0, exactly; the series of sine and cosine there are cut where the next term is below half a unit in the last place. */
GD_INLINE void turns(float x, float *cosine, float *sine)
{
	const float round_to_integer = 0x1.8p23f;
	float shifted = __builtin_fmaf(4.0f, x, round_to_integer), quarters = shifted - round_to_integer;
	float r = __builtin_fmaf(-0.25f, quarters, x);
	uint32_t quadrant = gd_float_bits(shifted);
	float angle = r * turn, square = angle * angle;
	float s = 0x1.71de3ap-19f; /* 1/9! */
	s = __builtin_fmaf(s, square, -0x1.a01a02p-13f);
	s = __builtin_fmaf(s, square, 0x1.111112p-7f);
	s = __builtin_fmaf(s, square, -0x1.555556p-3f);
	s = __builtin_fmaf(s * square, angle, angle);
	float c = -0x1.27e4fcp-22f; /* 1/10! */
	c = __builtin_fmaf(c, square, 0x1.a01a02p-16f);
	c = __builtin_fmaf(c, square, -0x1.6c16c2p-10f);
	c = __builtin_fmaf(c, square, 0x1.555556p-5f);
	c = __builtin_fmaf(c, square, -0.5f);
	c = __builtin_fmaf(c, square, 1.0f);
	float even = quadrant & 1 ? s : c, odd = quadrant & 1 ? c : s;
	*cosine = (quadrant + 1) & 2 ? -even : even;
	*sine = quadrant & 2 ? -odd : odd;
}

static void all_turns(size_t count, const float *x, float *restrict cosine, float *restrict sine)
{
	for (size_t i = 0; i < count; i++)
		turns(x[i], &cosine[i], &sine[i]);
}

static void wave(int rows, float frequency, const float *u, float *restrict cosine, float *restrict sine)
{
	for (int r = 0; r < rows; r++)
		turns(frequency * u[r], &cosine[r], &sine[r]);
}

/* dL/df for each row, in the place of the cosine: 2 pi u (cosine dsine - sine dcosine). */
static void slope(int rows, const float *u, const float *sine, const float *dcosine, const float *dsine, float *restrict cosine)
{
	for (int r = 0; r < rows; r++)
		cosine[r] = turn * u[r] * __builtin_fmaf(cosine[r], dsine[r], -(sine[r] * dcosine[r]));
}

const gd_periodic_kernels GD_TABLE(gd_periodic_kernels) = {
	.turns = all_turns,
	.wave = wave,
	.slope = slope,
};
