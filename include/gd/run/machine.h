/* This build and this machine, for people and for the provenance of files. */
#ifndef GD_MACHINE_H
#define GD_MACHINE_H

#include <stdint.h>
#include <stdio.h>

#include "gd/parallel/communicator.h"

/* Local. Version, commit, compiler, MPI, HDF5, BLIS, the engine of matrix products and its share of the core's peak, a line each. */
void gd_machine_print_version(FILE *out);

/* Local. One line each, without a line end: "Open MPI 4.1.4", "HDF5 1.10.8 (parallel)", "BLIS 0.9.0". Static storage. */
const char *gd_machine_mpi(void);
const char *gd_machine_hdf5(void);
const char *gd_machine_blis(void);

/* Local. Host name (static storage), CPU model, cores this process may run on. */
const char *gd_machine_host(void);
const char *gd_machine_cpu(void);
int gd_machine_cores(void);

/*
 * Collective. "node1: 4 ranks on cores of their own 0-3; node2: 4 ranks sharing cores 0-1" on rank 0 (others: empty), into text of `room` bytes; warns where
 * a host has more ranks than cores and the job is slower for it. GD_FAILED, naming both, where two ranks' self-checks have unlike values.
 */
GD_CHECKED gd_status gd_machine_survey(gd_communicator *communicator, char *text, size_t room);
/* The same with this rank's value of the self-check. */
GD_CHECKED gd_status gd_machine_compare(gd_communicator *communicator, uint64_t self_check, char *text, size_t room);

/* Collective. A line a rank: host, cores and the value of its self-check; the same warning. */
GD_CHECKED gd_status gd_machine_print_ranks(gd_communicator *communicator, FILE *out);

#endif
