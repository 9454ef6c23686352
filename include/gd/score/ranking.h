/*
 * How well probabilities put the rows of a class before the others: exact, and the same on any number of ranks. Ranks deal out their rows by ranges of the
 * probability, equal ones together, so that each counts what stands above and below its own; counts are integers (weights of rows are rounded to whole multiples of a power of two
 * that leaves 50 bits to their sum), and the terms of the average precision, which are functions of such counts, are summed without error.
 */
#ifndef GD_RANKING_H
#define GD_RANKING_H

#include "gd/network/scores.h"
#include "gd/parallel/communicator.h"

typedef struct gd_ranking {
	double roc_auc;           /* the share of pairs, one of the class and one not, in the right order, by the product of their weights; ties count half */
	double average_precision; /* sum over thresholds of the step in recall times the precision */
} gd_ranking;

/*
 * Collective. Of the rows that `sums` kept on all ranks (gd_score_sums_keep_rows). Of two classes: that of the second one; of more: the mean over the classes,
 * each against the rest, of those that have rows on both sides. NaN where there is none, or a probability is NaN.
 * Source: J. Hanley, B. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve", Radiology 143 (1982).
 */
GD_CHECKED gd_status gd_ranking_of(gd_communicator *communicator, const gd_score_sums *sums, gd_ranking *ranking);

#endif
