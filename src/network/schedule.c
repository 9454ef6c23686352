#include "gd/network/schedule.h"

#include <assert.h>

#include "gd/kernel/real.h"

/* From `start` to `end` along half a cosine, as `part` goes from 0 to 1. */
static double cosine_between(double start, double end, double part)
{
	return end + (start - end) / 2.0 * (1.0 + gd_real_cosine(0.5 * part));
}

static double step_rate(const gd_schedule *schedule, int64_t t)
{
	int64_t epoch = (t - 1) / schedule->steps_per_epoch;
	double rate = schedule->learning_rate;
	/* Multiplied as often as StepLR multiplies, for its very digits; nothing is left to lose below the smallest number. */
	for (int64_t drops = epoch / schedule->step_epochs; drops > 0 && rate != 0.0 && schedule->gamma != 1.0; drops--)
		rate *= schedule->gamma;
	return rate;
}

/* Position `step` = 0 … steps-1 of OneCycleLR. Its phases end at 0.3 steps - 1 and steps - 1; the first may be empty. */
static double one_cycle_rate(double peak, int64_t step, int64_t steps)
{
	double initial = peak / 25.0;
	double final = initial / 1e4;
	double top = 0.3 * (double)steps - 1.0;
	if ((double)step <= top)
		return cosine_between(initial, peak, (double)step / top);
	return cosine_between(peak, final, ((double)step - top) / ((double)(steps - 1) - top));
}

double gd_schedule_rate(const gd_schedule *schedule, int64_t t)
{
	assert(t >= 1);
	double peak = schedule->learning_rate;
	if (t <= schedule->warmup)
		return peak * (double)t / (double)schedule->warmup;
	int64_t step = t - schedule->warmup;
	int64_t steps = schedule->steps - schedule->warmup;
	switch (schedule->kind) {
	case GD_CONSTANT:
		return peak;
	case GD_STEP:
		return step_rate(schedule, t);
	case GD_COSINE:
		return cosine_between(peak, 0.0, (double)step / (double)steps);
	case GD_ONE_CYCLE:
		return one_cycle_rate(peak, step - 1, steps);
	}
	assert(!"a schedule kind");
	return 0.0;
}
