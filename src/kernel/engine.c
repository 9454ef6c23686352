#include "gd/kernel/engine.h"

#include <stdint.h>
#include <string.h>

#include "gd/base/processor.h"
#include "gd/kernel/blis_product.h"
#include "gd/kernel/product.h"

#ifdef __x86_64__
static void multiply_avx512(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	gd_product(GD_AVX512, a_orientation, b_orientation, m, n, k, a, a_row, b, b_row, c, c_row);
}

static void multiply_avx2(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	gd_product(GD_AVX2, a_orientation, b_orientation, m, n, k, a, a_row, b, b_row, c, c_row);
}
#endif

static void multiply_plain(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	gd_product(GD_PLAIN, a_orientation, b_orientation, m, n, k, a, a_row, b, b_row, c, c_row);
}

bool gd_engine_keeps_definition(gd_gemm_function *multiply)
{
	/* Tails of tiles of 6 x 16, 14 x 32, 32 x 12 and the like, thin ones, and k on both sides of the cut and of BLIS's own (384). */
	static const int shape[][3] = {{1, 35, 258}, {33, 1, 90}, {6, 16, 513}, {37, 29, 400}, {15, 47, 12}};
	enum { ROOM = 40 * 520 };
	static float a[ROOM], b[ROOM], c[40 * 50], expected[40 * 50];
	uint32_t seed = 1;
	for (size_t i = 0; i < ROOM; i++) {
		seed = seed * 1664525u + 1013904223u;
		a[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
		b[ROOM - 1 - i] = a[i];
	}
	for (size_t s = 0; s < sizeof shape / sizeof *shape; s++) {
		const int m = shape[s][0], n = shape[s][1], k = shape[s][2];
		gd_orientation left = s % 2 ? GD_AS_STORED : GD_TRANSPOSED, right = s % 3 ? GD_AS_STORED : GD_TRANSPOSED;
		const size_t a_row = (size_t)(left == GD_TRANSPOSED ? m : k), b_row = (size_t)(right == GD_TRANSPOSED ? k : n);
		multiply(left, right, m, n, k, a, a_row, b, b_row, c, (size_t)n);
		gd_gemm_ref(left, right, m, n, k, a, a_row, b, b_row, expected, (size_t)n);
		if (memcmp(c, expected, (size_t)m * (size_t)n * sizeof *c))
			return false;
	}
	/* Products that vanish, whose sums are 0 or -0. */
	for (size_t i = 0; i < ROOM; i++) {
		a[i] *= 0x1p-76f;
		b[i] *= 0x1p-76f;
	}
	for (int k = 3; k <= 263; k += 260) {
		multiply(GD_AS_STORED, GD_AS_STORED, 33, 47, k, a, (size_t)k, b, 47, c, 47);
		gd_gemm_ref(GD_AS_STORED, GD_AS_STORED, 33, 47, k, a, (size_t)k, b, 47, expected, 47);
		if (memcmp(c, expected, (size_t)33 * 47 * sizeof *c))
			return false;
	}
	return true;
}

const gd_engine_choice *gd_engine_choose(const gd_engine_choice *candidates, size_t count)
{
	while (count > 1 && !gd_engine_keeps_definition(candidates->multiply)) {
		candidates++;
		count--;
	}
	return candidates;
}

static const gd_engine_choice *choose(void)
{
	static gd_engine_choice candidates[4];
	const gd_instructions instructions = gd_processor_instructions();
	const bool forced_plain = instructions == GD_PLAIN && gd_processor_widest() != GD_PLAIN;
	size_t count = 0;
	if (gd_blis_is_wished() && !forced_plain)
		candidates[count++] = (gd_engine_choice){gd_blis_name(), gd_blis_product};
#ifdef __x86_64__
	if (instructions == GD_AVX512)
		candidates[count++] = (gd_engine_choice){"own kernels, AVX-512", multiply_avx512};
	else if (instructions == GD_AVX2)
		candidates[count++] = (gd_engine_choice){"own kernels, AVX2", multiply_avx2};
#endif
	if (!count && !forced_plain)
		candidates[count++] = (gd_engine_choice){gd_blis_name(), gd_blis_product};
	candidates[count++] = (gd_engine_choice){"own kernels, plain", multiply_plain};
	return gd_engine_choose(candidates, count);
}

const gd_engine_choice *gd_engine(void)
{
	static const gd_engine_choice *chosen;
	if (!chosen)
		chosen = choose();
	return chosen;
}
