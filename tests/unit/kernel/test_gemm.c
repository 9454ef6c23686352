#include "gd/kernel/gemm.h"

#include <blis.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gd/base/processor.h"
#include "gd/kernel/blis_product.h"
#include "gd/kernel/engine.h"
#include "gd/kernel/fused.h"
#include "gd/kernel/narrow_product.h"
#include "gd/kernel/product.h"
#include "unit.h"

const char *const unit_suite = "gemm";

enum { LARGEST = 640 * 1000 };
static float a[LARGEST], b[LARGEST], c[LARGEST + 1], expected[LARGEST];
static uint32_t state = 1;

static uint32_t draw(void)
{
	state = state * 1664525u + 1013904223u;
	return state >> 8;
}

static void fill(float *values)
{
	for (size_t i = 0; i < LARGEST; i++)
		values[i] = (float)draw() * 0x1p-23f - 1.0f;
}

/* Every engine of this processor, its name for messages. BLIS is started by our own look at the processor. */
typedef struct engine {
	const char *name;
	int instructions; /* of our own; -1: BLIS; -2: what gd_gemm takes */
} engine;

static size_t list_engines(engine list[6])
{
	size_t count = 0;
	list[count++] = (engine){"gd_gemm", -2};
	list[count++] = (engine){"plain", GD_PLAIN};
	if (gd_processor_widest() >= GD_AVX2)
		list[count++] = (engine){"avx2", GD_AVX2};
	/* Where it may use no vector instructions BLIS takes its generic kernel, which has no fused multiply-adds. */
	if (gd_processor_instructions() >= GD_AVX2)
		list[count++] = (engine){"BLIS", -1};
	if (gd_processor_widest() >= GD_AVX512)
		list[count++] = (engine){"avx512", GD_AVX512};
	return count;
}

/* `apart` floats between stored rows. */
static void multiply(const engine *by, gd_orientation left, gd_orientation right, int m, int n, int k, int apart)
{
	const size_t a_row = (size_t)((left == GD_TRANSPOSED ? m : k) + apart), b_row = (size_t)((right == GD_TRANSPOSED ? k : n) + apart), c_row = (size_t)(n + apart);
	if (by->instructions == -2)
		gd_gemm(left, right, m, n, k, a, a_row, b, b_row, c, c_row);
	else if (by->instructions == -1)
		gd_blis_product(left, right, m, n, k, a, a_row, b, b_row, c, c_row);
	else
		gd_product((gd_instructions)by->instructions, left, right, m, n, k, a, a_row, b, b_row, c, c_row);
}

static void define(gd_orientation left, gd_orientation right, int m, int n, int k, int apart)
{
	gd_gemm_ref(left, right, m, n, k, a, (size_t)((left == GD_TRANSPOSED ? m : k) + apart), b, (size_t)((right == GD_TRANSPOSED ? k : n) + apart), expected, (size_t)(n + apart));
}

static void forget(float *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		values[i] = NAN;
}

/* The definition's bits from every engine; nothing read from c or written between its rows or behind its end. */
static void check(int m, int n, int k)
{
	engine engines[6];
	const size_t all = list_engines(engines);
	for (int way = 0; way < 8; way++) {
		gd_orientation left = way & 1 ? GD_TRANSPOSED : GD_AS_STORED, right = way & 2 ? GD_TRANSPOSED : GD_AS_STORED;
		const int apart = way & 4 ? 3 : 0;
		const size_t count = (size_t)m * (size_t)(n + apart);
		forget(expected, count);
		define(left, right, m, n, k, apart);
		for (size_t e = 0; e < all; e++) {
			forget(c, count);
			c[count] = 7.0f;
			multiply(&engines[e], left, right, m, n, k, apart);
			if (memcmp(c, expected, count * sizeof *c) || c[count] != 7.0f) {
				printf("    %s: %d x %d x %d, orientations %d\n", engines[e].name, m, n, k, way);
				CU_FAIL("not the definition's bits");
			}
		}
	}
}

/* Every height and width of a tile and the ones around them, in one chain. */
static void test_tiles(void)
{
	fill(a);
	fill(b);
	for (int m = 1; m <= 30; m++)
		for (int n = 1; n <= 66; n += n < 34 ? 1 : 7)
			check(m, n, 5);
}

/* Chains on both sides of their cuts, and columns on both sides of what is packed at a time. */
static void test_chains(void)
{
	static const int depths[] = {1, 2, 7, 8, 9, 31, 255, 256, 257, 263, 511, 512, 513, 514, 515, 1000}, sides[][2] = {{1, 1}, {3, 40}, {17, 19}, {29, 3}, {64, 33}};
	fill(a);
	fill(b);
	for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
		for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
			check(sides[s][0], sides[s][1], depths[d]);
	check(15, 255, 40);
	check(7, 257, 300);
	check(16, 512, 257);
	check(3, 531, 259);
	check(257, 9, 258);
	check(60, 600, 30);
	check(1, 632, 1000);
	check(512, 31, 260);
}

/* Denormal and vanishing products: sums that end in -0 keep their sign, and nothing is flushed to zero. */
static void test_denormals(void)
{
	enum { M = 33, N = 47 };
	for (size_t i = 0; i < LARGEST; i++) {
		/* Exponents of -149 to -22, both signs. */
		a[i] = ldexpf((float)draw() * 0x1p-23f - 1.0f, -22 - (int)(draw() % 128));
		b[i] = ldexpf((float)draw() * 0x1p-23f - 1.0f, -22 - (int)(draw() % 128));
		if (draw() % 4 == 0)
			a[i] = draw() % 2 ? -0.0f : 0.0f;
	}
	check(M, N, 1);
	check(M, N, 3);
	check(M, N, 300);
	define(GD_AS_STORED, GD_AS_STORED, M, N, 1, 0);
	int negative = 0, denormal = 0;
	for (int i = 0; i < M * N; i++) {
		negative += expected[i] == 0 && signbit(expected[i]);
		denormal += fpclassify(expected[i]) == FP_SUBNORMAL;
	}
	CU_ASSERT(negative > 0 && denormal > 0);
}

/* NaN and infinity reach the elements that they belong to, and no others. */
static void test_not_finite(void)
{
	enum { M = 15, N = 33, K = 300 };
	engine engines[6];
	fill(a);
	fill(b);
	a[3 * K + 280] = NAN;
	b[7 * N + 32] = INFINITY;
	for (size_t e = 0, all = list_engines(engines); e < all; e++) {
		multiply(&engines[e], GD_AS_STORED, GD_AS_STORED, M, N, K, 0);
		for (int i = 0; i < M; i++)
			for (int j = 0; j < N; j++)
				CU_ASSERT(i == 3 ? isnan(c[i * N + j]) : j == 32 ? isinf(c[i * N + j]) : isfinite(c[i * N + j]));
	}
}

/* Wherever the operands lie. */
static void test_alignment(void)
{
	enum { M = 32, N = 313, K = 20 };
	static float shifted_a[M * K + 16], shifted_b[K * N + 16];
	fill(a);
	fill(b);
	gd_gemm(GD_TRANSPOSED, GD_AS_STORED, M, N, K, a, M, b, N, expected, N);
	for (int shift = 1; shift < 16; shift += 3) {
		memcpy(shifted_a + shift, a, M * K * sizeof *a);
		memcpy(shifted_b + 16 - shift, b, K * N * sizeof *b);
		gd_gemm(GD_TRANSPOSED, GD_AS_STORED, M, N, K, shifted_a + shift, M, shifted_b + 16 - shift, N, c, N);
		CU_ASSERT(memcmp(c, expected, M * N * sizeof *c) == 0);
	}
}

/* Up to a chain's length narrow products are the same by definition. */
static void test_narrow_product(void)
{
	static const int shape[][3] = {{6, 313, 32}, {20, 40, 256}, {256, 9, 255}, {1, 7, 3}};
	fill(a);
	fill(b);
	for (size_t s = 0; s < sizeof shape / sizeof *shape; s++) {
		const int m = shape[s][0], n = shape[s][1], k = shape[s][2];
		gd_gemm(GD_TRANSPOSED, GD_AS_STORED, m, n, k, a, (size_t)m, b, (size_t)n, expected, (size_t)n);
		gd_narrow_product(m, n, k, a, 1, (size_t)m, b, (size_t)n, c, (size_t)n);
		CU_ASSERT(memcmp(c, expected, (size_t)m * (size_t)n * sizeof *c) == 0);
	}
}

/* The definition against sums in double, which it shares no line with, and its multiply-add against libm's. */
static void test_definition(void)
{
	enum { M = 5, N = 6, K = 700 };
	fill(a);
	fill(b);
	define(GD_TRANSPOSED, GD_TRANSPOSED, M, N, K, 0);
	for (int i = 0; i < M; i++) {
		for (int j = 0; j < N; j++) {
			double sum = 0.0;
			for (int l = 0; l < K; l++)
				sum += (double)a[l * M + i] * b[j * K + l];
			CU_ASSERT_DOUBLE_EQUAL(expected[i * N + j], sum, 2e-5);
		}
	}
	int wrong = 0;
	for (int i = 0; i < 2000000; i++) {
		/* Any bits at all, and factors whose product nearly cancels the summand. */
		union {
			uint32_t bits;
			float value;
		} x = {draw() << 8 | (draw() & 255)}, y = {draw() << 8 | (draw() & 255)}, z = {draw() << 8 | (draw() & 255)}, fused, twin;
		if (i % 2)
			z.value = -(x.value * y.value) * (1.0f + (float)(draw() % 3) * 0x1p-23f);
		fused.value = gd_fused(x.value, y.value, z.value);
		twin.value = fmaf(x.value, y.value, z.value);
		wrong += fused.bits != twin.bits && !(isnan(fused.value) && isnan(twin.value));
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

/* Wrong in the last bit of one element of larger products. */
static void faulty(gd_orientation left, gd_orientation right, int m, int n, int k, const float *x, size_t x_row, const float *y, size_t y_row, float *z, size_t z_row)
{
	gd_gemm_ref(left, right, m, n, k, x, x_row, y, y_row, z, z_row);
	if (m * n > 1000)
		z[m * n - 2] = nextafterf(z[m * n - 2], INFINITY);
}

/* One chain for all of k. */
static void uncut(gd_orientation left, gd_orientation right, int m, int n, int k, const float *x, size_t x_row, const float *y, size_t y_row, float *z, size_t z_row)
{
	for (size_t i = 0; i < (size_t)m; i++)
		for (size_t j = 0; j < (size_t)n; j++) {
			float sum = 0.0f;
			for (size_t l = 0; l < (size_t)k; l++)
				sum = gd_fused(x[left == GD_TRANSPOSED ? l * x_row + i : i * x_row + l], y[right == GD_TRANSPOSED ? j * y_row + l : l * y_row + j], sum);
			z[i * z_row + j] = sum;
		}
}

/* Without the sign of a zero. */
static void signless(gd_orientation left, gd_orientation right, int m, int n, int k, const float *x, size_t x_row, const float *y, size_t y_row, float *z, size_t z_row)
{
	gd_gemm_ref(left, right, m, n, k, x, x_row, y, y_row, z, z_row);
	for (int i = 0; i < m * n; i++)
		z[i] += 0.0f;
}

static void test_choice(void)
{
	const gd_engine_choice candidates[] = {{"faulty", faulty}, {"uncut", uncut}, {"good", gd_gemm_ref}, {"never asked", faulty}};
	CU_ASSERT_STRING_EQUAL(gd_engine_choose(candidates, 4)->name, "good");
	CU_ASSERT_STRING_EQUAL(gd_engine_choose(candidates, 1)->name, "faulty");
	CU_ASSERT(!gd_engine_keeps_definition(faulty));
	CU_ASSERT(!gd_engine_keeps_definition(uncut));
	CU_ASSERT(!gd_engine_keeps_definition(signless));
	CU_ASSERT(gd_engine_keeps_definition(gd_gemm));
	CU_ASSERT(strlen(gd_engine()->name) > 0);
}

/* What a process with these settings names as its engine. In one of its own, since BLIS and the choice are settled once. */
static void ask(const char *kernel, int architecture, char *name, size_t room)
{
	int ends[2];
	memset(name, 0, room);
	if (pipe(ends))
		return;
	pid_t child = fork();
	if (child == 0) {
		char number[16];
		snprintf(number, sizeof number, "%d", architecture);
		if (kernel)
			setenv("GENRE_DIST_KERNEL", kernel, 1);
		else
			unsetenv("GENRE_DIST_KERNEL");
		if (architecture >= 0)
			setenv("BLIS_ARCH_TYPE", number, 1);
		else
			unsetenv("BLIS_ARCH_TYPE");
		const char *text = gd_engine()->name;
		_exit(write(ends[1], text, strlen(text)) < 0);
	}
	close(ends[1]);
	ssize_t got = read(ends[0], name, room - 1);
	CU_ASSERT(got > 0);
	close(ends[0]);
	waitpid(child, NULL, 0);
}

/* Must run before anything else here asks for an engine. */
static void test_environment(void)
{
	static const char *const own[] = {[GD_PLAIN] = "own kernels, plain", [GD_AVX2] = "own kernels, AVX2", [GD_AVX512] = "own kernels, AVX-512"};
	char name[128];
	ask("plain", -1, name, sizeof name);
	if (gd_processor_widest() == GD_PLAIN)
		return;
	CU_ASSERT_STRING_EQUAL(name, own[GD_PLAIN]);
	ask(NULL, -1, name, sizeof name);
	CU_ASSERT_STRING_EQUAL(name, own[gd_processor_widest()]);
	ask("avx2", -1, name, sizeof name);
	CU_ASSERT_STRING_EQUAL(name, own[GD_AVX2]);
#ifdef BLIS_CONFIG_HASWELL
	ask(NULL, BLIS_ARCH_HASWELL, name, sizeof name);
	CU_ASSERT(!strncmp(name, "BLIS ", 5) && strstr(name, "haswell"));
#endif
	/* Without fused multiply-adds, so not the definition. */
	ask("avx2", BLIS_ARCH_GENERIC, name, sizeof name);
	CU_ASSERT_STRING_EQUAL(name, own[GD_AVX2]);
	ask("plain", BLIS_ARCH_HASWELL, name, sizeof name);
	CU_ASSERT_STRING_EQUAL(name, own[GD_PLAIN]);
}

const unit_test unit_tests[] = {
	{"the engine is the processor's, the user's, and keeps the definition", test_environment},
	{"an engine with a wrong bit is passed over", test_choice},
	{"the definition agrees with sums in double", test_definition},
	{"tiles of all sizes have the definition's bits", test_tiles},
	{"chains of all lengths have the definition's bits", test_chains},
	{"denormals and negative zeros have the definition's bits", test_denormals},
	{"NaN and infinity pass through", test_not_finite},
	{"a product has one result, wherever its operands lie", test_alignment},
	{"narrow products are the same", test_narrow_product},
	{NULL, NULL},
};
