#include "gd/kernel/normal.h"

#include <stdint.h>
#include <string.h>

/* exp x for x in [-708, 0]: x = k ln 2 + r with |r| <= ln 2 / 2, and the series of exp r to below half a unit in the last place. */
static double exponential(double x)
{
	static const double high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10;
	int k = (int)(x * 1.4426950408889634 - 0.5);
	double r = (x - k * high) - k * low;
	double sum = 1.0;
	for (int term = 14; term > 0; term--)
		sum = 1.0 + r * sum / term;
	uint64_t bits = (uint64_t)(k + 1023) << 52;
	double power;
	memcpy(&power, &bits, sizeof power);
	return sum * power;
}

double gd_normal_cumulative(double z)
{
	static const double above[] = {
		220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383,
		6.37396220353165, 0.700383064443688, 3.52624965998911e-02,
	};
	static const double below[] = {
		440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674,
		86.7807322029461, 16.064177579207, 1.75566716318264, 8.83883476483184e-02,
	};
	double x = z < 0 ? -z : z, tail;
	if (x > 37.0) {
		tail = 0.0;
	} else if (x < 7.07106781186547) {
		double numerator = above[6], denominator = below[7];
		for (int i = 5; i >= 0; i--)
			numerator = numerator * x + above[i];
		for (int i = 6; i >= 0; i--)
			denominator = denominator * x + below[i];
		tail = exponential(-0.5 * x * x) * numerator / denominator;
	} else {
		double fraction = x + 1.0 / (x + 2.0 / (x + 3.0 / (x + 4.0 / (x + 0.65))));
		tail = exponential(-0.5 * x * x) / fraction / 2.506628274631;
	}
	return z > 0 ? 1.0 - tail : tail;
}

double gd_normal_quantile(double p)
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

double gd_normal_correlation(double rank_correlation)
{
	double x = rank_correlation * 0.52359877559829887, square = x * x, sum = 1.0;
	for (int n = 17; n > 1; n -= 2)
		sum = 1.0 - square / (n * (n - 1)) * sum;
	return 2.0 * x * sum;
}
