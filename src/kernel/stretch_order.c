#include "gd/kernel/stretch_order.h"

#include <assert.h>

enum {
	LEAST_STRETCHES = 16, /* of a window: another choice of neighbours each epoch */
	MOST_ROWS = 1 << 16,  /* of a stretch: long enough to be read at a disk's full speed */
};

int64_t gd_stretch_rows(int64_t window)
{
	int64_t rows = 1;
	while (rows < MOST_ROWS && 2 * rows <= window / LEAST_STRETCHES)
		rows *= 2;
	return rows;
}

void gd_stretch_order_init(gd_stretch_order *order, int64_t rows, int64_t stretch, uint64_t key)
{
	assert(rows >= 1 && stretch >= 1);
	int64_t stretches = (rows - 1) / stretch + 1;
	*order = (gd_stretch_order){.rows = rows, .stretch = stretch, .last_rows = rows - (stretches - 1) * stretch};
	gd_permutation_init(&order->permutation, (uint64_t)stretches, key);
	order->last_place = (int64_t)gd_permutation_position(&order->permutation, (uint64_t)stretches - 1) * stretch;
}

gd_run gd_stretch_order_run(const gd_stretch_order *order, int64_t place, int64_t most)
{
	assert(place >= 0 && place < order->rows && most >= 1);
	/* Behind the last stretch, places are those of an order in which it were as long as all others. */
	int64_t shorter = place < order->last_place + order->last_rows ? 0 : order->stretch - order->last_rows, even = place + shorter;
	int64_t stretch = (int64_t)gd_permutation_at(&order->permutation, (uint64_t)(even / order->stretch)), within = even % order->stretch;
	int64_t length = stretch == (order->rows - 1) / order->stretch ? order->last_rows : order->stretch;
	return (gd_run){.first = stretch * order->stretch + within, .count = length - within < most ? length - within : most};
}
