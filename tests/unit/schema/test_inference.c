/* What is made of columns, from their summaries; and of missing values, from rows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/schema/inference.h"
#include "gd/schema/target.h"
#include "lines.h"
#include "unit.h"

const char *const unit_suite = "inference";

/* Decides on `count` values that `value` writes. */
static void decide_named(gd_inference_column *column, char *name, int64_t count, void (*value)(int64_t, char *))
{
	gd_schema schema;
	char text[64];
	*column = (gd_inference_column){.name = name};
	gd_summary_init(&column->summary);
	gd_status status = gd_schema_init(&schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	schema.rare = 0;
	for (int64_t i = 0; i < count; i++) {
		value(i, text);
		status = gd_summary_add(&column->summary, text, gd_schema_is_missing(&schema, text), i + 1);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	}
	status = gd_summary_finish(&column->summary);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	gd_inference_decide(column, &schema);
	gd_summary_release(&column->summary);
	gd_schema_release(&schema);
}

static void decide(gd_inference_column *column, int64_t count, void (*value)(int64_t, char *))
{
	static char name[] = "c";
	decide_named(column, name, count, value);
}

static void put_text(int64_t i, char *text) { sprintf(text, "t%lld", (long long)(i % 5)); }
static void put_fraction(int64_t i, char *text) { sprintf(text, "%.1f", (double)i + .5); }
static void put_index(int64_t i, char *text) { sprintf(text, "%lld", (long long)(3 * i)); }
static void put_falling(int64_t i, char *text) { sprintf(text, "%lld", (long long)(-7 * i)); }
static void put_dense(int64_t i, char *text) { sprintf(text, "%lld", (long long)(i * 37 % 1000)); }
static void put_large(int64_t i, char *text) { sprintf(text, "%lld", (long long)(i * 7919 % 1000) * 40000000); }
static void put_sparse(int64_t i, char *text) { sprintf(text, "%lld", (long long)(i * 7919 % 1000) * 1000); }
static void put_late_text(int64_t i, char *text) { sprintf(text, i == 999 ? "late" : "%lld", (long long)(i * 37 % 900)); }
static void put_mixed(int64_t i, char *text) { sprintf(text, i % 4 ? "%lld" : "x%lld", (long long)(i % 100)); }
static void put_units(int64_t i, char *text) { sprintf(text, i % 2 ? "%lld kg" : "%lld lb", (long long)(i % 100)); }
static void put_hash(int64_t i, char *text) { sprintf(text, "%016llx", (unsigned long long)i * 0x9E3779B97F4A7C15u); }
static void put_nearly(int64_t i, char *text) { sprintf(text, "n%lld", (long long)(i < 20 ? 0 : i)); }
static void put_sentinel(int64_t i, char *text) { sprintf(text, "%lld", i % 10 ? (long long)(i % 50) : 9999); }
static void put_empty(int64_t i, char *text) { (void)i; strcpy(text, "?"); }
static void put_same_day(int64_t i, char *text) { (void)i; strcpy(text, "2020-01-02"); }
static void put_hours(int64_t i, char *text) { sprintf(text, "%02lld:30", (long long)(i % 24)); }
static void put_code(int64_t i, char *text) { sprintf(text, "%05lld", (long long)(i % 9 * 1234)); }
static void put_code_once(int64_t i, char *text) { sprintf(text, "%04lld", (long long)(i * 7919 % 1000) * 9); }
static void put_area(int64_t i, char *text) { sprintf(text, i % 50 ? "%lld" : "0%lld", (long long)(i % 90)); }
static void put_slip(int64_t i, char *text) { sprintf(text, i == 7 ? "0%lld" : "%lld", (long long)(i % 90)); }
static void put_padded_fraction(int64_t i, char *text) { sprintf(text, "%05.1f", (double)(i % 90) + .5); }
static void put_dots(int64_t i, char *text) { sprintf(text, i % 3 ? "%lld" : ".", (long long)(i % 90)); }
static void put_mostly_dots(int64_t i, char *text) { sprintf(text, i % 3 ? "." : "%lld", (long long)(i % 90)); }
static void put_two_words(int64_t i, char *text) { i % 4 ? (void)sprintf(text, "%lld", (long long)(i % 90)) : (void)strcpy(text, i % 8 ? "low" : "high"); }
static void put_top(int64_t i, char *text) { sprintf(text, i % 3 ? "%lld" : "90+", (long long)(i % 90)); }
static void put_metres(int64_t i, char *text) { i == 7 ? (void)strcpy(text, "1.8m") : (void)sprintf(text, "%lld cm", (long long)(i % 90)); }
static void put_long_minus(int64_t i, char *text) { sprintf(text, i % 2 ? "%lld" : "\xe2\x88\x92%lld", (long long)(i % 90)); }
static void put_minutes(int64_t i, char *text) { sprintf(text, "00:%02lld:%02lld", (long long)(i % 7), (long long)(i * 7 % 60)); }
static void put_degrees(int64_t i, char *text) { sprintf(text, "%lld\xc2\xb0%02lld'%c", (long long)(i % 70), (long long)(i * 7 % 60), i % 3 ? 'N' : 'S'); }
static void put_stars(int64_t i, char *text) { sprintf(text, "%lld.5%s", (long long)(i % 70), i % 5 ? "" : i % 3 ? "*" : "**"); }
static void put_detected(int64_t i, char *text) { i % 5 ? (void)sprintf(text, "%lld.5", (long long)(i % 70)) : (void)strcpy(text, i % 3 ? "ND" : "<LOD"); }
static void put_durations(int64_t i, char *text) { sprintf(text, "%lld:%02lld", (long long)(i % 70), (long long)(i * 7 % 60)); }
static void put_limits(int64_t i, char *text) { sprintf(text, i % 9 ? "%lld" : i % 90 ? "<%lld" : ">%lld", (long long)(i % 90)); }
static void put_classes(int64_t i, char *text) { sprintf(text, i % 2 ? "<50" : "50"); }
static void put_days(int64_t i, char *text) { i % 20 ? (void)sprintf(text, "20%02lld%02lld%02lld", (long long)(i % 19), (long long)(i % 12 + 1), (long long)(i % 28 + 1)) : (void)strcpy(text, "0"); }
static void put_few_days(int64_t i, char *text) { sprintf(text, "202001%02lld", (long long)(i % 7 + 10)); }
static void put_no_days(int64_t i, char *text) { sprintf(text, "202%05lld", (long long)(i * 7919 % 99999)); }
static void put_months(int64_t i, char *text) { static const char *const names[] = {"Jan", "Feb", "Oct"}; sprintf(text, "%s-%02lld", names[i % 3], (long long)(i % 20)); }
static void put_words(int64_t i, char *text) { static const char *const words[] = {"n/a", "Unknown", "not available", "none", "#DIV/0!"}; i % 3 ? (void)sprintf(text, "%lld", (long long)(i % 9)) : (void)strcpy(text, words[i % 5]); }
static void put_more_words(int64_t i, char *text) { i % 3 ? (void)strcpy(text, i % 2 ? "n/a" : "Unknown") : (void)sprintf(text, "%lld", (long long)(i % 90)); }
static void put_commas(int64_t i, char *text) { sprintf(text, "%lld,%lld", (long long)(i % 70), (long long)(i % 7)); }
static void put_two_marks(int64_t i, char *text) { sprintf(text, i % 2 ? "%lld,%lld" : "%lld.%lld", (long long)(i % 70), (long long)(i % 7)); }
static void put_euros(int64_t i, char *text) { sprintf(text, i % 3 ? "%lld,5 \xe2\x82\xac" : "1.%03lld,25 \xe2\x82\xac", (long long)(i % 70)); }
/* As much as there is to say of one column's units. */
static void put_wordy(int64_t i, char *text)
{
	static const char *const units[] = {" kilograms", " kilogram", " grams", " ounces", " pounds", " stones", " tonnes", " kilograms"};
	i % 9 == 8 ? sprintf(text, "1,%03lld", (long long)(i % 90 + 100)) : sprintf(text, "%lld%s", (long long)(i % 90 + 100), units[i % 9]);
}
static void put_pieces(int64_t i, char *text) { sprintf(text, i % 20 ? "%lld kg" : "%lld pieces", (long long)(i % 70)); }
static void put_either_mark(int64_t i, char *text)
{
	sprintf(text, "%d%c%03d", (int)(i % 7 + 9), i % 12 ? '.' : ',', (int)(i * 37 % 1000));
}

static void put_prices(int64_t i, char *text)
{
	sprintf(text, i % 3 ? "%d.50" : "%d,250", (int)(i * 37 % 900 + 1));
}

static void put_thousands(int64_t i, char *text) { static const char *const forms[] = {"%lld", "%lldk", "%lld.5M"}; sprintf(text, forms[i % 3], (long long)(i % 90)); }
static void put_kelvin_or_metres(int64_t i, char *text) { sprintf(text, "%lldm", (long long)(i % 90)); }
static void put_ages(int64_t i, char *text) { static const char *const forms[] = {"%lld days", "%lld", "1 month", "%lld days", "%lld years", "%lld months", "%lld", "%lld days"}; sprintf(text, forms[i % 8], (long long)(i % 90)); }
static void put_pressure(int64_t i, char *text) { sprintf(text, "%lld/%lld", (long long)(100 + i % 40), (long long)(60 + i % 31)); }
static void put_size(int64_t i, char *text) { sprintf(text, "%lld x %lld.5 cm", (long long)(i % 40), (long long)(i % 31)); }
static void put_point(int64_t i, char *text) { sprintf(text, "%lld.%03lld, -%lld.25", (long long)(40 + i % 9), (long long)(i % 1000), (long long)(i % 31)); }
static void put_error(int64_t i, char *text) { sprintf(text, "%lld.5 \xc2\xb1 0.%lld", (long long)(i % 40), (long long)(i % 9)); }
static void put_range(int64_t i, char *text) { sprintf(text, "%lld-%lld", (long long)(i % 40), (long long)(i % 40 + 9)); }
static void put_phone(int64_t i, char *text) { sprintf(text, "555-%lld", (long long)(1000 + i * 37 % 9000)); }
static void put_score(int64_t i, char *text) { sprintf(text, "%lld-%lld", (long long)(i % 9), (long long)(i % 7)); }
static void put_inches(int64_t i, char *text) { sprintf(text, "%lld %lld/16", (long long)(i % 7), (long long)(i % 15 + 1)); }
static void put_metres_time(int64_t i, char *text) { static const char *const metres[] = {"3/4", "4/4", "6/8"}; strcpy(text, metres[i % 3]); }
static void put_month_year(int64_t i, char *text) { sprintf(text, "%02lld/%lld", (long long)(i % 12 + 1), (long long)(2000 + i % 25)); }
static void put_terms(int64_t i, char *text) { sprintf(text, " %d months", i % 3 ? 36 : 60); }
static void put_no_times(int64_t i, char *text) { i % 3 ? (void)sprintf(text, "2020-%02lld-03", (long long)(i % 12 + 1)) : (void)strcpy(text, "NaT"); }
static void put_person(int64_t i, char *text) { sprintf(text, "%lld", (long long)(i * 7 % 50)); }
static void put_pair_of(int64_t i, char *text) { sprintf(text, "%lld", (long long)(i * 7 % 500)); }
static void put_half(int64_t i, char *text) { sprintf(text, "%lld.5", (long long)(i % 50)); }
static void put_gaps(int64_t i, char *text) { i % 3 ? (void)sprintf(text, "%lld", (long long)(i % 7)) : (void)strcpy(text, "None"); }

static void put_week(int64_t i, char *text) { sprintf(text, "20%02lld-W%02lld", (long long)(i % 19), (long long)(i % 52 + 1)); }
static void put_day_of_year(int64_t i, char *text) { sprintf(text, "20%02lld-%03lld", (long long)(i % 250 % 19), (long long)(i % 250 + 1)); }
static void put_case(int64_t i, char *text) { sprintf(text, "20%02lld-%03lld", (long long)(i % 4 + 10), (long long)(i / 4 + 1)); }
static void put_instant(int64_t i, char *text) { sprintf(text, "20%02lld%02lld%02lld%02lld0000", (long long)(i % 19), (long long)(i % 12 + 1), (long long)(i % 28 + 1), (long long)(i % 24)); }
static void put_vague(int64_t i, char *text) { static const char *const forms[] = {"20%02lld-%02lld-%02lld", "20%02lld-%02lld-%02lld", "20%02lld-%02lld", "19%02lld"}; sprintf(text, forms[i % 4], (long long)(i % 19), (long long)(i % 12 + 1), (long long)(i % 28 + 1)); }
static void put_temperature(int64_t i, char *text) { sprintf(text, i % 3 ? "%lld.5 \xc2\xb0" "C" : "%lld \xc2\xb0" "F", (long long)(i % 70)); }
static void put_longitude(int64_t i, char *text) { sprintf(text, i % 3 ? "%lld.25 E" : "%lld.5W", (long long)(i % 90)); }
static void put_ticks(int64_t i, char *text) { sprintf(text, "%lld", 1577836800000 + (long long)(i * 7919 % 1000) * 31557600); }
static void put_rank(int64_t i, char *text) { static const char *const ends[] = {"th", "st", "nd", "rd"}; sprintf(text, "%lld%s", (long long)(i % 40), ends[i % 4]); }
static void put_megabytes(int64_t i, char *text) { i % 5 ? (void)sprintf(text, i % 3 ? "%lldM" : "%lldk", (long long)(i % 90 + 10)) : (void)strcpy(text, "Varies with device"); }
static void put_past(int64_t i, char *text) { sprintf(text, i % 3 ? "%lld days ago" : "%lld weeks ago", (long long)(i % 30 + 2)); }
static void put_afternoon(int64_t i, char *text) { sprintf(text, "%lld %s", (long long)(i % 12 + 1), i % 5 ? "PM" : "AM"); }

static void put_share(int64_t i, char *text) { sprintf(text, i % 3 ? "%lld%%" : "0.%02lld", (long long)(i % 90 + 10)); }
static void put_flag(int64_t i, char *text) { static const char *const ends[] = {"", "", " b", " p"}; sprintf(text, "%lld.5%s", (long long)(i % 70), ends[i % 4]); }

static void test_decisions(void)
{
	static const struct {
		void (*value)(int64_t, char *);
		gd_role role;
		const char *words, *part, *warning;
	} cases[] = {
		{put_text, GD_ROLE_CATEGORICAL, "categorical", "5 levels", ""},
		{put_fraction, GD_ROLE_NUMERIC, "numeric", "100% numbers", ""},
		{put_index, GD_ROLE_DROP, "", "in the file's order", ""},
		{put_falling, GD_ROLE_DROP, "", "in the file's order", ""},
		{put_dense, GD_ROLE_DROP, "", "without gaps", ""},
		{put_large, GD_ROLE_DROP, "", "beyond 2^31", ""},
		{put_sparse, GD_ROLE_NUMERIC, "numeric", "an identifier? --drop", ""},
		{put_late_text, GD_ROLE_NUMERIC, "numeric", "99.9% numbers", "1 of 1000 values is no number ('late') and counts as missing"},
		{put_mixed, GD_ROLE_CATEGORICAL, "categorical", "levels", ""},
		{put_units, GD_ROLE_NUMERIC, "quantity kg", "100% numbers in 'kg', 'lb' converted", ""},
		{put_hash, GD_ROLE_DROP, "", "1000 texts, all different", ""},
		{put_nearly, GD_ROLE_DROP, "", "texts, nearly all different", ""},
		{put_sentinel, GD_ROLE_NUMERIC, "numeric", "distinct", "holds 9999 in 10% of the records"},
		{put_empty, GD_ROLE_DROP, "", "has no values", ""},
		{put_same_day, GD_ROLE_DROP, "", "varies", ""},
		{put_hours, GD_ROLE_DATE, "hour", "times: hour", ""},
		{put_code, GD_ROLE_CATEGORICAL, "categorical", "9 levels; codes, with zeros in front (--numeric)", ""},
		{put_code_once, GD_ROLE_DROP, "", "1000 texts, all different; codes, with zeros in front (--numeric)", ""},
		{put_area, GD_ROLE_CATEGORICAL, "categorical", "codes, with zeros in front", ""},
		{put_slip, GD_ROLE_NUMERIC, "numeric", "100% numbers, 91 distinct", ""},
		{put_padded_fraction, GD_ROLE_NUMERIC, "numeric", "100% numbers", ""},
		{put_dots, GD_ROLE_NUMERIC, "numeric", "66.6% numbers", "334 of 1000 values are no numbers ('.' for one) and count as missing"},
		{put_mostly_dots, GD_ROLE_CATEGORICAL, "categorical", "levels", ""},
		{put_two_words, GD_ROLE_CATEGORICAL, "categorical", "levels", ""},
		{put_top, GD_ROLE_CATEGORICAL, "categorical", "levels", ""},
		{put_metres, GD_ROLE_NUMERIC, "quantity cm", "100% numbers in 'cm', 'm' converted, 91 distinct", ""},
		{put_long_minus, GD_ROLE_NUMERIC, "quantity", "100% numbers, not plainly written", ""},
		{put_durations, GD_ROLE_NUMERIC, "quantity \\x3a", "100% durations, in what their last part counts, 420 distinct", ""},
		{put_minutes, GD_ROLE_NUMERIC, "quantity \\x3a", "100% durations, in what their last part counts, 420 distinct", ""},
		{put_degrees, GD_ROLE_NUMERIC, "quantity \xc2\xb0", "100% numbers in '\xc2\xb0', ", ""},
		{put_stars, GD_ROLE_NUMERIC, "quantity *", "'**' converted, 800 without a unit taken for it", ""},
		{put_detected, GD_ROLE_NUMERIC, "numeric", "80% numbers", "200 of 1000 values are no numbers ('<LOD' for one) and count as missing"},
		{put_limits, GD_ROLE_NUMERIC, "quantity <", "of limits ('<') the limit itself, 90 distinct", ""},
		{put_classes, GD_ROLE_CATEGORICAL, "categorical", "2 levels", ""},
		{put_days, GD_ROLE_DATE, "year, month, weekday", "year first: year, month, weekday; YYYYMMDD (--numeric)", "50 of 1000 values are no dates"},
		{put_few_days, GD_ROLE_NUMERIC, "numeric", "100% numbers, 7 distinct", ""},
		{put_no_days, GD_ROLE_NUMERIC, "numeric", "100% numbers, 1000 distinct", ""},
		{put_months, GD_ROLE_DATE, "year, month", "year first: year, month", ""},
		{put_words, GD_ROLE_NUMERIC, "numeric", "66.6% numbers", "334 of 1000 values are no numbers ('#DIV/0!' for one) and count as missing"},
		{put_more_words, GD_ROLE_CATEGORICAL, "categorical", "32 levels", ""},
		{put_commas, GD_ROLE_NUMERIC, "quantity, comma", "100% numbers, decimal comma, 70 distinct", ""},
		{put_two_marks, GD_ROLE_CATEGORICAL, "categorical", "levels", "500 of 1000 values are numbers with a decimal comma, which others of it have not; --decimal , reads both"},
		{put_euros, GD_ROLE_NUMERIC, "quantity \xe2\x82\xac, comma", "numbers in '\xe2\x82\xac', decimal comma", ""},
		{put_wordy, GD_ROLE_NUMERIC, "quantity kilograms", "100% numbers in 'kilograms', thousands apart, 'grams', 'kilogram', 'ounces', 'pounds' ... converted, 111 without a unit taken for it, 90 distinct", ""},
		{put_pieces, GD_ROLE_NUMERIC, "quantity kg", "95% numbers in 'kg'", "50 of 1000 values are numbers in other units and count as missing"},
		{put_either_mark, GD_ROLE_NUMERIC, "quantity", "100% numbers, not plainly written", "84 of 1000 numbers have the mark of thousands where others have three decimals"},
		{put_prices, GD_ROLE_NUMERIC, "quantity", "100% numbers, not plainly written", ""},
		{put_thousands, GD_ROLE_NUMERIC, "quantity 1", "100% numbers, 'M', 'k' converted", ""},
		{put_kelvin_or_metres, GD_ROLE_NUMERIC, "quantity m", "numbers in 'm'", ""},
		{put_ages, GD_ROLE_NUMERIC, "quantity days", "'month', 'months', 'years' converted, 250 without a unit taken for it", ""},
		{put_pressure, GD_ROLE_NUMERIC, "first, second", "100% pairs of numbers, a feature each", ""},
		{put_size, GD_ROLE_NUMERIC, "first, second", "100% pairs of numbers, a feature each", ""},
		{put_point, GD_ROLE_NUMERIC, "first, second", "100% pairs of numbers", ""},
		{put_error, GD_ROLE_NUMERIC, "first, second", "100% pairs of numbers", ""},
		{put_range, GD_ROLE_NUMERIC, "first, second", "100% pairs of numbers", ""},
		{put_phone, GD_ROLE_DROP, "", "1000 texts, all different", ""},
		{put_score, GD_ROLE_CATEGORICAL, "categorical", "63 levels", ""},
		{put_inches, GD_ROLE_NUMERIC, "quantity /", "of fractions their value", ""},
		{put_metres_time, GD_ROLE_CATEGORICAL, "categorical", "3 levels", ""},
		{put_month_year, GD_ROLE_DATE, "year, month", "year first: year, month", ""},
		{put_terms, GD_ROLE_NUMERIC, "quantity months", "2 distinct", ""},
		{put_no_times, GD_ROLE_DATE, "month, weekday", "year first: month, weekday", "334 of 1000 values are no dates ('NaT' for one)"},
		{put_gaps, GD_ROLE_NUMERIC, "numeric", "334 missing", ""},
		{put_week, GD_ROLE_DATE, "year, month", "year first: year, month", ""},
		{put_day_of_year, GD_ROLE_DATE, "year, month, weekday", "days of a year (--categorical)", ""},
		{put_case, GD_ROLE_DROP, "", "1000 texts, all different", ""},
		{put_instant, GD_ROLE_DATE, "year, month, weekday, hour", "YYYYMMDDHHMM[SS] (--numeric)", ""},
		{put_vague, GD_ROLE_DATE, "year, month, weekday", "year first: year, month, weekday", ""},
		{put_temperature, GD_ROLE_NUMERIC, "quantity \xc2\xb0" "C", "'\xc2\xb0" "F' converted", ""},
		{put_longitude, GD_ROLE_NUMERIC, "quantity E", "'W' converted", ""},
		{put_ticks, GD_ROLE_NUMERIC, "numeric", "times since 1970?", ""},
		{put_rank, GD_ROLE_NUMERIC, "quantity nd", "converted", ""},
		{put_megabytes, GD_ROLE_NUMERIC, "quantity 1", "'M', 'k' converted", "200 of 1000 values are no numbers ('Varies with device' for one)"},
		{put_past, GD_ROLE_NUMERIC, "quantity days\\x20ago", "'weeks ago' converted", ""},
		{put_share, GD_ROLE_NUMERIC, "quantity %", "334 without a unit taken for it", "334 of 1000 numbers have no %, and are taken for per cent all the same"},
		{put_flag, GD_ROLE_NUMERIC, "quantity *b", "'*p' converted, 500 without a unit taken for it", ""},
		{put_afternoon, GD_ROLE_DATE, "hour", "times: hour", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		gd_inference_column column;
		decide(&column, 1000, cases[i].value);
		CU_ASSERT_EQUAL(column.role, cases[i].role);
		CU_ASSERT_STRING_EQUAL(column.words, cases[i].words);
		CU_ASSERT_PTR_NOT_NULL(strstr(column.why, cases[i].part));
		CU_ASSERT(*cases[i].warning ? strstr(column.warning, cases[i].warning) != NULL : !*column.warning);
		if (column.role != cases[i].role || !strstr(column.why, cases[i].part) || strcmp(column.words, cases[i].words) != 0)
			printf("\n  case %zu: %s, %s, %s, %s\n", i, gd_role_names[column.role], column.words, column.why, column.warning);
	}
}

/* Whole numbers that come back are levels where they are called an id. */
static void test_names(void)
{
	static struct {
		char name[16];
		void (*value)(int64_t, char *);
		gd_role role;
	} cases[] = {
		{"id", put_person, GD_ROLE_CATEGORICAL}, {"user_id", put_person, GD_ROLE_CATEGORICAL}, {"patientId", put_person, GD_ROLE_CATEGORICAL}, {"Patient ID", put_person, GD_ROLE_CATEGORICAL}, {"customerID", put_person, GD_ROLE_CATEGORICAL},
		{"zip", put_person, GD_ROLE_CATEGORICAL}, {"area code", put_person, GD_ROLE_CATEGORICAL}, {"PLZ", put_person, GD_ROLE_CATEGORICAL}, {"zipCode", put_person, GD_ROLE_CATEGORICAL}, {"unzip", put_person, GD_ROLE_NUMERIC}, {"barcode", put_person, GD_ROLE_NUMERIC},
		{"grid", put_person, GD_ROLE_NUMERIC}, {"VALID", put_person, GD_ROLE_NUMERIC}, {"d", put_person, GD_ROLE_NUMERIC}, {"identity", put_person, GD_ROLE_NUMERIC},
		{"id", put_pair_of, GD_ROLE_NUMERIC}, {"id", put_dense, GD_ROLE_DROP}, {"id", put_half, GD_ROLE_NUMERIC},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		gd_inference_column column;
		decide_named(&column, cases[i].name, 1000, cases[i].value);
		CU_ASSERT_EQUAL(column.role, cases[i].role);
		if (cases[i].role == GD_ROLE_CATEGORICAL)
			CU_ASSERT_PTR_NOT_NULL(strstr(column.why, "50 levels; groups of records? --group; names by what it is called (--numeric)"));
		if (column.role != cases[i].role)
			printf("\n  %s, case %zu: %s, %s\n", cases[i].name, i, gd_role_names[column.role], column.why);
	}
}

static void test_modifiers(void)
{
	static const char text[] = "[table]\nversion = 1\ntarget = t\nclasses = a, b\nmissing = impute\nmissing_values = NA, -999\nunreadable = missing\nunseen = zero\nrare = 7\njoin_classes = yes\n"
		"[columns]\nx = numeric, fill 1.5, missing, log, fill 0.25\nc = categorical u v, other, missing\nd = year, fill 2000, month, hour, fill 12, mdy\nq = quantity kg, fill 3\nf = flag, fill 0.5\n";
	static const char *const wrong[] = {"x = fill 3", "x = categorical a, fill 3", "x = numeric, fill", "x = numeric, fill 1, fill 2", "x = numeric, other", "x = categorical, other", "x = numeric, dmy", "x = year, dmy, mdy",
		"x = missing", "x = numeric, missing, missing", "x = quantity a b", "x = flag 1"};
	gd_schema schema;
	char *again;
	gd_status status = gd_schema_read(text, "x.ini", GD_USAGE, &schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_TRUE(gd_schema_is_fitted(&schema));
	CU_ASSERT_TRUE(schema.terms[0].flags_missing && !schema.terms[1].flags_missing && schema.terms[1].fill == 0.25);
	CU_ASSERT_EQUAL(gd_term_size(&schema.terms[2]), 4);
	CU_ASSERT_TRUE(schema.terms[3].order == GD_DATE_MONTH_FIRST && schema.terms[5].order == GD_DATE_MONTH_FIRST);
	CU_ASSERT_TRUE(gd_schema_is_missing(&schema, "-999.0"));
	CU_ASSERT_FALSE(gd_schema_is_missing(&schema, "?"));
	status = gd_schema_format(&schema, &again);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_STRING_EQUAL(again, text);
	free(again);
	gd_schema_release(&schema);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char entry[128];
		snprintf(entry, sizeof entry, "[table]\ntarget = t\n[columns]\n%s\n", wrong[i]);
		status = gd_schema_read(entry, "x.ini", GD_USAGE, &schema);
		CU_ASSERT_EQUAL(status.code, GD_USAGE);
	}
	/* Of a target None and - are classes, unless somebody says otherwise. */
	status = gd_schema_init(&schema);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_TRUE(gd_schema_is_missing(&schema, "None") && !gd_schema_is_unlabelled(&schema, "None") && gd_schema_is_unlabelled(&schema, "NaN"));
	status = gd_schema_add_missing(&schema, "None, -1");
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_TRUE(gd_schema_is_unlabelled(&schema, "None") && gd_schema_is_missing(&schema, "-1.0") && !gd_schema_is_unlabelled(&schema, "-"));
	gd_schema_release(&schema);
}

static void test_alike(void)
{
	static const char *const lists[][6] = {{"Alder", "alder", "birch", NULL}, {"TRUE", "yes", "no", NULL}, {"1", "0", "y", "n", NULL}, {"a", "b", NULL}, {"yes", "no", "maybe", "true", NULL}, {"1", "0", NULL}};
	static const char *const texts[] = {"'Alder', 'alder'", "'TRUE', 'yes'", "'1', 'y'; '0', 'n'", "", "", ""};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		gd_dictionary classes = {0};
		char text[GD_ALIKE_ROOM];
		int32_t number;
		for (int j = 0; lists[i][j]; j++) {
			gd_status status = gd_dictionary_add(&classes, lists[i][j], &number);
			CU_ASSERT_EQUAL(status.code, GD_OK);
		}
		gd_status status = gd_target_alike(&classes, text);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		CU_ASSERT_STRING_EQUAL(text, texts[i]);
		gd_dictionary_release(&classes);
	}
}

/* Long labels in many spellings: the first group is named whatever its length, what there is no room for is counted. */
static void test_alike_at_length(void)
{
	static const char *const ends[] = {" a", "  a", "   a", " A", "  A", " b", " B"};
	gd_dictionary classes = {0};
	struct {
		char text[GD_ALIKE_ROOM], behind[64];
	} said;
	memset(&said, '#', sizeof said);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char label[80];
		int32_t number;
		snprintf(label, sizeof label, "%060d%s", 7, ends[i]);
		gd_status status = gd_dictionary_add(&classes, label, &number);
		CU_ASSERT_EQUAL(status.code, GD_OK);
	}
	gd_status status = gd_target_alike(&classes, said.text);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_PTR_NOT_NULL(strstr(said.text, "...' and 1 more; and 1 more such group"));
	CU_ASSERT_EQUAL(said.text[strlen(said.text) - 1], 'p');
	for (size_t i = 0; i < sizeof said.behind; i++)
		CU_ASSERT_EQUAL(said.behind[i], '#');
	gd_dictionary_release(&classes);
}

/* The same of columns that are looked at together, and a few at a time in several readings. */
static void test_readings(void)
{
	enum { RECORDS = 60, COLUMNS = 6 };
	static char text[RECORDS][64];
	const char *lines[RECORDS + 2] = {"number,word,day,same,code,kind"};
	gd_inference whole, parts;
	gd_schema schema;
	for (int i = 0; i < RECORDS; i++) {
		snprintf(text[i], sizeof text[i], "%d.5,w%d,2020-01-%02d,%s,x%d,k%d", i * 7 % 50, i % 4, i % 28 + 1, i % 9 ? "1" : "", i, i % 2);
		lines[i + 1] = text[i];
	}
	const gd_wishes wishes = {.target = "kind"};
	for (int each = 1; each <= COLUMNS; each++) {
		gd_status status = gd_schema_init(&schema);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
		schema.infers = true;
		status = gd_inference_read(&whole, "x.csv", read_lines, lines, &wishes, &schema);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
		status = gd_schema_init(&schema);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
		schema.infers = true;
		status = gd_inference_collect(&parts, read_lines, lines, &wishes, &schema);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
		gd_inference_narrow(&parts, each);
		while (parts.upto < parts.count) {
			status = gd_inference_go_on(&parts, read_lines, lines);
			CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
			gd_inference_narrow(&parts, parts.from + each);
		}
		status = gd_inference_conclude(&parts, "x.csv", &wishes);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
		CU_ASSERT_EQUAL(parts.records, whole.records);
		CU_ASSERT_EQUAL_FATAL(parts.count, COLUMNS);
		for (int i = 0; i < COLUMNS; i++) {
			CU_ASSERT_EQUAL(parts.columns[i].role, whole.columns[i].role);
			CU_ASSERT_STRING_EQUAL(parts.columns[i].words, whole.columns[i].words);
			CU_ASSERT_STRING_EQUAL(parts.columns[i].why, whole.columns[i].why);
			CU_ASSERT_STRING_EQUAL(parts.columns[i].warning, whole.columns[i].warning);
		}
		gd_inference_release(&parts);
		gd_inference_release(&whole);
	}
}

const unit_test unit_tests[] = {
	{"columns become what their values are", test_decisions},
	{"and some what they are called", test_names},
	{"what goes on with a treatment", test_modifiers},
	{"classes that look like one", test_alike},
	{"long ones of them", test_alike_at_length},
	{"columns in several readings", test_readings},
	{NULL, NULL},
};
