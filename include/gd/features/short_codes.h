/*
 * Numbers of few digits, as tables have them, in words of 32 bits: a whole number of 28 bits over a power of ten, whose quotient, correctly rounded, is the double to the bit. Local.
 */
#ifndef GD_SHORT_CODES_H
#define GD_SHORT_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/features/short_codes_kernels.h"

/* 1, 10, 100 ...; the last two make the negative zero and what is missing. */
extern const double gd_short_divisors[GD_SHORT_DIVISORS];

/* How rows of so many numbers are packed. What was found of a row is tried first with the next one. */
typedef struct gd_short_codes {
	size_t count;
	double *divisors; /* [count] */
	int32_t *places;  /* [count]: their numbers in gd_short_divisors */
} gd_short_codes;

GD_CHECKED gd_status gd_short_codes_init(gd_short_codes *codes, size_t count);
void gd_short_codes_release(gd_short_codes *codes);
/* codes [count] → words [count], overwritten; NaN is packed as one that is missing. False where a number has too many digits: words are then of no use. */
bool gd_short_codes_pack(gd_short_codes *form, const double *codes, int32_t *words);
/* words [count] → codes [count], overwritten. */
void gd_short_codes_expand(size_t count, const int32_t *words, double *codes);

static inline double gd_short_code(int32_t word)
{
	return (word >> GD_SHORT_PLACES) / gd_short_divisors[word & (GD_SHORT_DIVISORS - 1)];
}

/* Of a whole number of 28 bits. */
static inline int32_t gd_short_whole(int32_t number)
{
	return number * GD_SHORT_DIVISORS;
}

#endif
