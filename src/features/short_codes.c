#include "gd/features/short_codes.h"

#include <math.h>
#include <stdlib.h>

#include "gd/base/memory.h"

enum { NEGATIVE_ZERO = 14, MISSING = 15 };

/* 1 over the last two is what they are for. */
const double gd_short_divisors[GD_SHORT_DIVISORS] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, -INFINITY, NAN};

gd_status gd_short_codes_init(gd_short_codes *form, size_t count)
{
	*form = (gd_short_codes){count, gd_allocate(count, sizeof *form->divisors), gd_allocate(count, sizeof *form->places)};
	for (size_t i = 0; i < count && form->divisors; i++)
		form->divisors[i] = 1;
	return form->divisors && form->places ? gd_ok() : gd_out_of_memory("the records");
}

void gd_short_codes_release(gd_short_codes *form)
{
	free(form->divisors);
	free(form->places);
	*form = (gd_short_codes){0};
}

/* A number by itself, with the least divisor that will do. */
static bool find_place(gd_short_codes *form, size_t i, const double *code, int32_t *word)
{
	const gd_short_codes_kernels *kernels = GD_CHOSEN(gd_short_codes_kernels);
	for (int32_t place = 0; place < NEGATIVE_ZERO; place++)
		if (kernels->pack(1, code, &gd_short_divisors[place], &place, word)) {
			form->places[i] = place;
			form->divisors[i] = gd_short_divisors[place];
			return true;
		}
	return false;
}

bool gd_short_codes_pack(gd_short_codes *form, const double *codes, int32_t *words)
{
	const gd_short_codes_kernels *kernels = GD_CHOSEN(gd_short_codes_kernels);
	if (kernels->pack(form->count, codes, form->divisors, form->places, words))
		return true;
	for (size_t i = 0; i < form->count; i++) {
		if (isnan(codes[i]))
			words[i] = gd_short_whole(1) + MISSING;
		else if (codes[i] == 0 && signbit(codes[i]))
			words[i] = gd_short_whole(1) + NEGATIVE_ZERO;
		else if (!kernels->pack(1, codes + i, form->divisors + i, form->places + i, words + i) && !find_place(form, i, codes + i, words + i))
			return false;
	}
	return true;
}

void gd_short_codes_expand(size_t count, const int32_t *words, double *codes)
{
	GD_CHOSEN(gd_short_codes_kernels)->expand(count, words, gd_short_divisors, codes);
}
