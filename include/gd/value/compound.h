/* Amounts that are no single number and unit: 1h 30m, PT1H30M, 1 days 02:03:04, 5'11", 3 1/4 in, 45°30'N. Local. */
#ifndef GD_COMPOUND_H
#define GD_COMPOUND_H

#include <stdbool.h>

#include "gd/value/quantity.h"

/*
 * Reads one of these: amounts of falling units of one measure, in the last one; a duration of ISO 8601, or one that ends in H:MM:SS, in s; feet and inches by their marks, in in;
 * a fraction with or without a whole number before it, whose unit is "/" where there is no other; degrees with minutes, seconds or a hemisphere, south and west below zero, in °.
 */
bool gd_compound_read(const char *text, gd_quantity *quantity);

#endif
