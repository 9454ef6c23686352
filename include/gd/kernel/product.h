/*
 * Our own matrix products: packed panels and micro-kernels for each instruction set, all of them gd_gemm's definition to the last bit.
 * Source: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008 (panels and their place in the caches). Local.
 */
#ifndef GD_PRODUCT_H
#define GD_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/processor.h"
#include "gd/kernel/gemm.h"

/* gd_gemm with these instructions, which the processor must have. Uses static storage: one thread at a time. */
void gd_product(gd_instructions instructions, gd_orientation a_orientation, gd_orientation b_orientation, int m, int n, int k, const float *a, size_t a_row, const float *b, size_t b_row, float *c, size_t c_row);

/* What a set of instructions brings. */
typedef struct gd_product_kernel {
	int height, width; /* of a tile of c, whose sums stay in registers */
	int columns;       /* of b that are packed at a time, to stay in the second-level cache */
	/*
	 * Chains of `depth` fused multiply-adds into c [height, width], rows c_row apart, added to what is there if `add`; at most a tile. left(i, l) at
	 * left[l * this->height + i]; right(l, j) at right[l*right_row + j], where a whole tile's width may be read if `padded`.
	 */
	void (*tile)(int height, int width, int depth, const float *left, const float *right, size_t right_row, bool padded, bool add, float *c, size_t c_row);
	/* panel[l*this->height + i] = from[i*across + l*along], i < count <= height, l < depth, one of the strides 1; what lies between is not defined. */
	void (*pack_left)(int count, int depth, const float *from, size_t across, size_t along, float *panel);
	/* The same, panel[l*this->width + i]. */
	void (*pack_right)(int count, int depth, const float *from, size_t across, size_t along, float *panel);
} gd_product_kernel;

#ifdef __x86_64__
extern const gd_product_kernel gd_product_avx2, gd_product_avx512;
#endif
extern const gd_product_kernel gd_product_plain;

/* Of every kernel: the most that a tile's sides and `columns` may be. A panel has room for GD_PRODUCT_SPILL floats behind its end. */
enum { GD_PRODUCT_HEIGHT = 16, GD_PRODUCT_WIDTH = 32, GD_PRODUCT_COLUMNS = 512, GD_PRODUCT_SPILL = 8 };

#endif
