/*
 * Which rank gets a record, by the hash of its key. The least keys are the test part, the next ones the validation part: so all hashes are cut into three regions, about those of the parts, and each
 * region into one range a rank, so that every rank has an equal share of each part. In the order of the hashes, range `i` is of region i / ranks and of rank i % ranks. Local.
 */
#ifndef GD_PREPROCESS_RANGES_H
#define GD_PREPROCESS_RANGES_H

#include <stdint.h>

#include "gd/preprocess/preprocess.h"

enum { GD_REGIONS = 3 };

typedef struct gd_ranges {
	int ranks;
	uint64_t first[GD_REGIONS]; /* the least hash of each region */
	double shares[GD_REGIONS];   /* a rank's of a region that one step from hash to hash is */
	double before[GD_REGIONS];   /* of a rank's ranges taken together: those of the regions before */
	double fraction[GD_REGIONS]; /* and that of the region */
} gd_ranges;

/* Parts that are no quota of the least keys have records in every region alike. */
gd_ranges gd_ranges_plan(const gd_preprocess_options *options, int ranks);
/* The range that a hash falls into. */
int gd_ranges_find(const gd_ranges *ranges, uint64_t hash);
/* How far on a hash of range `range` is in its rank's ranges taken together, within [0, 1), the further the greater it is. */
double gd_ranges_inside(const gd_ranges *ranges, int range, uint64_t hash);

#endif
