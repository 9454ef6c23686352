/* Whether an installed program does here what it does elsewhere: one page for whoever installs it, or for his administrator. */
#ifndef GD_CHECK_H
#define GD_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/kernel/gemm.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/launch.h"

/*
 * Collective. Prints the page on rank 0: launcher, memory that ranks of a host share, a file in `directory` written and read by all ranks together, the engine against its
 * definition, three hashes of check_golden, latency and bandwidth between ranks. What it writes lies in a new directory below `directory` and is gone in the end.
 * `launcher` is what gd_launch_launcher said before MPI was started: MPI itself sets a launcher's variables in a process that has none.
 * GD_FAILED, after the whole page, where something is wrong; the page then says what, and what to do.
 */
GD_CHECKED gd_status gd_check_run(gd_communicator *communicator, gd_launcher launcher, const char *directory, FILE *out);

/* Collective. GD_FAILED on every rank where one of them has a product that does not keep the definition. */
GD_CHECKED gd_status gd_check_engine(gd_communicator *communicator, gd_gemm_function *multiply);

/* What tests/golden/bits.tsv has under the same names. */
enum { GD_CHECK_TABLE, GD_CHECK_DATASET, GD_CHECK_TRAINING, GD_CHECK_HASHES };
typedef struct gd_check_hash {
	const char *name, *kind, *expected;
} gd_check_hash;
extern const gd_check_hash gd_check_golden[GD_CHECK_HASHES];
/*
 * Collective. Draws songs, makes a dataset of them and trains on it, in `directory`, which is there and empty: found [GD_CHECK_HASHES], on every rank. The first failure:
 * what comes after it is empty.
 */
GD_CHECKED gd_status gd_check_bits(gd_communicator *communicator, const char *directory, char found[GD_CHECK_HASHES][65]);

#endif
