/* What the ranks of a job may take of the memory of their hosts. */
#ifndef GD_MEMORY_SHARE_H
#define GD_MEMORY_SHARE_H

#include "gd/parallel/communicator.h"

/* The same on every rank: that of the rank which has least. Bytes, infinite where nothing is known. */
typedef struct gd_memory_share {
	double fair;    /* of what is left on its host, or to its control group, divided by the job's processes there */
	double process; /* of addresses */
} gd_memory_share;

/* Collective. */
GD_CHECKED gd_status gd_memory_share_find(gd_communicator *communicator, gd_memory_share *share);

#endif
