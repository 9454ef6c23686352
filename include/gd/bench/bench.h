/* The bench command's work: what to measure or plan, and the report of it. */
#ifndef GD_BENCH_H
#define GD_BENCH_H

#include <stdio.h>

#include "gd/bench/bench_model.h"

typedef struct gd_bench_options {
	gd_train_options train;  /* data NULL: random rows */
	int64_t inputs, classes, rows; /* of random rows */
	int64_t steps;           /* 0: as many as fit into `seconds` */
	double seconds;          /* for the steps; the other figures together take about as long */
	gd_widths plan;          /* rank counts; none: no plan */
	double flops;            /* flop/s of a rank's whole computing in the plan; 0: measured */
	bool network_given;
	double latency, bandwidth; /* of the plan's network where given: us, GB/s */
	int allreduce;           /* gd_allreduce of the plan; GD_ALLREDUCES: the cheapest */
	bool json;
} gd_bench_options;

typedef struct gd_bench_report {
	const gd_bench_options *options;
	int ranks;
	bool shared; /* these sum in memory of one host */
	char hosts[2048];
	bool measured;           /* the machine and the step, but for a plan of given rates */
	gd_bench_machine machine;
	gd_bench_model model;
	double message_seconds;  /* measured sum of the step's own message over the ranks */
	gd_bench_prediction prediction;
	gd_bench_steps steps;
	gd_link link;            /* as measured; zero on one rank */
	gd_link plan_link;       /* as given, or measured */
	int lines;
	gd_plan_line line[GD_MAX_WIDTHS];
	/* This rank's host. */
	int local_ranks, cores;
	bool copy_refused;
	char yields[16], copy[32], binding[64]; /* Open MPI's settings; empty: unknown */
	const char *without_copies; /* what one sets so that `copy` is none */
} gd_bench_report;

/* Collective. Keeps `options`. Released whatever the result. */
GD_CHECKED gd_status gd_bench_run(gd_communicator *communicator, const gd_bench_options *options, gd_bench_report *report);
void gd_bench_release(gd_bench_report *report);

/* Local. For people; one JSON object. */
void gd_bench_print(FILE *out, const gd_bench_report *report);
void gd_bench_print_json(FILE *out, const gd_bench_report *report);

#endif
