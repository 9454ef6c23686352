#include "gd/kernel/peak.h"

#include "gd/base/processor.h"
#include "gd/kernel/lanes.h"

/* As many sums at once as two units with a latency of four to five cycles need, and no more than half of 32, or all but two of 16 registers. */
enum { SUMS = 12, STEPS = 64 };

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx512f"))) static float compute_avx512(int rounds)
{
	__m512 sum[SUMS], factor = _mm512_set1_ps(0.5f), addend = _mm512_set1_ps(0.25f);
	for (int i = 0; i < SUMS; i++)
		sum[i] = _mm512_set1_ps((float)i);
	for (int r = 0; r < rounds; r++)
		for (int s = 0; s < STEPS; s++)
#pragma GCC unroll 12
			for (int i = 0; i < SUMS; i++)
				sum[i] = _mm512_fmadd_ps(sum[i], factor, addend);
	for (int i = 1; i < SUMS; i++)
		sum[0] = _mm512_add_ps(sum[0], sum[i]);
	return _mm512_cvtss_f32(sum[0]);
}

__attribute__((target("avx2,fma"))) static float compute_avx2(int rounds)
{
	__m256 sum[SUMS], factor = _mm256_set1_ps(0.5f), addend = _mm256_set1_ps(0.25f);
	for (int i = 0; i < SUMS; i++)
		sum[i] = _mm256_set1_ps((float)i);
	for (int r = 0; r < rounds; r++)
		for (int s = 0; s < STEPS; s++)
#pragma GCC unroll 12
			for (int i = 0; i < SUMS; i++)
				sum[i] = _mm256_fmadd_ps(sum[i], factor, addend);
	for (int i = 1; i < SUMS; i++)
		sum[0] = _mm256_add_ps(sum[0], sum[i]);
	return _mm256_cvtss_f32(sum[0]);
}
#endif

/* Where there is no instruction for it, a multiplication and an addition count the same two. */
static float compute_plain(int rounds)
{
	gd_float4 sum[SUMS];
	for (int i = 0; i < SUMS; i++)
		for (int l = 0; l < 4; l++)
			sum[i][l] = (float)i;
	for (int r = 0; r < rounds; r++)
		for (int s = 0; s < STEPS; s++)
#pragma GCC unroll 12
			for (int i = 0; i < SUMS; i++) {
#ifdef __FP_FAST_FMAF
				for (int l = 0; l < 4; l++)
					sum[i][l] = __builtin_fmaf(sum[i][l], 0.5f, 0.25f);
#else
				sum[i] = sum[i] * 0.5f + 0.25f;
#endif
			}
	for (int i = 1; i < SUMS; i++)
		sum[0] += sum[i];
	return sum[0][0];
}

double gd_peak_round(void)
{
	static const int lanes[] = {[GD_PLAIN] = 4, [GD_AVX2] = 8, [GD_AVX512] = 16};
	return 2.0 * SUMS * STEPS * lanes[gd_processor_widest()];
}

float gd_peak_compute(int rounds)
{
#ifdef __x86_64__
	if (gd_processor_widest() == GD_AVX512)
		return compute_avx512(rounds);
	if (gd_processor_widest() == GD_AVX2)
		return compute_avx2(rounds);
#endif
	return compute_plain(rounds);
}
