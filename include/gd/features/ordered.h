/* Values in order, which several may hold: places in the order of all, and how many are less. Local, or as gd_together says. */
#ifndef GD_ORDERED_H
#define GD_ORDERED_H

#include <stdbool.h>

#include "gd/base/spill.h"
#include "gd/features/together.h"

/* A rank's normal quantile, which many columns have in common; rank 0: none. */
typedef struct gd_known_normal {
	double rank, normal;
} gd_known_normal;

enum { GD_KNOWN_NORMALS = 1 << 12 };

/* Room for values in order, and to put them there, which one column after the other may have; a zeroed one is empty. */
typedef struct gd_ordered_room {
	double *values, *others; /* [room] */
	size_t room;
	gd_known_normal *known; /* [GD_KNOWN_NORMALS] */
} gd_ordered_room;
void gd_ordered_room_release(gd_ordered_room *room);

typedef struct gd_ordered {
	const double *values; /* [count], rising, finite: those held here; NULL: they are in `pile` */
	double *own;          /* where they are, if gd_ordered_sort put them there; the room's */
	gd_pile *pile;
	double *first;        /* [chunks]: the first value of each chunk of the pile */
	int64_t count;
	int64_t total;        /* of all holders */
	bool may_fail;        /* some holder's are in a pile, so that reading them may fail */
	const gd_together *together;
	gd_known_normal *known; /* [GD_KNOWN_NORMALS], the room's: found by hash; NULL: none are known */
} gd_ordered;

/*
 * Takes a pile of values over and puts them in order: at once where twice their size fits into spill->work, else in runs that are merged. Released also on failure, before the room that it has.
 */
GD_CHECKED gd_status gd_ordered_sort(gd_ordered *ordered, const gd_status *mine, gd_pile *values, gd_ordered_room *room, const gd_together *together);
void gd_ordered_release(gd_ordered *ordered);
/* The value at place `index` of those held here; anything on failure (pile->spill->status). */
double gd_ordered_value(const gd_ordered *ordered, int64_t index);
/* Whether all values could be read so far. */
GD_CHECKED gd_status gd_ordered_check(const gd_ordered *ordered);
/* Puts values [count] in order in place; they stay the caller's. `mine`: the status of what led here. */
GD_CHECKED gd_status gd_ordered_init(gd_ordered *ordered, const gd_status *mine, double *values, int64_t count, const gd_together *together);
/* values [count], overwritten: those at places [count], each within [0, total), of the order of all. A zero is positive. */
GD_CHECKED gd_status gd_ordered_at(const gd_ordered *ordered, size_t count, const int64_t *places, double *values);
/* How many of all are below each of values [count], and how many are not above it. */
GD_CHECKED gd_status gd_ordered_count(const gd_ordered *ordered, size_t count, const double *values, int64_t *below, int64_t *up_to);

#endif
