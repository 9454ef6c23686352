/* Memory that the ranks of one host share. */
#ifndef GD_SHARED_MEMORY_H
#define GD_SHARED_MEMORY_H

#include <mpi.h>
#include <stddef.h>

#include "gd/base/status.h"

typedef struct gd_shared_memory {
	void *start;  /* aligned to GD_ALIGNMENT; NULL: there is none */
	void *mapping;
	size_t mapped; /* bytes */
} gd_shared_memory;

/*
 * Collective over `mpi`, whose ranks are on one host. `bytes` of zeros, the same for all ranks; no error, and start = NULL on all, where that cannot be had: /dev/shm
 * missing, less than twice as much free there, or /proc not showing ranks to each other. Nothing of it stays behind, however the ranks end.
 */
GD_CHECKED gd_status gd_shared_memory_create(MPI_Comm mpi, size_t bytes, gd_shared_memory *memory);
/* Local. Nothing if there is none. */
void gd_shared_memory_free(gd_shared_memory *memory);

#endif
