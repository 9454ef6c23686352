/* Numbers of few digits come back to the bit, on every set of instructions; others are refused. */
#include "gd/features/short_codes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "rows_fixture.h"

const char *const unit_suite = "short codes";

enum { COUNT = 37 };

static bool same(const double *a, const double *b, size_t count)
{
	bool all = true;
	for (size_t i = 0; i < count; i++)
		all = all && (isnan(a[i]) ? isnan(b[i]) : !memcmp(a + i, b + i, sizeof *a));
	return all;
}

/* Up to eight digits, with a point in front of up to thirteen of them. */
static double draw(uint64_t *state)
{
	char text[64];
	uint64_t bits = gd_random_bits(7, ++*state);
	int places = (int)(bits % 14);
	snprintf(text, sizeof text, "%s%llue-%d", bits >> 63 ? "-" : "", (unsigned long long)(bits >> 8) % (bits & 128 ? 100000000 : 1000), places);
	double value = strtod(text, NULL);
	return value == 0 ? 0 : value;
}

static void test_exact(void)
{
	uint64_t state = 0;
	gd_short_codes form;
	double codes[COUNT], back[COUNT];
	int32_t words[COUNT];
	gd_status status = gd_short_codes_init(&form, COUNT);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	int failed = 0;
	for (int turn = 0; turn < 20000; turn++) {
		for (int i = 0; i < COUNT; i++)
			codes[i] = draw(&state);
		if (turn % 3 == 0) {
			codes[turn % COUNT] = NAN;
			codes[turn / 3 % COUNT] = -0.;
			codes[turn / 2 % COUNT] = turn % 2 ? 0x1p27 - 1 : 1 - 0x1p27;
		}
		failed += !gd_short_codes_pack(&form, codes, words);
		gd_short_codes_expand(COUNT, words, back);
		failed += !same(codes, back, COUNT);
		for (int i = 0; i < COUNT; i++)
			back[i] = gd_short_code(words[i]);
		failed += !same(codes, back, COUNT);
	}
	CU_ASSERT_EQUAL(failed, 0);
	gd_short_codes_release(&form);
	CU_ASSERT(gd_short_code(gd_short_whole(-1)) == -1 && gd_short_code(gd_short_whole(1 << 20)) == 1 << 20);
}

static void test_refused(void)
{
	static const double longer[] = {INFINITY, -INFINITY, 0x1p27, -0x1p27, 1. / 3, 3.14159265358979, 1e-14, 0x1p-1074, 123456789.5, 1e300, .1 + .2, -1e13};
	gd_short_codes form;
	int32_t words[3];
	gd_status status = gd_short_codes_init(&form, 3);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
		const double codes[3] = {.5, longer[i], NAN};
		CU_ASSERT_FALSE(gd_short_codes_pack(&form, codes, words));
		CU_ASSERT(gd_short_codes_pack(&form, (const double[]){.5, 2.25, NAN}, words));
	}
	gd_short_codes_release(&form);
}

static void test_kernels(void)
{
	static const gd_short_codes_kernels *const tables[] = {
#ifdef __x86_64__
		[GD_PLAIN] = &gd_short_codes_kernels_plain, [GD_AVX2] = &gd_short_codes_kernels_avx2, [GD_AVX512] = &gd_short_codes_kernels_avx512
#else
		&gd_short_codes_kernels_plain
#endif
	};
	const int count = (int)(sizeof tables / sizeof *tables), widest = (int)gd_processor_widest();
	uint64_t state = 99;
	double codes[COUNT], divisors[COUNT], back[2][COUNT];
	int32_t places[COUNT], words[2][COUNT];
	for (int turn = 0; turn < 500; turn++) {
		for (int i = 0; i < COUNT; i++) {
			codes[i] = turn % 5 ? draw(&state) : (double)(gd_random_bits(9, ++state) >> 44) / 1024;
			places[i] = turn % 14;
			divisors[i] = gd_short_divisors[places[i]];
		}
		const bool packed = tables[0]->pack(COUNT, codes, divisors, places, words[0]);
		tables[0]->expand(COUNT, words[0], gd_short_divisors, back[0]);
		for (int set = 1; set < count && set <= widest; set++) {
			CU_ASSERT_EQUAL(tables[set]->pack(COUNT, codes, divisors, places, words[1]), packed);
			CU_ASSERT_EQUAL(memcmp(words[0], words[1], sizeof words[0]), 0);
			tables[set]->expand(COUNT, words[1], gd_short_divisors, back[1]);
			CU_ASSERT_EQUAL(memcmp(back[0], back[1], sizeof back[0]), 0);
		}
	}
}

/* Rows are packed until one has more digits, and then none is; all come back. */
static void test_rows(void)
{
	static const char *const lists[][6] = {
		{"a,b,kind,part", "1.5,u,x,train", "-0,v,y,train", "2e-7,u,x,test", NULL},
		{"a,b,kind,part", "1.5,u,x,train", "-0,v,y,train", "3.14159265358979,u,x,test", "4,w,y,train", NULL},
		{"a,b,kind,part", "3.14159265358979,u,x,train", "-0,v,y,train", "4,u,x,test", NULL}};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		gd_recipe recipe;
		gd_rows rows;
		gd_spill spill;
		read_rows(&rows, &recipe, &spill, "[table]\ntarget = kind\nmissing = drop\n[columns]\na = numeric\nb = categorical\n", lists[i]);
		CU_ASSERT_EQUAL(rows.wide, i > 0);
		gd_status status = gd_rows_agree(&rows);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		status = gd_rows_fit_classes(&rows);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		for (int n = 0; lists[i][n + 1]; n++) {
			const gd_row *row = nth_row(&rows, n);
			const double expected = strtod(lists[i][n + 1], NULL);
			CU_ASSERT_PTR_NOT_NULL_FATAL(row);
			const double one = gd_row_code(&rows, row, 0), *all = gd_row_codes(&rows, row);
			CU_ASSERT(same(&expected, &one, 1) && same(&expected, all, 1));
			CU_ASSERT_EQUAL(all[1], n == 0 || n == 2 ? 0 : n == 1 ? 1
									      : 2);
			CU_ASSERT_EQUAL(row->source_row, n + 1);
			CU_ASSERT_EQUAL(row->part, strstr(lists[i][n + 1], "test") ? GD_SPLIT_TEST : GD_SPLIT_TRAIN);
		}
		gd_rows_release(&rows);
		gd_spill_release(&spill);
		gd_recipe_release(&recipe);
	}
}

const unit_test unit_tests[] = {
	{"numbers of few digits are themselves", test_exact},
	{"others are refused", test_refused},
	{"one result on every set of instructions", test_kernels},
	{"rows in both forms", test_rows},
	{0},
};
