/* Records of a table to probabilities of an ensemble's classes, a block at a time, with all that is odd about them counted. Local. */
#ifndef GD_CLASSIFIER_H
#define GD_CLASSIFIER_H

#include "gd/features/recipe.h"
#include "gd/score/model.h"

/* What is counted of records besides the oddities of their values (gd_recipe). */
typedef enum gd_tally {
	GD_TALLY_RECORDS,
	GD_TALLY_RAGGED,     /* of another number of fields than the header; `latest` is the first one's line */
	GD_TALLY_INCOMPLETE, /* without a prediction, since a value is missing that is not imputed; the example is the column */
	GD_TALLY_UNLABELLED, /* where labels are read */
	GD_TALLY_UNKNOWN,    /* with a label that is no class of the model */
	GD_TALLY_UNWEIGHTED, /* where weights are read: with none, or with something else */
	GD_TALLIES,
} gd_tally;

typedef struct gd_classifier {
	const gd_ensemble *ensemble;
	const gd_preprocessing *preprocessing;
	gd_recipe recipe; /* to be bound by the caller */
	const char *name; /* of the table, for messages */
	bool strict;      /* what is odd is GD_BAD_DATA */
	gd_oddity tallies[GD_TALLIES];
	int rows;             /* in the block, GD_EVALUATION_ROWS at most */
	double *raw;          /* [features] */
	float *standard, *x;  /* [GD_EVALUATION_ROWS, features], [features, rows] */
	float *probabilities; /* [classes, rows] */
	bool *complete;       /* [rows]: has a prediction */
	float *workspace;
} gd_classifier;

GD_CHECKED gd_status gd_classifier_init(gd_classifier *classifier, const gd_ensemble *ensemble, const char *name, bool strict);
/* Takes a record into the block. GD_BAD_DATA, with the table's name and the line, for what the recipe or --strict refuses. */
GD_CHECKED gd_status gd_classifier_add(gd_classifier *classifier, const gd_record *record);
/* The block's probabilities; the next record begins another one. */
void gd_classifier_run(gd_classifier *classifier);
void gd_classifier_tally(gd_classifier *classifier, gd_tally tally, const gd_record *record, const char *example);
void gd_classifier_release(gd_classifier *classifier);

/* Collective. Rank 0 warns of what all ranks found odd: a line a kind and column, of many columns one line. `*records`: their number, on rank 0. */
GD_CHECKED gd_status gd_classifier_warn(gd_classifier *classifier, gd_communicator *communicator, int64_t *records);

#endif
