/* How good predictions are: confusion matrix and what follows from it and from the probabilities. Local. */
#ifndef GD_SCORES_H
#define GD_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/kernel/exact_sum.h"

#define GD_CALIBRATION_BINS 15

/* Rows as they were scored, for what depends on the order of all of them: not summed over ranks, but kept where they are. */
typedef struct gd_score_rows {
	int64_t count, room;
	float *probabilities; /* [count, classes] */
	int32_t *labels;      /* [count] */
	float *weights;       /* [count], above 0; NULL: all 1 */
	bool lost;            /* there was no memory for some */
} gd_score_rows;

/* The sums of rows' weights, in the place of their numbers. */
typedef struct gd_score_weights {
	gd_wide_sum *confusion; /* [classes, classes] */
	gd_wide_sum bin_rows[GD_CALIBRATION_BINS], bin_correct[GD_CALIBRATION_BINS];
	gd_wide_sum squares;    /* of the weights' squares */
} gd_score_weights;

/* A row's loss, distance or confidence as it is added up: rounded to 2^-36, so that those of a tile (at most 88 each) add up without error. */
static inline double gd_score_round(double value)
{
	const double magic = GD_EXACT_MAGIC * 0x1p-36;
	return (value + magic) - magic;
}

/*
 * Sums over rows, additive over blocks and ranks in any order and grouping: each row's loss and confidence is rounded to 2^-36 and
 * then summed without error.
 */
typedef struct gd_score_sums {
	int classes;
	int64_t *confusion;     /* [classes, classes]: true, predicted; numbers of rows, as in the next two */
	int64_t bin_rows[GD_CALIBRATION_BINS];
	int64_t bin_correct[GD_CALIBRATION_BINS];
	gd_wide_sum bin_confidence[GD_CALIBRATION_BINS];
	gd_wide_sum log_loss;
	gd_wide_sum brier;
	gd_score_rows *rows;    /* NULL: not kept */
	gd_score_weights *weights; /* NULL: all rows weigh 1 */
} gd_score_sums;

GD_CHECKED gd_status gd_score_sums_init(gd_score_sums *sums, int classes);
/* From now on the rows are kept besides, O(rows · classes). */
GD_CHECKED gd_status gd_score_sums_keep_rows(gd_score_sums *sums);
/* From now on rows have weights, on every rank: losses, confidences and all that scores are made of are weighted sums, and rows that weigh nothing are not seen at all. Nothing to do if they have. */
GD_CHECKED gd_status gd_score_sums_weigh(gd_score_sums *sums);
void gd_score_sums_release(gd_score_sums *sums);

/*
 * Adds a block: probabilities [classes, rows], labels [rows] in [0, classes). The prediction is the first of the largest; a row's loss is
 * -log p of its label, p at least FLT_MIN; its bin of calibration is the k with k/15 < largest <= (k+1)/15 (no float is on an inner edge). A NaN ends up in the log-loss or the calibration error.
 */
void gd_score_sums_add(gd_score_sums *sums, int rows, const float *probabilities, const int32_t *labels);

/* Likewise with the rows' weights [rows], finite and not negative, after gd_score_sums_weigh; NULL: as above. Weights of 1 give the same sums. */
void gd_score_sums_add_weighted(gd_score_sums *sums, int rows, const float *probabilities, const int32_t *labels, const float *weights);

/* What scores are made of: numbers of rows, or sums of their weights. */
double gd_score_sums_cell(const gd_score_sums *sums, int truth, int predicted);
double gd_score_sums_bin(const gd_score_sums *sums, int bin, bool correct);

/* As a flat vector of doubles that may be summed over ranks, and back. */
size_t gd_score_sums_length(const gd_score_sums *sums);
void gd_score_sums_pack(const gd_score_sums *sums, double *flat);
void gd_score_sums_unpack(gd_score_sums *sums, const double *flat);

typedef struct gd_class_score {
	double precision, recall, f1; /* 0 where undefined */
	double support; /* rows of the class, or the sum of their weights */
} gd_class_score;

typedef struct gd_scores {
	int64_t rows;  /* that weigh anything */
	double weight; /* of all of them: their number, where they have no weights */
	double accuracy;
	double accuracy_low, accuracy_high; /* Wilson, 95 %; of weighted rows with (sum of weights)^2 / sum of their squares for the number of rows */
	double balanced_accuracy;           /* mean recall of the classes that occur */
	double f1_macro;                    /* mean over the classes that occur or are predicted */
	double log_loss;                    /* mean of the rows' -log p, natural; as every mean here, by the rows' weights */
	double expected_calibration_error;  /* 15 equal bins of the largest probability */
	double brier;                       /* mean of the rows' squared distance from their class, halved where there are two classes */
} gd_scores;

/*
 * per_class [classes] may be NULL. Without rows the interval is [0, 1] and the other scores are NaN.
 * Source: E. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); C. Guo et al., "On
 * calibration of modern neural networks", ICML 2017, eq. 3; L. Kish, "Survey sampling" (1965), 11.7, for the number of rows that weights leave; G. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
 */
void gd_scores_of(const gd_score_sums *sums, gd_scores *scores, gd_class_score *per_class);

#endif
