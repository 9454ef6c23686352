/*
 * Waiting for ranks that compute for long: asleep, so that on a crowded machine they get the processor, and unwatched, since
 * nobody can say how long that may take.
 */
#ifndef GD_PATIENCE_H
#define GD_PATIENCE_H

#include "gd/parallel/communicator.h"

/* Local. Sleeps for about a millisecond. */
void gd_nap(void);
/* Local. Waits for a request, napping in between. */
GD_CHECKED gd_status gd_wait_patiently(MPI_Request *request);
/* Collective. Returns once every rank is here. */
GD_CHECKED gd_status gd_gather_patiently(gd_communicator *communicator);

#endif
