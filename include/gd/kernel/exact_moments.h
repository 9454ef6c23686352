/*
 * Mean and deviation of doubles, from sums that nothing is rounded in: integers over the whole range of a double, and of its square. So values
 * may come in any order and from any number of ranks, and each result is the double nearest to the true one. Local.
 * Source: U. Kulisch, "Computer arithmetic and validity", 2nd ed., de Gruyter 2013, chapter 8 (the long accumulator).
 */
#ifndef GD_EXACT_MOMENTS_H
#define GD_EXACT_MOMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* Digits of 32 bits: from the smallest double to the sum of 2^62 of the largest, and so for squares. */
	GD_EXACT_SUM_DIGITS = 68,
	GD_EXACT_SQUARE_DIGITS = 136,
	GD_EXACT_MOMENTS_LENGTH = GD_EXACT_SUM_DIGITS + GD_EXACT_SQUARE_DIGITS + 2, /* doubles, when packed */
	GD_EXACT_MOST_TIMES = 1 << 20,
};

/* A zeroed one is empty. */
typedef struct gd_exact_moments {
	int64_t count;                           /* of values, below 2^62 */
	int64_t pending;                         /* additions since the digits were last brought into their range */
	int64_t broken;                          /* values that were not finite */
	int64_t sum[GD_EXACT_SUM_DIGITS];        /* in units of 2^-1074, least digit first; digits may be past their range */
	int64_t square[GD_EXACT_SQUARE_DIGITS];  /* in units of 2^-2148 */
} gd_exact_moments;

/* The value, `times` times (0 to GD_EXACT_MOST_TIMES). */
void gd_exact_moments_add(gd_exact_moments *moments, double value, int times);

/* Flat [GD_EXACT_MOMENTS_LENGTH], overwritten: whole numbers which, of up to 2^20 ranks, a sum of doubles adds up without error; and back. */
void gd_exact_moments_pack(gd_exact_moments *moments, double *flat);
void gd_exact_moments_unpack(gd_exact_moments *moments, const double *flat);

/* The mean, and the population's standard deviation (0 exactly if all values are the same), each rounded once, to nearest. NaN where there is no value, or one that is not finite. */
double gd_exact_moments_mean(gd_exact_moments *moments);
double gd_exact_moments_deviation(gd_exact_moments *moments);

#endif
