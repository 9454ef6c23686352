#include "unit.h"

#include <stdint.h>

#include "gd/preprocess/preprocess_ranges.h"

const char *const unit_suite = "preprocess_ranges";

enum { STEPS = 100000, MOST_RANKS = 1000 };

/* Hashes at equal distances, the least and the greatest among them. */
static uint64_t hash_at(int step)
{
	return step < STEPS ? UINT64_MAX / STEPS * (uint64_t)step : UINT64_MAX;
}

static void check_order(const gd_ranges *ranges)
{
	int last = 0;
	double inside[MOST_RANKS] = {0};
	for (int step = 0; step <= STEPS; step++) {
		int range = gd_ranges_find(ranges, hash_at(step)), rank = range % ranges->ranks;
		double place = gd_ranges_inside(ranges, range, hash_at(step));
		CU_ASSERT_TRUE_FATAL(range >= last && range < GD_REGIONS * ranges->ranks);
		CU_ASSERT_TRUE_FATAL(place >= inside[rank] && place < 1);
		last = range;
		inside[rank] = place;
	}
	CU_ASSERT_EQUAL(last, GD_REGIONS * ranges->ranks - 1);
	for (int rank = 0; rank < ranges->ranks; rank++)
		CU_ASSERT_TRUE(inside[rank] > 0.98);
}

/* Of the least `fraction[0]` of all hashes, of the next ones and of the others, every rank has as many. */
static void check_shares(const gd_ranges *ranges, const double fraction[GD_REGIONS])
{
	static int counts[GD_REGIONS][MOST_RANKS];
	for (int part = 0; part < GD_REGIONS; part++)
		for (int rank = 0; rank < ranges->ranks; rank++)
			counts[part][rank] = 0;
	for (int step = 0; step <= STEPS; step++) {
		int part = step < fraction[0] * STEPS ? 0 : step < (fraction[0] + fraction[1]) * STEPS ? 1
												       : 2;
		counts[part][gd_ranges_find(ranges, hash_at(step)) % ranges->ranks]++;
	}
	for (int part = 0; part < GD_REGIONS; part++)
		for (int rank = 0; rank < ranges->ranks; rank++) {
			double expected = fraction[part] * STEPS / ranges->ranks;
			CU_ASSERT_TRUE_FATAL(counts[part][rank] >= expected - 2 && counts[part][rank] <= expected + 2);
		}
}

static void test_regions(void)
{
	static const double fractions[][2] = {{0.3, 0.1}, {0, 0.1}, {0.2, 0}, {0, 0}, {0.999, 0.5}};
	static const int ranks[] = {1, 2, 3, 5, 8, MOST_RANKS};
	for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++)
		for (size_t j = 0; j < sizeof ranks / sizeof *ranks; j++) {
			const gd_preprocess_options options = {.split = GD_SPLIT_RANDOM, .test_fraction = fractions[i][0], .validation_fraction = fractions[i][1]};
			const gd_ranges ranges = gd_ranges_plan(&options, ranks[j]);
			const double expected[GD_REGIONS] = {fractions[i][0], (1 - fractions[i][0]) * fractions[i][1], (1 - fractions[i][0]) * (1 - fractions[i][1])};
			check_shares(&ranges, expected);
			if (i < 4 && ranks[j] <= 8)
				check_order(&ranges);
		}
}

/* Where groups or a column say what part a record is of, all hashes are alike. */
static void test_one_region(void)
{
	const double all[GD_REGIONS] = {0, 0, 1};
	for (int split = GD_SPLIT_GROUPED; split <= GD_SPLIT_COLUMN; split++) {
		const gd_preprocess_options options = {.split = (gd_split_kind)split, .test_fraction = 0.3, .validation_fraction = 0.1};
		const gd_ranges ranges = gd_ranges_plan(&options, 7);
		check_shares(&ranges, all);
		check_order(&ranges);
	}
}

const unit_test unit_tests[] = {
	{"ranges in the order of the hashes, equal shares of each part", test_regions},
	{"parts that are no ranges of hashes", test_one_region},
	{NULL, NULL},
};
