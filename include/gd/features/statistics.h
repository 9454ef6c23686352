/* What a table says about itself: moments, correlation, and what a split lets through. Local. */
#ifndef GD_STATISTICS_H
#define GD_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/features/tally.h"
#include "gd/features/together.h"
#include "gd/kernel/exact_moments.h"

/* Raw features [features] of the row at `position`, of those held here, overwritten. */
typedef void gd_statistics_row(void *context, int64_t position, double *features);

/*
 * mean, deviation [features], overwritten: of the rows of all holders, of which this one has 0 ... rows - 1, each the double nearest to what it truly is, whatever the order of the rows (gd/kernel/exact_moments.h);
 * the deviation divides by `rows` (population). A feature of one value only is constant [features] and has that value as its mean and 1 as its deviation.
 * NaN where a value is not finite. flag [features], overwritten: whether it is 0 or 1 in all of these rows.
 */
GD_CHECKED gd_status gd_statistics_moments(int64_t rows, int features, gd_statistics_row *row, void *context, const gd_together *together, double *mean, double *deviation,
	bool *constant, bool *flag);

/* moments [count], those of each holder's values, become those of all; many in a message. Fails, on all, where a holder hands in a failure, and when memory runs out. */
GD_CHECKED gd_status gd_statistics_join(const gd_together *together, const gd_status *mine, gd_exact_moments *moments, size_t count);

/* The same of moments that were added up elsewhere, of one feature. */
void gd_statistics_finish(gd_exact_moments *moments, double *mean, double *deviation, bool *constant);

/*
 * correlation [features, features], overwritten: Pearson's, of the same rows, from what gd_statistics_moments() says of them. The diagonal is 1; a constant feature, whose
 * correlation is not defined, has 0 elsewhere. Each row's product is rounded once, to a multiple of 2^-52 times the next power of two above `rows`; of those the
 * sum is exact (magnitudes add up to `rows` at most), so that the order of rows does not matter.
 */
GD_CHECKED gd_status gd_statistics_correlation(int64_t rows, int features, gd_statistics_row *row, void *context, const gd_together *together, const double *mean,
	const double *deviation, const bool *constant, const bool *flag, double *correlation);

/* What groups of records that belong together mean for a split's honesty. */
typedef struct gd_audit {
	int64_t rows, groups;
	int64_t test_rows;
	int64_t shared_test_rows;   /* test records whose group has a training record too */
	int64_t conflicting_groups; /* that carry several labels */
	int64_t right;              /* that are right if each group is answered by its most frequent label: a ceiling of accuracy */
} gd_audit;

/* entries [count], those of a group next to each other, are added to an audit. */
void gd_statistics_audit(const gd_tallied *entries, int64_t count, gd_audit *audit);

#endif
