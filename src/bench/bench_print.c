#include <inttypes.h>
#include <string.h>

#include "gd/bench/bench.h"
#include "gd/bench/bench_text.h"
#include "gd/kernel/engine.h"
#include "gd/run/machine.h"

/* Bytes are counted, so they have no fractions below one. */
static const char *bytes(double value)
{
	static char text[4][16];
	static int turn;
	if (value >= 1000)
		return gd_bench_quantity(value, "B");
	turn = (turn + 1) % 4;
	snprintf(text[turn], sizeof text[turn], "%.0f B", value);
	return text[turn];
}

static void print_surroundings(FILE *out, const gd_bench_report *r)
{
	const bool crowded = r->local_ranks > r->cores, yields = r->yields[0] == '1' || r->yields[0] == 't';
	fprintf(out, "  %s; engine: %s; %d rank%s and %d core%s on this host; a rank computes on 1 thread\n", gd_machine_mpi(), gd_engine()->name, r->local_ranks, r->local_ranks > 1 ? "s" : "", r->cores, r->cores > 1 ? "s" : "");
	if (crowded)
		fprintf(out, "  More ranks than cores: they take turns, so no figure below is that of a core of its own, and a plan from them is for cores shared so.\n");
	if (r->ranks == 1)
		return;
	if (*r->yields)
		fprintf(out, "  waiting ranks %s%s\n", yields ? "yield their core" : "spin (mpi_yield_when_idle 0)",
			crowded && !yields ? ": type OMPI_MCA_mpi_yield_when_idle=1, or leave it unset, for this many ranks" : "");
	if (*r->copy)
		fprintf(out, "  ranks of a host copy large messages by %s; the kernel %s such copies%s%s\n", strcmp(r->copy, "none") ? r->copy : "shared memory",
			r->copy_refused ? "refuses" : "allows", r->copy_refused && strcmp(r->copy, "none") ? ": type " : "", r->copy_refused && strcmp(r->copy, "none") ? r->without_copies : "");
	if (*r->binding && !crowded)
		fprintf(out, "  ranks are bound to %s (hwloc_base_binding_policy)%s\n", strcmp(r->binding, "none") ? r->binding : "no core",
			strcmp(r->binding, "none") ? "" : "; alone on a host, --bind-to core keeps their caches warm");
}

static void print_machine(FILE *out, const gd_bench_report *r)
{
	const gd_bench_machine *m = &r->machine;
	char name[64];
	fprintf(out, "machine: %s; %s\n", gd_machine_cpu(), r->hosts);
	print_surroundings(out, r);
	fprintf(out, "  %-34s", "");
	gd_bench_put_heads(out, r->ranks);
	fprintf(out, "  %-34s", "fused multiply-adds in registers");
	gd_bench_put_spread(out, r->ranks, m->peak, "FLOP/s");
	snprintf(name, sizeof name, "sgemm %d x %d x %d", GD_BENCH_SQUARE, GD_BENCH_SQUARE, GD_BENCH_SQUARE);
	fprintf(out, "  %-34s", name);
	gd_bench_put_spread(out, r->ranks, m->product, "FLOP/s");
	fprintf(out, "  %-34s %12.0f %%\n", "  of that peak", 100 * m->product.mean / m->peak.mean);
	for (int i = 0; i < GD_BENCH_BANDWIDTHS; i++) {
		snprintf(name, sizeof name, "memory bandwidth, triad of %s", bytes(m->array_bytes[i]));
		fprintf(out, "  %-34s", name);
		gd_bench_put_spread(out, r->ranks, m->bandwidth[i], "B/s");
	}
	if (!m->messages)
		return;
	fprintf(out, "  all-reduce over %d ranks%s:", r->ranks, r->shared ? " in memory that they share (across hosts --plan needs --latency and --bandwidth)" : "");
	for (int i = 0; i < m->messages; i++)
		fprintf(out, "%s%s %s", i % 5 ? ", " : "\n    ", bytes(m->message_bytes[i]), gd_bench_seconds(m->message_seconds[i]));
	fprintf(out, "\n  that is alpha = %s a message, and for a step's message beta = %s a byte (%s)\n", gd_bench_seconds(r->link.alpha), gd_bench_seconds(r->link.beta), r->link.beta > 0 ? gd_bench_quantity(1 / r->link.beta, "B/s") : "no limit");
}

static void print_pass(FILE *out, const gd_bench_model *m)
{
	const gd_plan_batch full = m->work.full;
	fprintf(out, "  a batch of %d rows is cut into %d block%s of up to %d rows: by the widths and the batch alone, whatever the number of ranks\n", full.rows, full.blocks, full.blocks > 1 ? "s" : "", m->blocking.largest);
	fprintf(out, "    (longer blocks where layers are wide, since each packs their weights anew; where it can be a multiple of 8 blocks, to share evenly)\n");
	if (gd_network_segments(m->network) > 1)
		fprintf(out, "  pass: layer by layer, every block through a layer before the next one, since a batch normalisation needs the moments of the whole batch;\n"
			"    a step sums %d small messages over the ranks besides the gradient's\n", 2 * (gd_network_segments(m->network) - 1));
	else
		fprintf(out, "  pass: block by block, each forward and backward before the next one, while its %s of values are in cache\n", bytes(m->workspace_bytes));
	if (m->stepper && m->communicator->size > 1 && gd_stepper_pieces(m->stepper) > 1)
		fprintf(out, "  a step's sum over the ranks travels in %d pieces, those of the upper layers while the last block is on its way back through the lower ones\n", gd_stepper_pieces(m->stepper));
}

static void print_model(FILE *out, const gd_bench_report *r)
{
	const gd_bench_model *m = &r->model;
	const gd_train_options *o = m->options;
	char text[256];
	const struct {
		const char *name, *prefix;
	} told[] = {{"activation", " "}, {"dropout", ", dropout "}, {"optimizer", ", "}, {"reduction", ", reduction "}, {"shard-optimizer", ", sharded "}};
	fprintf(out, "\nmodel: %d", m->inputs);
	for (int l = 0; l < o->hidden.count; l++)
		fprintf(out, "-%d", o->hidden.width[l]);
	fprintf(out, "-%d", m->classes);
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		gd_options_format(gd_options_find(&gd_train_option_table, told[i].name), o, text, sizeof text);
		fprintf(out, "%s%s", told[i].prefix, text);
	}
	fprintf(out, "%s; %s%s\n", o->batch_norm ? ", batch norm" : "", m->dataset ? o->data : "random rows", m->dataset && gd_dataset_get_header(m->dataset)->weight ? ", rows with weights" : "");
	fprintf(out, "  %zu parameters (%d columns into the first layer); a row takes %s in dense products and moves %s besides; a step sums %s over the ranks\n",
		gd_network_parameters(m->network), gd_network_columns(m->network), gd_bench_quantity(m->flops, "FLOP"), bytes(m->bytes), bytes(m->message_bytes));
	print_pass(out, m);
}

static void print_phase(FILE *out, int ranks, const char *name, double predicted, gd_spread s)
{
	fprintf(out, "  %-18s %12s", name, gd_bench_seconds(predicted));
	gd_bench_put_spread(out, ranks, s, "s");
}

static void print_steps(FILE *out, const gd_bench_report *r)
{
	const gd_bench_prediction *p = &r->prediction;
	const gd_bench_steps *s = &r->steps;
	const gd_bench_model *m = &r->model;
	double rows = m->work.full.rows;
	fprintf(out, "\n%-20s %12s", "a step, in phases", "predicted");
	gd_bench_put_heads(out, r->ranks);
	print_phase(out, r->ranks, "input", p->input, s->input);
	print_phase(out, r->ranks, "compute", p->products + p->elementwise + p->sums, s->compute);
	fprintf(out, "  %-18s %12s   at %s on these shapes, %.0f %% of the peak\n", "  dense products", gd_bench_seconds(p->products), gd_bench_quantity(p->product_rate, "FLOP/s"), 100 * p->product_rate / r->machine.peak.mean);
	fprintf(out, "  %-18s %12s   their bytes by bandwidth, exponentials and random bits besides\n", "  elementwise", gd_bench_seconds(p->elementwise));
	fprintf(out, "  %-18s %12s   a block's gradient into the %s sum\n", "  sums", gd_bench_seconds(p->sums), m->options->reduction == GD_REDUCTION_FAST ? "float32" : "exact");
	if (r->ranks > 1) {
		print_phase(out, r->ranks, "reduce", p->reduce, s->reduce);
		fprintf(out, "  %-18s %12s   measured alone (the prediction: as by %s); in a step ranks also wait for one another\n", "  its message", gd_bench_seconds(r->message_seconds), gd_allreduce_names[p->algorithm]);
	}
	print_phase(out, r->ranks, "update", p->update, s->update);
	print_phase(out, r->ranks, "other", 0, s->other);
	fprintf(out, "  %-18s %12s %14s   %.2f of the prediction; median of %" PRId64 " steps, the least took %s\n", "step", gd_bench_seconds(p->step), gd_bench_seconds(s->seconds), s->seconds / p->step, s->steps, gd_bench_seconds(s->least));
	fprintf(out, "%.0f rows/s: %s in dense products, %.0f %% of the peak and %.0f %% of sgemm's rate on %d rank%s\n", rows / s->seconds, gd_bench_quantity(rows * m->flops / s->seconds, "FLOP/s"),
		100 * rows * m->flops / s->seconds / (r->machine.peak.mean * r->ranks),
		100 * rows * m->flops / s->seconds / (r->machine.product.mean * r->ranks), r->ranks, r->ranks > 1 ? "s" : "");
	if (m->dataset)
		fprintf(out, "input: a shard of %s read in %s, %s a rank\n", bytes(m->shard.bytes), gd_bench_seconds(m->read_seconds.maximum), gd_bench_quantity(m->shard.bytes / m->read_seconds.maximum, "B/s"));
	if (m->shard.whole)
		fprintf(out, "an epoch's rows do not travel: the ranks of this host share them\n");
	else if (r->ranks > 1)
		fprintf(out, "an epoch's exchange of %" PRId64 " rows: %s by itself; it travels while steps compute\n", m->rows, gd_bench_seconds(m->exchange_seconds.maximum));
}

/* A time limit leaves room for what is not training: start, validation, checkpoints. */
static void print_limit(FILE *out, const char *what, double total, double limit)
{
	if (limit > 0)
		fprintf(out, "%s: %s, which %s --time-limit %g\n", what, gd_bench_seconds(total), total <= limit ? "fits" : "does not fit", limit);
	else
		fprintf(out, "%s: %s\n", what, gd_bench_seconds(total));
}

static void print_epochs(FILE *out, const gd_bench_report *r)
{
	const gd_plan_work *work = &r->model.work;
	char what[96];
	double last = (double)work->last.rows / work->full.rows;
	double total = (double)work->epochs * ((double)work->full_steps + last) * r->steps.seconds;
	snprintf(what, sizeof what, "%" PRId64 " epochs of training steps on %d rank%s", work->epochs, r->ranks, r->ranks > 1 ? "s" : "");
	print_limit(out, what, total, r->model.options->time_limit);
}

static void print_advice(FILE *out, const gd_bench_report *r)
{
	const gd_plan_line *best = &r->line[gd_plan_best(r->line, r->lines)], *enough = &r->line[gd_plan_enough(r->line, r->lines)];
	const gd_plan_work *work = &r->model.work;
	const gd_plan_line *next = NULL;
	char what[96];
	for (int i = 0; i < r->lines; i++)
		if (r->line[i].ranks > best->ranks && (!next || r->line[i].ranks < next->ranks))
			next = &r->line[i];
	fprintf(out, "best: %d rank%s, an efficiency of %.0f %%", best->ranks, best->ranks > 1 ? "s" : "", 100 * best->efficiency);
	if (enough->ranks < best->ranks)
		fprintf(out, "; %d are within 10 %% of that", enough->ranks);
	fprintf(out, "\nmore ranks stop helping: ");
	if (best->ranks >= work->full.blocks)
		fprintf(out, "a batch of %d rows has %d block%s, and ranks beyond those have nothing to compute; a larger --batch-size has more\n", work->full.rows, work->full.blocks, work->full.blocks > 1 ? "s" : "");
	else if (!next)
		fprintf(out, "not yet at %d; plan more\n", best->ranks);
	else
		fprintf(out, "on %d, messages take %s of a step's %s\n", next->ranks, gd_bench_seconds(next->reduce), gd_bench_seconds(next->step));
	snprintf(what, sizeof what, "%" PRId64 " epochs on %d rank%s", work->epochs, best->ranks, best->ranks > 1 ? "s" : "");
	print_limit(out, what, best->total, r->model.options->time_limit);
}

static void print_plan(FILE *out, const gd_bench_report *r)
{
	const gd_bench_options *o = r->options;
	const double limit = o->train.time_limit;
	fprintf(out, "\nplan: compute %s; network %s, alpha %s, beta %s a byte (%s)\n", o->flops > 0 ? "at the given rate" : "as measured", o->network_given ? "as given" : "as measured",
		gd_bench_seconds(r->plan_link.alpha), gd_bench_seconds(r->plan_link.beta), r->plan_link.beta > 0 ? gd_bench_quantity(1 / r->plan_link.beta, "B/s") : "no limit");
	if (o->flops > 0)
		fprintf(out, "  %s a second in dense products; elementwise passes and the update are not counted\n", gd_bench_quantity(o->flops, "FLOP"));
	fprintf(out, "%6s %6s %8s %10s %10s %10s %11s %12s %11s%s  %s\n", "ranks", "busy", "rows", "compute", "all-reduce", "step", "efficiency", "rows/s", "all epochs", limit > 0 ? "  in time" : "", "sums by");
	for (int i = 0; i < r->lines; i++) {
		const gd_plan_line *l = &r->line[i];
		fprintf(out, "%6d %6d %8d %10s %10s %10s %9.1f %% %12.0f %11s%s  %s\n", l->ranks, l->busy, l->rows, gd_bench_seconds(l->compute), gd_bench_seconds(l->reduce), gd_bench_seconds(l->step), 100 * l->efficiency,
			l->step > 0 ? r->model.work.full.rows / l->step : 0, gd_bench_seconds(l->total), limit > 0 ? l->total <= limit ? "      yes" : "       no" : "", l->ranks > 1 ? gd_allreduce_names[l->algorithm] : "-");
	}
	print_advice(out, r);
}

void gd_bench_print(FILE *out, const gd_bench_report *r)
{
	if (r->measured)
		print_machine(out, r);
	print_model(out, r);
	if (r->measured) {
		print_steps(out, r);
		print_epochs(out, r);
	}
	if (r->lines)
		print_plan(out, r);
}
