/* Classifying the records of a raw CSV with models that carry their preprocessing. */
#ifndef GD_PREDICTOR_H
#define GD_PREDICTOR_H

#include "gd/parallel/communicator.h"
#include "gd/score/model.h"
#include "gd/table/table.h"

/*
 * Collective. Reads `input`, as `options` say, on every rank, computes in turns of whole blocks, and writes from rank 0 to `output` (NULL: stdout), in the records' order and constant memory:
 * `row,predicted`, then `probability_<class>` for each class. A record that lacks a value gets empty cells; a warning counts them.
 */
GD_CHECKED gd_status gd_predict(gd_communicator *communicator, const gd_ensemble *ensemble, const char *input, const gd_table_options *options, const char *output);

#endif
