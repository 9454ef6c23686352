#include "gd/kernel/normal.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gd/kernel/real.h"

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

/* z with P(Z <= z) = p to within 1e-9 of its size. Source: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003. */
static double guess_quantile(double p)
{
	static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00};
	static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1.0};
	static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00};
	static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1.0};
	double tail = p < 0.5 ? p : 1.0 - p, numerator, denominator;
	if (tail < 0.02425) {
		double q = sqrt(-2.0 * gd_real_log(tail));
		numerator = ((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5];
		denominator = (((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + d[4];
		return p < 0.5 ? numerator / denominator : -numerator / denominator;
	}
	double q = p - 0.5, r = q * q;
	numerator = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q;
	denominator = ((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + b[5];
	return numerator / denominator;
}

enum { HALVINGS = 60 };

/* How many halvings of [-8, 8] need not be done, since their outcome is known: *low is then where the interval begins. */
static int skip_halvings(double p, double *low)
{
	enum { SKIPPED = 40 };
	/* 16 halved so often. Between these p, cumulatives of an interval's ends differ by more than twenty times their error, so that of all points farther off it is known on which side they are. */
	const double width = 0x1p-36;
	if (!(p > 0.0005 && p < 0.9995))
		return 0;
	double z = guess_quantile(p);
	z -= (gd_normal_cumulative(z) - p) / (exponential(-0.5 * z * z) * 0.3989422804014327);
	double first = floor(z / width) * width;
	if (!(gd_normal_cumulative(first) < p && gd_normal_cumulative(first + width) >= p))
		return 0;
	*low = first;
	return SKIPPED;
}

double gd_normal_quantile(double p)
{
	double low = -8.0;
	int done = skip_halvings(p, &low);
	double high = low + ldexp(16.0, -done);
	for (; done < HALVINGS; done++) {
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
