/* Rows of all treatments fit the form that a recipe gives them, and it is none where it saves little. */
#include "gd/features/levels.h"

#include <math.h>

#include "rows_fixture.h"

const char *const unit_suite = "levels";

#define TABLE "[table]\nversion = 1\ntarget = class\nclasses = yes, no\nmissing = impute\nmissing_values = NA\n[columns]\n"
static const char wide[] = TABLE
	"size = numeric, fill 3, missing, cut 0 2 4 6\nday = month, weekday, missing\ncolour = categorical red green blue, other\nflag = flag, fill 0\npair = categorical a b\nhour = circle 24, integer 0 23, missing\n";
static const char narrow[] = TABLE "size = numeric, fill 3\nwidth = numeric, fill 3\nlength = numeric, fill 3\ncolour = categorical red green blue\n";

/* Deviations and means of no feature alike; a constant one besides. */
static void make_preprocessing(const char *text, int features, gd_preprocessing *p)
{
	gd_status status = gd_preprocessing_init(p, features, 2);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	p->recipe = gd_arena_string(&p->arena, text);
	for (int f = 0; f < features; f++) {
		p->mean[f] = f == 7 ? 0 : 1. / (3 + f);
		p->standard_deviation[f] = f == 7 ? 1 : sqrt(p->mean[f]);
	}
}

static void test_rows(void)
{
	static const char *const records[] = {
		"2,2020-02-03,red,yes,a,5,yes", "NA,NA,NA,NA,NA,NA,no", "9,2021,violet,no,c,23,yes", "5.5,2019-12,blue,1,b,30,no", "6,1999-12-31,green,0,a,0,no"};
	gd_recipe recipe;
	gd_preprocessing p;
	gd_row_form form;
	double raw[128];
	float row[128], packed[128], back[128];
	const char *missing;
	gd_status status = gd_recipe_read(&recipe, wide, "m.h5");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	make_preprocessing(wide, recipe.features, &p);
	status = gd_levels_form(&p, &form);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(form.features, recipe.features);
	CU_ASSERT_EQUAL(form.words, gd_levels_words(&recipe));
	/* size and whether it lacks, its cut; month, weekday, whether it lacks; colour; flag; pair as it is; circle, hour, whether it lacks */
	CU_ASSERT_EQUAL(form.words, 2 + 1 + 1 + 1 + 1 + 1 + 1 + 2 + 2 + 1 + 1);
	status = gd_recipe_bind(&recipe, record_of("size,day,colour,flag,pair,hour,class"), GD_BIND_ALL);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		status = gd_recipe_encode(&recipe, record_of(records[i]), raw, &missing);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
		gd_recipe_standardise(&p, raw, row);
		CU_ASSERT(gd_row_form_pack(&form, 1, row, packed));
		gd_row_form_expand(&form, 1, packed, (size_t)form.words, &(uint64_t){0}, back, 1);
		CU_ASSERT_EQUAL(memcmp(back, row, (size_t)form.features * sizeof *row), 0);
	}
	gd_row_form_release(&form);
	/* A mean that is not the rows' own. */
	p.mean[3] += .5;
	status = gd_levels_form(&p, &form);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_FALSE(gd_row_form_pack(&form, 1, row, packed));
	gd_row_form_release(&form);
	gd_preprocessing_release(&p);
	gd_recipe_release(&recipe);
}

/* Little to save, another number of features, and no recipe at all. */
static void test_none(void)
{
	static const struct {
		const char *text;
		int features;
	} cases[] = {{narrow, 6}, {wide, 20}, {"", 6}, {"[table", 6}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		gd_preprocessing p;
		gd_row_form form;
		make_preprocessing(cases[i].text, cases[i].features, &p);
		gd_status status = gd_levels_form(&p, &form);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		CU_ASSERT(form.words == 0 && !form.run);
		gd_preprocessing_release(&p);
	}
}

const unit_test unit_tests[] = {
	{"rows of all treatments", test_rows},
	{"no form", test_none},
	{0},
};
