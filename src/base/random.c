#include "gd/base/random.h"

#include <math.h>
#include <string.h>

/* The last counter word tells apart what a block of bits is for, so that no two uses share one. */
enum { BLOCK_BITS = 0, BLOCK_NORMAL = 1, BLOCK_KEY = 2 };

void gd_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];
	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)UINT32_C(0xD2511F53) * c0;
		uint64_t p1 = (uint64_t)UINT32_C(0xCD9E8D57) * c2;
		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c1 = (uint32_t)p1;
		c3 = (uint32_t)p0;
		k0 += UINT32_C(0x9E3779B9);
		k1 += UINT32_C(0xBB67AE85);
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

static void block(uint64_t key, uint64_t position, uint32_t third, uint32_t use, uint32_t out[4])
{
	const uint32_t counter[4] = {(uint32_t)position, (uint32_t)(position >> 32), third, use};
	const uint32_t words[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
	gd_philox(counter, words, out);
}

/*
 * A Feistel permutation of (purpose, low 56 bits of index) whose round function is Philox keyed by the
 * seed: being a bijection, it gives different keys to different purposes and indices of one seed, which
 * merely truncating Philox's 128 bits would not promise. The index's top byte varies the permutation.
 */
uint64_t gd_random_key(uint64_t seed, gd_purpose purpose, uint64_t index)
{
	uint32_t left = (uint32_t)purpose << 24 | (uint32_t)(index >> 32 & 0xFFFFFF);
	uint32_t right = (uint32_t)index;
	uint32_t tweak = (uint32_t)(index >> 56);
	for (uint32_t round = 0; round < 6; round++) {
		uint32_t out[4];
		block(seed, (uint64_t)round << 32 | right, tweak, BLOCK_KEY, out);
		uint32_t mixed = left ^ out[0];
		left = right;
		right = mixed;
	}
	return (uint64_t)left << 32 | right;
}

uint64_t gd_random_bits(uint64_t key, uint64_t position)
{
	uint32_t out[4];
	block(key, position, 0, BLOCK_BITS, out);
	return (uint64_t)out[1] << 32 | out[0];
}

/* Odd multiples of 2^-53: all exact, symmetric about one half, and neither 0 nor 1 among them. */
static double open_unit(uint64_t bits)
{
	return (double)(bits >> 11 | 1) * 0x1p-53;
}

double gd_random_uniform(uint64_t key, uint64_t position)
{
	return open_unit(gd_random_bits(key, position));
}

/*
 * Logarithm and cosine from additions, multiplications and divisions alone: a host's mathematical
 * library may pick other code on another processor, and initial weights must be the same bits everywhere.
 */

/* ln x for a normal x in (0, 1), to within about 1e-16 of its value; Source: fdlibm's e_log.c, the series in s = f/(2+f). */
static double natural_logarithm(double x)
{
	static const double high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10;
	static const double c1 = 6.666666666666735130e-01, c2 = 3.999999999940941908e-01;
	static const double c3 = 2.857142874366239149e-01, c4 = 2.222219843214978396e-01;
	static const double c5 = 1.818357216161805012e-01, c6 = 1.531383769920937332e-01;
	static const double c7 = 1.479819860511658591e-01;
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	int exponent = (int)(bits >> 52) - 1023;
	bits = (bits & UINT64_C(0xFFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
	double m;
	memcpy(&m, &bits, sizeof m);
	if (m > 1.4142135623730951) {
		m *= 0.5;
		exponent++;
	}
	double f = m - 1.0, s = f / (2.0 + f), z = s * s;
	double series = z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * (c5 + z * (c6 + z * c7))))));
	double half_square = 0.5 * f * f;
	return exponent * high - ((half_square - (s * (half_square + series) + exponent * low)) - f);
}

/* cos 2πv for v in (0, 1) that is a multiple of 2^-53: the reduction to an eighth of a turn is exact; Source: fdlibm's k_cos.c and k_sin.c. */
static double cosine_of_turns(double v)
{
	double quarters = v * 4.0;
	int quadrant = (int)(quarters + 0.5);
	double x = (quarters - quadrant) * 1.5707963267948966, z = x * x;
	double cosine = 1.0 - 0.5 * z + z * z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 +
		z * (2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07 +
		z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
	double sine = x + x * z * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03 +
		z * (-1.98412698298579493134e-04 + z * (2.75573137070700676789e-06 +
		z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
	switch (quadrant) {
	case 1: return -sine;
	case 2: return -cosine;
	case 3: return sine;
	default: return cosine;
	}
}

double gd_random_normal(uint64_t key, uint64_t position)
{
	uint32_t out[4];
	block(key, position, 0, BLOCK_NORMAL, out);
	double radius = open_unit((uint64_t)out[1] << 32 | out[0]);
	double turns = open_unit((uint64_t)out[3] << 32 | out[2]);
	return sqrt(-2.0 * natural_logarithm(radius)) * cosine_of_turns(turns);
}
