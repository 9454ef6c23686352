#include "gd/kernel/self_check.h"

#include <stddef.h>

#include "gd/kernel/gemm.h"
#include "gd/kernel/narrow_product.h"
#include "gd/kernel/vector_math.h"

/* FNV-1a over values. Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV non-cryptographic hash algorithm", IETF draft. */
static void add(uint64_t *hash, const float *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		*hash ^= gd_float_bits(values[i]);
		*hash *= 0x100000001b3u;
	}
}

uint64_t gd_self_check(void)
{
	enum { M = 29, N = 43, K = 523, NARROW = 61, ROOM = 48 * K };
	static void (*const functions[])(size_t, const float *, float *) = {gd_vector_exp, gd_vector_log, gd_vector_tanh, gd_vector_sigmoid, gd_vector_distribution};
	static float a[ROOM], b[ROOM], c[48 * 48], y[ROOM];
	uint64_t hash = 0xcbf29ce484222325u;
	uint32_t seed = 7;
	for (size_t i = 0; i < ROOM; i++) {
		seed = seed * 1664525u + 1013904223u;
		a[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
		b[ROOM - 1 - i] = 8 * a[i];
	}
	gd_gemm(GD_TRANSPOSED, GD_AS_STORED, M, N, K, a, M, b, N, c, N);
	add(&hash, c, M * N);
	gd_gemm(GD_AS_STORED, GD_TRANSPOSED, M, N, K, a, K, b, K, c, N);
	add(&hash, c, M * N);
	gd_narrow_product(M, N, NARROW, a, 1, M, b, N, c, N);
	add(&hash, c, M * N);
	gd_narrow_outer(M, true, N, NARROW, a, NARROW, b, NARROW, c);
	add(&hash, c, (M + 1) * N);
	for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
		functions[f](1003, b, y);
		for (size_t i = 0; i < 1003; i++)
			if (y[i] != y[i]) /* of a negative number's logarithm: which NaN is nobody's business */
				y[i] = 0;
		add(&hash, y, 1003);
	}
	return hash;
}
