/*
 * How those who each hold a part of a table's rows find out what all of them hold. Local here: what is behind the pointers may be collective, so every holder makes the same calls in the same
 * order; one that failed hands its status in, and none then waits for it.
 */
#ifndef GD_TOGETHER_H
#define GD_TOGETHER_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"

/* NULL where one holds all. */
typedef struct gd_together {
	/*
	 * All leave with one status, a failure if any handed one in; without one, sums over all holders are in `counts` [count], or `numbers` [count] (of which the sum is exact). Where all holders
	 * know that none can have failed they hand in NULL, which saves a message.
	 */
	gd_status (*sum)(void *context, const gd_status *mine, int64_t *counts, size_t count);
	gd_status (*add_up)(void *context, const gd_status *mine, double *numbers, size_t count);
	void *context;
} gd_together;

static inline gd_status gd_together_sum(const gd_together *together, const gd_status *mine, int64_t *counts, size_t count)
{
	return together ? together->sum(together->context, mine, counts, count) : mine ? *mine : gd_ok();
}

static inline gd_status gd_together_add_up(const gd_together *together, const gd_status *mine, double *numbers, size_t count)
{
	return together ? together->add_up(together->context, mine, numbers, count) : *mine;
}

/* The same status for all. */
static inline gd_status gd_together_agree(const gd_together *together, const gd_status *mine)
{
	return gd_together_sum(together, mine, NULL, 0);
}

#endif
