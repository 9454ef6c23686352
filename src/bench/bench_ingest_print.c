#include <inttypes.h>

#include "gd/base/excerpt.h"
#include "gd/bench/bench_ingest.h"
#include "gd/bench/bench_text.h"
#include "gd/run/machine.h"

static void put_rate(FILE *out, const gd_bench_ingest *g, const char *name, gd_spread rate)
{
	fprintf(out, "  %-34s", name);
	gd_bench_put_spread(out, g->ranks, rate, "B/s");
}

static void put_plan(FILE *out, const gd_bench_ingest *g, const gd_widths *plan)
{
	static const int usual[] = {1, 2, 4, 8, 16, 32, 64};
	int count = plan->count ? plan->count : (int)(sizeof usual / sizeof *usual);
	fprintf(out, "\nreading all of it: a digest and the values, and once more where columns are inferred; split, statistics and the dataset's writing come on top\n");
	fprintf(out, "%6s %14s %14s %14s  %s\n", "ranks", "with a schema", "inferred", "together", "bound by");
	for (int i = 0; i < count; i++) {
		gd_ingest_line line = gd_bench_ingest_plan(g, plan->count ? plan->width[i] : usual[i]);
		fprintf(out, "%6d %14s %14s %14s  %s\n", line.ranks, gd_bench_seconds(line.fitted), gd_bench_seconds(line.inferred), gd_bench_quantity((double)g->bytes / line.inferred, "B/s"),
			line.by_disk ? "the disk" : "cores");
	}
	fprintf(out, "a core for each rank is supposed; this host has %d. The disk is taken to give what the ranks here had of it together.\n", g->cores);
}

void gd_bench_ingest_print(FILE *out, const gd_bench_ingest *g, const gd_widths *plan)
{
	char room[GD_EXCERPT_ROOM];
	fprintf(out, "machine: %s; %d rank%s and %d core%s on this host\n", gd_machine_cpu(), g->local_ranks, g->local_ranks > 1 ? "s" : "", g->cores, g->cores > 1 ? "s" : "");
	if (g->local_ranks > g->cores)
		fprintf(out, "  More ranks than cores: they take turns, so no figure below is that of a core of its own.\n");
	fprintf(out, "table: %s, %s in %d columns; a rank reads its first %s, %" PRId64 " records of %.0f bytes\n", gd_excerpt(g->path, room), gd_bench_quantity((double)g->bytes, "B"), g->columns,
		gd_bench_quantity((double)g->sample, "B"), g->records, (double)g->sample / (double)g->records);
	fprintf(out, "  %-34s", "");
	gd_bench_put_heads(out, g->ranks);
	put_rate(out, g, g->dropped ? "bytes, the page cache dropped" : "bytes, perhaps from the page cache", g->disk);
	put_rate(out, g, "bytes, from the page cache", g->memory);
	put_rate(out, g, "digest of the source (SHA-256)", g->digest);
	put_rate(out, g, "into records and fields", g->split);
	put_rate(out, g, "with a look at each column", g->inferred);
	put_rate(out, g, "with their content and numbers", g->values);
	put_plan(out, g, plan);
}

static void put_json_rate(FILE *out, const char *name, gd_spread rate)
{
	fprintf(out, ", \"%s\": {\"minimum\": %.9g, \"mean\": %.9g, \"maximum\": %.9g}", name, rate.minimum, rate.mean, rate.maximum);
}

void gd_bench_ingest_print_json(FILE *out, const gd_bench_ingest *g, const gd_widths *plan)
{
	fprintf(out, "{\"ranks\": %d, \"ranks_on_host\": %d, \"cores\": %d, \"bytes\": %" PRId64 ", \"sample_bytes\": %" PRId64 ", \"records\": %" PRId64 ", \"columns\": %d, \"cache_dropped\": %s", g->ranks,
		g->local_ranks, g->cores, g->bytes, g->sample, g->records, g->columns, g->dropped ? "true" : "false");
	put_json_rate(out, "disk", g->disk);
	put_json_rate(out, "memory", g->memory);
	put_json_rate(out, "digest", g->digest);
	put_json_rate(out, "split", g->split);
	put_json_rate(out, "inferred", g->inferred);
	put_json_rate(out, "values", g->values);
	fputs(", \"plan\": [", out);
	for (int i = 0; i < plan->count; i++) {
		gd_ingest_line line = gd_bench_ingest_plan(g, plan->width[i]);
		fprintf(out, "%s{\"ranks\": %d, \"schema_seconds\": %.9g, \"inferred_seconds\": %.9g, \"bound_by\": \"%s\"}", i ? ", " : "", line.ranks, line.fitted, line.inferred,
			line.by_disk ? "disk" : "cores");
	}
	fputs("]}\n", out);
}
