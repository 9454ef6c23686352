/*
 * Models as one ONNX graph, from a table's columns to label and probabilities, for use where this program is not. Local.
 *
 * Inputs [rows, 1]: a double for a column that is read as a number, year, month and day (and the time's seconds, where hours matter) as int64 for one that is read as a date,
 * a string for one that is read as text, a category in its normal form (gd/value/spelling.h). Gaps are NaN, a year of -1, and "". The outputs are `label`, strings [rows], and
 * `probabilities`, float [rows, classes]. The model's doc_string says what a caller has to parse.
 */
#ifndef GD_EXPORT_H
#define GD_EXPORT_H

#include "gd/base/status.h"
#include "gd/score/model.h"
#include "gd/score/protobuf.h"

/* The file's bytes, released with gd_protobuf_release. What has no counterpart in the graph is refused (GD_FAILED), and named. */
GD_CHECKED gd_status gd_export(const gd_ensemble *ensemble, gd_protobuf *file);

#endif
