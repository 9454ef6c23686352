#include "gd/schema/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/value/decimal.h"
#include "gd/value/spelling.h"

enum { LONGEST_TRUTH = 5 }; /* "false" */
/* Between which numbers may be dates: YYYYMMDD, and these with HHMM and HHMMSS behind them. */
static const double FIRST_DAY = 19000101, LAST_DAY = 21001231, MINUTES = 1e4, SECONDS = 1e6;

void gd_summary_init(gd_summary *summary)
{
	*summary = (gd_summary){.least = {INFINITY, INFINITY, 0}, .most = {-INFINITY, -INFINITY, 0}};
	for (int i = 0; i < 3; i++)
		summary->dates[i] = (gd_calendar){.first_year = 1, .last_year = 0};
}

void gd_summary_release(gd_summary *summary)
{
	free(summary->sample.slots);
	gd_summary_init(summary);
}

/* The finaliser of MurmurHash3 (A. Appleby, public domain), which makes every bit depend on all. */
static uint64_t mix(uint64_t hash)
{
	hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCDu;
	hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53u;
	return hash ^ hash >> 33;
}

/* What a text has, of that without which it is no number, date or pair. */
enum { DIGIT = 1, DASH = 2, COMMA = 4 };
static const unsigned char traits[256] = {['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT, ['4'] = DIGIT, ['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT, ['8'] = DIGIT, ['9'] = DIGIT, ['-'] = DASH, [','] = COMMA};

/* FNV-1a, mixed; never 0, which marks a free slot. */
static uint64_t hash_text(const char *text, size_t *length, unsigned *has)
{
	const char *at = text;
	uint64_t hash = 14695981039346656037u;
	for (*has = 0; *at; at++) {
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
		*has |= traits[(unsigned char)*at];
	}
	*length = (size_t)(at - text);
	hash = mix(hash);
	return hash ? hash : 1;
}

/* What is pending is added. */
static bool settle(gd_summary *summary)
{
	bool complete = true;
	for (int i = 0; i < summary->pending_count && complete; i++)
		complete = gd_level_sample_add(&summary->sample, (gd_level){summary->pending[i], 1});
	/* Equal summaries have equal bytes. */
	memset(summary->pending, 0, sizeof summary->pending);
	summary->pending_count = 0;
	return complete;
}

/* A table of slots is larger than the cache, together with those of other columns: each slot is asked for some values ahead. */
static bool add_hash(gd_summary *summary, uint64_t hash)
{
	const gd_level_sample *sample = &summary->sample;
	if (sample->limit && hash >= sample->limit)
		return true;
	if (sample->room)
		__builtin_prefetch(&sample->slots[hash & (sample->room - 1)], 1);
	summary->pending[summary->pending_count++] = hash;
	return summary->pending_count < GD_SUMMARY_PENDING || settle(summary);
}

/* `sign` is 1 for the least, -1 for the greatest value. */
static void add_extreme(gd_extreme *extreme, double value, double next, int64_t count, int sign)
{
	if (!count)
		return;
	if (sign * value < sign * extreme->value) {
		double behind = extreme->value;
		*extreme = (gd_extreme){value, sign * next < sign * behind ? next : behind, count};
	} else if (value == extreme->value) {
		extreme->count += count;
		extreme->next = sign * next < sign * extreme->next ? next : extreme->next;
	} else if (sign * value < sign * extreme->next) {
		extreme->next = value;
	}
}

int64_t gd_summary_numbers(const gd_summary *summary)
{
	return summary->numbers + summary->grouped + gd_unit_tally_sum(&summary->units);
}

static void add_number(gd_summary *summary, double value)
{
	if (!summary->numbers && gd_summary_numbers(summary) == 0)
		summary->first = value;
	else
		summary->rises += value > summary->last, summary->falls += value < summary->last;
	summary->last = value;
	summary->fractional = summary->fractional || value != floor(value);
	/* Between the values next to the extremes, as most are. */
	if (value >= summary->least.next && value <= summary->most.next)
		return;
	add_extreme(&summary->least, value, INFINITY, 1, 1);
	add_extreme(&summary->most, value, -INFINITY, 1, -1);
}

static void add_widths(gd_summary *summary, int64_t shortest, int64_t longest)
{
	summary->shortest = !summary->shortest || shortest < summary->shortest ? shortest : summary->shortest;
	summary->longest = longest > summary->longest ? longest : summary->longest;
}

/* How a number is written that is not empty. */
static void add_width(gd_summary *summary, const char *text)
{
	const int64_t length = (int64_t)strlen(text);
	summary->padded += text[0] == '0' && text[1] >= '0' && text[1] <= '9';
	summary->thirds += length > 4 && text[length - 4] == '.';
	add_widths(summary, length, length);
}

static void add_date(gd_calendar *calendar, const gd_date *date)
{
	calendar->count++;
	calendar->timed += date->timed;
	if (date->timed)
		calendar->hours |= UINT32_C(1) << date->seconds / 3600;
	if (date->undated) {
		calendar->undated++;
		return;
	}
	bool first = calendar->first_year > calendar->last_year;
	if (first || date->year < calendar->first_year)
		calendar->first_year = date->year;
	if (first || date->year > calendar->last_year)
		calendar->last_year = date->year;
	calendar->months |= (uint16_t)(1 << date->month);
	const uint8_t known = 0x7F;
	if (!date->day || (calendar->weekdays & known) != known)
		calendar->weekdays |= (uint8_t)(1 << gd_date_weekday(*date));
}

static void add_dates(gd_summary *summary, const char *text)
{
	gd_date date[3];
	bool read[3];
	const bool differs = gd_date_has_order(text);
	for (int order = 0; order < 3; order++) {
		if (order && !differs) {
			read[order] = read[0];
			date[order] = date[0];
		} else {
			read[order] = gd_date_read(text, (gd_date_order)order, &date[order]);
		}
		if (read[order])
			add_date(&summary->dates[order], &date[order]);
	}
	summary->ordinals += read[GD_DATE_YEAR_FIRST] && date[GD_DATE_YEAR_FIRST].ordinal;
	if (read[GD_DATE_DAY_FIRST] && read[GD_DATE_MONTH_FIRST])
		summary->ambiguous += date[GD_DATE_DAY_FIRST].day != date[GD_DATE_MONTH_FIRST].day;
}

/* The number's digits are those of a day, perhaps. */
static void add_packed(gd_summary *summary, const char *text, double value)
{
	gd_date date;
	const double unit = value < FIRST_DAY * MINUTES ? 1 : value < FIRST_DAY * SECONDS ? MINUTES : SECONDS;
	if (value >= (LAST_DAY + 1) * unit || !gd_date_read(text, GD_DATE_YEAR_FIRST, &date) || !date.day)
		return;
	summary->packed++;
	for (int order = 0; order < 3; order++)
		add_date(&summary->dates[order], &date);
}

/* A number that has a decimal comma, which no text is that is a number without. */
static void add_comma(gd_summary *summary, const char *text)
{
	enum { LONGEST = 64 };
	char turned[LONGEST];
	gd_quantity quantity;
	if (strlen(text) >= LONGEST)
		return;
	gd_decimal_turn(strcpy(turned, text));
	if (!gd_quantity_read(turned, &quantity))
		return;
	if (*quantity.unit)
		gd_unit_tally_add(&summary->comma_units, quantity.unit, 1);
	else
		summary->commas++;
}

/* Whether the point in a number is none between thousands, as 1.234 may have it. */
static bool has_decimal_point(const char *text)
{
	const char *point = strchr(text, '.'), *first = text + strcspn(text, "0123456789.");
	return point && (*first == '0' || point - first > 3 || point == first || strspn(point + 1, "0123456789") != 3);
}

/* One comma, three digits and no point: thousands, unless it stands for a point. */
static bool is_bare(const char *text)
{
	const char *comma = strchr(text, ',');
	return comma && strlen(comma) == 4 && !strchr(text, '.');
}

static void add_pair(gd_summary *summary, const char *text)
{
	gd_pair pair;
	if (!gd_pair_read(text, &pair))
		return;
	summary->pairs[pair.kind]++;
	summary->proper[pair.kind] += pair.first <= pair.second;
}

static void keep_example(char example[GD_SUMMARY_EXAMPLE], const char *text)
{
	size_t length = strlen(text);
	if (length >= GD_SUMMARY_EXAMPLE)
		for (length = GD_SUMMARY_EXAMPLE - 1; length && ((unsigned char)text[length] & 0xC0) == 0x80;)
			length--;
	memset(example, 0, GD_SUMMARY_EXAMPLE);
	memcpy(example, text, length);
}

static void add_example(gd_summary *summary, const char *text)
{
	/* Between the two, as most are. */
	const unsigned char c = (unsigned char)*text;
	if (*summary->example && c > (unsigned char)*summary->example && c < (unsigned char)*summary->last_example)
		return;
	if (*text && (!*summary->example || strncmp(text, summary->example, GD_SUMMARY_EXAMPLE - 1) < 0))
		keep_example(summary->example, text);
	if (strncmp(text, summary->last_example, GD_SUMMARY_EXAMPLE - 1) > 0)
		keep_example(summary->last_example, text);
}

static void add_plain_number(gd_summary *summary, const char *text, double value)
{
	add_number(summary, value);
	summary->points = summary->points || has_decimal_point(text);
	add_width(summary, text);
	summary->numbers++;
	if (value >= FIRST_DAY)
		add_packed(summary, text, value);
}

/* What is no plain number, and has these traits. */
static void add_text(gd_summary *summary, const char *text, unsigned has, bool first)
{
	gd_quantity quantity;
	/* What begins as a day is no quantity and no pair; ½ is a number without a digit. */
	const unsigned number = gd_date_leads(text) ? 0 : *text == '\xc2' ? has | DASH : has;
	if ((number & (DIGIT | DASH)) && gd_quantity_read(text, &quantity)) {
		add_number(summary, quantity.value);
		if (*quantity.unit)
			gd_unit_tally_add(&summary->units, quantity.unit, 1);
		else
			summary->grouped++, summary->bare += is_bare(text);
	} else {
		add_example(summary, text);
		summary->text_first = summary->text_first || first;
		summary->gaps += gd_spelling_gap(text);
		if ((number & COMMA) && (number & (DIGIT | DASH)))
			add_comma(summary, text);
	}
	if (number & DIGIT)
		add_pair(summary, text);
	if (has & DIGIT)
		add_dates(summary, text);
}

gd_status gd_summary_add(gd_summary *summary, const char *text, bool missing, int64_t number)
{
	char room[GD_SPELLING_ROOM];
	double value;
	bool word = false;
	summary->records++;
	if (missing) {
		summary->missing++;
		return gd_ok();
	}
	const char *normal = gd_spelling_normal(text, room);
	size_t length;
	unsigned has;
	uint64_t hash = hash_text(normal, &length, &has);
	summary->checksum += mix(hash ^ mix((uint64_t)number));
	summary->length += (int64_t)(normal == text ? length : strlen(text));
	/* A column of numbers asks this of every one; what begins with no letter is a digit by itself. */
	int truth = length > LONGEST_TRUTH || (length > 1 && (unsigned char)*normal < 'A') ? -1 : gd_spelling_truth(normal, &word);
	if (truth >= 0)
		summary->truths[truth]++, summary->truth_words += word;
	if (!gd_parse_double(text, &value))
		add_text(summary, text, has, number == 1);
	else if (isfinite(value))
		add_plain_number(summary, text, value);
	else
		add_example(summary, text), summary->gaps++;
	return add_hash(summary, hash) ? gd_ok() : gd_out_of_memory("a column's distinct values");
}

static void merge_calendar(gd_calendar *calendar, const gd_calendar *later)
{
	calendar->count += later->count;
	calendar->timed += later->timed;
	calendar->undated += later->undated;
	calendar->hours |= later->hours;
	calendar->months |= later->months;
	calendar->weekdays |= later->weekdays;
	if (later->first_year > later->last_year)
		return;
	bool first = calendar->first_year > calendar->last_year;
	calendar->first_year = first || later->first_year < calendar->first_year ? later->first_year : calendar->first_year;
	calendar->last_year = first || later->last_year > calendar->last_year ? later->last_year : calendar->last_year;
}

gd_status gd_summary_merge(gd_summary *summary, const gd_summary *later)
{
	bool mine = gd_summary_numbers(summary) > 0, theirs = gd_summary_numbers(later) > 0;
	summary->rises += later->rises + (mine && theirs && later->first > summary->last);
	summary->falls += later->falls + (mine && theirs && later->first < summary->last);
	if (!mine)
		summary->first = later->first;
	if (theirs)
		summary->last = later->last;
	summary->records += later->records;
	summary->missing += later->missing;
	if (later->numbers)
		add_widths(summary, later->shortest, later->longest);
	summary->numbers += later->numbers;
	summary->padded += later->padded;
	summary->grouped += later->grouped;
	summary->bare += later->bare;
	summary->thirds += later->thirds;
	gd_unit_tally_merge(&summary->units, &later->units);
	summary->fractional = summary->fractional || later->fractional;
	add_extreme(&summary->least, later->least.value, later->least.next, later->least.count, 1);
	add_extreme(&summary->most, later->most.value, later->most.next, later->most.count, -1);
	for (int i = 0; i < 2; i++)
		summary->truths[i] += later->truths[i];
	summary->truth_words += later->truth_words;
	for (int i = 0; i < 3; i++)
		merge_calendar(&summary->dates[i], &later->dates[i]);
	summary->ambiguous += later->ambiguous;
	summary->text_first = summary->text_first || later->text_first;
	summary->gaps += later->gaps;
	summary->commas += later->commas;
	gd_unit_tally_merge(&summary->comma_units, &later->comma_units);
	summary->points = summary->points || later->points;
	for (int kind = 0; kind < GD_PAIR_KINDS; kind++) {
		summary->pairs[kind] += later->pairs[kind];
		summary->proper[kind] += later->proper[kind];
	}
	summary->packed += later->packed;
	summary->ordinals += later->ordinals;
	summary->length += later->length;
	add_example(summary, later->example);
	add_example(summary, later->last_example);
	summary->checksum += later->checksum;
	bool complete = settle(summary);
	for (int i = 0; i < later->pending_count && complete; i++)
		complete = add_hash(summary, later->pending[i]);
	complete = complete && settle(summary);
	complete = complete && gd_level_sample_merge(&summary->sample, &later->sample);
	return complete ? gd_ok() : gd_out_of_memory("a column's distinct values");
}

gd_status gd_summary_finish(gd_summary *summary)
{
	return settle(summary) && gd_level_sample_trim(&summary->sample) ? gd_ok() : gd_out_of_memory("a column's distinct values");
}
