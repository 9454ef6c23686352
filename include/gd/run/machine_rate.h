/* How fast the engine of matrix products is, against what the core could do. */
#ifndef GD_MACHINE_RATE_H
#define GD_MACHINE_RATE_H

#include "gd/parallel/communicator.h"

/* Local. Flop/s of fused multiply-adds in registers: the best of many tries in about `budget` seconds. */
double gd_machine_peak(double budget);
/* Local. The rate of gd_gemm on a square of a few hundred as a share of that, above 0; measured at the first call, in some tens of milliseconds. */
double gd_machine_engine_share(void);
/* Local. "own kernels, AVX-512, 85 % of this core's peak". Static storage. */
const char *gd_machine_engine(void);
/* Local. Once a process: warns of an engine that makes little of the core, and says what to do; nothing where GENRE_DIST_KERNEL asked for less, or in a build that is not for speed. */
void gd_machine_warn_of_engine(void);

#endif
