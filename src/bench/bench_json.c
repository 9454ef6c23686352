#include <inttypes.h>

#include "gd/bench/bench.h"
#include "gd/kernel/engine.h"

static void put_spread(FILE *out, const char *name, gd_spread s)
{
	fprintf(out, "\"%s\": {\"minimum\": %.9g, \"mean\": %.9g, \"maximum\": %.9g}", name, s.minimum, s.mean, s.maximum);
}

static void put_machine(FILE *out, const gd_bench_report *r)
{
	const gd_bench_machine *m = &r->machine;
	fprintf(out, "\"engine\": \"%s\", \"ranks_on_host\": %d, \"cores\": %d, \"oversubscribed\": %s, \"machine\": {", gd_engine()->name, r->local_ranks, r->cores, r->local_ranks > r->cores ? "true" : "false");
	put_spread(out, "peak_flops", m->peak);
	fputs(", ", out);
	put_spread(out, "sgemm_flops", m->product);
	fputs(", \"bandwidth\": [", out);
	for (int i = 0; i < GD_BENCH_BANDWIDTHS; i++) {
		fprintf(out, "%s{\"bytes\": %.9g, ", i ? ", " : "", m->array_bytes[i]);
		put_spread(out, "bytes_per_second", m->bandwidth[i]);
		fputc('}', out);
	}
	fputs("], \"allreduce\": [", out);
	for (int i = 0; i < m->messages; i++)
		fprintf(out, "%s{\"bytes\": %.9g, \"seconds\": %.9g}", i ? ", " : "", m->message_bytes[i], m->message_seconds[i]);
	fputs("]}, ", out);
}

static void put_model(FILE *out, const gd_bench_model *m)
{
	fprintf(out, "\"model\": {\"parameters\": %zu, \"columns\": %d, \"flops_per_row\": %.9g, \"bytes_per_row\": %.9g, \"message_bytes\": %.9g, \"messages\": %d, "
		"\"batch_rows\": %d, \"blocks\": %d, \"block_rows\": %d, \"block_bytes\": %.9g, \"pass\": \"%s\"}",
		gd_network_parameters(m->network), gd_network_columns(m->network), m->flops, m->bytes, m->message_bytes, m->work.messages, m->work.full.rows,
		m->work.full.blocks, m->blocking.largest, m->workspace_bytes, gd_network_segments(m->network) > 1 ? "layers" : "blocks");
}

static void put_steps(FILE *out, const gd_bench_report *r)
{
	const gd_bench_prediction *p = &r->prediction;
	const gd_bench_steps *s = &r->steps;
	const gd_bench_model *m = &r->model;
	fprintf(out, ", \"predicted\": {\"step\": %.9g, \"input\": %.9g, \"products\": %.9g, \"elementwise\": %.9g, \"sums\": %.9g, \"reduce\": %.9g, \"update\": %.9g, \"product_flops\": %.9g}",
		p->step, p->input, p->products, p->elementwise, p->sums, p->reduce, p->update, p->product_rate);
	fprintf(out, ", \"measured\": {\"step\": %.9g, \"least_step\": %.9g, \"steps\": %" PRId64 ", \"rows_per_second\": %.9g, \"share_of_sgemm\": %.9g, \"share_of_peak\": %.9g, ", s->seconds, s->least, s->steps, m->work.full.rows / s->seconds,
		m->work.full.rows * m->flops / s->seconds / (r->machine.product.mean * r->ranks), m->work.full.rows * m->flops / s->seconds / (r->machine.peak.mean * r->ranks));
	put_spread(out, "input", s->input);
	fputs(", ", out);
	put_spread(out, "compute", s->compute);
	fputs(", ", out);
	put_spread(out, "reduce", s->reduce);
	fputs(", ", out);
	put_spread(out, "update", s->update);
	fputs(", ", out);
	put_spread(out, "other", s->other);
	fputs(", ", out);
	put_spread(out, "exchange", m->exchange_seconds);
	if (m->dataset) {
		fputs(", ", out);
		put_spread(out, "read", m->read_seconds);
		fprintf(out, ", \"read_bytes_per_second\": %.9g", m->shard.bytes / m->read_seconds.maximum);
	}
	fputc('}', out);
}

static void put_plan(FILE *out, const gd_bench_report *r)
{
	const double limit = r->options->train.time_limit;
	fprintf(out, ", \"plan_alpha\": %.9g, \"plan_beta\": %.9g, \"plan\": [", r->plan_link.alpha, r->plan_link.beta);
	for (int i = 0; i < r->lines; i++) {
		const gd_plan_line *l = &r->line[i];
		fprintf(out, "%s{\"ranks\": %d, \"busy\": %d, \"rows\": %d, \"compute\": %.9g, \"reduce\": %.9g, \"step\": %.9g, \"efficiency\": %.9g, \"exchange\": %.9g, \"total\": %.9g, \"allreduce\": \"%s\"", i ? ", " : "",
			l->ranks, l->busy, l->rows, l->compute, l->reduce, l->step, l->efficiency, l->exchange, l->total, gd_allreduce_names[l->algorithm]);
		if (limit > 0)
			fprintf(out, ", \"fits\": %s", l->total <= limit ? "true" : "false");
		fputc('}', out);
	}
	fprintf(out, "], \"best_ranks\": %d, \"enough_ranks\": %d", r->line[gd_plan_best(r->line, r->lines)].ranks, r->line[gd_plan_enough(r->line, r->lines)].ranks);
}

void gd_bench_print_json(FILE *out, const gd_bench_report *r)
{
	fprintf(out, "{\"ranks\": %d, ", r->ranks);
	if (r->measured)
		put_machine(out, r);
	if (r->link.alpha > 0)
		fprintf(out, "\"alpha\": %.9g, \"beta\": %.9g, ", r->link.alpha, r->link.beta);
	put_model(out, &r->model);
	if (r->measured)
		put_steps(out, r);
	if (r->lines)
		put_plan(out, r);
	fputs("}\n", out);
}
