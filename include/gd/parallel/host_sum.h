/*
 * Sums over ranks that share one host's memory, without messages: for the small sums of a training step a fraction of an MPI_Allreduce's time, and far less where
 * ranks outnumber cores, since a rank that waits sleeps.
 */
#ifndef GD_HOST_SUM_H
#define GD_HOST_SUM_H

#include <mpi.h>
#include <stddef.h>

#include "gd/base/status.h"
#include "gd/base/sum_type.h"
#include "gd/parallel/shared_memory.h"

typedef struct gd_host_sum gd_host_sum;

/*
 * Collective over `mpi`. *node is NULL, and no error, where sums are left to MPI: one rank, ranks on several hosts, or no shared memory for them (/dev/shm full or
 * missing) on one of them. Released with gd_host_sum_free. Nothing of it stays behind, however the ranks end.
 */
GD_CHECKED gd_status gd_host_sum_create(MPI_Comm mpi, gd_host_sum **node);
void gd_host_sum_free(gd_host_sum *node);
/* Collective. Memory of all ranks of the node, as gd_shared_memory_create gives it. */
GD_CHECKED gd_status gd_host_sum_share(gd_host_sum *node, size_t bytes, gd_shared_memory *memory);

/*
 * Collective over the ranks of the node. values [count] in place: their sums over the ranks, added in the order of ranks, hence the same bits on all of them.
 * Sleeps where others take long; gd_wait_begin is the caller's.
 */
void gd_host_sum_add(gd_host_sum *node, void *values, size_t count, gd_sum_type number);

#endif
