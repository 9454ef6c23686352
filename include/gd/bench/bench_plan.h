/*
 * How long a training takes on other numbers of ranks, by arithmetic alone: blocks that the busiest rank computes, all-reduces as alpha + n beta. Local.
 *
 * Sums over p ranks of a message of n bytes, with lg p rounded down for the last two terms of what is no power of two:
 *     recursive doubling   lg p alpha + lg p n beta                   (p no power of two: lg p + 2 rounds of each)
 *     Rabenseifner         2 lg p alpha + 2 (p-1)/p n beta            (p no power of two: 2 alpha + 2 n beta more)
 *     ring                 2 (p-1) alpha + 2 (p-1)/p n beta
 * A sum that leaves each rank its slice, and the gathering of slices: lg p rounded up alpha + (p-1)/p n beta each. The additions themselves (gamma) are
 * left out, and so is what a long message's buckets hide behind the last block. The exchange of an epoch's rows, which travels while steps are
 * computed: p-1 messages of each rank, with the (p-1)/p of its rows that leave it.
 * Source: R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of collective communication operations in MPICH", International Journal of
 * High Performance Computing Applications 19 (2005), sections 4 and 5; for the ring, P. Patarasuk, X. Yuan, "Bandwidth optimal all-reduce
 * algorithms for clusters of workstations", Journal of Parallel and Distributed Computing 69 (2009).
 */
#ifndef GD_BENCH_PLAN_H
#define GD_BENCH_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/options.h"

typedef enum gd_allreduce { GD_RECURSIVE_DOUBLING, GD_RABENSEIFNER, GD_RING, GD_ALLREDUCES } gd_allreduce;
extern const char *const gd_allreduce_names[]; /* [GD_ALLREDUCES], then NULL */

/* A network between any two ranks. */
typedef struct gd_link {
	double alpha; /* seconds a message */
	double beta;  /* seconds a byte */
} gd_link;

/* Seconds of one sum over `ranks` >= 1 ranks; 0 for one rank. */
double gd_allreduce_seconds(gd_allreduce algorithm, int ranks, double bytes, gd_link link);
/* The algorithm that takes least; of equals the first. */
gd_allreduce gd_allreduce_cheapest(int ranks, double bytes, gd_link link);
/*
 * The link that explains two measured sums over `ranks` >= 2 ranks: `latency` seconds of a message of next to nothing by recursive doubling,
 * `seconds` of `bytes` by the algorithm that is then the cheapest. A beta of 0 where the latency alone explains the second.
 */
gd_link gd_link_fit(int ranks, double latency, double bytes, double seconds);

/* Seconds of a sum of which each rank keeps a slice, and likewise of gathering slices of `bytes` together. */
double gd_slices_seconds(int ranks, double bytes, gd_link link);

/* A batch and the blocks it is cut into. */
typedef struct gd_plan_batch {
	int rows, blocks;
} gd_plan_batch;

typedef struct gd_plan_message {
	bool slices;           /* of slices, not a sum for all ranks */
	double bytes;
} gd_plan_message;

/* A training as a plan sees it. */
typedef struct gd_plan_work {
	double row_seconds;    /* forward and backward of one row, on one rank */
	double fixed_seconds;  /* of a step whatever the ranks: the update */
	double shared_seconds; /* of a step, in equal parts on all ranks: the update of slices */
	gd_plan_message message[2 * GD_MAX_WIDTHS + 4]; /* of a step */
	int messages;
	gd_plan_batch full, last; /* a last, shorter batch of an epoch; of 0 rows: there is none */
	int64_t full_steps;    /* of an epoch */
	double row_bytes;      /* of a row in the epoch's exchange */
	int64_t epochs;
	gd_allreduce algorithm; /* of every sum; GD_ALLREDUCES: the cheapest of each */
} gd_plan_work;

/* The same on `ranks` ranks. Seconds are a full step's unless they say otherwise. */
typedef struct gd_plan_line {
	int ranks;
	int busy;            /* ranks that have a block */
	int rows;            /* of the busiest rank */
	gd_allreduce algorithm; /* of the longest message */
	double compute, reduce, step;
	double exchange;     /* of an epoch */
	double total;        /* all epochs; an epoch takes its steps' time or, if that is longer, its exchange's */
	double efficiency;   /* of a step, against one rank: 1 is ideal */
} gd_plan_line;

gd_plan_line gd_plan_predict(const gd_plan_work *work, gd_link link, int ranks);

/* Indices into lines [count >= 1]: the least total, of equals with the fewest ranks; and the fewest ranks within 10 % of that. */
int gd_plan_best(const gd_plan_line *lines, int count);
int gd_plan_enough(const gd_plan_line *lines, int count);

#endif
