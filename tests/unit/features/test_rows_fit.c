/* What rows are fitted by: classes, categories, and what stands for missing values. */
#include <stdlib.h>
#include <string.h>

#include "rows_fixture.h"

const char *const unit_suite = "rows_fit";

static const char *const table[] = {"n,s,w,kind,part", "1,u,3,Yes,train", "2,u,?,yes,train", "NA,,4,no,train", "6,v,x,no,train", ",z,5,yes,test", "3,v,4,?,train", NULL};

static void test_missing(void)
{
	gd_recipe recipe;
	gd_rows rows;
	gd_spill spill;
	char *text;
	double x[16];
	read_rows(&rows, &recipe, &spill, "[table]\ntarget = kind\nunreadable = missing\njoin_classes = yes\nrare = 2\n[columns]\nn = numeric, circle 4\ns = categorical\nw = numeric\n", table);
	CU_ASSERT_TRUE(rows.read == 6 && rows.unlabelled == 1 && rows.dropped == 1);
	CU_ASSERT_EQUAL_FATAL(rows.count, 5);
	gd_status status = gd_rows_fit_classes(&rows);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	/* yes comes twice, Yes once. */
	CU_ASSERT_EQUAL_FATAL(recipe.schema.classes.count, 2);
	CU_ASSERT_STRING_EQUAL(recipe.schema.classes.texts[1], "yes");
	CU_ASSERT_TRUE(nth_row(&rows, 0)->label == 1 && nth_row(&rows, 1)->label == 1 && nth_row(&rows, 2)->label == 0);
	status = gd_rows_fit_categories(&rows);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	status = gd_rows_fit_missing(&rows);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	status = gd_recipe_plan(&recipe);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	/* n, missing(n), sine, cosine; s=u, other(s), missing(s); w, missing(w) */
	CU_ASSERT_EQUAL_FATAL(recipe.features, 9);
	gd_recipe_expand(&recipe, gd_row_codes(&rows, nth_row(&rows, 2)), x);
	CU_ASSERT_TRUE(x[0] == 3 && x[1] == 1 && x[2] == 0 && x[3] == 0);
	CU_ASSERT_TRUE(x[4] == 0 && x[5] == 0 && x[6] == 1 && x[7] == 4 && x[8] == 0);
	gd_recipe_expand(&recipe, gd_row_codes(&rows, nth_row(&rows, 3)), x);
	CU_ASSERT_TRUE(x[0] == 6 && x[1] == 0 && x[4] == 0 && x[5] == 1 && x[6] == 0 && x[7] == 3.5 && x[8] == 1);
	CU_ASSERT_EQUAL(recipe.oddities[gd_schema_find_column(&recipe.schema, "w")][GD_ODD_UNREADABLE].count, 1);
	CU_ASSERT_STRING_EQUAL(recipe.oddities[gd_schema_find_column(&recipe.schema, "w")][GD_ODD_UNREADABLE].example, "x");
	status = gd_schema_format(&recipe.schema, &text);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "n = numeric, fill 3, missing, circle 4\ns = categorical u, other, missing\nw = numeric, fill 3.5, missing\n"));
	free(text);
	gd_rows_release(&rows);
	gd_spill_release(&spill);
	gd_recipe_release(&recipe);
}

const unit_test unit_tests[] = {
	{"missing values are imputed, rare levels share a feature, classes join", test_missing},
	{NULL, NULL},
};
