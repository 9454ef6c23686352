/* What multiplies matrices here: our own kernels or BLIS, whichever the processor is served best by and the definition agrees with. Local. */
#ifndef GD_ENGINE_H
#define GD_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/kernel/gemm.h"

typedef struct gd_engine_choice {
	const char *name; /* "own kernels, AVX-512"; "BLIS 0.9.0, kernel skx" */
	gd_gemm_function *multiply;
} gd_engine_choice;

/*
 * Chosen at the first call: our own kernels where there are some for the processor's vector instructions (measured on processors of family 26, they are
 * faster than BLIS's on every shape of a training); else BLIS; else our own plain ones. BLIS comes first where its own BLIS_ARCH_TYPE is set in the
 * environment, and not at all where GENRE_DIST_KERNEL is plain. What does not keep the definition is passed over.
 */
const gd_engine_choice *gd_engine(void);

/* A few odd shapes against gd_gemm_ref, bit by bit. */
bool gd_engine_keeps_definition(gd_gemm_function *multiply);
/* The first of candidates [count > 0] that keeps the definition; the last one unasked. */
const gd_engine_choice *gd_engine_choose(const gd_engine_choice *candidates, size_t count);

#endif
