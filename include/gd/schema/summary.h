/*
 * What all values of a column are like: enough to decide what it is, in bounded memory, and the same from any dealing out of the records: a summary of each stretch, merged. Local.
 */
#ifndef GD_SUMMARY_H
#define GD_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gd/base/status.h"
#include "gd/schema/level_sample.h"
#include "gd/schema/unit_tally.h"
#include "gd/value/date.h"
#include "gd/value/pair.h"

enum {
	GD_SUMMARY_EXAMPLE = 32,
	GD_SUMMARY_PENDING = 8,
};

/* An extreme: how often it comes, and the value next to it. */
typedef struct gd_extreme {
	double value, next; /* infinite when there is none */
	int64_t count;
} gd_extreme;

/* The parts of dates that occur. */
typedef struct gd_calendar {
	int64_t count, timed, undated;
	int first_year, last_year; /* first > last: none */
	uint32_t hours;            /* a bit each */
	uint16_t months;           /* bit 0: unknown */
	uint8_t weekdays;          /* bit 7: unknown */
} gd_calendar;

typedef struct gd_summary {
	int64_t records, missing;
	int64_t numbers;         /* finite ones, plainly written */
	int64_t padded;          /* of them, written with a zero in front of another digit */
	int64_t shortest, longest; /* bytes of them; 0: there are none */
	int64_t grouped;         /* numbers with thousands apart, and no unit */
	int64_t bare;            /* of them, written as 1,234 */
	int64_t thirds;          /* of the plain ones, written with three digits behind the point */
	gd_unit_tally units;     /* numbers that have one */
	bool fractional;         /* some number, with or without a unit, is not whole */
	gd_extreme least, most;  /* of them */
	double first, last;      /* the first and the last number of the stretch */
	int64_t rises, falls;    /* from a number to the next one in the file */
	int64_t truths[2];       /* texts that say false, true (gd/value/spelling.h) */
	int64_t truth_words;     /* of them, words */
	gd_calendar dates[3];    /* read in each order (gd_date_order) */
	int64_t ambiguous;       /* dates that differ with the order of day and month */
	bool text_first;         /* the first record has a text that is no number */
	int64_t gaps;            /* texts that say that something is missing (gd_spelling_gap), and numbers that are not finite */
	int64_t commas;          /* texts that would be numbers with a decimal comma, without a unit */
	gd_unit_tally comma_units; /* and with one */
	bool points;             /* some number has a point that stands between no thousands */
	int64_t pairs[GD_PAIR_KINDS], proper[GD_PAIR_KINDS]; /* two numbers; of these, the first is no greater */
	int64_t packed;          /* whole numbers that are dates YYYYMMDD[HHMM[SS]], which `dates` have too */
	int64_t ordinals;        /* dates that are written as year and day of the year */
	int64_t length;          /* bytes of all values */
	char example[GD_SUMMARY_EXAMPLE], last_example[GD_SUMMARY_EXAMPLE]; /* the first and the last by its bytes of the texts that are no numbers, with or without a unit; cut */
	gd_level_sample sample;
	uint64_t pending[GD_SUMMARY_PENDING]; /* [pending_count]: hashes on their way into the sample, whose slots are being fetched */
	int pending_count;
	uint64_t checksum;       /* of all values and their places: columns that are copies of each other have the same */
} gd_summary;

void gd_summary_init(gd_summary *summary);
/* A record's field in this column; `number` is the record's. Fails when memory runs out. */
GD_CHECKED gd_status gd_summary_add(gd_summary *summary, const char *text, bool missing, int64_t number);
/* `later` is of the records that follow those of `summary`, to which it is added. */
GD_CHECKED gd_status gd_summary_merge(gd_summary *summary, const gd_summary *later);
/*
 * As bytes, appended to `out`; and back, from `*at` in front of `end`, behind which `*at` is then. What is read replaces a summary, which is released. Fails when memory runs out, or bytes are too few.
 */
void gd_summary_pack(const gd_summary *summary, FILE *out);
GD_CHECKED gd_status gd_summary_unpack(gd_summary *summary, const char **at, const char *end);
/* When all is added, before the questions below: makes the sample what it is from any dealing out. */
GD_CHECKED gd_status gd_summary_finish(gd_summary *summary);
/* Then, where memory is short, or others are told: keeps what the questions below need alone, often a hundredth. Nothing is added or merged any more. */
void gd_summary_condense(gd_summary *summary);
void gd_summary_release(gd_summary *summary);

/* Numbers, in whatever unit. */
int64_t gd_summary_numbers(const gd_summary *summary);
/* Pairs of numbers, of whatever kind. */
int64_t gd_summary_pairs(const gd_summary *summary);
/* Values that are not missing. */
int64_t gd_summary_values(const gd_summary *summary);
/* Distinct values: exact up to GD_SAMPLE_LEVELS, estimated beyond (good to two parts in a hundred). */
int64_t gd_summary_distinct(const gd_summary *summary);
/* Whether each value is another one, as far as the sample sees it. */
bool gd_summary_all_differ(const gd_summary *summary);
/* Distinct values that come `least` times or more: exact or estimated likewise. */
int64_t gd_summary_frequent(const gd_summary *summary, int64_t least);

#endif
