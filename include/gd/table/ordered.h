/* Values in order, which several may hold: places in the order of all, and how many are less. Local, or as gd_together says. */
#ifndef GD_ORDERED_H
#define GD_ORDERED_H

#include "gd/table/together.h"

typedef struct gd_ordered {
	const double *values; /* [count], rising, finite: those held here */
	int64_t count;
	int64_t total;        /* of all holders */
	const gd_together *together;
} gd_ordered;

/* Puts values [count] in order in place; they stay the caller's. `mine`: the status of what led here. */
GD_CHECKED gd_status gd_ordered_init(gd_ordered *ordered, const gd_status *mine, double *values, int64_t count, const gd_together *together);
/* values [count], overwritten: those at places [count], each within [0, total), of the order of all. A zero is positive. */
GD_CHECKED gd_status gd_ordered_at(const gd_ordered *ordered, size_t count, const int64_t *places, double *values);
/* How many of all are below each of values [count], and how many are not above it. */
GD_CHECKED gd_status gd_ordered_count(const gd_ordered *ordered, size_t count, const double *values, int64_t *below, int64_t *up_to);

#endif
