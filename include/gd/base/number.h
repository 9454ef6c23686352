/* What sums over the ranks are made of. */
#ifndef GD_NUMBER_H
#define GD_NUMBER_H

#include <stddef.h>

typedef enum gd_number { GD_DOUBLES, GD_FLOATS } gd_number;

static inline size_t gd_number_size(gd_number number)
{
	return number == GD_DOUBLES ? sizeof(double) : sizeof(float);
}

#endif
