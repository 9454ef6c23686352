/*
 * Elementary functions in double, defined here: additions, multiplications, divisions, fma(), fmod(), rint(), frexp() and ldexp() alone, which
 * are exact or rounded correctly everywhere. So they give the same bits on every processor, with every compiler and C library,
 * where libm's depend on all three. What stands between a table's bytes and the weights calls these; what may still call libm
 * is listed in tests/layout/libm.sh, which looks at every room's objects. Local.
 *
 * Errors, in units in the last place of the result (subnormal results included), are bounds that the tests assert.
 */
#ifndef GD_REAL_H
#define GD_REAL_H

/* The natural logarithm, within 0.51 units. NaN below 0, -infinity for 0. */
double gd_real_log(double x);
/* The logarithm to base 2, within 0.51 units; exact for powers of two. */
double gd_real_log2(double x);
/* e to the power of x, within 0.54 units; infinity and 0 where that is out of range. */
double gd_real_exp(double x);
/* x to the power of y, for x >= 0 (else NaN), within 0.54 units; 1 for y = 0 and for x = 1. */
double gd_real_pow(double x, double y);
/* sin and cos of `turns` whole turns: sin(2 pi turns), within 0.58 units for every finite number,
 * exact for multiples of a quarter. NaN for others. */
double gd_real_sine(double turns);
double gd_real_cosine(double turns);

#endif
