/* Which vector instructions the program uses: chosen here, once, for all rooms. Local. */
#ifndef GD_PROCESSOR_H
#define GD_PROCESSOR_H

#include "gd/base/status.h"

/* Each set contains the ones before it. Results are the same bits with all of them. */
typedef enum gd_instructions {
	GD_PLAIN,  /* what the compiler assumes of every processor of the kind */
	GD_AVX2,   /* x86-64-v3: AVX2, FMA, BMI2 */
	GD_AVX512, /* x86-64-v4: AVX-512 F, BW, CD, DQ, VL */
} gd_instructions;
extern const char *const gd_instructions_names[]; /* "plain", "avx2", "avx512", NULL */

/* The widest set that this processor has, or the lesser one that GENRE_DIST_KERNEL names in the environment; decided at the first call. */
gd_instructions gd_processor_instructions(void);
/* The widest set that this processor has. */
gd_instructions gd_processor_widest(void);
/* GD_USAGE where GENRE_DIST_KERNEL names no set, or one that this processor lacks. */
GD_CHECKED gd_status gd_processor_check(void);

#endif
