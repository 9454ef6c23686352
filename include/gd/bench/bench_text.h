/* Figures as people read them. Local. */
#ifndef GD_BENCH_TEXT_H
#define GD_BENCH_TEXT_H

#include <stdio.h>

#include "gd/parallel/reduce.h"

/* "12.3 us", "590 kB", "61.2 GFLOP/s": three digits and a prefix, in one of a few buffers that take turns. */
const char *gd_bench_quantity(double value, const char *unit);
/* The same of seconds, which have no prefix above one. */
const char *gd_bench_seconds(double value);
/* The columns of a figure over the ranks, and its line: one rank has one. */
void gd_bench_put_heads(FILE *out, int ranks);
void gd_bench_put_spread(FILE *out, int ranks, gd_spread spread, const char *unit);

#endif
