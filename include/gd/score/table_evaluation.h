/* Scoring models on a labelled table, as it stands. */
#ifndef GD_TABLE_EVALUATION_H
#define GD_TABLE_EVALUATION_H

#include "gd/network/scores.h"
#include "gd/reader/table.h"
#include "gd/score/importance.h"
#include "gd/score/model.h"

/*
 * Collective. Scores the mean of the ensemble's probabilities on all records of paths [count], read and shared as gd_predict does; the sums are the same on every rank, whatever their number.
 * Records without a label, with one that is no class, or without a prediction are left out, with a warning; GD_BAD_DATA when none is left, or for columns that are lacking.
 * `importance` (NULL: not wanted) gets the columns' worth on these rows, which are then kept, O(rows/ranks) a rank.
 */
GD_CHECKED gd_status gd_evaluate_table(gd_communicator *communicator, const gd_ensemble *ensemble, const char *const *paths, int count, const gd_dialect_options *dialect, gd_score_sums *sums,
	gd_importance *importance);

#endif
