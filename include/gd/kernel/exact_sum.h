/*
 * Order-independent sums. A value is rounded once to a multiple of a power of two (its quantum) and
 * kept in a double; sums of such doubles are exact while they stay within 2^53 quanta, hence the same
 * in any order, on any number of ranks, with any all-reduce algorithm. Local.
 * Source: R. Hallberg, A. Adcroft, "An order-invariant real-to-integer conversion sum", Parallel
 * Computing 40 (2014), doi:10.1016/j.parco.2014.04.007, for the idea.
 */
#ifndef GD_EXACT_SUM_H
#define GD_EXACT_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 1.5 * 2^52: between half and all of a double's largest binade of unit spacing, so that adding it and taking it away again rounds to a whole number, whatever the sign. */
#define GD_EXACT_MAGIC 6755399441055744.0

/*
 * One limb: for gradients, millions of values that share a quantum (one a tensor).
 * `addends` is the number of values that may meet in one sum over all ranks (blocks of a batch).
 */
typedef struct gd_quantum {
	double magic;        /* 1.5 * 2^52 quanta: adding and subtracting it rounds to the quantum */
	uint32_t limit_bits; /* bits of the largest float magnitude that one addend may have */
} gd_quantum;

/* Exponents have a meaning between these: a quantum of 2^-149 keeps every float, and at the coarsest no finite float is out of range. */
#define GD_QUANTUM_FINEST (-149)
int gd_quantum_coarsest(int addends);

/*
 * The quantum 2^exponent (outside the bounds above: the nearer bound). addends >= 1. One addend may have up to
 * min(2^51, 2^53 / addends) quanta, with addends rounded up to a power of two, and never more than FLT_MAX.
 */
gd_quantum gd_quantum_of(int exponent, int addends);

/*
 * The exponent for a tensor whose largest addend or sum had the magnitude `largest` (a globally
 * reduced value): the finest that leaves addends a headroom of 2^8 above it. With up to 2^9 addends every bit of a
 * float 2^-12 below `largest` is kept. `fallback` where `largest` is 0; the coarsest where it is not finite.
 */
int gd_quantum_exponent(double largest, int addends, int fallback);

/*
 * sum[i] += value[i] rounded to the quantum, i < count. Returns the largest magnitude met, as the bits of a float:
 * above quantum.limit_bits the sums are not to be used (repeat with a coarser quantum), and
 * above 0x7f7fffff a value was not finite. At most half a quantum is lost in each addend.
 */
uint32_t gd_exact_sum_add(size_t count, const float *value, gd_quantum quantum, double *sum);
uint32_t gd_exact_sum_add_ref(size_t count, const float *value, gd_quantum quantum, double *sum);

/*
 * Several limbs at fixed quanta: for the few sums that need range more than speed (loss, moments of
 * a batch normalisation). An addend is rounded to a multiple of 2^-110 (without loss if it has no finer bits); one above 2^130 in
 * magnitude, or not finite, makes the sum NaN. The sum is that of the rounded addends, whatever their number and order,
 * while the sum of their magnitudes is below 2^142 (so for 2^12 addends of any size; larger totals may turn NaN).
 * Summed over ranks limb by limb: up to 2^13 partial sums may be added up so.
 */
#define GD_WIDE_LIMBS 6
typedef struct gd_wide_sum {
	double limb[GD_WIDE_LIMBS];
} gd_wide_sum;

/* A zeroed gd_wide_sum is an empty one. */
void gd_wide_sum_add(gd_wide_sum *sum, double value);
/* The sum, rounded to a double with an error of about one unit in the last place: a function of the sum alone, not of how its limbs came about. */
double gd_wide_sum_value(const gd_wide_sum *sum);

#endif
