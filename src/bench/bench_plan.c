#include "gd/bench/bench_plan.h"

#include <assert.h>

#include "gd/network/network.h"
#include "gd/parallel/communicator.h"

const char *const gd_allreduce_names[] = {"recursive-doubling", "rabenseifner", "ring", NULL};

static int floor_log2(int ranks)
{
	int rounds = 0;
	while (ranks >> (rounds + 1))
		rounds++;
	return rounds;
}

/* Multiples of alpha and of n beta. */
static void costs_of(gd_allreduce algorithm, int ranks, double *messages, double *volume)
{
	int rounds = floor_log2(ranks);
	int odd = ranks == 1 << rounds ? 0 : 2;
	double share = (ranks - 1.0) / ranks;
	switch (algorithm) {
	case GD_RECURSIVE_DOUBLING:
		*messages = *volume = rounds + odd;
		return;
	case GD_RABENSEIFNER:
		*messages = 2 * rounds + odd;
		*volume = 2 * share + odd;
		return;
	case GD_RING:
		*messages = 2 * (ranks - 1.0);
		*volume = 2 * share;
		return;
	case GD_ALLREDUCES:
		break;
	}
	assert(!"an algorithm");
}

double gd_allreduce_seconds(gd_allreduce algorithm, int ranks, double bytes, gd_link link)
{
	double messages, volume;
	if (ranks <= 1)
		return 0;
	costs_of(algorithm, ranks, &messages, &volume);
	return messages * link.alpha + volume * bytes * link.beta;
}

gd_allreduce gd_allreduce_cheapest(int ranks, double bytes, gd_link link)
{
	gd_allreduce best = GD_RECURSIVE_DOUBLING;
	for (gd_allreduce a = GD_RABENSEIFNER; a < GD_ALLREDUCES; a++)
		if (gd_allreduce_seconds(a, ranks, bytes, link) < gd_allreduce_seconds(best, ranks, bytes, link))
			best = a;
	return best;
}

double gd_slices_seconds(int ranks, double bytes, gd_link link)
{
	int rounds = floor_log2(ranks) + (ranks > 1 << floor_log2(ranks));
	return rounds * link.alpha + (ranks - 1.0) / ranks * bytes * link.beta;
}

gd_link gd_link_fit(int ranks, double latency, double bytes, double seconds)
{
	double messages, volume;
	assert(ranks >= 2 && bytes > 0);
	costs_of(GD_RECURSIVE_DOUBLING, ranks, &messages, &volume);
	gd_link link = {.alpha = latency / messages};
	/* The largest beta that some algorithm needs: with it none takes less than what was measured. */
	for (gd_allreduce a = 0; a < GD_ALLREDUCES; a++) {
		costs_of(a, ranks, &messages, &volume);
		double beta = (seconds - messages * link.alpha) / (volume * bytes);
		link.beta = beta > link.beta ? beta : link.beta;
	}
	return link;
}

/* Rows of the rank that has most of them. */
static int busiest(gd_plan_batch batch, int ranks)
{
	int most = 0;
	for (int r = 0; r < ranks; r++) {
		gd_share share = gd_share_of(batch.blocks, r, ranks);
		int rows = gd_block_start(batch.rows, batch.blocks, (int)(share.first + share.count)) - gd_block_start(batch.rows, batch.blocks, (int)share.first);
		most = rows > most ? rows : most;
	}
	return most;
}

static double reduce_seconds(const gd_plan_work *work, gd_link link, int ranks)
{
	double seconds = 0;
	for (int m = 0; m < work->messages; m++) {
		double bytes = work->message[m].bytes;
		gd_allreduce algorithm = work->algorithm == GD_ALLREDUCES ? gd_allreduce_cheapest(ranks, bytes, link) : work->algorithm;
		seconds += work->message[m].slices ? gd_slices_seconds(ranks, bytes, link) : gd_allreduce_seconds(algorithm, ranks, bytes, link);
	}
	return seconds;
}

gd_plan_line gd_plan_predict(const gd_plan_work *work, gd_link link, int ranks)
{
	double longest = 0;
	for (int m = 0; m < work->messages; m++)
		if (!work->message[m].slices && work->message[m].bytes > longest)
			longest = work->message[m].bytes;
	gd_plan_line line = {
		.ranks = ranks,
		.busy = work->full.blocks < ranks ? work->full.blocks : ranks,
		.rows = busiest(work->full, ranks),
		.algorithm = work->algorithm == GD_ALLREDUCES ? gd_allreduce_cheapest(ranks, longest, link) : work->algorithm,
		.reduce = reduce_seconds(work, link, ranks),
	};
	double fixed = work->fixed_seconds + work->shared_seconds / ranks;
	line.compute = line.rows * work->row_seconds + fixed;
	line.step = line.compute + line.reduce;
	double rows = (double)work->full_steps * work->full.rows + work->last.rows;
	if (ranks > 1)
		line.exchange = (ranks - 1) * link.alpha + rows / ranks * (ranks - 1) / ranks * work->row_bytes * link.beta;
	double last = work->last.rows ? busiest(work->last, ranks) * work->row_seconds + fixed + line.reduce : 0;
	double epoch = (double)work->full_steps * line.step + last;
	line.total = (double)work->epochs * (epoch > line.exchange ? epoch : line.exchange);
	double alone = work->full.rows * work->row_seconds + work->fixed_seconds + work->shared_seconds;
	line.efficiency = line.step > 0 ? alone / (ranks * line.step) : 0;
	return line;
}

static double seconds_of(const gd_plan_line *line)
{
	return line->total > 0 ? line->total : line->step;
}

int gd_plan_best(const gd_plan_line *lines, int count)
{
	int best = 0;
	for (int i = 1; i < count; i++) {
		double mine = seconds_of(&lines[i]), least = seconds_of(&lines[best]);
		if (mine < least || (!(mine > least) && lines[i].ranks < lines[best].ranks))
			best = i;
	}
	return best;
}

int gd_plan_enough(const gd_plan_line *lines, int count)
{
	int enough = gd_plan_best(lines, count);
	double limit = 1.1 * seconds_of(&lines[enough]);
	for (int i = 0; i < count; i++)
		if (seconds_of(&lines[i]) <= limit && lines[i].ranks < lines[enough].ranks)
			enough = i;
	return enough;
}
