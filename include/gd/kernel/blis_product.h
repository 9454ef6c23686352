/* BLIS's product, led so that it gives the bits of the definition: k cut by us, its unpacked path off, one thread. The only user of BLIS. Local. */
#ifndef GD_BLIS_PRODUCT_H
#define GD_BLIS_PRODUCT_H

#include <stdbool.h>

#include "gd/kernel/gemm.h"

/*
 * gd_gemm by BLIS. Before its first call BLIS is told which kernel to use, by our own look at the processor and GENRE_DIST_KERNEL, since BLIS knows only
 * processors older than itself, and answers "generic" for others; what BLIS_ARCH_TYPE says in the environment is left alone.
 */
gd_gemm_function gd_blis_product;
/* BLIS_ARCH_TYPE is set in the environment. */
bool gd_blis_is_wished(void);
/* "BLIS 0.9.0, kernel skx": starts BLIS. */
const char *gd_blis_name(void);
/* "0.9.0". */
const char *gd_blis_version(void);

#endif
