#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/buffer.h"
#include "gd/base/number_text.h"
#include "gd/base/random.h"
#include "unit.h"

const char *const unit_suite = "number_text";

static bool as_printf(float value)
{
	char mine[GD_NUMBER_TEXT_ROOM + 1], theirs[64];
	mine[gd_number_text_float(value, mine)] = '\0';
	snprintf(theirs, sizeof theirs, "%.9g", (double)value);
	if (strcmp(mine, theirs))
		printf("'%s' instead of '%s'\n", mine, theirs);
	return !strcmp(mine, theirs);
}

static void floats(void)
{
	static const float values[] = {0, -0.0f, 1, 0.5f, 0.25f, 0.1f, 1e-4f, 9.99999975e-05f, 1e-5f, 0.99999994f, 0.999999940395f, 1.1e-21f, 1e-21f, 9e-22f, 1e-30f, 1e-35f, 1e-36f, 1.17549435e-38f, 1.17549421e-38f, 1e-45f, 1.5f, -0.3f, 1e9f, INFINITY, NAN, 0x1p-20f,
		0x1p-31f, 0x1p-70f, 0.001f, 0.01f, 123456.789f};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		CU_ASSERT(as_printf(values[i]));
	bool fine = true;
	for (uint64_t i = 0; i < 300000 && fine; i++) {
		/* Every exponent below one, and above some. */
		uint32_t bits = (uint32_t)gd_random_bits(7, i) & 0x3FFFFFFF;
		float value;
		memcpy(&value, &bits, sizeof value);
		fine = as_printf(value) && as_printf((float)(bits >> 6) * 0x1p-24f);
	}
	CU_ASSERT(fine);
	/* Around powers of ten and two. */
	for (float power = 1; power > 1e-38f && fine; power /= 10)
		for (float value = power * 0.999999f; value <= power * 1.000001f && fine; value = nextafterf(value, 2))
			fine = as_printf(value);
	for (float power = 1; power > 0 && fine; power /= 2)
		fine = as_printf(power) && as_printf(nextafterf(power, 0)) && as_printf(nextafterf(power, 2));
	CU_ASSERT(fine);
}

static void counts(void)
{
	static const int64_t values[] = {0, 1, 9, 10, 99, 100, 1234567890123, INT64_MAX};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		char mine[GD_NUMBER_TEXT_ROOM + 1], theirs[64];
		mine[gd_number_text_count(values[i], mine)] = '\0';
		snprintf(theirs, sizeof theirs, "%lld", (long long)values[i]);
		CU_ASSERT_STRING_EQUAL(mine, theirs);
	}
}

static void cells(void)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {{0.12345, "0.1235"}, {-2, "-2.0000"}, {NAN, "-"}, {-NAN, "-"}, {INFINITY, "inf"}, {123456789, "123456789.0000"}, {1.5e300, "1.5e+300"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[GD_NUMBER_TEXT_ROOM];
		CU_ASSERT_STRING_EQUAL(gd_number_text_cell(cases[i].value, 4, text), cases[i].text);
	}
}

static void buffers(void)
{
	gd_buffer buffer = {0};
	CU_ASSERT(!gd_buffer_reserve(&buffer, SIZE_MAX));
	for (int i = 0; i < 10000; i++) {
		CU_ASSERT_FATAL(gd_buffer_reserve(&buffer, sizeof i));
		gd_buffer_add(&buffer, &i, sizeof i);
	}
	CU_ASSERT_EQUAL(buffer.length, 10000 * sizeof(int));
	CU_ASSERT_EQUAL(((int *)buffer.bytes)[9999], 9999);
	gd_buffer_release(&buffer);
	CU_ASSERT_PTR_NULL(buffer.bytes);
}

const unit_test unit_tests[] = {{"floats as printf writes them", floats}, {"counts", counts}, {"a table's cells", cells}, {"bytes that grow", buffers}, {NULL, NULL}};
