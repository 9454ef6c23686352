/* A table's beginning, split in one dialect, and how well that fits it. Local. */
#ifndef GD_DIALECT_TRIAL_H
#define GD_DIALECT_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/reader/dialect.h"
#include "gd/reader/splitter.h"

/* The beginning in one dialect. */
typedef struct gd_trial {
	gd_splitter splitter;
	gd_record *records; /* [count]; the first may be the header */
	char **fields;      /* of all records, one after the other */
	size_t fields_count, fields_room, room;
	int count;
	bool damaged; /* a quote stands where none may, or is never closed */
} gd_trial;

/* Splits bytes [size], of which `whole` tells whether they are all of the table, at once, so that all fields stay where they are. Released whatever it returns. GD_FAILED: out of memory. */
GD_CHECKED gd_status gd_trial_make(const gd_dialect *dialect, const char *bytes, size_t size, bool whole, gd_trial *t);
void gd_trial_release(gd_trial *t);
/* How well the records agree with the header, from below 0 to a little above 1. */
double gd_trial_rate(const gd_trial *t, const gd_dialect *dialect);
/* Digits of other scripts become 0 to 9; whether there are any. */
bool gd_trial_turn_digits(gd_trial *t, char decimal);
/* The decimal mark, by numbers that can be read in one way only; where there are none, by what is usual. */
char gd_trial_decimal(const gd_trial *t, const gd_dialect *dialect);

/* Whether the first record is like the others: a number in each column of numbers, or a text that its column has again in each. */
bool gd_trial_looks_like_data(const gd_trial *t, char decimal);
/* Whether all records have one field more than the header, the first of them texts that all differ: row names, as R's write.table writes them. */
bool gd_trial_has_row_names(const gd_trial *t);
/* How many delimiters the header has at its end that the records lack. */
int gd_trial_long_header(const gd_trial *t);
/*
 * The least fields of a record where many lack empty ones at their ends, as some spreadsheets write them; 0 where none does, or they lack something else. Then no record ends in an empty field, all begin like the others (no text where those have numbers),
 * and they are not pieces of records that a newline parted. What follows the last record of full length is not looked at.
 */
int gd_trial_least_fields(const gd_trial *t, char decimal);
/* How many records behind the header, three at most, are names of units, questions and the like: texts where the records behind them have numbers, none of which comes back beside others. */
int gd_trial_rows_behind_header(const gd_trial *t, char decimal);
/* Whether the first record is names that all differ, and has none of the numbers that some column has behind it. */
bool gd_trial_has_clear_header(const gd_trial *t, char decimal);
/* Whether fields of the header are empty or alike, while those of the record behind it are names: then it is of groups of columns. */
bool gd_trial_names_follow(const gd_trial *t);

#endif
