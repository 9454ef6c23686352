/* The values that a sweep gives one option: a list, or a range. Local. */
#ifndef GD_SWEEP_VALUES_H
#define GD_SWEEP_VALUES_H

#include <stdbool.h>

#include "gd/base/memory.h"
#include "gd/base/options.h"

typedef struct gd_sweep_values {
	int count;          /* of a list, or of a range's points; a range to draw from: its two ends */
	const char **value; /* [count] as text */
	bool range, logarithmic;
	bool whole;         /* numbers are rounded */
	double low, high;
} gd_sweep_values;

/*
 * "A B C" (commas do as well, but for widths and texts); "uniform LOW HIGH N" and "log LOW HIGH N" with N points, ends included; when `drawn`, "uniform LOW HIGH" and "log LOW HIGH".
 * The message of an error lacks place and name.
 */
GD_CHECKED gd_status gd_sweep_values_read(const gd_option *option, const char *text, bool drawn, gd_arena *arena, gd_sweep_values *values);

/* What configuration `index` draws for the entry `position`, a function of these and the seed; ranges to four digits, the same on every host. NULL: out of memory. */
const char *gd_sweep_values_draw(const gd_sweep_values *values, uint64_t seed, uint64_t index, uint64_t position, gd_arena *arena);

#endif
