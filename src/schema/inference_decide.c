/* What a column is, from what all its values are like. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gd/base/excerpt.h"
#include "gd/schema/calendar.h"
#include "gd/schema/inference.h"
#include "gd/value/unit.h"

const char *const gd_role_names[] = {"target", "group", "split", "weight", "numeric", "flag", "categorical", "date", "drop", "schema"};

/* Rules of thumb. Fewer values say nothing about identifiers; fewer numbers beside texts are levels; more distinct texts are no levels. */
enum { FEWEST_NUMBERED = 20, FEW_NUMBERS = 20, MOST_TEXTS = 1 << 20 };
/* As YYYYMMDD; more have a time behind it. */
enum { LAST_DAY = 21001231 };
/* More are no levels but numbers, for their places in the order at least. */
enum { MOST_NAMES = 1000 };
/* So many days at least are no numbers by chance. */
enum { FEWEST_DAYS = 10 };
/* Numbers of several lengths are codes when one of so many begins with a zero. */
enum { MANY_PADDED = 100 };
/* Shares of the values: that make a column what they are; that differ in a column of names. */
static const double NEARLY_ALL = 0.9, NAMES = 0.95;

static bool is_whole(const gd_summary *summary)
{
	return !summary->fractional && summary->least.count > 0;
}

/* Milliseconds or microseconds since 1970, in the years 2001 to 2049. */
static bool are_ticks(const gd_summary *summary)
{
	static const double FIRST = 1e9, LAST = 2.5e9;
	const double unit = summary->least.value < 1e6 * FIRST ? 1e3 : 1e6;
	return summary->least.value >= FIRST * unit && summary->most.value < LAST * unit;
}

/* How whole numbers that are all different give themselves away, or NULL. */
static const char *identifier_mark(const gd_summary *summary, int64_t readable)
{
	int64_t values = gd_summary_values(summary);
	if (values < FEWEST_NUMBERED || readable < values || !is_whole(summary) || !gd_summary_all_differ(summary))
		return NULL;
	if (summary->rises == values - 1 || summary->falls == values - 1)
		return "in the file's order";
	if (fmax(fabs(summary->least.value), fabs(summary->most.value)) > 0x1p31)
		return are_ticks(summary) ? NULL : "beyond 2^31";
	return summary->most.value - summary->least.value < 1.5 * (double)values ? "without gaps" : NULL;
}

/* A value that comes often and lies far from all others: `range` is theirs. */
static bool is_sentinel(const gd_extreme *extreme, double range, int64_t values)
{
	double size = fabs(extreme->value), gap = fabs(extreme->value - extreme->next);
	bool nines = size == 9 || size == 99 || size == 999 || size == 9999 || size == 99999 || size == 999999;
	return range > 0 && extreme->count >= 2 && extreme->count < values && isfinite(extreme->next) && 1000 * extreme->count >= values && gap > (nines ? 1.0 : 5.0) * range && (nines || gap > 10);
}

static void look_for_sentinel(gd_inference_column *column)
{
	const gd_summary *summary = &column->summary;
	char room[GD_EXCERPT_ROOM];
	int64_t values = gd_summary_values(summary);
	const gd_extreme *extremes[] = {&summary->least, &summary->most};
	double range[] = {summary->most.value - summary->least.next, summary->most.next - summary->least.value};
	for (int i = 0; i < 2 && !*column->warning; i++)
		if (is_sentinel(extremes[i], range[i], values))
			snprintf(column->warning, sizeof column->warning, "column '%s' holds %.12g in %.3g%% of the records, far from all else; if that means no value: --missing-values %.12g",
				gd_excerpt(column->name, room), extremes[i]->value, 100.0 * (double)extremes[i]->count / (double)summary->records, extremes[i]->value);
}

/* An escaped word of a schema: units hold no blanks, but perhaps signs. */
static void put_word(char *words, size_t room, const char *word)
{
	size_t length = strlen(words);
	for (; *word && length + 5 < room; word++)
		length += (size_t)snprintf(words + length, room - length, (unsigned char)*word > ' ' && !strchr("\\,;:=[]#\"'", *word) ? "%c" : "\\x%02x", (unsigned char)*word);
}

static bool reads_date(const char *text)
{
	gd_date date;
	return gd_date_read(text, GD_DATE_DAY_FIRST, &date) || gd_date_read(text, GD_DATE_MONTH_FIRST, &date);
}

static void warn_of_unreadable(gd_inference_column *column, int64_t count, const char *one, const char *many)
{
	char room[GD_EXCERPT_ROOM], example[GD_EXCERPT_ROOM];
	char which[GD_EXCERPT_ROOM + 16] = "";
	/* Numbers in other units are no examples, nor are dates. */
	const char *text = column->summary.example;
	if (column->role == GD_ROLE_DATE && reads_date(text))
		text = reads_date(column->summary.last_example) ? "" : column->summary.last_example;
	if (*text)
		snprintf(which, sizeof which, " ('%s'%s)", gd_excerpt(text, example), gd_plural(count, "", " for one"));
	snprintf(column->warning, sizeof column->warning, "column '%s': %lld of %lld values %s %s%s and %s as missing; --categorical makes levels of them", gd_excerpt(column->name, room), (long long)count,
		(long long)gd_summary_values(&column->summary), gd_plural(count, "is", "are"), gd_plural(count, one, many), which, gd_plural(count, "counts", "count"));
}

static bool is_limit(const char *unit)
{
	return *unit == '<' || *unit == '>';
}

/* Limits and fractions: few different ones are levels. */
static bool is_relative(const char *unit)
{
	return is_limit(unit) || *unit == '/';
}

static void describe_numbers(gd_inference_column *column, double share, long long distinct)
{
	const gd_reading *reading = &column->reading;
	const char *unit = reading->unit;
	const bool grouped = column->summary.grouped > 0;
	char *why = column->why;
	const size_t room = sizeof column->why;
	*why = '\0';
	if (*unit == ':' && !reading->converted)
		gd_list_add(why, room, "%.3g%% durations, in what their last part counts", share);
	else if (is_limit(unit))
		gd_list_add(why, room, "%.3g%% numbers, of limits ('%s') the limit itself", share, unit);
	else if (*unit == '/')
		gd_list_add(why, room, "%.3g%% numbers, of fractions their value", share);
	else if (*unit && strcmp(unit, gd_unit_one) != 0)
		gd_list_add(why, room, "%.3g%% numbers in '%s'%s", share, unit, grouped ? ", thousands apart" : "");
	else
		gd_list_add(why, room, "%.3g%% numbers%s", share, grouped && !reading->comma ? ", not plainly written" : "");
	if (reading->converted && !is_limit(unit))
		gd_list_add(why, room, "%s converted", reading->others);
	if (reading->plain && *unit && strcmp(unit, gd_unit_one) != 0 && !is_relative(unit))
		gd_list_add(why, room, "%lld without a unit taken for it", (long long)reading->plain);
	if (reading->comma)
		gd_list_add(why, room, "decimal comma");
	gd_list_add(why, room, "%lld distinct", distinct);
}

/* 2,868 among 2.868 and 11.302: thousands are written so, and decimals of another country. */
static void warn_of_marks(gd_inference_column *column)
{
	char room[GD_EXCERPT_ROOM];
	snprintf(column->warning, sizeof column->warning, "column '%s': %lld of %lld numbers have the mark of thousands where others have three decimals, and are read as thousands; if they are decimals, write them with the others' mark",
		gd_excerpt(column->name, room), (long long)column->summary.bare, (long long)gd_summary_numbers(&column->summary));
}

/* 12% and 0.12. */
static void warn_of_shares(gd_inference_column *column)
{
	char room[GD_EXCERPT_ROOM];
	snprintf(column->warning, sizeof column->warning, "column '%s': %lld of %lld numbers have no %%, and are taken for per cent all the same", gd_excerpt(column->name, room), (long long)column->reading.plain,
		(long long)gd_summary_numbers(&column->summary));
}

static void make_numeric(gd_inference_column *column)
{
	const gd_summary *summary = &column->summary;
	const gd_reading *reading = &column->reading;
	int64_t values = gd_summary_values(summary), readable = reading->readable;
	column->role = GD_ROLE_NUMERIC;
	strcpy(column->words, *reading->unit || summary->grouped || reading->comma ? "quantity" : "numeric");
	if (*reading->unit)
		put_word(strcat(column->words, " "), sizeof column->words, reading->unit);
	if (reading->comma)
		strcat(column->words, ", comma");
	describe_numbers(column, values ? 100.0 * (double)readable / (double)values : 0, gd_summary_distinct(summary));
	if (readable < values)
		warn_of_unreadable(column, values - readable, *summary->example ? "no number" : "a number in another unit", *summary->example ? "no numbers" : "numbers in other units");
	else if (summary->bare && summary->bare == summary->grouped && summary->thirds > summary->bare)
		warn_of_marks(column);
	else if (!strcmp(reading->unit, "%") && 10 * reading->plain >= values)
		warn_of_shares(column);
	else if (!reading->converted)
		look_for_sentinel(column);
}

/* Two numbers a value, such as 120/80. */
static void make_pair(gd_inference_column *column)
{
	const gd_summary *summary = &column->summary;
	const int64_t values = gd_summary_values(summary), pairs = gd_summary_pairs(summary);
	column->role = GD_ROLE_NUMERIC;
	strcpy(column->words, "first, second");
	snprintf(column->why, sizeof column->why, "%.3g%% pairs of numbers, a feature each, %lld distinct", 100.0 * (double)pairs / (double)values, (long long)gd_summary_distinct(summary));
	if (pairs < values)
		warn_of_unreadable(column, values - pairs, "no pair of numbers", "no pairs of numbers");
}

/* Features for the parts that vary. */
static void make_date(gd_inference_column *column, const gd_schema *schema)
{
	static const char *const names[] = {"year first", "day first", "month first"}, *const words[] = {"", ", dmy", ", mdy"};
	const gd_summary *summary = &column->summary;
	char room[GD_EXCERPT_ROOM];
	gd_date_order order = GD_DATE_YEAR_FIRST;
	if (summary->dates[GD_DATE_MONTH_FIRST].count > summary->dates[order].count)
		order = GD_DATE_MONTH_FIRST;
	if (summary->dates[GD_DATE_DAY_FIRST].count > summary->dates[order].count)
		order = GD_DATE_DAY_FIRST;
	bool either = order != GD_DATE_YEAR_FIRST && summary->ambiguous && summary->dates[GD_DATE_DAY_FIRST].count == summary->dates[GD_DATE_MONTH_FIRST].count;
	if (either)
		order = schema->date_order ? schema->date_order : column->others ? column->others
										 : GD_DATE_MONTH_FIRST;
	const gd_calendar dates = gd_calendar_of(summary, order), *calendar = &dates;
	int64_t values = gd_summary_values(summary);
	const char *parts[GD_CALENDAR_PARTS];
	const int count = gd_calendar_parts(calendar, parts);
	column->role = count ? GD_ROLE_DATE : GD_ROLE_DROP;
	for (int i = 0; i < count; i++)
		snprintf(column->words + strlen(column->words), sizeof column->words - strlen(column->words), "%s%s", i ? ", " : "", parts[i]);
	snprintf(column->why, sizeof column->why, count ? "%s: %s" : "%s of which no year, month, weekday or hour varies",
		calendar->undated == calendar->count ? "times" : names[order], column->words);
	if (!count && column->asked && calendar->count < values)
		warn_of_unreadable(column, values - calendar->count, "no date", "no dates");
	if (!count)
		return;
	strcat(column->words, words[order]);
	if (2 * summary->ordinals > calendar->count)
		strcat(column->why, "; days of a year (--categorical)");
	gd_excerpt(column->name, room);
	if (either && !schema->date_order)
		snprintf(column->warning, sizeof column->warning, "dates in column '%s' can be read with the month or the day first; the %s is taken to be%s; --write-schema gives a file whose date_order can say otherwise", room,
			order == GD_DATE_DAY_FIRST ? "day" : "month", column->others ? ", as in others" : "");
	else if (calendar->count < values)
		warn_of_unreadable(column, values - calendar->count, "no date", "no dates");
}

static void make_categorical(gd_inference_column *column)
{
	column->role = GD_ROLE_CATEGORICAL;
	strcpy(column->words, "categorical");
	snprintf(column->why, sizeof column->why, "%lld %s", (long long)gd_summary_distinct(&column->summary), gd_plural(gd_summary_distinct(&column->summary), "level", "levels"));
}

static void make_flag(gd_inference_column *column)
{
	column->role = GD_ROLE_FLAG;
	strcpy(column->words, "flag");
	snprintf(column->why, sizeof column->why, "true in %.3g%% of the values", 100.0 * (double)column->summary.truths[1] / (double)gd_summary_values(&column->summary));
}

enum { FEWEST_GROUPS = 20 };

/* Many values, each exactly as often as the others and less often than there are others. */
static bool come_equally(const gd_summary *summary)
{
	const int64_t values = gd_summary_values(summary), distinct = gd_summary_distinct(summary), each = distinct ? values / distinct : 0;
	return distinct >= FEWEST_GROUPS && each >= 2 && each < distinct && each * distinct == values && !gd_summary_frequent(summary, each + 1);
}

/* Texts that come equally, or a few times each and all about as often: people, or machines, of whom there are several records. */
static bool may_be_groups(const gd_summary *summary)
{
	enum { MOST_RECORDS = 10 };
	const int64_t values = gd_summary_values(summary), distinct = gd_summary_distinct(summary);
	return come_equally(summary) || (distinct >= FEWEST_GROUPS && values >= 2 * distinct && values <= MOST_RECORDS * distinct && !gd_summary_frequent(summary, 2 * values / distinct + 1));
}

/* Whole numbers that come equally, and are not the steps of a scale. */
static bool are_groups(const gd_summary *summary)
{
	const double step = summary->least.next - summary->least.value;
	return is_whole(summary) && come_equally(summary) && summary->most.value - summary->least.value != step * (double)(gd_summary_distinct(summary) - 1);
}

static void hint_at_groups(gd_inference_column *column)
{
	strncat(column->why, "; groups of records? --group", sizeof column->why - strlen(column->why) - 1);
}

/* Texts: levels, unless they hardly come back. */
static void decide_text(gd_inference_column *column, const gd_schema *schema)
{
	const gd_summary *summary = &column->summary;
	int64_t values = gd_summary_values(summary), distinct = gd_summary_distinct(summary), rare = gd_schema_rare(schema, summary->records);
	long long different = distinct;
	column->role = GD_ROLE_DROP;
	if (distinct > 1 && (gd_summary_all_differ(summary) || (values >= FEWEST_NUMBERED && (double)distinct >= NAMES * (double)values))) {
		snprintf(column->why, sizeof column->why, "identifier: %lld texts, %sall different", different, gd_summary_all_differ(summary) ? "" : "nearly ");
	} else if (distinct > MOST_TEXTS || (distinct > 1 && !gd_summary_frequent(summary, rare))) {
		snprintf(column->why, sizeof column->why, "names or free text: %lld different", different);
	} else {
		int64_t frequent = gd_summary_frequent(summary, rare);
		make_categorical(column);
		if (frequent < distinct)
			snprintf(column->why, sizeof column->why, "%lld levels; rare ones together, all but %s%lld", different, gd_plural(frequent, "", "some "), (long long)frequent);
		if (may_be_groups(summary))
			hint_at_groups(column);
	}
}

/* Whole numbers with zeros in front, as postal codes: nobody writes a measure like that, but for a slip here and there. */
static bool is_code(const gd_summary *summary)
{
	return summary->padded && is_whole(summary) && (summary->shortest == summary->longest || MANY_PADDED * summary->padded >= summary->numbers);
}

/* id, user_id, PatientID; zip, area code, zipCode; not grid, nor VALID. */
static bool is_called_id(const char *name)
{
	static const char *const words[] = {"id", "code", "zip", "zipcode", "postcode", "plz"};
	const size_t length = strlen(name);
	bool called = false;
	for (size_t i = 0; i < sizeof words / sizeof *words && !called; i++) {
		const size_t bytes = strlen(words[i]);
		if (length < bytes || strcasecmp(name + length - bytes, words[i]) != 0)
			continue;
		const char first = name[length - bytes], before = length > bytes ? name[length - bytes - 1] : ' ';
		called = strchr(" _.-", before) || (first >= 'A' && first <= 'Z' && before >= 'a' && before <= 'z');
	}
	return called;
}

/* Whole numbers that are names by what they are called, and most of which come back often enough to be levels: no person is more than another. */
static bool is_name(const gd_inference_column *column, const gd_schema *schema)
{
	const gd_summary *summary = &column->summary;
	const int64_t distinct = gd_summary_distinct(summary);
	return is_called_id(column->name) && is_whole(summary) && column->reading.readable == gd_summary_values(summary) && distinct <= MOST_NAMES && 2 * gd_summary_frequent(summary, gd_schema_rare(schema, summary->records)) > distinct;
}

/* One text beside numbers that are many, all of one measure: a word for what is missing. */
static bool has_one_word(const gd_summary *summary, int64_t readable)
{
	return 2 * readable >= gd_summary_values(summary) && readable == gd_summary_numbers(summary) && *summary->example &&
		!strcmp(summary->example, summary->last_example) && strlen(summary->example) < GD_SUMMARY_EXAMPLE - 1 && !strpbrk(summary->example, "0123456789");
}

/* Words for what is missing, whichever, beside numbers that are not fewer. */
static bool has_gaps(const gd_summary *summary, int64_t readable)
{
	return summary->gaps && readable >= summary->gaps && (double)(readable + summary->gaps) >= NEARLY_ALL * (double)gd_summary_values(summary);
}

/* Whole numbers that are days, nearly all of them, as no numbers are by chance. */
static bool are_packed(const gd_summary *summary)
{
	return (double)summary->packed >= NEARLY_ALL * (double)gd_summary_values(summary) && gd_summary_distinct(summary) >= FEWEST_DAYS;
}

/* Nearly all are two numbers: of ratios, which may be fractions, the first is the greater one more often; ranges are that, and come back, as numbers of telephones do not. */
static bool are_pairs(const gd_summary *summary)
{
	const int64_t *pairs = summary->pairs, *proper = summary->proper;
	const bool ratios = !pairs[GD_PAIR_RATIO] || 2 * proper[GD_PAIR_RATIO] < pairs[GD_PAIR_RATIO];
	const bool ranges = !pairs[GD_PAIR_RANGE] || ((double)proper[GD_PAIR_RANGE] >= NEARLY_ALL * (double)pairs[GD_PAIR_RANGE] && 2 * gd_summary_distinct(summary) <= gd_summary_values(summary));
	return ratios && ranges && (double)gd_summary_pairs(summary) >= NEARLY_ALL * (double)gd_summary_values(summary);
}

/* Numbers in units that are not of one measure. */
static void warn_of_units(gd_inference_column *column)
{
	const gd_unit_tally *tally = &column->summary.units;
	const int64_t values = gd_summary_values(&column->summary), numbers = gd_summary_numbers(&column->summary);
	char room[GD_EXCERPT_ROOM];
	if ((double)numbers < NEARLY_ALL * (double)values || !*tally->unit[0] || is_relative(column->reading.unit))
		return;
	snprintf(column->warning, sizeof column->warning, "column '%s' holds numbers in units that are not of one measure (such as '%s'), and is taken for texts; --numeric reads the %lld that are in '%s' or in none", gd_excerpt(column->name, room),
		strcmp(tally->unit[0], column->reading.unit) != 0 || !*tally->unit[1] ? tally->unit[0] : tally->unit[1], (long long)column->reading.readable, column->reading.unit);
}

static void decide_freely(gd_inference_column *column, const gd_schema *schema)
{
	const gd_summary *summary = &column->summary;
	int64_t values = gd_summary_values(summary), readable = column->reading.readable, distinct = gd_summary_distinct(summary);
	const int64_t dates = gd_calendar_count(summary), commas = gd_reading_commas(summary);
	const char *unit = column->reading.unit;
	char room[GD_EXCERPT_ROOM];
	/* Times of day are durations, too; and a few limits are levels. */
	const bool sixties = *unit == ':', few = distinct <= FEW_NUMBERS;
	const char *mark = sixties ? NULL : identifier_mark(summary, readable);
	if (summary->truths[0] + summary->truths[1] == values && summary->truth_words) {
		make_flag(column);
	} else if (are_packed(summary)) {
		make_date(column, schema);
		strncat(column->why, summary->most.value > LAST_DAY ? "; YYYYMMDDHHMM[SS] (--numeric)" : "; YYYYMMDD (--numeric)", sizeof column->why - strlen(column->why) - 1);
	} else if (mark) {
		column->role = GD_ROLE_DROP;
		snprintf(column->why, sizeof column->why, "identifier: %lld whole numbers, all different, %s; --numeric keeps it", (long long)distinct, mark);
	} else if (is_code(summary)) {
		decide_text(column, schema);
		strncat(column->why, "; codes, with zeros in front (--numeric)", sizeof column->why - strlen(column->why) - 1);
	} else if (is_name(column, schema)) {
		decide_text(column, schema);
		strncat(column->why, "; names by what it is called (--numeric)", sizeof column->why - strlen(column->why) - 1);
	} else if (sixties && (double)dates >= NEARLY_ALL * (double)values && gd_calendar_are_times(summary)) {
		make_date(column, schema);
		strncat(column->why, "; durations? --numeric", sizeof column->why - strlen(column->why) - 1);
	} else if (*unit == '/' && (double)dates >= NEARLY_ALL * (double)values) {
		make_date(column, schema);
	} else if (!few && dates < NEARLY_ALL * (double)values && are_pairs(summary)) {
		make_pair(column);
	} else if ((readable == values && !(few && is_relative(unit))) || (!few && ((double)readable >= NEARLY_ALL * (double)values || has_one_word(summary, readable))) || has_gaps(summary, readable)) {
		make_numeric(column);
		if (are_ticks(summary))
			strncat(column->why, "; times since 1970?", sizeof column->why - strlen(column->why) - 1);
		else if (is_whole(summary) && values >= FEWEST_NUMBERED && gd_summary_all_differ(summary))
			strncat(column->why, "; an identifier? --drop", sizeof column->why - strlen(column->why) - 1);
		else if (are_groups(summary))
			hint_at_groups(column);
	} else if ((double)dates >= NEARLY_ALL * (double)values || has_gaps(summary, dates)) {
		make_date(column, schema);
	} else {
		decide_text(column, schema);
		if (column->role != GD_ROLE_CATEGORICAL || !few)
			warn_of_units(column);
		if (10 * commas >= values && (double)(commas + readable) >= NEARLY_ALL * (double)values)
			snprintf(column->warning, sizeof column->warning, "column '%s': %lld of %lld values are numbers with a decimal comma, which others of it have not; --decimal , reads both", gd_excerpt(column->name, room),
				(long long)commas, (long long)values);
	}
}

void gd_inference_decide(gd_inference_column *column, const gd_schema *schema)
{
	const gd_summary *summary = &column->summary;
	char missing[48];
	gd_reading_find(summary, &column->reading);
	if (!column->asked && (!*column->name || !gd_summary_values(summary))) {
		column->role = GD_ROLE_DROP;
		snprintf(column->why, sizeof column->why, *column->name ? "has no values" : "has no name; one in the header keeps it");
		return;
	}
	if (!column->asked && column->namesake && gd_inference_same(column, column->namesake)) {
		char room[GD_EXCERPT_ROOM];
		column->role = GD_ROLE_DROP;
		snprintf(column->why, sizeof column->why, "holds the same as '%s' in every record", gd_shorten(column->namesake->name, 40, room));
		return;
	}
	if (!column->asked)
		decide_freely(column, schema);
	else if (column->role == GD_ROLE_NUMERIC)
		make_numeric(column);
	else if (column->role == GD_ROLE_CATEGORICAL)
		make_categorical(column);
	else if (column->role == GD_ROLE_DATE)
		make_date(column, schema);
	else
		snprintf(column->why, sizeof column->why, "as asked; %lld distinct", (long long)gd_summary_distinct(summary));
	if (!summary->missing || (column->role == GD_ROLE_DROP && summary->missing < gd_summary_values(summary)))
		return;
	snprintf(missing, sizeof missing, ", %lld missing", (long long)summary->missing);
	strncat(column->why, missing, sizeof column->why - strlen(column->why) - 1);
}
