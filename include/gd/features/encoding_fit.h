/* Edges and knots of an encoding, from the training part. Local. */
#ifndef GD_ENCODING_FIT_H
#define GD_ENCODING_FIT_H

#include <stdint.h>

#include "gd/base/status.h"
#include "gd/features/ordered.h"
#include "gd/features/preprocessing.h"
#include "gd/schema/schema.h"

/* Bins where none are asked for: of piecewise-linear; and of the normal quantiles that `quantile` and periodic embeddings stand on. */
enum { GD_DEFAULT_BINS = 32, GD_DEFAULT_KNOTS = 128 };
/* Of a feature whose encoding training chooses: quantiles at k / 128. */
enum { GD_QUANTILES = 129 };

/*
 * Fits one numeric feature, whose mean and deviation are known, to its training values; `bins` 0: the defaults. Edges are the distinct ones among the
 * (linearly interpolated) quantiles at k / bins; a feature with a single one stays standard. Knots are the ends and the quantiles at equal steps of the normal distribution from .001 to .999,
 * a value's rank being the middle of the places that it holds; behind and in front of a value that spans several knots, its neighbours are knots too. Columns' moments are population ones.
 */
GD_CHECKED gd_status gd_encoding_fit(gd_preprocessing *preprocessing, int feature, gd_encoding_kind kind, int bins, const gd_ordered *ordered);
/* The same by a schema's word; where it leaves the choice to training, the feature is standard for now, and gets quantiles. */
GD_CHECKED gd_status gd_encoding_fit_column(gd_preprocessing *preprocessing, int feature, const gd_column_encoding *encoding, const gd_ordered *ordered);
/*
 * Encodes every feature that has quantiles; bins 0: the default (for quantile: none other). Edges are interpolated between the quantiles, and columns' moments are those of values spread evenly
 * between them, so that no row is read again.
 */
GD_CHECKED gd_status gd_encoding_choose(gd_preprocessing *preprocessing, gd_encoding_kind kind, int bins);

#endif
