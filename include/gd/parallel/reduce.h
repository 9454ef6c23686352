/* Sums over ranks: in shared memory where all are on one host, else by MPI. */
#ifndef GD_REDUCE_H
#define GD_REDUCE_H

#include <stddef.h>

#include "gd/base/sum_type.h"
#include "gd/parallel/communicator.h"

/* Collective. In place, doubles that gd_exact_sum_add or gd_wide_sum_add made: the result does not depend on order. Counts beyond 2^31 in pieces. */
GD_CHECKED gd_status gd_reduce_sum(gd_communicator *communicator, double *values, size_t count);
/* Collective. In place, float32: the result depends on the number of ranks (--reduction fast). All ranks get the same bits. */
GD_CHECKED gd_status gd_reduce_sum_float(gd_communicator *communicator, float *values, size_t count);

/*
 * Collective, and does not wait: begins the sum of one of the two above. Until gd_wait on *request the values are nobody's. count < 2^31.
 * Built with GD_SMPI it waits, as SimGrid simulates the call that does not by messages of every rank to every other.
 */
GD_CHECKED gd_status gd_reduce_begin(gd_communicator *communicator, void *values, size_t count, gd_sum_type number, MPI_Request *request);
/*
 * Collective. Sums values [counts added up]; rank r keeps the sums of its counts[r] values alone, at starts[r]. In pieces that bound the scratch space, MPI's own
 * included: `room` has gd_reduce_scatter_room numbers, some 8 MiB of doubles.
 */
GD_CHECKED gd_status gd_reduce_scatter(gd_communicator *communicator, void *values, const int *counts, const int *starts, gd_sum_type number, void *room);
size_t gd_reduce_scatter_room(int ranks);
/* Collective. Of values [counts added up] rank r holds counts[r], at starts[r]; afterwards all ranks hold all. */
GD_CHECKED gd_status gd_reduce_gather(gd_communicator *communicator, void *values, const int *counts, const int *starts, gd_sum_type number);
/* Collective. The same in floats of one rank's own to rank 0: `mine` [counts[rank]] → `all` (rank 0's; NULL elsewhere). */
GD_CHECKED gd_status gd_reduce_collect(gd_communicator *communicator, const float *mine, const int *counts, const int *starts, float *all);

/* Collective. Minimum, maximum and mean of one number over the ranks, on every rank. */
typedef struct gd_spread {
	double minimum, mean, maximum;
} gd_spread;
GD_CHECKED gd_status gd_reduce_spread(gd_communicator *communicator, double value, gd_spread *spread);
/* Collective. Whether all ranks hold the same 32 bytes; else, in *odd, a rank that differs from the majority (the lowest one; -1 where no digest is held by more than half). */
GD_CHECKED gd_status gd_reduce_same(gd_communicator *communicator, const unsigned char digest[32], bool *same, int *odd);

#endif
