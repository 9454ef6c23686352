#include "unit.h"

#include <math.h>

#include "gd/kernel/normal.h"

const char *const unit_suite = "normal";

/* Against the C library's erfc, which is not the same on every host but right to the last digits. */
static void normal_cumulative_is_right(void)
{
	double worst = 0, worst_tail = 0;
	for (double z = -9.0; z <= 9.0; z += 0.0173) {
		double expected = 0.5 * erfc(-z / sqrt(2.0)), found = gd_normal_cumulative(z);
		worst = fmax(worst, fabs(found - expected));
		/* The lower tail to its own scale, so that rare songs are as rare as they should be. */
		if (z < 0 && z > -7.0)
			worst_tail = fmax(worst_tail, fabs(found / expected - 1));
	}
	CU_ASSERT(worst < 1e-15);
	CU_ASSERT(worst_tail < 1e-8);
	CU_ASSERT_EQUAL(gd_normal_cumulative(-40.0), 0.0);
	CU_ASSERT_EQUAL(gd_normal_cumulative(40.0), 1.0);
}

static double bisect(double p)
{
	double low = -8.0, high = 8.0;
	for (int i = 0; i < 60; i++) {
		double middle = 0.5 * (low + high);
		if (gd_normal_cumulative(middle) < p)
			low = middle;
		else
			high = middle;
	}
	return 0.5 * (low + high);
}

static void quantiles_are_those_of_bisection(void)
{
	int unlike = 0;
	for (double p = 1e-6; p < 1.0; p += 0.0000371)
		unlike += gd_normal_quantile(p) != bisect(p);
	/* Ranks as tables have them, the middle one, ends of the shorter way, and where the cumulative is exactly p. */
	for (int i = 1; i < 2000; i++)
		unlike += gd_normal_quantile(i / 2000.0) != bisect(i / 2000.0);
	for (double z = -3.2; z < 3.2; z += 0x1p-10)
		unlike += gd_normal_quantile(gd_normal_cumulative(z)) != bisect(gd_normal_cumulative(z));
	for (double p = 0.0005; p < 0.00050001; p = nextafter(p, 1.0) + 1e-12)
		unlike += gd_normal_quantile(p) != bisect(p) || gd_normal_quantile(1.0 - p) != bisect(1.0 - p);
	CU_ASSERT_EQUAL(unlike, 0);
}

static void normal_correlation_is_right(void)
{
	for (double r = -1.0; r <= 1.0; r += 0.01)
		CU_ASSERT_DOUBLE_EQUAL(gd_normal_correlation(r), 2.0 * sin(acos(-1.0) * r / 6.0), 1e-15);
}

const unit_test unit_tests[] = {
	{"the normal distribution function against erfc", normal_cumulative_is_right},
	{"quantiles are bisection's to the last bit", quantiles_are_those_of_bisection},
	{"a normal's correlation from ranks", normal_correlation_is_right},
	{NULL, NULL},
};
