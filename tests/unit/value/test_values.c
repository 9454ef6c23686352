/* How single texts are read: quantities, spellings, dates. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gd/value/date.h"
#include "gd/value/dictionary.h"
#include "gd/value/digits.h"
#include "gd/value/pair.h"
#include "gd/value/quantity.h"
#include "gd/value/spelling.h"
#include "gd/value/unit.h"

const char *const unit_suite = "values";

static void test_quantities(void)
{
	static const struct {
		const char *text, *unit;
		double value;
		bool grouped;
	} good[] = {
		{"5", "", 5, false}, {"1,234", "", 1234, true}, {"$1,234.50", "$", 1234.5, true}, {"$(5.20)", "$", -5.2, false}, {"\xe2\x82\xac (5)", "\xe2\x82\xac", -5, false}, {"45.2%", "%", 45.2, false}, {" 3.2 kg ", "kg", 3.2, false}, {"-$5", "$", -5, false}, {"$-5", "$", -5, false},
		{"(1,000)", "", -1000, true}, {"1'234'567", "", 1234567, true}, {"1 234 567 km/h", "km/h", 1234567, true}, {"\xe2\x82\xac 12", "\xe2\x82\xac", 12, false}, {"12\xc2\xa0\xe2\x82\xac", "\xe2\x82\xac", 12, false},
		{"USD 7", "USD", 7, false}, {"1e3 m", "m", 1000, false}, {"+4", "", 4, false}, {".5%", "%", .5, false}, {"\xe2\x88\x92 5.5 kg", "kg", -5.5, false},
		{"CHF 1\xe2\x80\x99" "234.50", "CHF", 1234.5, true}, {"1\xe2\x80\x89" "234", "", 1234, true}, {"12,34,567", "", 1234567, true}, {"1,23,456.5", "", 123456.5, true}, {"%5", "%", 5, false},
		{"123.45-", "", -123.45, false}, {"1.25D+02", "", 125, false}, {"-1.5d-1", "", -.15, false}, {"5D", "D", 5, false}, {"<0.5", "<", .5, false}, {"<= 1,000", "<", 1000, true},
		{"\xe2\x89\xa5" "7", ">", 7, false}, {"12:30", ":", 750, false}, {" $-  ", "$", 0, false}, {"\xe2\x82\xac -", "\xe2\x82\xac", 0, false}, {"($1,234.50)", "$", -1234.5, true}, {"1:23:45", ":", 5025, false}, {"125:05.5", ":", 7505.5, false},
		/* In what keeps them texts in a spreadsheet, and in quotes that enclose no field. */
		{"=\"12.5\"", "", 12.5, false}, {"'12.5", "", 12.5, false}, {"'12'", "", 12, false}, {"\xe2\x80\x9c" "12.5 kg\xe2\x80\x9d", "kg", 12.5, false}, {"\xe2\x80\x9e" "5\xe2\x80\x9c", "", 5, false}, {"\xc2\xab" "1,234\xc2\xbb", "", 1234, true},
		/* Thousands in letters beside a currency, and alone. */
		{"$12k", "$", 12000, false}, {"\xe2\x82\xac" "110.5M", "\xe2\x82\xac", 110.5e6, false}, {"1.2 Mio. \xe2\x82\xac", "\xe2\x82\xac", 1.2e6, false}, {"-$3.5 bn", "$", -3.5e9, false}, {"12k", "k", 12, false}, {"5 m", "m", 5, false},
		/* Of several units, and durations. */
		{"1h 30m", "m", 90, false}, {"1 hr 5 min", "min", 65, false}, {"2 days, 3 hours", "hours", 51, false}, {"1 week and 2 days", "days", 9, false}, {"11 st 4 lb", "lb", 158, false}, {"5 ft 11 in", "in", 71, false},
		{"PT1H30M", "s", 5400, false}, {"P1DT12H", "s", 129600, false}, {"-PT0.5S", "s", -.5, false}, {"P2W", "s", 1209600, false}, {"P1Y", "s", 31557600, false}, {"PT36H", "s", 129600, false},
		{"1 days 02:03:04", "s", 93784, false}, {"0 days 00:05:00.250", "s", 300.25, false}, {"-1 days +23:59:59", "s", -1, false}, {"5'11\"", "in", 71, false}, {"6'", "in", 72, false}, {"55\"", "in", 55, false},
		{"5\xe2\x80\x99 7\xe2\x80\x9d", "in", 67, false}, {"1/2", "/", .5, false}, {"3 1/4", "/", 3.25, false}, {"-1/4", "/", -.25, false}, {"2 1/2 cups", "cups", 2.5, false}, {"120/80", "/", 1.5, false}, {"4.5/5", "/", .9, false},
		/* Powers of ten as they are typeset, what is about so much, prices of a unit, marks of footnotes. */
		{"4.5\xc3\x97" "10^3", "", 4500, false}, {"1.25 x 10^-2 mol", "mol", .0125, false}, {"-2*10^+2", "", -200, false}, {"~5.2", "", 5.2, false}, {"\xe2\x89\x88 1,200 m", "m", 1200, true}, {"$5.20/kg", "$/kg", 5.2, false}, {"5.2**", "**", 5.2, false},
		/* Degrees, in them. */
		{"45.5\xc2\xb0", "\xc2\xb0", 45.5, false}, {"45\xc2\xb0" "30'N", "\xc2\xb0", 45.5, false}, {"45\xc2\xb0" "30'36.0\"S", "\xc2\xb0", -45.51, false}, {"12.5\xc2\xb0 W", "\xc2\xb0", -12.5, false}, {"E 12\xc2\xb0 15\xe2\x80\xb2", "\xc2\xb0", 12.25, false},
		{"45\xc2\xb0 30' 36'' E", "\xc2\xb0", 45.51, false}, {"-45\xc2\xb0" "30'", "\xc2\xb0", -45.5, false}, {"21.5 \xc2\xb0" "C", "\xc2\xb0" "C", 21.5, false},
		{"2\xc2\xbd", "/", 2.5, false}, {"\xc2\xbe", "/", .75, false}, {"-1 \xc2\xbc cups", "cups", -1.25, false}, {"2\xe2\x85\x9b", "/", 2.125, false},
		/* Eurostat's flags, which count nothing, and footnotes in brackets. */
		{"12.5 b", "*b", 12.5, false}, {"-3 p", "*p", -3, false}, {"12.5b", "b", 12.5, false}, {"3 d", "d", 3, false}, {"$3 b", "$", 3e9, false},
		{"12.5[1]", "", 12.5, false}, {"1,234 km [a][note 2]", "km", 1234, true},
	};
	static const char *const bad[] = {"", "x", "A/5 21171", "1,23", "1,2345", "3+", "1-2", "$5 kg", "12:3", "12:60", "1:2:03", "1:02:03:04", "16:9", "< 5 kg", "<>5", "2-", "%5%", "1,2,345", "1,23,45", "12,345,67", "0,123", "1/0", "1/2/3", "3 5/4", "120/80 mmHg", "1m 30h", "1h 2 kg", "P", "PT", "P1H", "P1D2Y", "PT5", "5'13\"", "1 day 2:30", "2020-01-02", "%", "$", "1,234,56", "1,234'567", "(5", "- ", "5 kilograms per hour", "nan", "inf", "1e999", "m12", "9 9", "=\"x1\"", "=12\"", "\342\200\2345", "'", "5x10", "5x10^", "5x10^123", "1e3x10^3", "~", "~x5", "$5/kilograms ok", "45\xc2\xb0" "60'", "45\xc2\xb0" "30'X", "N45\xc2\xb0N", "-45\xc2\xb0" "30'S", "45\xc2\xb0" "30", "N", "45'30\xc2\xb0", "12[345]", "\xc2\xbd\xc2\xbd", "x\xc2\xbd", "\xc3\xbc", "2\xc2\xbd" "3",  "12]", "[1]", "12[]", "1[1]2"};
	gd_quantity quantity;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		bool read = gd_quantity_read(good[i].text, &quantity);
		CU_ASSERT_TRUE(read);
		CU_ASSERT_EQUAL(quantity.value, good[i].value);
		CU_ASSERT_EQUAL(quantity.grouped, good[i].grouped);
		CU_ASSERT_STRING_EQUAL(quantity.unit, good[i].unit);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CU_ASSERT_FALSE(gd_quantity_read(bad[i], &quantity));
}

static void test_units(void)
{
	static const struct {
		const char *from, *to;
		double value;
	} good[] = {
		{"g", "kg", .001}, {"kg", "g", 1000}, {"GB", "MB", 1000}, {"MiB", "KiB", 1024}, {"Weeks", "days", 7}, {"yr", "months", 12}, {"hrs.", "min", 60}, {"k", "1", 1000}, {"Mio.", "1", 1e6}, {"M", "k", 1000},
		{"m", "km", .001}, {"m", "h", 1. / 60}, {"m", "K", 1000}, {"ft", "in", 12}, {"sq. ft", "acres", 929.0304 / 40468564.224}, {"KM/H", "m/s", 1 / 3.6}, {"\xc2\xb5g", "mg", .001}, {":", "min", 1. / 60}, {">", "<", 1}, {"W", "E", -1}, {"N", "S", -1}, {"DR", "CR", -1}, {"nd", "th", 1}, {"days ago", "weeks ago", 1. / 7}, {"\xc2\xb5M", "nM", 1000}, {"mg/dL", "g/l", .01}, {"\xc2\xb2", "1", 1}, {"*b", "*e", 1},
	};
	static const char *const bad[][2] = {{"kg", "m"}, {"kg", "1"}, {"%", "kg"}, {"$", "1"}, {"", "kg"}, {"pieces", "kg"}, {"MB", "M"}, {"mM", "m"}, {"s", ""}, {"W", "N"}, {"C", "K"}, {"ago", "days"}};
	gd_conversion c;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CU_ASSERT_TRUE(gd_unit_convert(good[i].from, good[i].to, &c));
		CU_ASSERT_DOUBLE_EQUAL(c.multiply / c.divide, good[i].value, 1e-15 * fabs(good[i].value));
		CU_ASSERT(c.before == 0 && c.after == 0);
	}
	/* Temperatures, of which 0 is not nothing. */
	CU_ASSERT_TRUE(gd_unit_convert("\xc2\xb0" "F", "\xc2\xb0" "C", &c));
	CU_ASSERT_EQUAL((212 - c.before) * c.multiply / c.divide + c.after, 100);
	CU_ASSERT_TRUE(gd_unit_convert("deg C", "F", &c));
	CU_ASSERT_EQUAL((-40 - c.before) * c.multiply / c.divide + c.after, -40);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CU_ASSERT_FALSE(gd_unit_convert(bad[i][0], bad[i][1], &c));
	CU_ASSERT_TRUE(gd_unit_is_magnitude("k") && gd_unit_is_magnitude("M"));
	CU_ASSERT_FALSE(gd_unit_is_magnitude("m") || gd_unit_is_magnitude("1") || gd_unit_is_magnitude("kg"));
}

static void test_digits(void)
{
	static const struct {
		const char *text, *turned;
		char decimal;
	} cases[] = {
		{"\xd9\xa1\xd9\xa2\xd9\xab\xd9\xa5", "12.5", '.'}, {"\xd9\xa1\xd9\xac\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xab\xd9\xa5", "1.234,5", ','}, {"-\xdb\xb1\xdb\xb9", "-19", '.'}, {"\xd9\xa5/\xd9\xa3/\xd9\xa2\xd9\xa0", "5/3/20", '.'},
		{"\xef\xbc\x8d\xef\xbc\x91\xef\xbc\x8e\xef\xbc\x99\xef\xbc\x85", "-1.9%", ','}, {"\xe0\xa5\xa6\xe0\xa7\xa6\xe0\xb9\x99", "009", '.'}, {"\xef\xbc\x93\xef\xbc\x9a\xef\xbc\x93\xef\xbc\x90", "3:30", '.'},
		/* Words, other letters of these blocks, and signs alone. */
		{"\xef\xbc\x91x", NULL, '.'}, {"\xd9\x85", NULL, '.'}, {"\xef\xbc\x8d", NULL, '.'}, {"12.5", NULL, '.'}, {"\xd9\xa1 \xd9\x85", NULL, '.'}, {"\xd9\xaa", NULL, '.'}, {"\xd9", NULL, '.'}, {"", NULL, '.'},
	};
	char text[32];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *turned = cases[i].turned ? cases[i].turned : cases[i].text;
		CU_ASSERT(!cases[i].turned || gd_digits_may_begin(cases[i].text));
		CU_ASSERT_EQUAL(gd_digits_turn(strcpy(text, cases[i].text), strlen(cases[i].text), cases[i].decimal), strlen(turned));
		CU_ASSERT_STRING_EQUAL(text, turned);
	}
}

static void test_pairs(void)
{
	static const struct {
		const char *text;
		double first, second;
		gd_pair_kind kind;
	} good[] = {
		{"120/80", 120, 80, GD_PAIR_RATIO}, {" 120.5 / 80 mmHg", 120.5, 80, GD_PAIR_RATIO}, {"10-20", 10, 20, GD_PAIR_RANGE}, {"10 \xe2\x80\x93 19.5 %", 10, 19.5, GD_PAIR_RANGE}, {"$10,000 to $20,000", 10000, 20000, GD_PAIR_RANGE},
		{"5 to 10 kg", 5, 10, GD_PAIR_RANGE}, {"18 years - 25 years", 18, 25, GD_PAIR_RANGE}, {"-5 - -3", -5, -3, GD_PAIR_RANGE}, {"1920x1080", 1920, 1080, GD_PAIR_FREE}, {"4.1cm x 5.2 cm", 4.1, 5.2, GD_PAIR_FREE},
		{"3 \xc3\x97 4", 3, 4, GD_PAIR_FREE}, {"5.1 \xc2\xb1 0.1", 5.1, .1, GD_PAIR_FREE}, {"5.1 +/- 0.1 mm", 5.1, .1, GD_PAIR_FREE}, {"12 (48%)", 12, 48, GD_PAIR_FREE}, {"48.85,-2.35", 48.85, -2.35, GD_PAIR_FREE},
		{"(48, 2)", 48, 2, GD_PAIR_FREE}, {"[48; 2]", 48, 2, GD_PAIR_FREE}, {"POINT (48.5 2.5)", 48.5, 2.5, GD_PAIR_FREE}, {"7 of 9", 7, 9, GD_PAIR_FREE}, {"0-9", 0, 9, GD_PAIR_RANGE}, {"0.5x2", .5, 2, GD_PAIR_FREE},
	};
	/* One number, three, codes, thousands, words, units that differ, or that count. */
	static const char *const bad[] = {"120", "1/2/2020", "a/b", "", "10-20-30", "2020-01-02", "2020-05", "0151-234", "12 34", "5,12", "3 1/4", "1.2.3", "10k-20k", "500k-1M", "5 kg - 6 m", "5 totally 6", "(5, 6", "5, 6)", "12 (4", "10-", "-20", "192.168.0.1",
		"5 (6) 7", "12:30-14:00", "$", "POINT"};
	gd_pair pair;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const bool read = gd_pair_read(good[i].text, &pair);
		CU_ASSERT(read && pair.first == good[i].first && pair.second == good[i].second && pair.kind == good[i].kind);
		if (!read)
			printf("\n  not read: %s\n", good[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const bool read = gd_pair_read(bad[i], &pair);
		CU_ASSERT_FALSE(read);
		if (read)
			printf("\n  read: %s\n", bad[i]);
	}
}

static void test_spellings(void)
{
	static const char *const normal[][2] = {{"1", "1"}, {"1.0", "1"}, {"1.", "1"}, {"+1", "1"}, {"-0", "0"}, {"0.0", "0"}, {"-0.50", "-0.5"}, {".5", "0.5"}, {"007", "007"}, {"1.2.3", "1.2.3"}, {"1e3", "1e3"},
		{"-", "-"}, {"", ""}, {".", "."}, {"a1.0", "a1.0"}, {"10", "10"}, {"100.10", "100.1"}, {"00.5", "00.5"}, {"-0.5", "-0.5"}, {"+0.5", "0.5"}, {"0", "0"}, {"-0.0", "0"}, {"0.05", "0.05"},
		{"-3.", "-3"}, {"-.25", "-0.25"}};
	char room[GD_SPELLING_ROOM], folded[64];
	bool word;
	for (size_t i = 0; i < sizeof normal / sizeof *normal; i++)
		CU_ASSERT_STRING_EQUAL(gd_spelling_normal(normal[i][0], room), normal[i][1]);
	CU_ASSERT_EQUAL(gd_spelling_truth("TRUE", &word), 1);
	CU_ASSERT_TRUE(word);
	CU_ASSERT_EQUAL(gd_spelling_truth("0.0", &word), 0);
	CU_ASSERT_FALSE(word);
	CU_ASSERT_EQUAL(gd_spelling_truth("No", NULL), 0);
	CU_ASSERT_EQUAL(gd_spelling_truth("yess", NULL), -1);
	CU_ASSERT_EQUAL(gd_spelling_truth("", NULL), -1);
	static const char *const numbers[] = {"2", "10", "-1", "-0.5", "0.5", "1.5", "01"};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		CU_ASSERT_EQUAL(gd_spelling_truth(numbers[i], NULL), -1);
	CU_ASSERT_EQUAL(gd_spelling_truth("-0", NULL), 0);
	CU_ASSERT_EQUAL(gd_spelling_truth("+1.00", NULL), 1);
	gd_spelling_fold("  \xc3\x84pfel \t UND\xc2\xa0\xd0\x96\xc5\xb8 ", folded);
	CU_ASSERT_STRING_EQUAL(folded, "\xc3\xa4pfel und \xd0\xb6\xc3\xbf");
	CU_ASSERT_TRUE(gd_spelling_alike("Alder", "alder "));
	CU_ASSERT_TRUE(gd_spelling_alike("al\xe2\x80\x8b" "der\xef\xbb\xbf", "Al\xc2\xad" "der") && gd_spelling_alike("a\xe3\x80\x80" "b", "a\xe2\x80\x83 b"));
	CU_ASSERT_FALSE(gd_spelling_alike("Alder", "al der"));
}

/* What is found, and what looks like it: the same first byte, the same length, or both. */
static void test_dictionary(void)
{
	static char longest[100], longer[101];
	static const char *const other[] = {"b", "ab", "Nb", "N/", "\xc3\xa5", "", "nothing of the kind"};
	gd_dictionary words = {0};
	int32_t number;
	memset(longest, 'x', sizeof longest - 1);
	memset(longer, 'x', sizeof longer - 1);
	CU_ASSERT_EQUAL(gd_dictionary_find(&words, ""), -1);
	const char *const all[] = {"a", "NA", "N/A", "\xc3\xa4", longest, "-"};
	for (int i = 0; i < 6; i++) {
		gd_status status = gd_dictionary_add(&words, all[i], &number);
		CU_ASSERT_TRUE(status.code == GD_OK && number == i);
		CU_ASSERT_FALSE(words.numeric);
	}
	for (int i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(gd_dictionary_find(&words, all[i]), i);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		CU_ASSERT_EQUAL(gd_dictionary_find(&words, other[i]), -1);
	CU_ASSERT_EQUAL(gd_dictionary_find(&words, longer), -1);
	gd_status status = gd_dictionary_add(&words, "", &number);
	CU_ASSERT_TRUE(status.code == GD_OK && gd_dictionary_find(&words, "") == number);
	status = gd_dictionary_add(&words, "-.5", &number);
	CU_ASSERT_TRUE(status.code == GD_OK && words.numeric);
	gd_dictionary_release(&words);
}

/* What a reader of many values asks first is true of each: the order matters to none but those it may matter to, and what begins as a day is no number of any kind. */
static void check_short_cuts(const char *text)
{
	gd_date dates[3];
	gd_quantity quantity;
	gd_pair pair;
	bool read[3];
	for (int order = 0; order < 3; order++)
		read[order] = gd_date_read(text, (gd_date_order)order, &dates[order]);
	for (int order = 1; order < 3 && !gd_date_has_order(text); order++) {
		CU_ASSERT_EQUAL(read[order], read[0]);
		CU_ASSERT_TRUE(!read[0] || (dates[order].year == dates[0].year && dates[order].month == dates[0].month && dates[order].day == dates[0].day && dates[order].seconds == dates[0].seconds));
	}
	CU_ASSERT_FALSE(gd_date_leads(text) && (gd_quantity_read(text, &quantity) || gd_pair_read(text, &pair)));
}

static void test_dates(void)
{
	static const struct {
		const char *text;
		gd_date_order order;
		int year, month, day, seconds; /* -1: no time; year 0: a time alone */
	} good[] = {
		{"2020-01-02", 0, 2020, 1, 2, -1}, {"2020", 0, 2020, 0, 0, -1}, {"2020-03", 0, 2020, 3, 0, -1}, {"2021-05-06T07:15:00Z", 0, 2021, 5, 6, 26100, }, {"2021-05-06 23:59", 0, 2021, 5, 6, 86340},
		{"2021-05-06T07:15:30.125+02:00", 0, 2021, 5, 6, 26130}, {"2021/5/6", 0, 2021, 5, 6, -1}, {"3/4/2020", 1, 2020, 4, 3, -1}, {"3/4/2020", 2, 2020, 3, 4, -1}, {"03.04.99", 1, 1999, 4, 3, -1},
		{"3/4/20 1:05 PM", 2, 2020, 3, 4, 47100}, {"12:00 AM", 0, 0, 0, 0, 0}, {"14:35", 0, 0, 0, 0, 52500}, {"4 Jan 2020", 0, 2020, 1, 4, -1}, {"January 4, 2020", 0, 2020, 1, 4, -1}, {"04-Sept-20", 0, 2020, 9, 4, -1},
		{"2020-01-02", 2, 2020, 1, 2, -1}, {"29/02/2020", 1, 2020, 2, 29, -1}, {"24:00", 0, 0, 0, 0, 0},
		{"20200131", 0, 2020, 1, 31, -1}, {"20210506T071500Z", 0, 2021, 5, 6, 26100}, {"20210506 07:15", 0, 2021, 5, 6, 26100}, {"Jan-15", 0, 2015, 1, 0, -1}, {"December 1999", 0, 1999, 12, 0, -1},
		{"1. M\xc3\xa4rz 2020", 0, 2020, 3, 1, -1}, {"14 juillet 2020", 0, 2020, 7, 14, -1}, {"5 ENERO 2020", 0, 2020, 1, 5, -1}, {"Wed, Jan 01, 2020", 0, 2020, 1, 1, -1},
		{"Wed, 01 Jan 2020 10:00:00 GMT", 0, 2020, 1, 1, 36000}, {"Wed Jan  1 10:00:00 2020", 0, 2020, 1, 1, 36000}, {"Wed Oct 10 20:19:24 +0000 2018", 0, 2018, 10, 10, 73164},
		{"Mon Apr 06 22:19:45 PDT 2009", 0, 2009, 4, 6, 80385}, {"[10/Oct/2018:20:19:24 -0700]", 0, 2018, 10, 10, 73164}, {"monday 3/4/2020", 1, 2020, 4, 3, -1}, {"01JAN2020:12:30:00", 0, 2020, 1, 1, 45000},
		{"11/2015", 0, 2015, 11, 0, -1}, {"3-1999", 1, 1999, 3, 0, -1}, {"2020Q1", 0, 2020, 1, 0, -1}, {"2020-Q4", 0, 2020, 10, 0, -1}, {"Q2 2020", 0, 2020, 4, 0, -1}, {"2020M07", 0, 2020, 7, 0, -1},
		{"2024/01/02 10:11:12 AM GMT+1", 0, 2024, 1, 2, 36672}, {"2024/01/02 1:00:00 PM GMT+10", 0, 2024, 1, 2, 46800}, {"2024-01-02 10:11 UTC-0530", 0, 2024, 1, 2, 36660},
		/* As JavaScript's Date is printed; as Oracle's; half days with points; a clock's time with a word behind it. */
		{"Mon Nov 30 2026 03:13:20 GMT+0000 (Coordinated Universal Time)", 0, 2026, 11, 30, 11600}, {"02-JAN-23 03.12.45.000000 PM", 0, 2023, 1, 2, 54765}, {"3/4/2020 1:05 p.m.", 1, 2020, 4, 3, 47100},
		{"3/4/2020 1:05 a.\xc2\xa0m.", 1, 2020, 4, 3, 3900}, {"03.04.2020, 14:35 Uhr", 1, 2020, 4, 3, 52500}, {"30.11.2026 3.13", 1, 2026, 11, 30, 11580},
		/* Japanese, Chinese, Korean. */
		{"2026\xe5\xb9\xb4" "11\xe6\x9c\x88" "30\xe6\x97\xa5", 0, 2026, 11, 30, -1}, {"2026\xe5\xb9\xb4" "1\xe6\x9c\x88", 0, 2026, 1, 0, -1}, {"2026\xe5\xb9\xb4" "11\xe6\x9c\x88" "30\xe6\x97\xa5(\xe6\x9c\x88) 3:13", 0, 2026, 11, 30, 11580},
		{"2026\xe5\xb9\xb4" "11\xe6\x9c\x88" "30\xe6\x97\xa5 03\xe6\x97\xb6" "13\xe5\x88\x86" "20\xe7\xa7\x92", 0, 2026, 11, 30, 11600}, {"2026\xeb\x85\x84 11\xec\x9b\x94 30\xec\x9d\xbc", 0, 2026, 11, 30, -1},
		/* Other languages' months and weekdays, days counted, and words between. */
		{"4 gennaio 2020", 0, 2020, 1, 4, -1}, {"04-ott-2020", 0, 2020, 10, 4, -1}, {"4 de mar\xc3\xa7o de 2020", 0, 2020, 3, 4, -1}, {"04/dez/2020", 0, 2020, 12, 4, -1}, {"4 mei 2020", 0, 2020, 5, 4, -1}, {"4 augusti 2020", 0, 2020, 8, 4, -1},
		{"1 de mayo de 2020", 0, 2020, 5, 1, -1}, {"marzo de 2020", 0, 2020, 3, 0, -1}, {"4 janv. 2020", 0, 2020, 1, 4, -1}, {"4 f\xc3\xa9vr. 2020", 0, 2020, 2, 4, -1}, {"1er juil. 2020", 0, 2020, 7, 1, -1}, {"March 3rd, 2020", 0, 2020, 3, 3, -1},
		{"2nd of March 2020", 0, 2020, 3, 2, -1}, {"Montag, 2. M\xc3\xa4rz 2020", 0, 2020, 3, 2, -1}, {"Mo., 02.03.2020", 1, 2020, 3, 2, -1}, {"Di, 3.3.2020", 1, 2020, 3, 3, -1}, {"Tue 3 Mar 2020", 0, 2020, 3, 3, -1},
		{"5. 1. 2020", 1, 2020, 1, 5, -1}, {"2020. 1. 5.", 0, 2020, 1, 5, -1},
		{"4 stycznia 2020", 0, 2020, 1, 4, -1}, {"04 PA\xc5\xba 2020", 0, 2020, 10, 4, -1}, {"4 wrze\xc5\x9bnia 2020", 0, 2020, 9, 4, -1}, {"4 \xd0\xbc\xd0\xb0\xd1\x8f 2020 \xd0\xb3.", 0, 2020, 5, 4, -1}, {"4 \xd0\xaf\xd0\xbd\xd0\xb2\xd0\xb0\xd1\x80\xd1\x8f 2020", 0, 2020, 1, 4, -1},
		{"\xd0\xb4\xd0\xb5\xd0\xba 2020", 0, 2020, 12, 0, -1}, {"4 \xd0\xb0\xd0\xb2\xd0\xb3\xd1\x83\xd1\x81\xd1\x82\xd0\xb0 2020\xd0\xb3", 0, 2020, 8, 4, -1},
		/* Weeks, whose month is that of their Thursday, days of a year, digits alone with a time, and days that are not known. */
		{"2024-W05", 0, 2024, 2, 0, -1}, {"2024W05", 0, 2024, 2, 0, -1}, {"2024-W05-3", 0, 2024, 1, 31, -1}, {"2024W053", 0, 2024, 1, 31, -1}, {"2020-W53-7", 0, 2021, 1, 3, -1}, {"2025-W01-1", 0, 2024, 12, 30, -1}, {"2026-W01", 0, 2026, 1, 0, -1},
		{"2024-060", 0, 2024, 2, 29, -1}, {"2023-060", 0, 2023, 3, 1, -1}, {"2024-366", 0, 2024, 12, 31, -1}, {"20210506071530", 0, 2021, 5, 6, 26130}, {"202105060715", 0, 2021, 5, 6, 26100}, {"2020-05-00", 0, 2020, 5, 0, -1}, {"2020-00-00", 0, 2020, 0, 0, -1},
		{"3 PM", 0, 0, 0, 0, 54000}, {"12am", 0, 0, 0, 0, 0}, {"14h30", 0, 0, 0, 0, 52200}, {"4/3/2020 3 PM", 1, 2020, 3, 4, 54000},
	};
	static const struct {
		const char *text;
		gd_date_order order;
	} bad[] = {{"3/4/2020", 0}, {"13/13/2020", 1}, {"29/02/2021", 1}, {"2020-1-2", 0}, {"2020-01-02T10", 0}, {"69-07-1969", 0}, {"1.5.2", 1}, {"1/2/3", 2}, {"25:00", 0}, {"12:60", 0}, {"13:00 PM", 0}, {"4 Foo 2020", 0}, {"", 0},
		{"2020-01-02x", 0}, {"3/4-2020", 1}, {"192.168.1.1", 1}, {"2020/07", 0}, {"12345", 0}, {"20200231", 0}, {"18991231", 0}, {"21010101", 0}, {"202001310", 0}, {"Jan 15", 0}, {"Jan", 0}, {"Foo-15", 0}, {"20200131T9900", 0}, {"mar", 0}, {"3.14", 1}, {"1. Foo 2020", 0}, {"13/2020", 0}, {"0/2020", 0}, {"1/2", 1}, {"120/80", 1}, {"11/1500", 0}, {"2020Q5", 0}, {"2020Q", 0}, {"2020M13", 0}, {"Q2", 0}, {"Q0 2020", 0}, {"2020-01-02 10:11 GMT+1x", 0},
		{"3 foo de 2020", 0}, {"3xx March 2020", 0}, {"2020-01-02 (late)", 0}, {"2020-01-02 10:11 (late", 0}, {"10.11", 0}, {"26\xe5\xb9\xb4" "1\xe6\x9c\x88", 0}, {"2026\xe5\xb9\xb4" "13\xe6\x9c\x88", 0}, {"2026\xe5\xb9\xb4" "2\xe6\x9c\x88" "30\xe6\x97\xa5", 0},
		{"2026\xe5\xb9\xb4", 0}, {"2020. 1.", 0}, {"2020.1.5", 0}, {"So 3.3.2020", 1}, {"Mor, 3.3.2020", 1}, {"3/4/2020 1:05 p.", 1}, {"3 set", 0},
		{"2024-W54", 0}, {"2023-W53", 0}, {"2024-W00", 0}, {"2024-W05-8", 0}, {"2024-W05-0", 0}, {"2024-W5", 0}, {"1024-W05", 0}, {"2023-366", 0}, {"2024-000", 0}, {"20210506071", 0}, {"2021050607153", 0}, {"20210506256000", 0}, {"2020-00-01", 0}, {"13 PM", 0}, {"14h", 0}, {"25h30", 0}, {"3 P", 0}, {"2020-13-00", 0},
		{"4 \xd0\xbc\xd0\xb0\xd1\x80\xd0\xba\xd0\xb8 2020", 0}, {"\xd0\xb4\xd0\xb5\xd0\xba\xd1\x80\xd0\xb5\xd1\x82 2020", 0}, {"4 wrzos 2020", 0}};
	gd_date date;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CU_ASSERT_TRUE(gd_date_read(good[i].text, good[i].order, &date));
		CU_ASSERT_EQUAL(date.undated, good[i].year == 0);
		CU_ASSERT_TRUE(date.year == good[i].year && date.month == good[i].month && date.day == good[i].day);
		CU_ASSERT_EQUAL(date.timed ? date.seconds : -1, good[i].seconds);
		check_short_cuts(good[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CU_ASSERT_FALSE(gd_date_read(bad[i].text, bad[i].order, &date));
		check_short_cuts(bad[i].text);
	}
	CU_ASSERT_TRUE(gd_date_has_order("Mon 3/4/2020") && !gd_date_has_order("2020-03-04") && !gd_date_has_order("3 March 2020"));
	CU_ASSERT_TRUE(gd_date_leads("2020-03-04 10:00") && !gd_date_leads("2020-3-4") && !gd_date_leads("2020-03"));
}

const unit_test unit_tests[] = {
	{"numbers as people write them", test_quantities},
	{"units of one measure are converted", test_units},
	{"two numbers with a slash between them", test_pairs},
	{"spellings of one thing", test_spellings},
	{"words are told from those like them", test_dictionary},
	{"dates and times of several countries", test_dates},
	{"digits of other scripts", test_digits},
	{NULL, NULL},
};
