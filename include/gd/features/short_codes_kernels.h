/* The kernels of gd/features/short_codes.h. Local. */
#ifndef GD_SHORT_CODES_KERNELS_H
#define GD_SHORT_CODES_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/vector.h"

enum { GD_SHORT_PLACES = 4, /* bits of a word that say by what its whole number is divided */
	GD_SHORT_DIVISORS = 1 << GD_SHORT_PLACES };

typedef struct gd_short_codes_kernels {
	/* words [count], overwritten: each number over its own divisor, the one of that place; whether all are so to the bit. */
	bool (*pack)(size_t count, const double *codes, const double *divisors, const int32_t *places, int32_t *words);
	/* codes [count], overwritten: each number over the one of divisors [GD_SHORT_DIVISORS] that its word says. */
	void (*expand)(size_t count, const int32_t *words, const double *divisors, double *codes);
} gd_short_codes_kernels;
GD_TABLES(gd_short_codes_kernels);

#endif
