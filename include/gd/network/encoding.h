/*
 * How a row's standardised features become the columns that a network's first dense layer reads: as they are, as normal
 * quantiles of their rank, or cut into bins. Arithmetic on tables that others fit (gd/features/encoding_fit.h). Local.
 *
 *     standard          one column, the feature
 *     quantile          one column, Phi^-1 of the value's rank in the training part, by linear interpolation between knots
 *     piecewise-linear  a column for each bin, min(max((x - e_k) / (e_(k+1) - e_k), 0), 1)
 *
 * Columns other than standard are standardised by the training part's moments: value * factor + shift.
 * Source: Y. Gorishniy, I. Rubachev, A. Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022, eq. 1.
 */
#ifndef GD_ENCODING_H
#define GD_ENCODING_H

#include "gd/base/memory.h"
#include "gd/base/status.h"

typedef enum gd_encoding_kind { GD_ENCODE_STANDARD, GD_ENCODE_QUANTILE, GD_ENCODE_PIECEWISE_LINEAR } gd_encoding_kind;
extern const char *const gd_encoding_words[]; /* by gd_encoding_kind; "standard", "quantile", "piecewise-linear", NULL */
/* What a user may ask for: "auto", which leaves the choice to somebody else, then gd_encoding_words. */
extern const char *const gd_encoding_choices[];

/* One feature; everything in units of the standardised feature. */
typedef struct gd_feature_encoding {
	gd_encoding_kind kind;
	int columns;              /* piecewise-linear: bins; else 1 */
	int first;                /* of its columns */
	float *edge;              /* [columns + 1], rising; piecewise-linear alone, as the next */
	float *steepness;         /* [columns]: 1 / width of the bin */
	float *factor, *shift;    /* [columns]; NULL for standard */
	int knots;                /* 0: the feature is no number (and not of kind quantile) */
	float *knot;              /* [knots], rising */
	float *normal;            /* [knots]: normal quantile of the rank at the knot */
	float *slope;             /* [knots]: of the piece behind the knot; 0 behind the last */
} gd_feature_encoding;

typedef struct gd_encoding {
	int features;
	int columns;              /* in all */
	int transformed;          /* features that are not standard */
	int numeric;              /* features with knots */
	int piecewise, piecewise_columns; /* features of that kind, and their columns */
	gd_feature_encoding *feature; /* [features] */
} gd_encoding;

/* Room for `features` standard ones, in `arena`. */
GD_CHECKED gd_status gd_encoding_init(gd_encoding *encoding, int features, gd_arena *arena);
/* Room for a feature's tables; the caller fills in edge, factor and shift, knot and normal, then counts by gd_encoding_finish. */
GD_CHECKED gd_status gd_encoding_reserve(gd_encoding *encoding, int feature, gd_encoding_kind kind, int columns, int knots, gd_arena *arena);
/* From filled tables: steepness, slope, first columns and counts. */
void gd_encoding_finish(gd_encoding *encoding);
GD_CHECKED gd_status gd_encoding_copy(const gd_encoding *source, gd_encoding *copy, gd_arena *arena);

/* columns of one feature [columns, rows], overwritten, before factor and shift; x [rows]. NaN gives NaN. */
void gd_encoding_raw(const gd_feature_encoding *feature, int rows, const float *x, float *columns);
/* All columns [columns, rows], overwritten; x [features, rows]. */
void gd_encoding_expand(const gd_encoding *encoding, int rows, const float *x, float *columns);
/* The columns of all but the piecewise-linear features, overwritten, in order; x [features, rows]. */
void gd_encoding_expand_plain(const gd_encoding *encoding, int rows, const float *x, float *columns);
/* The normal quantiles of all features with knots, ranks [numeric, rows], overwritten; x [features, rows]. */
void gd_encoding_ranks(const gd_encoding *encoding, int rows, const float *x, float *ranks);

#endif
