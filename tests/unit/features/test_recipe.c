#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows_fixture.h"

const char *const unit_suite = "recipe";

static const char recipe_text[] =
	"[table]\nversion = 1\ntarget = class\nclasses = yes, no\ngroup = id\nmissing = drop\nmissing_values = NA\n[columns]\n"
	"size = numeric, log, is 2\nday = decade 1950 1970, date, month, weekday, date_precision\n"
	"colour = categorical red green\nhour = circle 24, cut 0 6 12\nnote = drop\n";

static void test_encode(void)
{
	gd_recipe recipe;
	double x[64];
	const char *missing;
	char *names[64];
	gd_arena arena = {0};
	int32_t label;
	gd_status status = gd_recipe_read(&recipe, recipe_text, "m.h5");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	/* size: 3; day: 2 + 1 + 13 + 8 + 3; colour: 2; hour: 2 + 2 */
	CU_ASSERT_EQUAL_FATAL(recipe.features, 36);
	status = gd_recipe_name(&recipe, &arena, names);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(names[0], "size");
	CU_ASSERT_STRING_EQUAL(names[1], "log(size)");
	CU_ASSERT_STRING_EQUAL(names[2], "size is 2");
	CU_ASSERT_STRING_EQUAL(names[4], "day (1960,1970]");
	CU_ASSERT_STRING_EQUAL(names[6], "month(day)=unknown");
	CU_ASSERT_STRING_EQUAL(names[19], "weekday(day)=Monday");
	CU_ASSERT_STRING_EQUAL(names[31], "colour=green");
	CU_ASSERT_STRING_EQUAL(names[33], "cosine(hour)");
	CU_ASSERT_STRING_EQUAL(names[35], "hour (6,12]");
	status = gd_recipe_bind(&recipe, record_of("note,hour,class,colour,day,size,other,id"), GD_BIND_ALL);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);

	const gd_record *record = record_of("n,6,no,green,1969-07-20,2,?,i");
	status = gd_recipe_encode(&recipe, record, x, &missing);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_PTR_NULL(missing);
	CU_ASSERT_EQUAL(x[0], 2);
	CU_ASSERT_EQUAL(x[1], log(2));
	CU_ASSERT_EQUAL(x[2], 1);
	CU_ASSERT_TRUE(x[3] == 0 && x[4] == 1);
	CU_ASSERT_EQUAL(x[5], 1969 + 6 / 12.0 + 19 / 372.0);
	CU_ASSERT_EQUAL(x[6 + 7], 1);
	CU_ASSERT_EQUAL(x[19 + 6], 1); /* the day of the first steps on the Moon was a Sunday (UTC) */
	CU_ASSERT_EQUAL(x[27 + 2], 1);
	CU_ASSERT_TRUE(x[30] == 0 && x[31] == 1);
	CU_ASSERT_DOUBLE_EQUAL(x[32], 1, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(x[33], 0, 1e-15);
	CU_ASSERT_TRUE(x[34] == 1 && x[35] == 0);
	double sum = 0;
	for (int i = 6; i < 30; i++)
		sum += x[i];
	CU_ASSERT_EQUAL(sum, 3);
	status = gd_recipe_label(&recipe, record, &label);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(label, 1);
	gd_arena_release(&arena);
	gd_recipe_release(&recipe);
}

/* The study's intervals are closed on the right; unknown parts of a date have their place. */
static void test_edges(void)
{
	static const struct {
		const char *day;
		int decade; /* -1: none */
		double date;
		int month, weekday, precision;
	} cases[] = {
		{"1950", -1, 1950.5, 0, 7, 0}, {"1951", 0, 1951.5, 0, 7, 0}, {"1960-12", 0, 1960 + 11 / 12.0, 12, 7, 1},
		{"1961-01-01", 1, 1961, 1, 6, 2}, {"1970-01-01", 1, 1970, 1, 3, 2}, {"1971", -1, 1971.5, 0, 7, 0},
		{"2000-02-29", -1, 2000 + 1 / 12.0 + 28 / 372.0, 2, 1, 2}, {"2020-01-21", -1, 2020 + 20 / 372.0, 1, 1, 2},
	};
	gd_recipe recipe;
	double x[64];
	const char *missing;
	char line[64];
	gd_status status = gd_recipe_read(&recipe, "[table]\ntarget = t\nclasses = a, b\nmissing = drop\n[columns]\nday = decade 1950 1970, date, month, weekday, date_precision\n", "m.h5");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_recipe_bind(&recipe, record_of("day"), GD_BIND_FEATURES);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(line, sizeof line, "%s", cases[i].day);
		status = gd_recipe_encode(&recipe, record_of(line), x, &missing);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		CU_ASSERT_EQUAL(x[0], cases[i].decade == 0);
		CU_ASSERT_EQUAL(x[1], cases[i].decade == 1);
		CU_ASSERT_EQUAL(x[2], cases[i].date);
		CU_ASSERT_EQUAL(x[3 + cases[i].month], 1);
		CU_ASSERT_EQUAL(x[16 + cases[i].weekday], 1);
		CU_ASSERT_EQUAL(x[24 + cases[i].precision], 1);
	}
	CU_ASSERT_EQUAL(recipe.oddities[recipe.schema.terms[0].column][GD_ODD_UNSEEN].count, 4);
	static const char *const wrong[] = {"19", "1969-13", "1969-00", "1969-02-29", "1900-02-29", "1969-1-1", "1969-07-20T10", "69-07-1969", "x969", "1969/07"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		status = gd_recipe_encode(&recipe, record_of(wrong[i]), x, &missing);
		CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
		CU_ASSERT_PTR_NOT_NULL(strstr(status.message, wrong[i]));
	}
	gd_recipe_release(&recipe);
}

static void test_bad_values(void)
{
	static const struct {
		const char *line, *part;
	} cases[] = {
		{"fast,1960,red,1", "expected a number in column 'size', found 'fast'"},
		{"1.5x,1960,red,1", "found '1.5x'"},
		{"nan,1960,red,1", "expected a finite number in column 'size', found 'nan'"},
		{"-inf,1960,red,1", "expected a finite number in column 'size', found '-inf'"},
		{"1e999,1960,red,1", "in column 'size', found '1e999'"},
		{"0,1960,red,1", "expected a number that has a logarithm in column 'size', found '0'"},
	};
	gd_recipe recipe;
	double x[64];
	const char *missing;
	gd_status status = gd_recipe_read(&recipe, recipe_text, "m.h5");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_recipe_bind(&recipe, record_of("size,day,colour,hour"), GD_BIND_FEATURES);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		status = gd_recipe_encode(&recipe, record_of(cases[i].line), x, &missing);
		CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
		CU_ASSERT_PTR_NOT_NULL(strstr(status.message, cases[i].part));
	}
	x[0] = 77;
	status = gd_recipe_encode(&recipe, record_of("1,NA,red,1"), x, &missing);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(missing, "day");
	CU_ASSERT_EQUAL(x[0], 77);
	/* What was never seen is zero and counted. */
	status = gd_recipe_encode(&recipe, record_of("1,1960,blue,13"), x, &missing);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_TRUE(x[30] == 0 && x[31] == 0 && x[34] == 0 && x[35] == 0);
	CU_ASSERT_EQUAL(recipe.oddities[recipe.schema.terms[8].column][GD_ODD_UNSEEN].count, 1);
	recipe.schema.unseen = GD_UNSEEN_ERROR;
	status = gd_recipe_encode(&recipe, record_of("1,1960,blue,1"), x, &missing);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "in column 'colour', found 'blue'"));
	gd_recipe_release(&recipe);
}

static void test_bind(void)
{
	gd_recipe recipe;
	gd_status status = gd_recipe_read(&recipe, recipe_text, "m.h5");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_recipe_bind(&recipe, record_of("size,day,colour,hour"), GD_BIND_ALL);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	status = gd_recipe_bind(&recipe, record_of("size,day,color,hour"), GD_BIND_FEATURES);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "no column 'colour'; did you mean 'color'"));
	status = gd_recipe_bind(&recipe, record_of("size,day,colour,hour,size"), GD_BIND_FEATURES);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "two columns are named 'size'"));
	status = gd_recipe_bind(&recipe, record_of("note,size,day,colour,hour,note"), GD_BIND_FEATURES);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	gd_recipe_release(&recipe);
	/* A recipe that has still to learn is none; nor one that names two features alike. */
	status = gd_recipe_read(&recipe, "[table]\ntarget = t\n[columns]\na = numeric\n", "m.h5");
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	status = gd_recipe_read(&recipe, "[table]\ntarget = t\nclasses = a, b\nmissing = drop\n[columns]\na = categorical\n", "m.h5");
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	status = gd_recipe_read(&recipe, "[table]\ntarget = t\nclasses = a, b\nmissing = drop\n[columns]\na = numeric, numeric\n", "m.h5");
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "two features would be named 'a'"));
}

static const char *const table[] = {"kind,size,colour,part", "b,1,red,train", "a,2,blue,test", "10,3,green,train", "b,,red,train", "a,4,azure,train", "9,5,red,validation", "b,6,blue,train", NULL};

static void test_learning(void)
{
	gd_recipe recipe;
	gd_rows rows;
	gd_spill spill;
	read_rows(&rows, &recipe, &spill, "[table]\ntarget = kind\ngroup = colour\nmissing = drop\n[columns]\nsize = numeric\ncolour = categorical\n", table);
	CU_ASSERT_EQUAL(rows.read, 7);
	CU_ASSERT_EQUAL(rows.dropped, 1);
	CU_ASSERT_EQUAL_FATAL(rows.count, 6);
	CU_ASSERT_EQUAL(nth_row(&rows, 3)->source_row, 5);
	CU_ASSERT_EQUAL(nth_row(&rows, 1)->part, GD_SPLIT_TEST);
	CU_ASSERT_EQUAL(nth_row(&rows, 4)->part, GD_SPLIT_VALIDATION);
	/* Groups are alike where their texts are. */
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < i; j++)
			CU_ASSERT_EQUAL(!gd_content_compare(*nth_row(&rows, i)->groups, *nth_row(&rows, j)->groups), gd_row_code(&rows, nth_row(&rows, i), 1) == gd_row_code(&rows, nth_row(&rows, j), 1));
	/* "a" is no number: sorted by bytes. */
	gd_status status = gd_rows_fit_classes(&rows);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	static const char *const classes[] = {"10", "9", "a", "b"};
	static const int32_t labels[] = {3, 2, 0, 2, 1, 3};
	for (int i = 0; i < 4; i++)
		CU_ASSERT_STRING_EQUAL(recipe.schema.classes.texts[i], classes[i]);
	for (int i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(nth_row(&rows, i)->label, labels[i]);
	/* Were the last record not for training, blue would be of the test part alone. */
	nth_row(&rows, 5)->part = GD_SPLIT_TEST;
	status = gd_rows_fit_categories(&rows);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	static const char *const colours[] = {"azure", "green", "red"};
	static const double codes[] = {2, -1, 1, 0, 2, -1};
	CU_ASSERT_EQUAL_FATAL(recipe.schema.terms[1].categories.count, 3);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_STRING_EQUAL(recipe.schema.terms[1].categories.texts[i], colours[i]);
	for (int i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(gd_row_code(&rows, nth_row(&rows, i), 1), codes[i]);
	CU_ASSERT_EQUAL(recipe.oddities[recipe.schema.terms[1].column][GD_ODD_UNSEEN].count, 2);
	status = gd_recipe_plan(&recipe);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(recipe.features, 4);
	gd_rows_release(&rows);
	gd_spill_release(&spill);
	gd_recipe_release(&recipe);
}

static void test_standardise(void)
{
	gd_preprocessing fitted;
	gd_status status = gd_preprocessing_init(&fitted, 2, 2);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	fitted.mean[0] = 0.1;
	fitted.standard_deviation[0] = 0.3;
	fitted.mean[1] = 5;
	fitted.standard_deviation[1] = 1;
	double raw[] = {0.7, 5};
	float row[2];
	gd_recipe_standardise(&fitted, raw, row);
	CU_ASSERT_EQUAL(row[0], (float)((0.7 - 0.1) / 0.3));
	CU_ASSERT_EQUAL(row[1], 0);
	fitted.recipe = gd_arena_string(&fitted.arena, recipe_text);
	fitted.feature_names[0] = gd_arena_string(&fitted.arena, "x");
	fitted.feature_names[1] = gd_arena_string(&fitted.arena, "y");
	fitted.class_names[0] = gd_arena_string(&fitted.arena, "a");
	fitted.class_names[1] = gd_arena_string(&fitted.arena, "b");
	gd_preprocessing copy;
	const char *difference = NULL;
	status = gd_preprocessing_copy(&fitted, &copy);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_TRUE(gd_preprocessing_equal(&fitted, &copy, &difference));
	char *const recipe = copy.recipe;
	copy.recipe = gd_arena_string(&copy.arena, "[table]\ntarget = t\nweight = w\n[columns]\nweight = numeric\n");
	fitted.recipe = gd_arena_string(&fitted.arena, "[table]\ntarget = t\n[columns]\nweight = numeric\n");
	CU_ASSERT_TRUE(gd_preprocessing_match(&fitted, &copy, &difference) && gd_preprocessing_match(&copy, &fitted, &difference));
	CU_ASSERT_TRUE(gd_preprocessing_weighs(&copy) && !gd_preprocessing_weighs(&fitted) && !gd_preprocessing_weighs_alike(&copy, &fitted) && gd_preprocessing_weighs_alike(&copy, &copy));
	fitted.recipe = gd_arena_string(&fitted.arena, "[table]\ntarget = t\n[columns]\nweight = log\n");
	CU_ASSERT_FALSE(gd_preprocessing_match(&fitted, &copy, &difference));
	CU_ASSERT_STRING_EQUAL(difference, "recipes");
	copy.recipe = recipe;
	fitted.recipe = gd_arena_string(&fitted.arena, recipe_text);
	copy.mean[1] = nextafter(5, 6);
	CU_ASSERT_FALSE(gd_preprocessing_equal(&fitted, &copy, &difference));
	CU_ASSERT_STRING_EQUAL(difference, "means");
	copy.class_names[1][0] = 'c';
	CU_ASSERT_FALSE(gd_preprocessing_equal(&fitted, &copy, &difference));
	CU_ASSERT_STRING_EQUAL(difference, "classes");
	gd_preprocessing_release(&copy);
	gd_preprocessing_release(&fitted);
}

/* Words for a number's fraction, octave, pairs of columns and small integers; expected values from Python. */
static void test_song_words(void)
{
	static const char text[] =
		"[table]\ntarget = class\nclasses = yes, no\nmissing = drop\n[columns]\n"
		"tempo = log_fraction 0.001, octave 70 120, product_fraction length 240000\n"
		"key = integer 0 2, cross mode 0 2 0 1\nday = year_start\nmode = drop\nlength = drop\n";
	gd_recipe recipe;
	gd_schema schema;
	double x[16];
	const char *missing;
	char *names[16], *again;
	gd_arena arena = {0};
	gd_status status = gd_recipe_read(&recipe, text, "m.h5");
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_EQUAL_FATAL(recipe.features, 13);
	status = gd_recipe_name(&recipe, &arena, names);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(names[0], "log_fraction(tempo)");
	CU_ASSERT_STRING_EQUAL(names[2], "product_fraction(tempo,length)");
	CU_ASSERT_STRING_EQUAL(names[4], "key=1");
	CU_ASSERT_STRING_EQUAL(names[9], "key=1,mode=1");
	CU_ASSERT_STRING_EQUAL(names[12], "year_start(day)");
	/* A column that another is paired with is needed too, though it has no feature of its own. */
	status = gd_recipe_bind(&recipe, record_of("tempo,key,day,mode"), GD_BIND_FEATURES);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	status = gd_recipe_bind(&recipe, record_of("tempo,key,day,mode,length"), GD_BIND_FEATURES);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);

	status = gd_recipe_encode(&recipe, record_of("150.25,1,1999,1,200000"), x, &missing);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT(fabs(x[0] - -1.3823023398503532) < 1e-12); /* log(.25 + .001) */
	CU_ASSERT(fabs(x[1] - 6.231221180711185) < 1e-12);   /* log2(150.25) - floor(log2(150.25 / 70)) */
	CU_ASSERT(fabs(x[2] - 0.2083333333333286) < 1e-12);  /* 125.208333 */
	for (int i = 3; i < 12; i++)
		CU_ASSERT_EQUAL(x[i], i == 4 || i == 9);
	CU_ASSERT_EQUAL(x[12], 1);

	status = gd_recipe_encode(&recipe, record_of("0,3,1999-01-02,0,200000"), x, &missing);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT(fabs(x[1] - 6.906890595608519) < 1e-12); /* log2(120) */
	for (int i = 3; i < 13; i++)
		CU_ASSERT_EQUAL(x[i], 0);
	status = gd_recipe_encode(&recipe, record_of("1,1.5,1999-02,1,x"), x, &missing);
	CU_ASSERT(status.code == GD_BAD_DATA && strstr(status.message, "'length'"));

	/* The same words once more from the recipe's own text, encodings included. */
	status = gd_schema_format(&recipe.schema, &again);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(again, "cross mode 0 2 0 1"));
	free(again);
	gd_recipe_release(&recipe);
	status = gd_schema_read("[table]\ntarget = t\nencoding = quantile\n[columns]\na = numeric\nb = numeric\n[encoding]\nb = piecewise-linear 7\n", "s.ini", GD_USAGE, &schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_schema_format(&schema, &again);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT(strstr(again, "encoding = quantile\n") && strstr(again, "[encoding]\nb = piecewise-linear 7\n"));
	CU_ASSERT_EQUAL(gd_schema_find_encoding(&schema, gd_schema_find_column(&schema, "a")).kind, GD_ENCODE_QUANTILE);
	free(again);
	gd_schema_release(&schema);
	gd_arena_release(&arena);
}

/* What can go wrong with them. */
static void test_song_word_errors(void)
{
	static const char *const columns[] = {"a = integer 1.5 2", "a = integer 3 2", "a = integer 0 5000", "a = cross b 0 99 0 99", "a = cross", "a = cross t 0 1 0 1",
		"a = log_fraction 0", "a = octave 0 120", "a = octave 70 -1", "a = product_fraction b 0", "a = product_fraction 3", "a = year_start 1"};
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		char text[256];
		gd_schema schema;
		snprintf(text, sizeof text, "[table]\ntarget = t\n[columns]\n%s\n", columns[i]);
		gd_status status = gd_schema_read(text, "s.ini", GD_USAGE, &schema);
		CU_ASSERT_EQUAL(status.code, GD_USAGE);
	}
}

const unit_test unit_tests[] = {
	{"a record becomes features", test_encode},
	{"decades, dates and weekdays", test_edges},
	{"values that are none", test_bad_values},
	{"columns that lack, or come twice", test_bind},
	{"classes and categories are learned", test_learning},
	{"standardising, copying, comparing", test_standardise},
	{"fractions, octaves, integers and pairs of columns", test_song_words},
	{"words that make no sense are refused", test_song_word_errors},
	{NULL, NULL},
};
