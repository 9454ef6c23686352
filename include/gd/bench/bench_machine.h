/* What this machine does at best: dense products, loads and stores, sums over ranks; all ranks at once. */
#ifndef GD_BENCH_MACHINE_H
#define GD_BENCH_MACHINE_H

#include "gd/parallel/reduce.h"

enum { GD_BENCH_SQUARE = 512, GD_BENCH_BANDWIDTHS = 5, GD_BENCH_MESSAGES = 9 };

typedef struct gd_bench_machine {
	gd_spread peak;        /* flop/s of fused multiply-adds in registers */
	gd_spread product;     /* flop/s of a square single-precision product of GD_BENCH_SQUARE */
	/*
	 * Bytes a second of a[i] = b[i] + s c[i] over arrays of as many bytes together, loads and stores counted.
	 * Source: J. McCalpin, "Memory bandwidth and machine balance in current high performance computers", IEEE TCCA Newsletter, December 1995 (STREAM's triad).
	 */
	double array_bytes[GD_BENCH_BANDWIDTHS];
	gd_spread bandwidth[GD_BENCH_BANDWIDTHS];
	int messages;          /* 0 on one rank */
	double message_bytes[GD_BENCH_MESSAGES], message_seconds[GD_BENCH_MESSAGES]; /* of a sum of doubles; the slowest rank's median */
} gd_bench_machine;

/* Local. samples [count >= 1] are put in order. */
double gd_bench_median(double *samples, int count);

/* Collective. About `budget` seconds for each figure. */
GD_CHECKED gd_status gd_bench_machine_measure(gd_communicator *communicator, double budget, gd_bench_machine *machine);
/* Collective. Seconds of one sum of `bytes` bytes of doubles over the ranks: the slowest rank's median. */
GD_CHECKED gd_status gd_bench_allreduce(gd_communicator *communicator, double bytes, double budget, double *seconds);

/* Local. The mean over ranks for a working set of `bytes`, between the measured sizes by interpolation in the logarithm of the size. */
double gd_bench_bandwidth(const gd_bench_machine *machine, double bytes);

#endif
