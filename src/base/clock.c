#include "gd/base/clock.h"

#include <math.h>
#include <time.h>

double gd_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double gd_seconds_of(void (*work)(void *context), void *context, double budget)
{
	enum { FEWEST = 3, MOST = 1 << 24 };
	const double enough = 5e-4; /* seconds of a sample: much more than the clock's own time, less than a scheduler's slice */
	double begin = gd_seconds(), least = INFINITY, once = 0;
	int repeat = 1;
	for (work(context); repeat < MOST && once < enough && gd_seconds() - begin < budget; repeat *= 2) {
		double start = gd_seconds();
		for (int i = 0; i < repeat; i++)
			work(context);
		once = gd_seconds() - start;
		least = once / repeat;
	}
	repeat = repeat > 1 ? repeat / 2 : 1;
	for (int samples = 0; samples < FEWEST || gd_seconds() - begin < budget; samples++) {
		double start = gd_seconds();
		for (int i = 0; i < repeat; i++)
			work(context);
		once = (gd_seconds() - start) / repeat;
		least = once < least ? once : least;
	}
	return least;
}
