#include "gd/preprocess/preprocess_ranges.h"

gd_ranges gd_ranges_plan(const gd_preprocess_options *options, int ranks)
{
	gd_ranges ranges = {.ranks = ranks};
	double test = options->split == GD_SPLIT_RANDOM ? options->test_fraction : 0, validation = options->split == GD_SPLIT_RANDOM ? (1 - test) * options->validation_fraction : 0, before = 0;
	const double fraction[GD_REGIONS] = {test, validation, 1 - test - validation};
	for (int region = 0; region < GD_REGIONS; region++) {
		ranges.first[region] = before < 1 ? (uint64_t)(before * 0x1p64) : UINT64_MAX;
		ranges.shares[region] = fraction[region] > 0 ? ranks / (fraction[region] * 0x1p64) : 0;
		ranges.before[region] = before;
		ranges.fraction[region] = fraction[region];
		before += fraction[region];
	}
	return ranges;
}

/* Rounded, but the same everywhere, and a greater hash is never in front of a less one. */
static double place_in(const gd_ranges *ranges, int region, uint64_t hash)
{
	double place = (double)(hash - ranges->first[region]) * ranges->shares[region];
	return place < ranges->ranks ? place : ranges->ranks;
}

int gd_ranges_find(const gd_ranges *ranges, uint64_t hash)
{
	int region = (hash >= ranges->first[1]) + (hash >= ranges->first[2]);
	double place = place_in(ranges, region, hash);
	return region * ranges->ranks + (place < ranges->ranks ? (int)place : ranges->ranks - 1);
}

double gd_ranges_inside(const gd_ranges *ranges, int range, uint64_t hash)
{
	int region = range / ranges->ranks;
	double inside = ranges->before[region] + ranges->fraction[region] * (place_in(ranges, region, hash) - range % ranges->ranks);
	return inside < 1 ? inside : 0x1.fffffffffffffp-1;
}
