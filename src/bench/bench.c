#include "gd/bench/bench.h"

#include <math.h>

#include "gd/base/cores.h"
#include "gd/parallel/launch.h"
#include "gd/parallel/mpi_settings.h"
#include "gd/run/machine.h"

static void look_around(gd_bench_report *r)
{
	r->local_ranks = gd_launch_local_size() > 0 ? gd_launch_local_size() : 1;
	r->cores = gd_cores_available();
	r->copy_refused = gd_launch_copy_refused();
	gd_mpi_yields(r->yields, sizeof r->yields);
	gd_mpi_copies(r->copy, sizeof r->copy, &r->without_copies);
	gd_mpi_setting("hwloc_base_binding_policy", r->binding, sizeof r->binding);
}

/* Collective. The step's own message, as it is summed by itself, and the link that explains it. */
static gd_status measure_link(gd_communicator *communicator, double budget, gd_bench_report *r)
{
	double bytes = r->model.message_bytes, latency = INFINITY;
	if (communicator->size == 1)
		return gd_ok();
	communicator->phase = "measuring the network";
	gd_status status = gd_bench_allreduce(communicator, bytes, budget, &r->message_seconds);
	/* Short messages take alike, and the least of them was disturbed least. */
	for (double size = sizeof(double); !gd_failed(&status) && size < 1000; size *= 8) {
		double seconds;
		status = gd_bench_allreduce(communicator, size, budget, &seconds);
		latency = seconds < latency ? seconds : latency;
	}
	if (!gd_failed(&status))
		r->link = gd_link_fit(communicator->size, latency, bytes, r->message_seconds);
	return status;
}

static gd_status measure(gd_communicator *communicator, gd_bench_report *r)
{
	const gd_bench_options *o = r->options;
	double budget = o->seconds / 20;
	gd_status status = gd_bench_machine_measure(communicator, budget, &r->machine);
	if (!gd_failed(&status))
		status = measure_link(communicator, budget, r);
	if (!gd_failed(&status))
		status = gd_bench_model_prepare(&r->model);
	if (!gd_failed(&status))
		status = gd_bench_predict(&r->model, &r->machine, r->link, budget, &r->prediction);
	if (!gd_failed(&status))
		status = gd_bench_model_run(&r->model, o->steps, o->seconds, &r->steps);
	return status;
}

static void plan(gd_bench_report *r)
{
	const gd_bench_options *o = r->options;
	gd_plan_work work = r->model.work;
	work.algorithm = (gd_allreduce)o->allreduce;
	if (o->flops > 0) {
		work.row_seconds = r->model.flops / o->flops;
	} else {
		/* The ranks' rows together are the batch. */
		work.row_seconds = (r->steps.input.mean + r->steps.compute.mean) * r->ranks / work.full.rows;
		if (o->train.shard_optimizer)
			work.shared_seconds = r->steps.update.mean * r->ranks;
		else
			work.fixed_seconds = r->steps.update.mean;
	}
	r->plan_link = r->link;
	if (o->network_given)
		r->plan_link = (gd_link){.alpha = 1e-6 * o->latency, .beta = 1e-9 / o->bandwidth};
	r->model.work = work;
	for (r->lines = 0; r->lines < o->plan.count; r->lines++)
		r->line[r->lines] = gd_plan_predict(&work, r->plan_link, o->plan.width[r->lines]);
}

gd_status gd_bench_run(gd_communicator *communicator, const gd_bench_options *options, gd_bench_report *r)
{
	const gd_train_options *train = &options->train;
	*r = (gd_bench_report){.options = options, .ranks = communicator->size, .shared = communicator->node != NULL, .measured = options->flops == 0};
	gd_status status = gd_ok();
	if (r->measured)
		status = gd_machine_survey(communicator, r->hosts, sizeof r->hosts);
	if (!gd_failed(&status))
		status = gd_bench_model_describe(communicator, train, (int)options->inputs, (int)options->classes, options->rows, &r->model);
	if (gd_failed(&status))
		return status;
	look_around(r);
	if (r->measured)
		status = measure(communicator, r);
	else if (!options->network_given)
		status = measure_link(communicator, options->seconds / 20, r);
	if (!gd_failed(&status))
		plan(r);
	return status;
}

void gd_bench_release(gd_bench_report *r)
{
	gd_bench_model_release(&r->model);
}
