#include "gd/score/mcnemar.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/kernel/real.h"
#include "gd/parallel/deal.h"

/* The largest term of the tail by its logarithm, which a power of a half would lose, the others by their ratio to it. */
double gd_mcnemar_p(int64_t first_alone, int64_t second_alone)
{
	const int64_t n = first_alone + second_alone, least = first_alone < second_alone ? first_alone : second_alone;
	double logarithm = -(double)n * gd_real_log(2.0), term = 1.0, tail = 0.0;
	for (int64_t i = 0; i < least; i++)
		logarithm += gd_real_log((double)(n - i) / (double)(i + 1));
	for (int64_t i = least; i >= 0 && term > 0x1p-60 * tail; i--) {
		tail += term;
		term *= (double)i / (double)(n - i + 1);
	}
	const double p = 2.0 * gd_real_exp(logarithm) * tail;
	return p < 1.0 ? p : 1.0;
}

/* Rank 0 gets of each row whether the prediction, the first of the largest, was right. */
static gd_status gather(gd_communicator *communicator, const gd_score_sums *sums, unsigned char **right, size_t *count)
{
	const gd_score_rows *rows = sums->rows;
	unsigned char *mine = gd_allocate((size_t)rows->count, 1);
	int *counts = gd_allocate((size_t)communicator->size, sizeof *counts);
	gd_status local = mine && counts && !rows->lost && rows->count <= INT_MAX ? gd_ok() : gd_out_of_memory("the comparison of two models, row by row");
	gd_status status = gd_agree(communicator, &local);
	if (!gd_failed(&status)) {
		for (int64_t row = 0; row < rows->count; row++) {
			const float *p = rows->probabilities + row * sums->classes;
			int best = 0;
			for (int c = 1; c < sums->classes; c++)
				best = p[c] > p[best] ? c : best;
			mine[row] = best == rows->labels[row];
		}
		counts[0] = (int)rows->count;
		status = gd_deal(communicator, 1, mine, counts, (void **)right, count);
	}
	free(counts);
	free(mine);
	return status;
}

gd_status gd_mcnemar_of(gd_communicator *communicator, const gd_score_sums *first, const gd_score_sums *second, gd_mcnemar *result)
{
	unsigned char *one = NULL, *other = NULL;
	size_t count = 0, others = 0;
	*result = (gd_mcnemar){0};
	gd_status status = gather(communicator, first, &one, &count);
	if (!gd_failed(&status))
		status = gather(communicator, second, &other, &others);
	if (!gd_failed(&status)) {
		assert(count == others);
		result->rows = (int64_t)count;
		for (size_t row = 0; row < count; row++) {
			result->first_alone += one[row] && !other[row];
			result->second_alone += other[row] && !one[row];
		}
		result->p = gd_mcnemar_p(result->first_alone, result->second_alone);
		status = gd_broadcast(communicator, result, sizeof *result);
	}
	free(other);
	free(one);
	return status;
}
