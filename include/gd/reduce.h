/* Sums over ranks. */
#ifndef GD_REDUCE_H
#define GD_REDUCE_H

#include <stddef.h>

#include "gd/communicator.h"

/* Collective. In place, doubles that gd_fixed_point_add or gd_wide_sum_add made: the result does not depend on order. Counts beyond 2^31 in pieces. */
GD_CHECKED gd_status gd_reduce_sum(gd_communicator *communicator, double *values, size_t count);
/* Collective. In place, float32: the result depends on the number of ranks (--reduction fast). All ranks get the same bits. */
GD_CHECKED gd_status gd_reduce_sum_float(gd_communicator *communicator, float *values, size_t count);
/* Collective. Minimum, maximum and mean of one number over the ranks, on every rank. */
typedef struct gd_spread {
	double minimum, mean, maximum;
} gd_spread;
GD_CHECKED gd_status gd_reduce_spread(gd_communicator *communicator, double value, gd_spread *spread);
/* Collective. Whether all ranks hold the same 32 bytes; else, in *odd, a rank that differs from the majority (the lowest one; -1 where no digest is held by more than half). */
GD_CHECKED gd_status gd_reduce_same(gd_communicator *communicator, const unsigned char digest[32], bool *same, int *odd);

#endif
