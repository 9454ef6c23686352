/* What is learned of each number of the training part by itself: bins, knots, quantiles, medians. Collective over the ranks that share the rows. */
#ifndef GD_PREPROCESS_ENCODING_H
#define GD_PREPROCESS_ENCODING_H

#include "gd/preprocess/preprocess_run.h"

/*
 * Into header.preprocessing, whose moments are known. Where the training part is short, each rank gets whole columns of it, fits them, and tells the others; else all ranks look for a column's
 * quantiles together, which takes tens of messages.
 */
GD_CHECKED gd_status gd_preprocess_fit_encoding(gd_preprocess *run);
/* Likewise the medians that gaps get, into the recipe's terms that lack one (gd_rows_lack_fill). */
GD_CHECKED gd_status gd_preprocess_fit_medians(gd_preprocess *run);

#endif
