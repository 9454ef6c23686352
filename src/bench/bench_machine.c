#include "gd/bench/bench_machine.h"

#include <math.h>
#include <stdlib.h>

#include "gd/base/clock.h"
#include "gd/base/memory.h"
#include "gd/kernel/gemm.h"
#include "gd/kernel/vector_math.h"
#include "gd/run/machine_rate.h"

static const double array_bytes[GD_BENCH_BANDWIDTHS] = {24e3, 192e3, 1.5e6, 12e6, 96e6};
static const double message_bytes[GD_BENCH_MESSAGES] = {8, 64, 512, 4096, 32768, 262144, 1048576, 4194304, 16777216};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double gd_bench_median(double *samples, int count)
{
	qsort(samples, (size_t)count, sizeof *samples, compare);
	return count % 2 ? samples[count / 2] : (samples[count / 2 - 1] + samples[count / 2]) / 2;
}

typedef struct operands {
	float *a, *b, *c;
	size_t count;
} operands;

static void multiply(void *context)
{
	operands *o = context;
	gd_gemm(GD_AS_STORED, GD_AS_STORED, GD_BENCH_SQUARE, GD_BENCH_SQUARE, GD_BENCH_SQUARE, o->a, GD_BENCH_SQUARE, o->b, GD_BENCH_SQUARE, o->c, GD_BENCH_SQUARE);
}

static void triad(void *context)
{
	operands *o = context;
	gd_vector_add_scaled(o->count, o->b, 0.5f, o->c, o->a);
}

static gd_status allocate(operands *o)
{
	size_t square = (size_t)GD_BENCH_SQUARE * GD_BENCH_SQUARE, longest = (size_t)(array_bytes[GD_BENCH_BANDWIDTHS - 1] / (3 * sizeof(float)));
	o->count = longest > square ? longest : square;
	o->a = gd_allocate(o->count, sizeof(float));
	o->b = gd_allocate(o->count, sizeof(float));
	o->c = gd_allocate(o->count, sizeof(float));
	if (!o->a || !o->b || !o->c)
		return gd_out_of_memory("the arrays of a measurement");
	for (size_t i = 0; i < o->count; i++)
		o->b[i] = o->c[i] = (float)(i % 17) * 0.125f - 1;
	return gd_ok();
}

/* Collective. What every rank's processor does, all at once. */
static gd_status measure_processor(gd_communicator *communicator, double budget, gd_bench_machine *machine)
{
	operands o = {0};
	gd_status mine = allocate(&o), status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		double flops = 2.0 * GD_BENCH_SQUARE * GD_BENCH_SQUARE * GD_BENCH_SQUARE;
		status = gd_reduce_spread(communicator, flops / gd_seconds_of(multiply, &o, 3 * budget), &machine->product);
	}
	if (!gd_failed(&status))
		status = gd_reduce_spread(communicator, gd_machine_peak(budget), &machine->peak);
	for (int i = 0; !gd_failed(&status) && i < GD_BENCH_BANDWIDTHS; i++) {
		o.count = (size_t)(array_bytes[i] / (3 * sizeof(float)));
		machine->array_bytes[i] = array_bytes[i];
		status = gd_reduce_spread(communicator, array_bytes[i] / gd_seconds_of(triad, &o, budget), &machine->bandwidth[i]);
	}
	free(o.a);
	free(o.b);
	free(o.c);
	return status;
}

/* Collective. Seconds of `count` sums one by one, into samples. */
static gd_status time_sums(gd_communicator *communicator, double *values, size_t length, double *sample, int count)
{
	gd_status status = gd_ok();
	for (int i = 0; !gd_failed(&status) && i < count; i++) {
		double start = gd_seconds();
		status = gd_reduce_sum(communicator, values, length);
		sample[i] = gd_seconds() - start;
	}
	return status;
}

gd_status gd_bench_allreduce(gd_communicator *communicator, double bytes, double budget, double *seconds)
{
	enum { FEWEST = 5, MOST = 1001 };
	double sample[MOST];
	size_t length = (size_t)ceil(bytes / sizeof(double));
	gd_spread spread = {0};
	double *values = gd_allocate(length, sizeof *values);
	gd_status mine = values ? gd_ok() : gd_out_of_memory("a message"), status = gd_agree(communicator, &mine);
	int count = FEWEST;
	if (!gd_failed(&status))
		status = time_sums(communicator, values, length, sample, FEWEST);
	if (!gd_failed(&status)) {
		double wanted = budget / (gd_bench_median(sample, FEWEST) + 1e-9);
		count = wanted > MOST ? MOST : wanted < FEWEST ? FEWEST : (int)wanted;
		status = gd_broadcast(communicator, &count, sizeof count);
	}
	if (!gd_failed(&status))
		status = time_sums(communicator, values, length, sample, count);
	if (!gd_failed(&status))
		status = gd_reduce_spread(communicator, gd_bench_median(sample, count), &spread);
	*seconds = spread.maximum;
	free(values);
	return status;
}

gd_status gd_bench_machine_measure(gd_communicator *communicator, double budget, gd_bench_machine *machine)
{
	*machine = (gd_bench_machine){0};
	communicator->phase = "measuring the machine";
	gd_status status = measure_processor(communicator, budget, machine);
	if (gd_failed(&status) || communicator->size == 1)
		return status;
	for (int i = 0; !gd_failed(&status) && i < GD_BENCH_MESSAGES; i++) {
		machine->message_bytes[i] = message_bytes[i];
		status = gd_bench_allreduce(communicator, message_bytes[i], budget, &machine->message_seconds[i]);
	}
	machine->messages = GD_BENCH_MESSAGES;
	return status;
}

double gd_bench_bandwidth(const gd_bench_machine *machine, double bytes)
{
	int i = 0;
	while (i + 2 < GD_BENCH_BANDWIDTHS && bytes > machine->array_bytes[i + 1])
		i++;
	double position = log(bytes / machine->array_bytes[i]) / log(machine->array_bytes[i + 1] / machine->array_bytes[i]);
	position = position < 0 ? 0 : position > 1 ? 1 : position;
	return machine->bandwidth[i].mean * (1 - position) + machine->bandwidth[i + 1].mean * position;
}
