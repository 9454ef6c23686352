#include "gd/kernel/blis_product.h"

#include <blis.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/processor.h"

/* Run with BLIS 0.9.0 and 1.1. BLIS 2.x, which has the same functions and names architectures by word, was not run. */
static const char variable[] = "BLIS_ARCH_TYPE";

bool gd_blis_is_wished(void)
{
	const char *wish = getenv(variable);
	return wish && *wish;
}

const char *gd_blis_version(void)
{
	return bli_info_get_version_str();
}

/* How BLIS wants to be told of an architecture; on some processors there is none to tell it of. */
__attribute__((unused)) static const char *name_architecture(int number, const char *word)
{
	static char text[16];
	snprintf(text, sizeof text, "%d", number);
	return atoi(gd_blis_version()) >= 2 ? word : text;
}

/* BLIS_ARCH_TYPE's value for these instructions, of those that BLIS was built with; NULL: BLIS may look for itself. An architecture that it lacks makes it abort. */
static const char *find_architecture(gd_instructions instructions)
{
#ifdef BLIS_CONFIG_SKX
	if (instructions == GD_AVX512)
		return name_architecture(BLIS_ARCH_SKX, "skx");
#endif
#ifdef BLIS_CONFIG_HASWELL
	if (instructions != GD_PLAIN)
		return name_architecture(BLIS_ARCH_HASWELL, "haswell");
#endif
	(void)instructions;
	return NULL;
}

/* One thread, and no path around packing, whose kernels sum in other orders. */
static rntm_t *start(void)
{
	static rntm_t runtime;
	static bool started;
	if (started)
		return &runtime;
	const char *architecture = gd_blis_is_wished() ? NULL : find_architecture(gd_processor_instructions());
	if (architecture)
		setenv(variable, architecture, 1);
	bli_init();
	bli_arch_query_id();
	if (architecture)
		unsetenv(variable);
	bli_thread_set_num_threads(1);
	bli_rntm_init_from_global(&runtime);
	bli_rntm_set_num_threads(1, &runtime);
	bli_rntm_disable_l3_sup(&runtime);
	started = true;
	return &runtime;
}

const char *gd_blis_name(void)
{
	static char name[96];
	start();
	snprintf(name, sizeof name, "BLIS %s, kernel %s", gd_blis_version(), bli_arch_string(bli_arch_query_id()));
	return name;
}

/* The least magnitude but for zeros; infinity where there is none. Of [rows, columns], rows `row` apart. */
static float find_least(const float *values, int rows, int columns, size_t row)
{
	float least = INFINITY;
	for (int i = 0; i < rows; i++, values += row)
		for (int j = 0; j < columns; j++) {
			float magnitude = fabsf(values[j]);
			least = magnitude > 0 && magnitude < least ? magnitude : least;
		}
	return least;
}

static bool has_zero(const float *values, int rows, int columns, size_t row)
{
	bool found = false;
	for (int i = 0; i < rows; i++, values += row)
		for (int j = 0; j < columns; j++)
			found |= values[j] == 0;
	return found;
}

/*
 * Kernels that add to a zero what they summed, as BLIS's for arm64, give 0 where the definition has -0. It has one only where a product is too small for
 * any number but 0; so zeros are asked for, and seldom computed anew.
 */
static void mend_zeros(bool a_turned, bool b_turned, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	if (!has_zero(c, m, n, c_row) ||
		(double)find_least(a, a_turned ? k : m, a_turned ? m : k, a_row) * find_least(b, b_turned ? n : k, b_turned ? k : n, b_row) > 0x1p-150)
		return;
	for (size_t i = 0; i < (size_t)m; i++)
		for (size_t j = 0; j < (size_t)n; j++)
			if (c[i * c_row + j] == 0)
				c[i * c_row + j] = gd_gemm_element(k, a_turned ? a + i : a + i * a_row, a_turned ? a_row : 1, b_turned ? b + j * b_row : b + j, b_turned ? 1 : b_row);
}

void gd_blis_product(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row)
{
	rntm_t *runtime = start();
	const bool a_turned = a_orientation == GD_TRANSPOSED, b_turned = b_orientation == GD_TRANSPOSED;
	float one = 1.0f, zero = 0.0f; /* with a beta of zero BLIS does not read c */
	for (int l = 0; l < k; l += GD_GEMM_CHAIN) {
		const int depth = k - l < GD_GEMM_CHAIN ? k - l : GD_GEMM_CHAIN;
		const float *left = a + (size_t)l * (a_turned ? a_row : 1), *right = b + (size_t)l * (b_turned ? 1 : b_row);
		/* BLIS before 1.0 takes pointers to what it only reads without const. */
		bli_sgemm_ex(a_turned ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, b_turned ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, m, n, depth, &one,
			(float *)(uintptr_t)left, (inc_t)a_row, 1, (float *)(uintptr_t)right, (inc_t)b_row, 1, l ? &one : &zero, c, (inc_t)c_row, 1, NULL, runtime);
	}
	mend_zeros(a_turned, b_turned, m, n, k, a, a_row, b, b_row, c, c_row);
}
