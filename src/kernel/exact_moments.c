#include "gd/kernel/exact_moments.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef unsigned __int128 wide;

enum {
	DIGIT = 32,
	MANTISSA = 53,
	SUM_UNIT = -1074,
	SQUARE_UNIT = -2148,
	MOST_PENDING = 1 << 28, /* additions of less than 2^33 to a digit stay below 2^62 */
	GUARD = 8,              /* digits below the unit, for what a division leaves */
	LONG = GD_EXACT_SQUARE_DIGITS + GUARD,
};

/* ---- adding ---- */

static void add_bits(int64_t *digit, wide bits, int place, bool negative)
{
	int shift = place % DIGIT;
	for (digit += place / DIGIT; bits; bits >>= DIGIT, digit++) {
		uint64_t shifted = (uint64_t)(uint32_t)bits << shift;
		int64_t low = (int64_t)(shifted & UINT32_MAX), high = (int64_t)(shifted >> DIGIT);
		digit[0] += negative ? -low : low;
		digit[1] += negative ? -high : high;
	}
}

/* A value's sum and square, once: the same, with no loop over digits. */
static void add_once(gd_exact_moments *moments, uint64_t mantissa, int place, bool negative)
{
	int shift = place % DIGIT;
	int64_t *digit = moments->sum + place / DIGIT, sign = negative ? -1 : 0;
	wide bits = (wide)mantissa << shift;
	for (int i = 0; i < 3; i++)
		digit[i] += ((int64_t)(uint32_t)(bits >> DIGIT * i) ^ sign) - sign;
	place *= 2;
	shift = place % DIGIT;
	digit = moments->square + place / DIGIT;
	bits = (wide)mantissa * mantissa;
	wide low = (wide)(uint64_t)bits << shift, high = bits >> 64 << shift;
	for (int i = 0; i < 3; i++) {
		digit[i] += (uint32_t)(low >> DIGIT * i);
		digit[i + 2] += (uint32_t)(high >> DIGIT * i);
	}
}

/* Every digit but the last into [0, 2^32): there is one way to write a number so. */
static void carry(int64_t *digit, int count)
{
	int64_t over = 0;
	for (int i = 0; i < count - 1; i++) {
		int64_t whole = digit[i] + over;
		digit[i] = whole & UINT32_MAX;
		over = whole >> DIGIT;
	}
	digit[count - 1] += over;
}

static void carry_all(gd_exact_moments *moments)
{
	carry(moments->sum, GD_EXACT_SUM_DIGITS);
	carry(moments->square, GD_EXACT_SQUARE_DIGITS);
	moments->pending = 0;
}

void gd_exact_moments_add(gd_exact_moments *moments, double value, int times)
{
	assert(times >= 0 && times <= GD_EXACT_MOST_TIMES);
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	int exponent = (int)(bits >> 52 & 0x7ff);
	uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | (uint64_t)(exponent > 0) << 52;
	moments->count += times;
	if (exponent == 0x7ff) {
		moments->broken += times;
		return;
	}
	if (!mantissa)
		return;
	int place = exponent ? exponent - 1 : 0;
	if (times == 1) {
		add_once(moments, mantissa, place, bits >> 63);
	} else {
		add_bits(moments->sum, (wide)mantissa * (unsigned)times, place, bits >> 63);
		add_bits(moments->square, (wide)mantissa * mantissa * (unsigned)times, 2 * place, false);
	}
	if (++moments->pending == MOST_PENDING)
		carry_all(moments);
}

void gd_exact_moments_pack(gd_exact_moments *moments, double *flat)
{
	carry_all(moments);
	for (int i = 0; i < GD_EXACT_SUM_DIGITS; i++)
		*flat++ = (double)moments->sum[i];
	for (int i = 0; i < GD_EXACT_SQUARE_DIGITS; i++)
		*flat++ = (double)moments->square[i];
	*flat++ = (double)moments->count;
	*flat++ = (double)moments->broken;
}

void gd_exact_moments_unpack(gd_exact_moments *moments, const double *flat)
{
	for (int i = 0; i < GD_EXACT_SUM_DIGITS; i++)
		moments->sum[i] = (int64_t)*flat++;
	for (int i = 0; i < GD_EXACT_SQUARE_DIGITS; i++)
		moments->square[i] = (int64_t)*flat++;
	moments->count = (int64_t)*flat++;
	moments->broken = (int64_t)*flat++;
	carry_all(moments);
}

/* ---- long natural numbers, least digit first ---- */

/* |number| [count] behind `below` zero digits; true if it was negative. The digits are in their range. */
static bool magnitude_of(const int64_t *number, int count, int below, uint32_t *magnitude)
{
	bool negative = number[count - 1] < 0;
	int64_t over = 0;
	memset(magnitude, 0, (size_t)below * sizeof *magnitude);
	for (int i = 0; i < count; i++) {
		int64_t whole = (negative ? -number[i] : number[i]) + over;
		magnitude[below + i] = (uint32_t)(whole & UINT32_MAX);
		over = whole >> DIGIT;
	}
	assert(over == 0);
	return negative;
}

/* number [count] becomes its quotient by `divisor`, below 2^62; true if there is a remainder. */
static bool divide(uint32_t *number, int count, uint64_t divisor)
{
	uint64_t rest = 0;
	for (int i = count - 1; i >= 0; i--) {
		wide part = (wide)rest << DIGIT | number[i];
		number[i] = (uint32_t)(part / divisor);
		rest = (uint64_t)(part % divisor);
	}
	return rest != 0;
}

static int length_in_bits(const uint32_t *number, int count)
{
	while (count > 0 && !number[count - 1])
		count--;
	return count ? DIGIT * count - __builtin_clz(number[count - 1]) : 0;
}

/* `bits` (at most 128) bits from `place` on; places past the end are 0. *below: whether anything lies under them. */
static wide extract(const uint32_t *number, int count, int place, int bits, bool *below)
{
	wide found = 0;
	for (int bit = bits - 1; bit >= 0; bit--) {
		int at = place + bit;
		found = found << 1 | (at < DIGIT * count ? number[at / DIGIT] >> at % DIGIT & 1 : 0);
	}
	*below = false;
	for (int at = 0; at < place && at < DIGIT * count && !*below; at += DIGIT) {
		uint32_t digit = number[at / DIGIT];
		*below = (place - at < DIGIT ? digit & ((UINT32_C(1) << (place - at)) - 1) : digit) != 0;
	}
	return found;
}

/* The double nearest to number * 2^unit, with a little more if `more`; of two as near, the even one. */
static double rounded(const uint32_t *number, int count, int unit, bool more)
{
	int length = length_in_bits(number, count), place = length - MANTISSA;
	bool below;
	if (place + unit < SUM_UNIT)
		place = SUM_UNIT - unit;
	if (place <= 0)
		return ldexp((double)(uint64_t)extract(number, count, 0, MANTISSA, &below), unit);
	uint64_t kept = (uint64_t)extract(number, count, place - 1, MANTISSA + 1, &below);
	bool half = kept & 1;
	kept >>= 1;
	kept += half && (below || more || (kept & 1));
	return ldexp((double)kept, place + unit);
}

/* ---- results ---- */

double gd_exact_moments_mean(gd_exact_moments *moments)
{
	enum { COUNT = GD_EXACT_SUM_DIGITS + GUARD };
	uint32_t number[COUNT];
	if (moments->count < 1 || moments->broken)
		return NAN;
	carry_all(moments);
	bool negative = magnitude_of(moments->sum, GD_EXACT_SUM_DIGITS, GUARD, number);
	bool more = divide(number, COUNT, (uint64_t)moments->count);
	double mean = rounded(number, COUNT, SUM_UNIT - GUARD * DIGIT, more);
	return negative ? -mean : mean;
}

/* number [LONG] = count * the sum of squares - the sum squared, behind the guard digits. */
static void find_spread(const gd_exact_moments *moments, uint32_t *number)
{
	uint32_t sum[GD_EXACT_SUM_DIGITS];
	uint64_t count = (uint64_t)moments->count;
	magnitude_of(moments->sum, GD_EXACT_SUM_DIGITS, 0, sum);
	magnitude_of(moments->square, GD_EXACT_SQUARE_DIGITS, GUARD, number);
	uint32_t *spread = number + GUARD;
	wide over = 0;
	for (int i = 0; i < GD_EXACT_SQUARE_DIGITS; i++) {
		over += (wide)count * spread[i];
		spread[i] = (uint32_t)over;
		over >>= DIGIT;
	}
	assert(over == 0);
	for (int i = 0; i < GD_EXACT_SUM_DIGITS; i++) {
		/* Takes sum[i] * sum * 2^(32 i) away. */
		uint64_t product = 0;
		int64_t borrow = 0;
		for (int k = i; sum[i] && k < GD_EXACT_SQUARE_DIGITS; k++) {
			product += k - i < GD_EXACT_SUM_DIGITS ? (uint64_t)sum[i] * sum[k - i] : 0;
			int64_t left = (int64_t)spread[k] - (int64_t)(uint32_t)product + borrow;
			spread[k] = (uint32_t)left;
			borrow = left >> DIGIT;
			product >>= DIGIT;
		}
		assert(borrow == 0);
	}
}

/* The largest whole number whose square is not above n, which is below 2^127. */
static uint64_t root_of(wide n)
{
	uint64_t root = (uint64_t)sqrt((double)n);
	for (int i = 0; root && i < 2; i++)
		root = (uint64_t)((root + n / root) / 2);
	while ((wide)root * root > n)
		root--;
	while ((wide)(root + 1) * (root + 1) <= n)
		root++;
	return root;
}

double gd_exact_moments_deviation(gd_exact_moments *moments)
{
	enum { BITS = 126 };
	uint32_t number[LONG];
	if (moments->count < 1 || moments->broken)
		return NAN;
	carry_all(moments);
	find_spread(moments, number);
	bool more = divide(number, LONG, (uint64_t)moments->count);
	more = divide(number, LONG, (uint64_t)moments->count) || more;
	int length = length_in_bits(number, LONG);
	if (!length)
		return 0.0;
	/* The variance begins with at least 125 bits here: its whole root has the bits of the deviation, and what is cut off only says "a little more". */
	int place = length - BITS;
	place += place & 1;
	bool below;
	wide top = extract(number, LONG, place, BITS, &below);
	uint64_t root = root_of(top);
	uint32_t digits[2] = {(uint32_t)root, (uint32_t)(root >> DIGIT)};
	return rounded(digits, 2, (place + SQUARE_UNIT - GUARD * DIGIT) / 2, more || below || (wide)root * root != top);
}
