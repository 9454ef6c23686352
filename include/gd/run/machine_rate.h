/* How fast the engine of matrix products is, against what the core could do. */
#ifndef GD_MACHINE_RATE_H
#define GD_MACHINE_RATE_H

#include <stdbool.h>
#include <stddef.h>

/* Local. Flop/s of fused multiply-adds in registers: the best of many tries in about `budget` seconds. */
double gd_machine_peak(double budget);
/* Local. The rate of gd_gemm on a square of a few hundred as a share of that, above 0; measured at the first call, in some tens of milliseconds. */
double gd_machine_engine_share(void);
/* Local. "own kernels, AVX-512, 85 % of this core's peak". Static storage. */
const char *gd_machine_engine(void);
/* Local. The same of an engine of that name and share; a share above all reason (an emulated processor, a yardstick that the compiler made badly) is not told. */
void gd_machine_engine_text(const char *name, double share, char *text, size_t room);
/* Local. What to do about an engine that makes little of the core; NULL where it makes enough. `wished`: BLIS was asked for; `plain`: this processor has none of our vector kernels. */
const char *gd_machine_engine_advice(double share, bool wished, bool plain);
/* Local. Once a process: warns of an engine that makes little of the core, and says what to do; nothing where GENRE_DIST_KERNEL asked for less, or in a build that is not for speed. */
void gd_machine_warn_of_engine(void);

#endif
