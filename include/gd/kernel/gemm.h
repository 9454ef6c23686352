/* Single-precision matrix products on BLIS, one thread: for one shape and one BLIS kernel always the same bits. Local. */
#ifndef GD_GEMM_H
#define GD_GEMM_H

typedef enum gd_orientation { GD_AS_STORED, GD_TRANSPOSED } gd_orientation;

/*
 * c [m, n] = a b, overwritten; all matrices contiguous and row-major. a is stored as [m, k], or as [k, m] if GD_TRANSPOSED;
 * b as [k, n], or as [n, k]. c overlaps neither.
 */
void gd_gemm(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, const float *b, float *c);
/* The same, summed in double. */
void gd_gemm_ref(gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, const float *b, float *c);

/* Version of BLIS ("0.9.0"). */
const char *gd_gemm_version(void);
/* Name of the kernel that BLIS picked for this processor ("zen3"). Unlike kernels give unlike bits. */
const char *gd_gemm_kernel(void);
/* Keeps BLIS on the calling thread, whatever the environment says; once, at the program's start. */
void gd_gemm_single_thread(void);

#endif
