/* The rows of the training part that a fold holds out. Local. */
#ifndef GD_FOLD_H
#define GD_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/parallel/communicator.h"

typedef struct gd_fold {
	gd_share held;     /* this stretch; with `members` there are held.count, anywhere */
	uint64_t *members; /* [rows / 64, rounded up]: a bit a row that is held out; NULL: the stretch */
	int64_t *before;   /* [as many]: rows held out before the first of each 64 */
	int64_t words;
} gd_fold;
/* Of a fold that keeps groups together. Rows that are held out in front of stored row `row`, at most the number of rows. */
int64_t gd_fold_before(const gd_fold *fold, int64_t row);
/* Whether a stored row is held out. */
static inline bool gd_fold_holds(const gd_fold *fold, int64_t row)
{
	return fold->members[row / 64] >> (row % 64) & 1;
}
/* The stored place of row `n` of those that are held out, or are not. */
int64_t gd_fold_place(const gd_fold *fold, bool held, int64_t n);

#endif
