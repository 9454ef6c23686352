/*
 * What a table's columns mean: target, groups, treatments, missing values. Local.
 *
 *   [table]
 *   target = species                    ; the column to predict
 *   classes = setosa, versicolor        ; order of the classes; left out: those of the data, sorted
 *   group = plant, garden               ; columns whose equal values belong together, for split and leak audit
 *   weight = importance                 ; a column of numbers that are not negative: how much a record counts in the loss and the scores; no feature
 *   missing = impute                    ; a value that is missing: imputed, or the record is dropped, or it is an error (below)
 *   missing_values = NA, ?              ; texts that mean "no value", besides an empty field, in the place of the usual ones (below)
 *   more_missing_values = -999          ; further ones, besides the usual ones or those above
 *   unreadable = error                  ; a text where a number or date is expected: error, or it counts as missing
 *   unseen = zero                       ; a category or year that the recipe does not know: zero (with a warning) or error
 *   rare = 1                            ; learned categories of fewer training records share a feature; auto: gd_schema_rare
 *   date_order = auto                   ; dmy, mdy: how 3/4/2020 is meant in columns that do not say so themselves; auto: as inferred, else the year comes first
 *   join_classes = no                   ; yes: labels that differ in case or blanks alone are one class, and so are yes and true
 *   [names]                             ; keys below that stand for names of columns, which may be longer than a line
 *   @2 = Petal\x20length\x20in\x20cm
 *   [columns]
 *   petal_length = numeric              ; a treatment (gd/schema/treatment.h), or several separated by commas
 *   price = quantity $                  ; a number with thousands apart and a unit in front or behind
 *   colour = categorical                ; one-hot; categories those of the training part, or listed: categorical red blue
 *   picked = year, month, hour, dmy     ; parts of a date; dmy, mdy: how 3/4/2020 is meant; else the year comes first
 *   weight = numeric, fill 3.5, missing ; what is missing becomes 3.5; a feature of its own says where. What is not said here is learned
 *   model = categorical a b, other      ; a feature for all other categories
 *   remark = drop
 *   * = infer                           ; columns that are not named are inferred (gd/schema/inference.h); `rare` is then auto, `unreadable` missing
 *   [encoding]                          ; how a column's numbers enter a model (gd/network/encoding.h): auto (training chooses), standard, quantile [BINS], piecewise-linear [BINS]
 *   petal_length = piecewise-linear 64  ; columns that are not named here: as `encoding = ...` in [table] says, auto without it
 *
 * `impute` makes a missing number the mean of the training part's (the median where the encoding is quantile), in each of the column's features, with a flag where the training part lacks any; a
 * missing text is a category of its own. Records without a label are left out. `drop` and `error` look at every column that is named. The usual words are NA, N/A, #N/A, NaN, nan, null, NULL, ?,
 * None and -; of a target, None and - are not. A word means its number in other spellings too (-999: -999.0).
 *
 * Features come in the order of the columns here. Columns that are not named are not looked at. A line that begins with a blank goes on with the
 * value above it (lines have up to 197 bytes). `\xHH` stands for a byte, and `\` before any other character takes it as it is, so that names may
 * hold = (\x3d), : (\x3a), commas and blanks.
 */
#ifndef GD_SCHEMA_H
#define GD_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/network/encoding.h"
#include "gd/schema/treatment.h"
#include "gd/value/dictionary.h"

typedef enum gd_missing { GD_MISSING_IMPUTE, GD_MISSING_DROP, GD_MISSING_ERROR } gd_missing;
extern const char *const gd_missing_names[]; /* "impute", "drop", "error", NULL */
typedef enum gd_unseen { GD_UNSEEN_ZERO, GD_UNSEEN_ERROR } gd_unseen;

/* How a column's numeric features enter a model. */
typedef struct gd_column_encoding {
	int column;
	gd_encoding_kind kind;
	int bins; /* 0: as many as the kind has by itself */
	bool settled; /* otherwise training chooses; the kind is standard until then */
} gd_column_encoding;

enum { GD_LEAST_BINS = 2, GD_MOST_BINS = 4096 };

/* A zeroed one names nothing; gd_schema_init sets the defaults. */
typedef struct gd_schema {
	gd_arena arena;
	int target;               /* index of a column, -1: none */
	gd_dictionary classes;    /* in order; those listed, or learned */
	bool learns_classes;
	int *groups;              /* [group_count], indices of columns */
	int group_count;
	bool weighs;              /* records have weights, in column `weight` */
	int weight;
	bool joins_classes;
	gd_missing missing;
	gd_dictionary missing_values;
	bool usual;               /* missing_values are the usual words, and perhaps more */
	gd_dictionary more;       /* of them, those that were added */
	bool spares_unreadable;   /* they count as missing */
	gd_unseen unseen;
	int64_t rare;             /* 0: auto */
	gd_date_order date_order; /* of columns that do not say it; GD_DATE_YEAR_FIRST: auto */
	bool infers;              /* columns that are not named are left to inference */
	gd_dictionary names;      /* of columns */
	char **columns;           /* [column_count]: every column named, as target and group too; those of `names` */
	int column_count;
	gd_term *terms;           /* [term_count], in the order of the features */
	int term_count;
	gd_column_encoding encoding;   /* of columns without one of their own */
	gd_column_encoding *encodings; /* [encoding_count] */
	int encoding_count;
} gd_schema;

GD_CHECKED gd_status gd_schema_init(gd_schema *schema);
/* From the INI `text`, checked by itself (no data is needed). An error has `code` (GD_USAGE for a user's file, GD_BAD_DATA for a recipe in a model) and names
 * `name` and the line. On failure there is nothing to release. */
GD_CHECKED gd_status gd_schema_read(const char *text, const char *name, gd_code code, gd_schema *schema);
/* As INI text that gd_schema_read takes, with what was learned so far; `*text` is released with free(). */
GD_CHECKED gd_status gd_schema_format(const gd_schema *schema, char **text);
void gd_schema_release(gd_schema *schema);

/* Index of a column that is named already, or -1. */
int gd_schema_find_column(const gd_schema *schema, const char *name);
/* Index of a column, which becomes a named one. */
GD_CHECKED gd_status gd_schema_add_column(gd_schema *schema, const char *name, int *column);
/* Appends a treatment to a column; words [count]: the word and what follows it. GD_USAGE when they make no sense. */
GD_CHECKED gd_status gd_schema_add_term(gd_schema *schema, int column, char *const *words, int count);
/* Gives a column the treatments of `words`, as an entry of [columns] has them. */
GD_CHECKED gd_status gd_schema_treat(gd_schema *schema, int column, const char *words);
/* Takes the treatments and the encoding of a column away. */
void gd_schema_forget(gd_schema *schema, int column);
/* Adds the items of a list with commas, as the file has them. */
GD_CHECKED gd_status gd_schema_list(const char *list, gd_dictionary *items);
/* Words that mean "no value", besides those it has. */
GD_CHECKED gd_status gd_schema_add_missing(gd_schema *schema, const char *list);
/* Makes `name` the target (its treatments go, and the classes are learned, if it was not the target before) or the first group, or the column of weights (its treatments go). */
GD_CHECKED gd_status gd_schema_set_target(gd_schema *schema, const char *name);
GD_CHECKED gd_status gd_schema_set_group(gd_schema *schema, const char *name);
GD_CHECKED gd_status gd_schema_set_weight(gd_schema *schema, const char *name);
/* An encoding from its words [count], kind and perhaps bins, for a column; or, with -1, for all columns that have none of their own. GD_USAGE when they make no sense. */
GD_CHECKED gd_status gd_schema_add_encoding(gd_schema *schema, int column, char *const *words, int count);
/* The same encoding for every column, in the place of all others; `settled`: not left to training. */
void gd_schema_set_encoding(gd_schema *schema, gd_encoding_kind kind, int bins, bool settled);
gd_column_encoding gd_schema_find_encoding(const gd_schema *schema, int column);
/* Whether `text` means that there is no value; one that begins as no word does is asked in a line. */
bool gd_schema_looks_missing(const gd_schema *schema, const char *text);
static inline bool gd_schema_is_missing(const gd_schema *schema, const char *text)
{
	const gd_dictionary *words = &schema->missing_values;
	return (!*text || (*text & 0x80) || words->numeric || words->lengths[*text & 63]) && gd_schema_looks_missing(schema, text);
}
/* Whether a label's text means that there is none: a class that is listed is one. */
bool gd_schema_is_unlabelled(const gd_schema *schema, const char *text);
/* Whether everything is learned: what a recipe in a file must be. */
bool gd_schema_is_fitted(const gd_schema *schema);
/*
 * Decimal commas that single columns have are those of a table of points: how the next table is written, its decimal mark (an index in gd_decimal_words), becomes that where nobody says;
 * in a table of commas they go, since all its fields are turned to the point.
 */
void gd_schema_settle_commas(gd_schema *schema, int *decimal);
/* How many training records make a category no rare one: `rare`, or, automatically, one in 1000 of `rows`, yet at least 5 (below 500 rows: 2). */
int64_t gd_schema_rare(const gd_schema *schema, int64_t rows);

#endif
