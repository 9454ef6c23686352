#include "gd/kernel/exact_sum.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "gd/kernel/exact_sum_kernels.h"

#define FLOAT_EXPONENT_END 128 /* FLT_MAX < 2^128 */
#define HEADROOM 8             /* powers of two left free above the largest magnitude known */

/* The smallest n with 2^n >= addends. */
static int log2_ceiling(int addends)
{
	assert(addends >= 1);
	int exponent = 0;
	while ((int64_t)1 << exponent < addends)
		exponent++;
	return exponent;
}

/* An addend may have up to two to this power quanta: the magic number rounds up to 2^51, and all addends together must stay within 2^53. */
static int log2_limit(int addends)
{
	int limit = DBL_MANT_DIG - log2_ceiling(addends);
	return limit < DBL_MANT_DIG - 2 ? limit : DBL_MANT_DIG - 2;
}

int gd_quantum_coarsest(int addends)
{
	return FLOAT_EXPONENT_END - log2_limit(addends);
}

static int clamp_exponent(int exponent, int addends)
{
	int coarsest = gd_quantum_coarsest(addends);
	if (exponent > coarsest)
		return coarsest;
	return exponent < GD_QUANTUM_FINEST ? GD_QUANTUM_FINEST : exponent;
}

gd_quantum gd_quantum_of(int exponent, int addends)
{
	exponent = clamp_exponent(exponent, addends);
	int limit_exponent = exponent + log2_limit(addends);
	float limit = limit_exponent >= FLOAT_EXPONENT_END ? FLT_MAX : ldexpf(1.0f, limit_exponent);
	gd_quantum quantum = {.magic = ldexp(GD_EXACT_MAGIC, exponent)};
	memcpy(&quantum.limit_bits, &limit, sizeof limit);
	return quantum;
}

int gd_quantum_exponent(double largest, int addends, int fallback)
{
	if (largest == 0.0)
		return clamp_exponent(fallback, addends);
	if (!isfinite(largest))
		return gd_quantum_coarsest(addends);
	int above;
	frexp(largest, &above);
	return clamp_exponent(above + HEADROOM - log2_limit(addends), addends);
}

uint32_t gd_exact_sum_add(size_t count, const float *value, gd_quantum quantum, double *sum)
{
	return GD_CHOSEN(gd_exact_sum_kernels)->add(count, value, quantum, sum);
}

uint32_t gd_exact_sum_add_ref(size_t count, const float *value, gd_quantum quantum, double *sum)
{
	double step = quantum.magic / GD_EXACT_MAGIC;
	uint32_t largest = 0;
	for (size_t i = 0; i < count; i++) {
		float magnitude = fabsf(value[i]);
		uint32_t bits;
		memcpy(&bits, &magnitude, sizeof bits);
		if (bits > largest)
			largest = bits;
		sum[i] += nearbyint((double)value[i] / step) * step;
	}
	return largest;
}

/*
 * Neighbouring quanta are 2^40 apart. After each addition every limb but
 * the top one is brought back to half a quantum of the limb above (2^39 of its own), so that 2^14 of them add up exactly.
 */
#define WIDE_ADDEND 0x1p130
#define WIDE_TOTAL 0x1p142 /* 2^52 quanta of the top limb */

static const double wide_quantum[GD_WIDE_LIMBS] = {0x1p90, 0x1p50, 0x1p10, 0x1p-30, 0x1p-70, 0x1p-110};

/* Their reciprocals, exact as powers of two are. */
static const double quanta_of_one[GD_WIDE_LIMBS] = {0x1p-90, 0x1p-50, 0x1p-10, 0x1p30, 0x1p70, 0x1p110};

void gd_wide_sum_add(gd_wide_sum *sum, double value)
{
	if (!(fabs(value) <= WIDE_ADDEND)) {
		sum->limb[0] = NAN;
		return;
	}
	for (int k = 0; k < GD_WIDE_LIMBS; k++) {
		double magic = GD_EXACT_MAGIC * wide_quantum[k];
		double rounded = (value + magic) - magic;
		sum->limb[k] += rounded;
		value -= rounded;
	}
	for (int k = GD_WIDE_LIMBS - 1; k > 0; k--) {
		double magic = GD_EXACT_MAGIC * wide_quantum[k - 1];
		double carry = (sum->limb[k] + magic) - magic;
		sum->limb[k] -= carry;
		sum->limb[k - 1] += carry;
	}
	if (!(fabs(sum->limb[0]) <= WIDE_TOTAL))
		sum->limb[0] = NAN;
}

double gd_wide_sum_value(const gd_wide_sum *sum)
{
	double limb[GD_WIDE_LIMBS];
	memcpy(limb, sum->limb, sizeof limb);
	/* Unlike limbs may stand for one sum; with each remainder in [-1/2, 1/2) of the quantum above there is one way to write it. */
	for (int k = GD_WIDE_LIMBS - 1; k > 0; k--) {
		double above = wide_quantum[k - 1], per_quantum = quanta_of_one[k - 1];
		double carry = floor(limb[k] * per_quantum) * above;
		double remainder = limb[k] - carry;
		if (remainder >= above / 2) {
			remainder -= above;
			carry += above;
		}
		limb[k] = remainder;
		limb[k - 1] += carry;
	}
	if (!(fabs(limb[0]) <= WIDE_TOTAL))
		return NAN;
	/* From the smallest: only the last two additions can round at the result's own precision. */
	double value = 0.0;
	for (int k = GD_WIDE_LIMBS - 1; k >= 0; k--)
		value += limb[k];
	return value;
}
