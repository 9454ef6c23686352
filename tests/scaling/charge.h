/*
 * The price of a training step's arithmetic. The linker puts the functions of charge.c in the place of the passes, the update and
 * MPI_Allreduce, so that the loop itself is compiled as it is: under SimGrid each charges simulated time for what it
 * stands for; in a real run the passes are timed, which is where the prices come from. Local.
 */
#ifndef CHARGE_H
#define CHARGE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct charge {
	bool arithmetic;          /* compute too; else the values of a step are not looked at, and the ranks, a power of two, share their vectors' memory */
	bool exchange;            /* send the rows; else, without arithmetic, a block's are not looked at */
	double flops_a_second;    /* of the passes, their elementwise work included, in gd_network_flops */
	double parameter_seconds; /* of a step's work outside passes and messages, for each parameter */
	double sum_seconds;       /* of adding a double to another one in an all-reduce */
} charge;

/* In force from here on; the defaults compute and charge nothing. */
void charge_set(const charge *prices);
/* At the end of a step: charges for the parameters that it has updated. */
void charge_pay(void);

/* What a real run has spent since its start, in seconds of processor time, which other users of the machine do not count in; under SimGrid 0. */
typedef struct charge_account {
	double seconds, pass_seconds, pass_flops;
} charge_account;
charge_account charge_spent(void);
/* Seconds to add a double to another one in vectors of `count`. */
double charge_measure_sum(size_t count);

#endif
