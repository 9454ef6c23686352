#include "gd/table/ordered.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"

/* A number's place in the order of all doubles; zeros are one. */
static uint64_t key_of(double value)
{
	uint64_t bits;
	value += 0.0;
	memcpy(&bits, &value, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* The number that is `key` in that order; beyond the infinite, these. */
static double value_of(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
	double value;
	memcpy(&value, &bits, sizeof value);
	return isnan(value) ? (key >> 63 ? INFINITY : -INFINITY) : value;
}

/* By the keys' digits, the last one first; a digit that all have in common is passed over. */
static bool sort(double *values, int64_t count)
{
	enum { BITS = 11,
		DIGITS = 6,
		SIZE = 1 << BITS };
	uint64_t *from = malloc((size_t)count * sizeof *from), *to = malloc((size_t)count * sizeof *to);
	int64_t(*places)[SIZE] = calloc(DIGITS, sizeof *places);
	bool enough = (from && to && places) || !count;
	for (int64_t i = 0; i < count && enough; i++) {
		from[i] = key_of(values[i]);
		for (int digit = 0; digit < DIGITS; digit++)
			places[digit][from[i] >> (BITS * digit) & (SIZE - 1)]++;
	}
	for (int digit = 0; digit < DIGITS && enough && count; digit++) {
		int64_t *place = places[digit], start = 0;
		int shift = BITS * digit;
		if (place[from[0] >> shift & (SIZE - 1)] == count)
			continue;
		for (int i = 0; i < SIZE; i++) {
			int64_t some = place[i];
			place[i] = start;
			start += some;
		}
		for (int64_t i = 0; i < count; i++)
			to[place[from[i] >> shift & (SIZE - 1)]++] = from[i];
		uint64_t *other = from;
		from = to;
		to = other;
	}
	for (int64_t i = 0; i < count && enough; i++)
		values[i] = value_of(from[i]);
	free(from);
	free(to);
	free(places);
	return enough;
}

gd_status gd_ordered_init(gd_ordered *ordered, const gd_status *mine, double *values, int64_t count, const gd_together *together)
{
	*ordered = (gd_ordered){values, count, count, together};
	gd_status status = *mine;
	if (!gd_failed(&status) && !sort(values, count))
		status = gd_out_of_memory("the order of values");
	return gd_together_sum(together, &status, &ordered->total, 1);
}

/* Of those held here, how many are below `value`, or not above it. */
static int64_t count_here(const gd_ordered *ordered, double value, bool or_equal)
{
	int64_t low = 0, high = ordered->count;
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (ordered->values[middle] < value || (or_equal && ordered->values[middle] == value))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The least key up to which there are more values than `place`, bit by bit, for all places at once. */
gd_status gd_ordered_at(const gd_ordered *ordered, size_t count, const int64_t *places, double *values)
{
	gd_status status = gd_ok();
	if (!ordered->together) {
		for (size_t i = 0; i < count; i++)
			values[i] = ordered->values[places[i]] + 0.0;
		return status;
	}
	uint64_t *key = gd_allocate(count, sizeof *key);
	int64_t *up_to = gd_allocate(count, sizeof *up_to);
	if (!key || !up_to)
		status = gd_out_of_memory("the order of values");
	status = gd_together_agree(ordered->together, &status);
	for (int bit = 63; bit >= 0 && !gd_failed(&status); bit--) {
		uint64_t step = UINT64_C(1) << bit;
		for (size_t i = 0; i < count; i++)
			up_to[i] = count_here(ordered, value_of(key[i] | (step - 1)), true);
		status = gd_together_sum(ordered->together, &status, up_to, count);
		for (size_t i = 0; i < count && !gd_failed(&status); i++)
			key[i] |= up_to[i] <= places[i] ? step : 0;
	}
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		values[i] = value_of(key[i]) + 0.0;
	free(key);
	free(up_to);
	return status;
}

gd_status gd_ordered_count(const gd_ordered *ordered, size_t count, const double *values, int64_t *below, int64_t *up_to)
{
	gd_status status = gd_ok();
	for (size_t i = 0; i < count; i++) {
		below[i] = count_here(ordered, values[i], false);
		up_to[i] = count_here(ordered, values[i], true);
	}
	status = gd_together_sum(ordered->together, &status, below, count);
	return gd_failed(&status) ? status : gd_together_sum(ordered->together, &status, up_to, count);
}
