/*
 * Sums over ranks that share one host's memory, without messages: for the small sums of a training step a fraction of an MPI_Allreduce's time, and far less where
 * ranks outnumber cores, since a rank that waits sleeps.
 */
#ifndef GD_NODE_H
#define GD_NODE_H

#include <mpi.h>
#include <stddef.h>

#include "gd/base/number.h"
#include "gd/base/status.h"
#include "gd/parallel/shared_memory.h"

typedef struct gd_node gd_node;

/*
 * Collective over `mpi`. *node is NULL, and no error, where sums are left to MPI: one rank, ranks on several hosts, or no shared memory for them (/dev/shm full or
 * missing) on one of them. Released with gd_node_free. Nothing of it stays behind, however the ranks end.
 */
GD_CHECKED gd_status gd_node_create(MPI_Comm mpi, gd_node **node);
void gd_node_free(gd_node *node);
/* Collective. Memory of all ranks of the node, as gd_shared_memory_create gives it. */
GD_CHECKED gd_status gd_node_share(gd_node *node, size_t bytes, gd_shared_memory *memory);

/*
 * Collective over the ranks of the node. values [count] in place: their sums over the ranks, added in the order of ranks, hence the same bits on all of them.
 * Sleeps where others take long; gd_wait_begin is the caller's.
 */
void gd_node_sum(gd_node *node, void *values, size_t count, gd_number number);

#endif
