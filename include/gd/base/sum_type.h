/* What sums over the ranks are made of. */
#ifndef GD_SUM_TYPE_H
#define GD_SUM_TYPE_H

#include <stddef.h>

typedef enum gd_sum_type { GD_DOUBLES, GD_FLOATS } gd_sum_type;

static inline size_t gd_sum_type_size(gd_sum_type number)
{
	return number == GD_DOUBLES ? sizeof(double) : sizeof(float);
}

#endif
