/* What this process computes, in a number: products of each kind and elementary functions, odd sizes. Local. */
#ifndef GD_SELF_CHECK_H
#define GD_SELF_CHECK_H

#include <stdint.h>

/* Equal wherever results are equal, bit by bit, whatever the processor; a millisecond or so. */
uint64_t gd_self_check(void);

#endif
