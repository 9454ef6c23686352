/* The kernels of gd/network/dropout.h. Local. */
#ifndef GD_DROPOUT_KERNELS_H
#define GD_DROPOUT_KERNELS_H

#include <stddef.h>

#include "gd/base/vector.h"
#include "gd/network/dropout.h"

typedef struct gd_dropout_kernels {
	/* The 4 words of gd_philox, which are 8 halfwords, for each of `groups` groups from `first` on; `words` has room for whole sixteens of groups. */
	void (*draw)(const gd_dropout *dropout, uint32_t unit, uint32_t first, uint32_t groups, uint32_t *words);
	/* y[i] = x[i] times scale where halfword i of the words is not below the threshold, else times 0. */
	void (*apply)(size_t count, const uint32_t *words, uint32_t threshold, float scale, const float *x, float *y);
	void (*note_kept)(size_t count, const uint32_t *words, uint32_t threshold, uint8_t *kept);
	void (*backward)(size_t count, float scale, const uint8_t *kept, const float *dy, float *dx);
	void (*backward_relu)(size_t count, float scale, const float *y, const float *dy, float *dx);
} gd_dropout_kernels;
GD_TABLES(gd_dropout_kernels);

#endif
