#include "gd/features/short_codes_kernels.h"

#include <string.h>

static const double to_whole = 0x1.8p52, bound = 0x1p27;

static bool pack(size_t count, const double *codes, const double *divisors, const int32_t *places, int32_t *words)
{
	int64_t wrong = 0;
	for (size_t i = 0; i < count; i++) {
		double whole = (codes[i] * divisors[i] + to_whole) - to_whole, back;
		int64_t bits, expected;
		whole = whole > -bound && whole < bound ? whole : 0;
		back = whole / divisors[i];
		memcpy(&bits, &back, sizeof bits);
		memcpy(&expected, codes + i, sizeof expected);
		wrong |= bits ^ expected;
		words[i] = (int32_t)whole * GD_SHORT_DIVISORS + places[i];
	}
	return !wrong;
}

static void expand(size_t count, const int32_t *words, const double *divisors, double *codes)
{
	for (size_t i = 0; i < count; i++)
		codes[i] = (words[i] >> GD_SHORT_PLACES) / divisors[words[i] & (GD_SHORT_DIVISORS - 1)];
}

const gd_short_codes_kernels GD_TABLE(gd_short_codes_kernels) = {pack, expand};
