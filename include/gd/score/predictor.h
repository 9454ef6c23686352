/* Classifying the records of a table with models that carry their preprocessing. */
#ifndef GD_PREDICTOR_H
#define GD_PREDICTOR_H

#include "gd/parallel/communicator.h"
#include "gd/reader/table.h"
#include "gd/score/model.h"

typedef struct gd_predict_options {
	gd_dialect_options dialect;
	const char *output; /* NULL: stdout */
	const char *keep;   /* columns that go along, with commas between; NULL: none */
	bool strict;        /* GD_BAD_DATA at the first record that has what is else warned of */
} gd_predict_options;

/*
 * Collective. Rank 0 reads `input` ("-": stdin) and writes, all ranks compute; in the records' order, in constant memory, the same bytes on any number of ranks: `row,predicted`, then
 * `probability_<class>` for each class, then the kept columns. A record that lacks a value which is not imputed gets empty cells. Warnings count what is odd.
 */
GD_CHECKED gd_status gd_predict(gd_communicator *communicator, const gd_ensemble *ensemble, const char *input, const gd_predict_options *options);

#endif
