/*
 * A table's records, as a recipe measures them: 4 bytes for each treatment of each record (8 where numbers have more digits than gd/features/short_codes.h packs), 16 for each group, and 40 more; in
 * piles, which are read one record after the other and may lie in a file (gd/base/spill.h). Local.
 */
#ifndef GD_ROWS_H
#define GD_ROWS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "gd/base/spill.h"
#include "gd/base/status.h"
#include "gd/features/content_batch.h"
#include "gd/features/recipe.h"
#include "gd/features/short_codes.h"
#include "gd/features/split.h"
#include "gd/features/together.h"
#include "gd/reader/table.h"

/* One record. Behind its groups are its codes (gd_row_codes). */
typedef struct gd_row {
	gd_content content;
	uint64_t hash;       /* of its key (gd_split_key), once it is known */
	int64_t source_row;  /* the record's number in the table */
	int32_t label : 24;  /* below GD_MOST_CATEGORIES */
	uint32_t part : 7;   /* from the split column; else training, until it is split */
	uint32_t test : 1;   /* of a test table: its part is settled */
	float weight;        /* 1 where the schema has no column of weights */
	gd_content groups[]; /* of each group's text; zeros: a group of its own, until it is named */
} gd_row;

typedef struct gd_rows {
	gd_recipe *recipe;        /* the caller's */
	const char *split_column; /* whose texts train, validation, test name a part; NULL: none */
	int split_field;
	gd_spill *spill;          /* the caller's */
	gd_pile *piles;           /* [pile_count] of gd_row: as read, by ranges of their contents' hash */
	int pile_count;
	bool placed;              /* a pile a part, in its stored order */
	bool wide;                /* their codes are doubles; else words */
	gd_short_codes form;      /* of these */
	double *codes;            /* [terms]: scratch of gd_row_codes */
	char *waiting;            /* [waiting_count] of gd_row, wide, read and not yet piled: their contents are computed together */
	int waiting_count;
	gd_content_batch *batch;
	int64_t count;            /* of those held here */
	int64_t *frequency;       /* [frequency_room]: of each label; of all holders, once their dictionaries are one */
	int32_t frequency_room;
	int32_t *known;           /* [terms + 1]: categories of learning terms, and classes, that were counted */
	size_t learned;           /* bytes that these take */
	int64_t read, dropped;    /* those without a label among the dropped */
	int64_t unlabelled;
	int64_t strangers;        /* dropped too: of a class that the inputs lack */
	bool tests;               /* what is read now are test tables */
	int64_t inputs;           /* rows that were read before */
	bool spares_labels;       /* of test tables: a class that is not known is no error */
	const gd_together *together; /* who holds the other rows, once their dictionaries are one; NULL: nobody */
	/* What is still to be done to the rows that were read (gd_rows_fit_classes). */
	int64_t first_record;     /* to be added to their numbers */
	int64_t unnamed;          /* groups that are one record */
	int32_t *label_place;     /* [labels]: their new numbers; NULL: as they are */
	int32_t labels;
	int32_t **code_place;     /* [terms]: those of categories; NULL: as they are */
} gd_rows;

enum {
	GD_ROWS_MOST_PILES = 256,     /* in which records are piled as they are read */
	GD_MOST_CATEGORIES = 1 << 20, /* of a column, or classes; GD_BAD_DATA beyond */
};

/*
 * Reads the table with a recipe that may still learn. A record that misses a value is kept, or dropped and counted, or GD_BAD_DATA, as the schema says; one without a label is never kept.
 * Of imputed ones none is kept without a weight, where the schema has weights. GD_BAD_DATA, too, for a column of more categories than GD_MOST_CATEGORIES; GD_FAILED where all of them take more than spill->learned.
 */
GD_CHECKED gd_status gd_rows_read(gd_rows *rows, gd_recipe *recipe, gd_spill *spill, const char *split_column, gd_table_source *source, void *context, char sha256[65]);
/*
 * Reads another table behind those rows, its columns in the same places, for the test part: what the recipe has learned stays as it is. A category that it does not know becomes unseen when
 * categories are fitted; a record of another class is left out and counted, if rows->spares_labels, else GD_BAD_DATA. After gd_rows_fit_classes. On failure the rows are the caller's to release.
 */
GD_CHECKED gd_status gd_rows_read_tests(gd_rows *rows, gd_table_source *source, void *context, char sha256[65]);
/* Adds to the numbers of their records what is in front of them, and names groups of their own. */
GD_CHECKED gd_status gd_rows_settle_tests(gd_rows *rows, int64_t first_record);
void gd_rows_release(gd_rows *rows);
/* Whether what is learned of texts is within these bounds. */
GD_CHECKED gd_status gd_rows_check_learned(gd_rows *rows);

/* [terms]: where a row has its codes, doubles or words. */
static inline void *gd_row_tail(const gd_rows *rows, const gd_row *row)
{
	return (void *)(row->groups + rows->recipe->schema.group_count);
}

/* [terms], NaN: missing; valid until those of another row are asked for. */
static inline const double *gd_row_codes(const gd_rows *rows, const gd_row *row)
{
	if (rows->wide)
		return gd_row_tail(rows, row);
	gd_short_codes_expand((size_t)rows->recipe->schema.term_count, gd_row_tail(rows, row), rows->codes);
	return rows->codes;
}

/* One of them. */
static inline double gd_row_code(const gd_rows *rows, const gd_row *row, int term)
{
	return rows->wide ? ((const double *)gd_row_tail(rows, row))[term] : gd_short_code(((const int32_t *)gd_row_tail(rows, row))[term]);
}

/* Makes it the number of another category. */
static inline void gd_row_set_category(const gd_rows *rows, gd_row *row, int term, int32_t category)
{
	if (rows->wide)
		((double *)gd_row_tail(rows, row))[term] = category;
	else
		((int32_t *)gd_row_tail(rows, row))[term] = gd_short_whole(category);
}

/* Over all rows; once they are placed, in their stored order. */
static inline gd_walk gd_rows_walk(const gd_rows *rows)
{
	return gd_walk_over(rows->piles, rows->pile_count);
}

/* Over those of the training part, by gd_rows_next_training. */
static inline gd_walk gd_rows_training(const gd_rows *rows)
{
	return gd_walk_over(rows->piles, rows->placed ? 1 : rows->pile_count);
}

static inline gd_row *gd_rows_next_training(gd_walk *walk)
{
	gd_row *row;
	do
		row = gd_walk_next(walk);
	while (row && row->part != GD_SPLIT_TRAIN);
	return row;
}

/* piles [count], overwritten: empty ones for rows. */
void gd_rows_pile(const gd_rows *rows, gd_pile *piles, int count);
/* A copy of a row behind the others of such a pile; false on failure (spill->status). */
bool gd_rows_add(gd_pile *pile, const gd_row *row);
/* All holders together: rows that some hold wide are wide from now on. */
GD_CHECKED gd_status gd_rows_agree(gd_rows *rows);
/* Piles rows anew, by ranges of the hash that each has. */
GD_CHECKED gd_status gd_rows_deal(gd_rows *rows, uint64_t (*hash)(void *context, const gd_row *row), void *context);

/* What follows is done by all holders of rows together. */

/*
 * Joins learned classes that are alike, if the schema says so, puts them in order (numbers by value, texts by their bytes) and renumbers the labels; whatever else is still to be done to the rows
 * that were read is done too: numbers, codes, names of groups that are one record. */
GD_CHECKED gd_status gd_rows_fit_classes(gd_rows *rows);
/*
 * Fixes the categories that terms have learned to those of the training part, in order, and renumbers the codes; rare ones get a feature together (gd_schema_rare). A category of other parts
 * alone becomes unseen (counted in the recipe), or GD_BAD_DATA if the schema says so.
 */
GD_CHECKED gd_status gd_rows_fit_categories(gd_rows *rows);
/* Learns what missing values become, and which columns get a flag, from the training part; if the schema imputes. A number whose gaps get the median stays without one (gd_rows_lack_fill). */
GD_CHECKED gd_status gd_rows_fit_missing(gd_rows *rows);

static inline bool gd_rows_lack_fill(const gd_rows *rows, int term)
{
	const gd_schema *schema = &rows->recipe->schema;
	return schema->missing == GD_MISSING_IMPUTE && gd_term_takes_fill(&schema->terms[term]) && isnan(schema->terms[term].fill);
}

/* The training part's values of terms [count], one pile a term, without the missing ones: columns [count], overwritten, to be released. */
GD_CHECKED gd_status gd_rows_list_training(const gd_rows *rows, int count, const int *terms, gd_pile *columns);

#endif
