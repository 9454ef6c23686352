/*
 * The training loop on rows made in memory: exchange, steps, and nothing of files. Compiled against SimGrid's SMPI it runs on a
 * simulated cluster and its clock is the simulation's; compiled against MPI, it runs here and tells what the arithmetic costs.
 * Prints one line of `key value` pairs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "charge.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/random.h"
#include "gd/base/sha256.h"
#include "gd/network/initialise.h"
#include "gd/parallel/exchange.h"
#include "gd/parallel/mpi_error.h"
#include "gd/parallel/reduce.h"
#include "gd/train/stepper.h"

enum { THE_SEED = 7 };

typedef struct settings {
	int64_t inputs, classes, batch_size, steps;
	gd_widths hidden;
	double dropout, learning_rate;
	bool arithmetic, exchange;
	double flops, parameter_seconds, sum_seconds;
} settings;

#define AT(member) offsetof(settings, member)
static const gd_option options[] = {
	{.name = "inputs", .type = GD_OPTION_INTEGER, .offset = AT(inputs), .initial = "20", .minimum = 1, .maximum = 100000, .argument = "N", .help = "features"},
	{.name = "classes", .type = GD_OPTION_INTEGER, .offset = AT(classes), .initial = "6", .minimum = 2, .maximum = 1000, .argument = "N", .help = "classes"},
	{.name = "hidden", .type = GD_OPTION_WIDTHS, .offset = AT(hidden), .initial = "256,256", .argument = "N,...", .help = "widths of the hidden layers"},
	{.name = "batch-size", .type = GD_OPTION_INTEGER, .offset = AT(batch_size), .initial = "1024", .minimum = 1, .maximum = 1 << 24, .argument = "N", .help = "rows of a step, over all ranks"},
	{.name = "steps", .type = GD_OPTION_INTEGER, .offset = AT(steps), .initial = "3", .minimum = 2, .maximum = 1 << 20, .argument = "N", .help = "of one epoch; the first is not timed"},
	{.name = "dropout", .type = GD_OPTION_REAL, .offset = AT(dropout), .initial = "0.2", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "P", .help = "after each hidden layer"},
	{.name = "learning-rate", .type = GD_OPTION_REAL, .offset = AT(learning_rate), .initial = "0.003", .minimum = 0, .maximum = 1e9, .argument = "X", .help = "Adam's"},
	{.name = "arithmetic", .type = GD_OPTION_FLAG, .offset = AT(arithmetic), .initial = "on", .help = "compute, beside charging for it; without it, a power of two of ranks"},
	{.name = "exchange", .type = GD_OPTION_FLAG, .offset = AT(exchange), .initial = "on", .help = "send rows to the ranks that train on them, which arithmetic needs"},
	{.name = "flops", .type = GD_OPTION_REAL, .offset = AT(flops), .initial = "0", .minimum = 0, .maximum = 1e18, .argument = "X", .help = "operations a second of the passes (simulated; 0: free)"},
	{.name = "parameter-seconds", .type = GD_OPTION_REAL, .offset = AT(parameter_seconds), .initial = "0", .minimum = 0, .maximum = 1, .argument = "X", .help = "of a step's other work on each parameter (simulated)"},
	{.name = "sum-seconds", .type = GD_OPTION_REAL, .offset = AT(sum_seconds), .initial = "0", .minimum = 0, .maximum = 1, .argument = "X", .help = "of adding two numbers of a message (simulated)"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

typedef struct loop {
	settings set;
	gd_communicator communicator;
	gd_network *network;
	gd_exchange *exchange;
	gd_stepper *stepper;
	gd_training_state state;
	gd_shard shard;
	double exchange_seconds, step_seconds, communication_seconds; /* the last two: of one step */
	charge_account begun, done;                                   /* at the ends of the first and the last step */
} loop;

/* Without the watchdog, whose thread would be nobody's in a simulation. */
static gd_status start(gd_communicator *communicator, int *argc, char ***argv)
{
	*communicator = (gd_communicator){.mpi = MPI_COMM_NULL, .size = 1, .phase = "scaling"};
	int code = MPI_Init(argc, argv);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_dup(MPI_COMM_WORLD, &communicator->mpi);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_rank(communicator->mpi, &communicator->rank);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_size(communicator->mpi, &communicator->size);
	gd_log_mute(communicator->rank != 0);
	return gd_mpi_error(code, "start MPI");
}

/* A row is a function of its number. */
static gd_status make_rows(loop *l)
{
	size_t width = (size_t)l->set.inputs;
	gd_status status = gd_shard_create(&l->communicator, l->set.batch_size * l->set.steps, (int)l->set.inputs, false, &l->shard);
	gd_share share = l->shard.share;
	for (int64_t i = 0; !gd_failed(&status) && l->set.arithmetic && i < share.count; i++) {
		uint64_t key = gd_random_key(THE_SEED, GD_PURPOSE_SYNTH, (uint64_t)(share.first + i));
		for (size_t f = 0; f < width; f++)
			l->shard.features[(size_t)i * width + f] = (float)(4 * gd_random_uniform(key, f) - 2);
		l->shard.labels[i] = (int32_t)(gd_random_bits(key, width) % (uint64_t)l->set.classes);
	}
	return status;
}

static gd_status build(loop *l)
{
	const settings *set = &l->set;
	gd_network_options shape = {
		.inputs = (int)set->inputs,
		.classes = (int)set->classes,
		.hidden_count = set->hidden.count,
		.hidden = set->hidden.width,
		.activation = GD_RELU,
		.dropout = set->dropout,
	};
	gd_stepper_options stepper = {
		.optimizer = {.kind = GD_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
		.seed = THE_SEED,
	};
	gd_status mine = gd_network_create(&shape, &l->network);
	if (!gd_failed(&mine))
		mine = gd_training_state_init(&l->state, l->network, gd_optimizer_moments(&stepper.optimizer), gd_slice_of(gd_network_parameters(l->network), 0, 1), false);
	gd_status status = gd_agree(&l->communicator, &mine);
	if (gd_failed(&status))
		return status;
	gd_exchange_options exchange = {
		.rows = set->batch_size * set->steps,
		.features = (int)set->inputs,
		.batch_rows = (int)set->batch_size,
		.seed = THE_SEED,
		.network = l->network,
		.shard = &l->shard,
	};
	status = gd_exchange_create(&l->communicator, &exchange, &l->exchange);
	if (!gd_failed(&status))
		status = gd_stepper_create(&l->communicator, l->network, l->exchange, &stepper, &l->stepper);
	if (gd_failed(&status) || !set->arithmetic)
		return status;
	/* libm's bits may differ between hosts. */
	if (l->communicator.rank == 0)
		gd_initialise(l->network, GD_INIT_TORCH, 0, THE_SEED, l->state.parameters, l->state.statistics);
	return gd_broadcast(&l->communicator, l->state.parameters, gd_network_parameters(l->network) * sizeof *l->state.parameters);
}

/* Seconds since `start`, of the rank that took longest. */
static gd_status longest(loop *l, double start, double *seconds)
{
	gd_spread spread;
	gd_status status = gd_reduce_spread(&l->communicator, MPI_Wtime() - start, &spread);
	*seconds = spread.maximum;
	return status;
}

static gd_status run(loop *l)
{
	const settings *set = &l->set;
	gd_status status = gd_agree(&l->communicator, &(gd_status){.code = GD_OK});
	double start = MPI_Wtime();
	if (!gd_failed(&status) && set->exchange) {
		status = gd_exchange_run(l->exchange, 0);
		if (!gd_failed(&status))
			status = longest(l, start, &l->exchange_seconds);
	}
	for (int64_t step = 1; !gd_failed(&status) && step <= set->steps; step++) {
		double correction1 = 1 - pow(0.9, (double)step), correction2 = 1 - pow(0.999, (double)step);
		gd_step_scalars scalars = {set->learning_rate, correction1, correction2};
		gd_step_result result;
		status = gd_broadcast(&l->communicator, &scalars, step == 1 ? sizeof scalars : 0);
		if (!gd_failed(&status))
			status = gd_stepper_step(l->stepper, &l->state, step - 1, step, &scalars, (gd_step_wishes){0}, &result);
		charge_pay();
		if (step == 1) {
			start = MPI_Wtime();
			l->communicator.waited = 0;
			l->begun = charge_spent();
		}
	}
	if (gd_failed(&status))
		return status;
	l->done = charge_spent();
	double steps = (double)set->steps - 1;
	double mine = l->communicator.waited / steps;
	gd_spread waited;
	status = longest(l, start, &l->step_seconds);
	l->step_seconds /= steps;
	if (!gd_failed(&status))
		status = gd_reduce_spread(&l->communicator, mine, &waited);
	l->communication_seconds = waited.minimum;
	return status;
}

static gd_status report(loop *l)
{
	size_t parameters = gd_network_parameters(l->network);
	uint8_t digest[32] = {0};
	char hash[65];
	if (l->set.arithmetic) {
		gd_sha256 sha;
		gd_sha256_init(&sha);
		gd_sha256_update(&sha, l->state.parameters, parameters * sizeof *l->state.parameters);
		gd_sha256_finish(&sha, digest);
	}
	bool same;
	int odd;
	gd_status status = gd_reduce_same(&l->communicator, digest, &same, &odd);
	if (!gd_failed(&status) && !same)
		status = gd_error(GD_FAILED, "the ranks' weights differ");
	if (gd_failed(&status) || l->communicator.rank)
		return status;
	gd_sha256_hex(digest, hash);
	printf("ranks %d parameters %zu step_seconds %.9g communication_seconds %.9g exchange_seconds %.9g", l->communicator.size, parameters,
		l->step_seconds, l->communication_seconds, l->exchange_seconds);
	double seconds = l->done.seconds - l->begun.seconds, passes = l->done.pass_seconds - l->begun.pass_seconds;
	if (passes > 0)
		printf(" flops %.4g parameter_seconds %.4g sum_seconds %.4g", (l->done.pass_flops - l->begun.pass_flops) / passes,
			(seconds - passes) / (double)(l->set.steps - 1) / (double)parameters, charge_measure_sum(parameters));
	printf(" weights_sha256 %s\n", l->set.arithmetic ? hash : "-");
	fflush(stdout);
	return status;
}

int main(int argc, char **argv)
{
	static loop l;
	const char *arguments[64];
	int count = 0;
	gd_options_initialise(&table, &l.set);
	gd_status status = start(&l.communicator, &argc, &argv);
	if (!gd_failed(&status)) {
		gd_status mine = argc > 64 ? gd_error(GD_USAGE, "too many arguments") : gd_options_parse(&table, &l.set, argc - 1, argv + 1, NULL, arguments, &count);
		if (!gd_failed(&mine) && (count || (l.set.arithmetic && !l.set.exchange)))
			mine = gd_error(GD_USAGE, count ? "unknown argument '%s'" : "--no-exchange needs --no-arithmetic", arguments[0]);
		else if (!gd_failed(&mine) && !l.set.arithmetic && (l.communicator.size & (l.communicator.size - 1)))
			mine = gd_error(GD_USAGE, "--no-arithmetic is for a power of two of ranks");
		status = gd_agree(&l.communicator, &mine);
	}
	if (!gd_failed(&status)) {
		charge_set(&(charge){l.set.arithmetic, l.set.exchange, l.set.flops, l.set.parameter_seconds, l.set.sum_seconds});
		status = make_rows(&l);
	}
	if (!gd_failed(&status))
		status = build(&l);
	if (!gd_failed(&status))
		status = run(&l);
	if (!gd_failed(&status))
		status = report(&l);
	if (gd_failed(&status) && l.communicator.rank == 0)
		gd_log_error("%s", status.message);
	/* What is allocated ends with the process: shared vectors are no heap of one rank's. */
	MPI_Finalize();
	return (int)status.code;
}
