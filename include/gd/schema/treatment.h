/*
 * The words of a schema: how a column becomes features. A word is one row of a table (treatment.c), so that a new one needs no
 * other change. Local.
 */
#ifndef GD_TREATMENT_H
#define GD_TREATMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/status.h"
#include "gd/value/date.h"
#include "gd/value/dictionary.h"

/* What a treatment makes its value of: the field, read as the treatment's `reads` says. */
typedef struct gd_input {
	double number;
	double other; /* the other column's number, for a treatment that pairs */
	gd_date date;
} gd_input;

/* A quantity is a number as people write it (gd/value/quantity.h); a pair two numbers (gd/value/pair.h), the input's `number` and `other`; a truth a text that says true or false (gd/value/spelling.h). */
typedef enum gd_reads { GD_READS_NUMBER, GD_READS_QUANTITY, GD_READS_PAIR, GD_READS_TRUTH, GD_READS_DATE, GD_READS_TEXT } gd_reads;

typedef enum gd_form {
	GD_FORM_SCALAR,  /* the value is the feature, a number that encodings and periodic embeddings are for */
	GD_FORM_FLAG,    /* the value is the feature, 0 or 1 */
	GD_FORM_ONE_HOT, /* the value numbers the feature that is 1; -1: none is */
	GD_FORM_CIRCLE,  /* the value is an angle in turns: sine and cosine */
} gd_form;

struct gd_term;

typedef struct gd_treatment {
	const char *word;
	const char *usage;   /* for messages: "decade FIRST LAST" */
	gd_reads reads;
	gd_form form;
	int least, most;     /* how many numbers follow the word, or texts */
	/* NULL when the term's arguments make sense, else what was expected of them. May be NULL. */
	const char *(*check)(const struct gd_term *term);
	/* The value; NaN where there is none: of a number, that is an error; of a date, it lacks that part. NULL for GD_READS_TEXT, whose value is a category's number. */
	double (*value)(const struct gd_term *term, const gd_input *input);
	int (*size)(const struct gd_term *term); /* features of a one-hot; else NULL */
	/* The name of feature `index`, from the column's name, into `name`. */
	void (*name)(const struct gd_term *term, const char *column, int index, char *name, size_t room);
	bool pairs;          /* another column's name follows the word, which is read as a number */
	bool lists;          /* what follows are texts, kept as the term's categories */
} gd_treatment;

/* One treatment of one column: `tempo = numeric, log` makes two terms. */
typedef struct gd_term {
	const gd_treatment *treatment;
	int column;                /* of the schema */
	int other;                 /* likewise, the one that it is paired with; -1: none */
	const char *other_name;    /* in the schema's arena */
	double *arguments;         /* [argument_count], in the schema's arena */
	int argument_count;
	gd_dictionary categories;  /* of texts; or the unit of quantities, none or one */
	bool comma;                /* quantities have a decimal comma */
	bool learns;               /* its categories come from the training part */
	bool other_level;          /* a feature more, for all other categories */
	bool flags_missing;        /* a last feature that is 1 where the value is missing */
	double fill;               /* what a missing value becomes; NaN: not known yet, or not for such a form */
	gd_date_order order;
} gd_term;

/* The treatment of that word, or NULL; `nearest` (may be NULL) then gets the word most like it, or NULL. */
const gd_treatment *gd_treatment_find(const char *word, const char **nearest);

/* The value of a term that reads no text; NaN where the input lacks it. */
double gd_term_value(const gd_term *term, const gd_input *input);
/* Whether a number can stand for its missing values: else all its features are 0 there. */
bool gd_term_takes_fill(const gd_term *term);
/* Number of features. */
int gd_term_size(const gd_term *term);
/* How many of its first features are levels, of which one at most is 1 and the others are 0; 0: the term is no one-hot. */
int gd_term_levels(const gd_term *term);
/* The name of feature `index`. */
void gd_term_name(const gd_term *term, const char *column, int index, char *name, size_t room);
/* features [gd_term_size], overwritten; a value of NaN is missing. */
void gd_term_expand(const gd_term *term, double value, double *features);

#endif
