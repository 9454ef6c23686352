#include "gd/run/machine_rate.h"

#include <stdio.h>
#include <string.h>

#include "gd/base/build.h"
#include "gd/base/clock.h"
#include "gd/base/log.h"
#include "gd/base/processor.h"
#include "gd/kernel/blis_product.h"
#include "gd/kernel/engine.h"
#include "gd/kernel/peak.h"

enum { SIDE = 256, ROUNDS = 16 };

static void compute(void *context)
{
	*(volatile float *)context = gd_peak_compute(ROUNDS);
}

double gd_machine_peak(double budget)
{
	float result;
	return ROUNDS * gd_peak_round() / gd_seconds_of(compute, &result, budget);
}

typedef struct operands {
	float a[SIDE * SIDE], b[SIDE * SIDE], c[SIDE * SIDE];
} operands;

static void multiply(void *context)
{
	operands *o = context;
	gd_gemm(GD_TRANSPOSED, GD_AS_STORED, SIDE, SIDE, SIDE, o->a, SIDE, o->b, SIDE, o->c, SIDE);
}

double gd_machine_engine_share(void)
{
	static double share;
	static operands o;
	if (share > 0)
		return share;
	for (int i = 0; i < SIDE * SIDE; i++)
		o.a[i] = o.b[i] = (float)(i % 17) * 0.125f - 1;
	/* Before and after: a core's clock rises as it works, and a busy machine gives it away now and then. */
	double peak = gd_machine_peak(0.005), rate = 2.0 * SIDE * SIDE * SIDE / gd_seconds_of(multiply, &o, 0.02), again = gd_machine_peak(0.005);
	share = rate / (again > peak ? again : peak);
	return share;
}

void gd_machine_engine_text(const char *name, double share, char *text, size_t room)
{
	const double percent = 100 * share;
	if (share > 1.05)
		snprintf(text, room, "%s, its share of this core's peak not measured: what stood for the peak was slower", name);
	else
		snprintf(text, room, "%s, %.*f %% of this core's peak", name, percent < 9.5 ? 1 : 0, percent);
}

const char *gd_machine_engine(void)
{
	static char text[200];
	if (!*text)
		gd_machine_engine_text(gd_engine()->name, gd_machine_engine_share(), text, sizeof text);
	return text;
}

const char *gd_machine_engine_advice(double share, bool wished, bool plain)
{
	const double little = 0.4;
	if (share >= little)
		return NULL;
	if (wished)
		return "unset BLIS_ARCH_TYPE, and the fastest engine for this processor is taken";
	if (plain)
		return "a BLIS for this processor (libblis, BLIS_ARCH_TYPE) would be faster; 'genre-dist bench' measures";
	return "other work may share the core; bind ranks to cores of their own (mpirun --bind-to core), and see 'genre-dist bench'";
}

void gd_machine_warn_of_engine(void)
{
	static bool done;
	if (done || gd_processor_instructions() != gd_processor_widest() || strcmp(gd_build_type, "Release"))
		return;
	done = true;
	const char *advice = gd_machine_engine_advice(gd_machine_engine_share(), gd_blis_is_wished(), gd_processor_widest() == GD_PLAIN);
	if (advice)
		gd_log_warning("matrix products by %s: %s", gd_machine_engine(), advice);
}
