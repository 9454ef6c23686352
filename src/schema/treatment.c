#include "gd/schema/treatment.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/kernel/real.h"

static double number_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->number;
}

static double other_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->other;
}

static double log_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->number > 0 ? gd_real_log(input->number) : NAN;
}

static double is_value(const gd_term *term, const gd_input *input)
{
	return input->number == term->arguments[0];
}

static double circle_value(const gd_term *term, const gd_input *input)
{
	return input->number / term->arguments[0];
}

/* Right-closed intervals between neighbouring arguments. */
static double cut_value(const gd_term *term, const gd_input *input)
{
	for (int i = 0; i + 1 < term->argument_count; i++)
		if (input->number > term->arguments[i] && input->number <= term->arguments[i + 1])
			return i;
	return -1;
}

static double decade_value(const gd_term *term, const gd_input *input)
{
	double year = input->date.year;
	if (year <= term->arguments[0] || year > term->arguments[1])
		return -1;
	return ceil((year - term->arguments[0]) / 10) - 1;
}

static double year_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->date.undated ? NAN : input->date.year;
}

static double hour_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->date.timed ? input->date.seconds / 3600.0 : NAN;
}

/* A date as a point in time; unknown months stand for the middle of the year. Days count 1/372 so that 31 of them make a twelfth. */
static double date_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	gd_date date = input->date;
	return date.year + (date.month ? (date.month - 1) / 12.0 : 0.5) + (date.day ? (date.day - 1) / 372.0 : 0.0);
}

static double month_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->date.month;
}

static double weekday_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return gd_date_weekday(input->date);
}

static double precision_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->date.day ? 2 : input->date.month ? 1 : 0;
}

static int category_count(const gd_term *term)
{
	return term->categories.count;
}

static int cut_count(const gd_term *term)
{
	return term->argument_count - 1;
}

static int decade_count(const gd_term *term)
{
	return (int)((term->arguments[1] - term->arguments[0]) / 10);
}

static int month_count(const gd_term *term)
{
	(void)term;
	return 13;
}

static int weekday_count(const gd_term *term)
{
	(void)term;
	return 8;
}

static int precision_count(const gd_term *term)
{
	(void)term;
	return 3;
}

static void column_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	(void)term, (void)index;
	snprintf(name, room, "%s", column);
}

static void word_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	(void)index;
	snprintf(name, room, "%s(%s)", term->treatment->word, column);
}

static void category_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	snprintf(name, room, "%s=%s", column, term->categories.texts[index]);
}

static void is_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	(void)index;
	snprintf(name, room, "%s is %.17g", column, term->arguments[0]);
}

static void circle_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	(void)term;
	snprintf(name, room, "%s(%s)", index ? "cosine" : "sine", column);
}

static void cut_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	snprintf(name, room, "%s (%.12g,%.12g]", column, term->arguments[index], term->arguments[index + 1]);
}

static void decade_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	double first = term->arguments[0] + 10 * index;
	snprintf(name, room, "%s (%.12g,%.12g]", column, first, first + 10);
}

static void month_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	(void)term;
	if (index)
		snprintf(name, room, "month(%s)=%d", column, index);
	else
		snprintf(name, room, "month(%s)=unknown", column);
}

static void weekday_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "unknown"};
	(void)term;
	snprintf(name, room, "weekday(%s)=%s", column, days[index]);
}

static void precision_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	static const char *const precisions[] = {"year", "month", "day"};
	(void)term;
	snprintf(name, room, "date_precision(%s)=%s", column, precisions[index]);
}

static const char *check_circle(const gd_term *term)
{
	return term->arguments[0] > 0 ? NULL : "a period above 0";
}

static const char *check_cut(const gd_term *term)
{
	for (int i = 0; i + 1 < term->argument_count; i++)
		if (!(term->arguments[i] < term->arguments[i + 1]))
			return "edges in rising order";
	return NULL;
}

static const char *check_decade(const gd_term *term)
{
	double first = term->arguments[0], last = term->arguments[1];
	bool whole = first == floor(first) && last > first && last - first <= 10000 && fmod(last - first, 10) == 0;
	return whole ? NULL : "years with one or more whole decades between them";
}

/* Distance from the nearest whole number. */
static double distance(double number)
{
	return fabs(number - rint(number));
}

static double year_start_value(const gd_term *term, const gd_input *input)
{
	(void)term;
	return input->date.month <= 1 && input->date.day <= 1;
}

static int range_size(const double range[2])
{
	return (int)(range[1] - range[0]) + 1;
}

/* Place of a whole number in a range, or -1. */
static int range_place(const double range[2], double number)
{
	return number == rint(number) && number >= range[0] && number <= range[1] ? (int)(number - range[0]) : -1;
}

static double integer_value(const gd_term *term, const gd_input *input)
{
	return range_place(term->arguments, input->number);
}

static int integer_count(const gd_term *term)
{
	return range_size(term->arguments);
}

static double cross_value(const gd_term *term, const gd_input *input)
{
	int place = range_place(term->arguments, input->number), other = range_place(term->arguments + 2, input->other);
	return place < 0 || other < 0 ? -1 : place * range_size(term->arguments + 2) + other;
}

static int cross_count(const gd_term *term)
{
	return range_size(term->arguments) * range_size(term->arguments + 2);
}

static double log_fraction_value(const gd_term *term, const gd_input *input)
{
	return gd_real_log(distance(input->number) + term->arguments[0]);
}

/* In octaves, of which the one from FIRST on is kept. */
static double octave_value(const gd_term *term, const gd_input *input)
{
	double number = input->number > 0 ? input->number : term->arguments[1];
	return gd_real_log2(number) - floor(gd_real_log2(number / term->arguments[0]));
}

static double product_fraction_value(const gd_term *term, const gd_input *input)
{
	return distance(input->number * input->other / term->arguments[0]);
}

static void integer_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	snprintf(name, room, "%s=%.12g", column, term->arguments[0] + index);
}

static void cross_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	int size = range_size(term->arguments + 2);
	snprintf(name, room, "%s=%.12g,%s=%.12g", column, term->arguments[0] + index / size, term->other_name, term->arguments[2] + index % size);
}

static void pair_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	(void)index;
	snprintf(name, room, "%s(%s,%s)", term->treatment->word, column, term->other_name);
}

static const char *check_ranges(const gd_term *term)
{
	double size = 1;
	for (int i = 0; i < term->argument_count; i += 2) {
		double first = term->arguments[i], last = term->arguments[i + 1];
		if (first != rint(first) || last != rint(last) || !(first <= last))
			return "whole numbers, the first not above the last,";
		size *= last - first + 1;
	}
	return size <= 4096 ? NULL : "at most 4096 values";
}

static const char *check_offset(const gd_term *term)
{
	return term->arguments[0] > 0 ? NULL : "an offset above 0";
}

static const char *check_octave(const gd_term *term)
{
	return term->arguments[0] > 0 && term->arguments[1] > 0 ? NULL : "two numbers above 0";
}

static const char *check_divisor(const gd_term *term)
{
	return term->arguments[0] != 0 ? NULL : "a divisor other than 0";
}

static const gd_treatment treatments[] = {
	{"numeric", "numeric", GD_READS_NUMBER, GD_FORM_SCALAR, 0, 0, NULL, number_value, NULL, column_name, false, false},
	{"quantity", "quantity [UNIT]", GD_READS_QUANTITY, GD_FORM_SCALAR, 0, 1, NULL, number_value, NULL, column_name, false, true},
	{"first", "first", GD_READS_PAIR, GD_FORM_SCALAR, 0, 0, NULL, number_value, NULL, word_name, false, false},
	{"second", "second", GD_READS_PAIR, GD_FORM_SCALAR, 0, 0, NULL, other_value, NULL, word_name, false, false},
	{"flag", "flag", GD_READS_TRUTH, GD_FORM_FLAG, 0, 0, NULL, number_value, NULL, column_name, false, false},
	{"categorical", "categorical [VALUE...]", GD_READS_TEXT, GD_FORM_ONE_HOT, 0, INT_MAX, NULL, NULL, category_count, category_name, false, true},
	{"decade", "decade FIRST LAST", GD_READS_DATE, GD_FORM_ONE_HOT, 2, 2, check_decade, decade_value, decade_count, decade_name, false, false},
	{"cut", "cut EDGE EDGE...", GD_READS_NUMBER, GD_FORM_ONE_HOT, 2, 1024, check_cut, cut_value, cut_count, cut_name, false, false},
	{"log", "log", GD_READS_NUMBER, GD_FORM_SCALAR, 0, 0, NULL, log_value, NULL, word_name, false, false},
	{"is", "is NUMBER", GD_READS_NUMBER, GD_FORM_FLAG, 1, 1, NULL, is_value, NULL, is_name, false, false},
	{"circle", "circle PERIOD", GD_READS_NUMBER, GD_FORM_CIRCLE, 1, 1, check_circle, circle_value, NULL, circle_name, false, false},
	{"date", "date", GD_READS_DATE, GD_FORM_SCALAR, 0, 0, NULL, date_value, NULL, word_name, false, false},
	{"year", "year", GD_READS_DATE, GD_FORM_SCALAR, 0, 0, NULL, year_value, NULL, word_name, false, false},
	{"hour", "hour", GD_READS_DATE, GD_FORM_SCALAR, 0, 0, NULL, hour_value, NULL, word_name, false, false},
	{"month", "month", GD_READS_DATE, GD_FORM_ONE_HOT, 0, 0, NULL, month_value, month_count, month_name, false, false},
	{"weekday", "weekday", GD_READS_DATE, GD_FORM_ONE_HOT, 0, 0, NULL, weekday_value, weekday_count, weekday_name, false, false},
	{"date_precision", "date_precision", GD_READS_DATE, GD_FORM_ONE_HOT, 0, 0, NULL, precision_value, precision_count, precision_name, false, false},
	{"year_start", "year_start", GD_READS_DATE, GD_FORM_FLAG, 0, 0, NULL, year_start_value, NULL, word_name, false, false},
	{"integer", "integer FIRST LAST", GD_READS_NUMBER, GD_FORM_ONE_HOT, 2, 2, check_ranges, integer_value, integer_count, integer_name, false, false},
	{"cross", "cross COLUMN FIRST LAST FIRST LAST", GD_READS_NUMBER, GD_FORM_ONE_HOT, 4, 4, check_ranges, cross_value, cross_count, cross_name, true, false},
	{"log_fraction", "log_fraction OFFSET", GD_READS_NUMBER, GD_FORM_SCALAR, 1, 1, check_offset, log_fraction_value, NULL, word_name, false, false},
	{"octave", "octave FIRST INSTEAD", GD_READS_NUMBER, GD_FORM_SCALAR, 2, 2, check_octave, octave_value, NULL, word_name, false, false},
	{"product_fraction", "product_fraction COLUMN DIVISOR", GD_READS_NUMBER, GD_FORM_SCALAR, 1, 1, check_divisor, product_fraction_value, NULL, pair_name, true, false},
};

const gd_treatment *gd_treatment_find(const char *word, const char **nearest)
{
	int least = 3;
	if (nearest)
		*nearest = NULL;
	for (size_t i = 0; i < sizeof treatments / sizeof *treatments; i++) {
		if (!strcmp(treatments[i].word, word))
			return &treatments[i];
		int distance = gd_edit_distance(treatments[i].word, word);
		if (nearest && distance < least) {
			least = distance;
			*nearest = treatments[i].word;
		}
	}
	return NULL;
}

double gd_term_value(const gd_term *term, const gd_input *input)
{
	bool undated = term->treatment->reads == GD_READS_DATE && input->date.undated && term->treatment->value != hour_value;
	return undated ? NAN : term->treatment->value(term, input);
}

bool gd_term_takes_fill(const gd_term *term)
{
	return term->treatment->form == GD_FORM_SCALAR || term->treatment->form == GD_FORM_FLAG;
}

/* Without the flag of missing values. */
static int value_size(const gd_term *term)
{
	switch (term->treatment->form) {
	case GD_FORM_ONE_HOT:
		return term->treatment->size(term) + term->other_level;
	case GD_FORM_CIRCLE:
		return 2;
	default:
		return 1;
	}
}

int gd_term_size(const gd_term *term)
{
	return value_size(term) + term->flags_missing;
}

int gd_term_levels(const gd_term *term)
{
	return term->treatment->form == GD_FORM_ONE_HOT ? value_size(term) : 0;
}

void gd_term_name(const gd_term *term, const char *column, int index, char *name, size_t room)
{
	int size = value_size(term);
	if (index == size)
		snprintf(name, room, "missing(%s)", column);
	else if (term->other_level && index == size - 1)
		snprintf(name, room, "other(%s)", column);
	else
		term->treatment->name(term, column, index, name, room);
}

void gd_term_expand(const gd_term *term, double value, double *features)
{
	int size = value_size(term);
	if (term->flags_missing)
		features[size] = isnan(value);
	if (term->treatment->form == GD_FORM_ONE_HOT) {
		assert(!(value >= size));
		memset(features, 0, (size_t)size * sizeof *features);
		if (value >= 0)
			features[(int)value] = 1;
	} else if (term->treatment->form == GD_FORM_CIRCLE) {
		/* The circle's middle is as far from every angle. */
		features[0] = isnan(value) ? 0 : gd_real_sine(value);
		features[1] = isnan(value) ? 0 : gd_real_cosine(value);
	} else {
		features[0] = isnan(value) ? term->fill : value;
	}
}
