/* Whether one of two classifiers is right more often than the other on the same rows, or luck would explain it. */
#ifndef GD_MCNEMAR_H
#define GD_MCNEMAR_H

#include <stdint.h>

#include "gd/network/scores.h"
#include "gd/parallel/communicator.h"

typedef struct gd_mcnemar {
	int64_t rows;
	int64_t first_alone, second_alone; /* rows on which that one alone is right */
	double p;                          /* that two equally good ones differ as much or more, either way */
} gd_mcnemar;

/*
 * Local. The exact test: two-sided, of a binomial distribution with a half. 1 where both are 0.
 * Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika 12 (1947).
 */
double gd_mcnemar_p(int64_t first_alone, int64_t second_alone);

/*
 * Collective. Of the rows that both sums kept (gd_score_sums_keep_rows): all ranks' rows, one rank's behind the other's, are the same ones in the same order for both, whichever rank has them.
 * Gathers a byte a row on rank 0; the result is every rank's. Errors: out of memory.
 */
GD_CHECKED gd_status gd_mcnemar_of(gd_communicator *communicator, const gd_score_sums *first, const gd_score_sums *second, gd_mcnemar *result);

#endif
