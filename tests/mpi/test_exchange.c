#include "ranks.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/kernel/permutation.h"
#include "gd/parallel/exchange.h"

const char *const ranks_suite = "exchange";

#define SEED 20200121

typedef struct exchange_case {
	int64_t rows;
	int batch_rows, features;
	bool drop_last, skip_single;
	/* Expected. */
	int64_t steps;
	int full, last; /* rows of a batch that is not the last, and of the last */
	int64_t window; /* as it is wished for */
} exchange_case;

static const exchange_case cases[] = {
	{1, 4, 3, false, false, 1, 1, 1, 0},
	{1, 4, 3, true, false, 1, 1, 1, 0},
	{1, 4, 3, false, true, 0, 0, 0, 0},
	{2, 1024, 1, false, true, 1, 2, 2, 0},
	{3, 8, 2, false, false, 1, 3, 3, 0},
	{3, 8, 2, true, false, 1, 3, 3, 0},
	{5, 5, 1, true, true, 1, 5, 5, 0},
	{7, 1, 2, false, false, 7, 1, 1, 0},
	{7, 1, 2, false, true, 0, 0, 0, 0},
	{10, 3, 4, false, false, 4, 3, 1, 0},
	{10, 3, 4, true, false, 3, 3, 3, 0},
	{10, 3, 4, false, true, 3, 3, 3, 0},
	{11, 3, 4, false, true, 4, 3, 2, 0},
	{1000, 64, 20, false, false, 16, 64, 40, 0},
	{1000, 64, 20, true, false, 15, 64, 64, 0},
	{1003, 250, 7, false, false, 5, 250, 3, 0},
	{1001, 1000, 17, false, false, 2, 1000, 1, 0},
	{1001, 1000, 17, false, true, 1, 1000, 1000, 0},
	{5000, 5000, 20, false, false, 1, 5000, 5000, 0},
	{5011, 256, 20, false, false, 20, 256, 147, 0},
	{4099, 2050, 33, false, false, 2, 2050, 2049, 0},
	/* Windows: of a batch; of three, the last one shorter, or of one row that is left out, or without a step; longer than their stretches; as long as all. */
	{10, 3, 4, false, false, 4, 3, 1, 3},
	{10, 3, 4, true, false, 3, 3, 3, 4},
	{19, 3, 4, false, true, 6, 3, 3, 9},
	{23, 3, 4, true, false, 7, 3, 3, 11},
	{1, 4, 3, false, true, 0, 0, 0, 2},
	{1000, 64, 20, false, false, 16, 64, 40, 320},
	{1003, 250, 7, false, false, 5, 250, 3, 500},
	{5011, 256, 20, false, false, 20, 256, 147, 1250},
	{5011, 100, 20, false, false, 51, 100, 11, 700},
	{5011, 256, 20, false, false, 20, 256, 147, 5011},
};

/* The row at a position of an epoch, one at a time. */
static int64_t row_of(const exchange_case *c, int64_t epoch, int64_t position)
{
	gd_permutation permutation;
	int64_t batch = c->batch_rows < c->rows ? c->batch_rows : c->rows, window = c->window / batch * batch;
	if (window == 0 || c->window >= c->rows) {
		gd_permutation_init(&permutation, (uint64_t)c->rows, gd_random_key(SEED, GD_PURPOSE_SHUFFLE, (uint64_t)epoch));
		return (int64_t)gd_permutation_at(&permutation, (uint64_t)position);
	}
	int64_t windows = (c->rows + window - 1) / window, first = position / window * window, rows = c->rows - first < window ? c->rows - first : window;
	gd_stretch_order order;
	gd_permutation_init(&permutation, (uint64_t)rows, gd_random_key(SEED, GD_PURPOSE_WINDOW, (uint64_t)(epoch * windows + first / window)));
	gd_stretch_order_init(&order, c->rows, gd_stretch_rows(window), gd_random_key(SEED, GD_PURPOSE_STRETCHES, (uint64_t)epoch));
	return gd_stretch_order_run(&order, first + (int64_t)gd_permutation_at(&permutation, (uint64_t)(position - first)), 1).first;
}

/* What row `row` of the dataset holds. */
static float feature_of(int64_t row, int features, int feature)
{
	return (float)(row * features + feature) - 100;
}

/* Of packed rows these stand behind the others: one of them at most is another one than it is mostly. */
enum { LEVELS = 5 };

static float level_of(int64_t row, int level)
{
	return row % (LEVELS + 1) == level ? 7 + (float)level : -(float)level;
}

static int32_t label_of(int64_t row)
{
	return (int32_t)(row * 7 % 1000003);
}

static float weight_of(int64_t row)
{
	return (float)(row * 13 % 1009) / 8;
}

static bool create_network(int features, gd_network **network)
{
	const int hidden[] = {8};
	gd_network_options options = {.inputs = features, .classes = 3, .hidden_count = 1, .hidden = hidden, .activation = GD_RELU};
	return ranks_ok(gd_network_create(&options, network));
}

/* The epoch as one process would compute it, against the blocks of this rank, whose rows have weights or none; counts in seen [rows] what was met here. */
static void check_epoch(const exchange_case *c, bool weighted, bool packed, const gd_network *network, gd_exchange *exchange, int64_t epoch, float *x, int *seen)
{
	for (int64_t step = 0; step < c->steps; step++) {
		int rows = step == c->steps - 1 ? c->last : c->full;
		gd_step_plan plan = gd_exchange_step(exchange, step);
		if (!ranks_ok(gd_exchange_reach(exchange, step)))
			return;
		CU_ASSERT_EQUAL(plan.rows, rows);
		CU_ASSERT_EQUAL(plan.blocks, gd_network_blocking(network, rows).blocks);
		/* The ranks' blocks follow each other and cover the batch. */
		int before = 0, count = plan.block_count, total = 0;
		MPI_Exscan(&count, &before, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
		MPI_Allreduce(&count, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
		CU_ASSERT_EQUAL(plan.first_block, ranks.rank == 0 ? 0 : before);
		CU_ASSERT_EQUAL(total, plan.blocks);
		for (int b = plan.first_block; b < plan.first_block + plan.block_count; b++) {
			int start = gd_block_start(rows, plan.blocks, b), length = gd_block_start(rows, plan.blocks, b + 1) - start;
			gd_block block = gd_exchange_block(exchange, step, b, x);
			CU_ASSERT_EQUAL(block.index, b);
			CU_ASSERT_EQUAL(block.rows, length);
			CU_ASSERT_PTR_EQUAL(block.x, x);
			CU_ASSERT_EQUAL(block.weights != NULL, weighted);
			int wrong = 0;
			for (int column = 0; column < length; column++) {
				int64_t row = row_of(c, epoch, step * c->full + start + column);
				for (int f = 0; f < c->features; f++)
					wrong += x[f * length + column] != feature_of(row, c->features, f);
				for (int level = 0; packed && level < LEVELS; level++)
					wrong += x[(c->features + level) * length + column] != level_of(row, level);
				wrong += block.labels[column] != label_of(row) || (block.weights && block.weights[column] != weight_of(row));
				seen[row]++;
			}
			CU_ASSERT_EQUAL(wrong, 0);
		}
	}
}

/* Every row once an epoch, but for those of a batch that was left out. */
static void check_seen(const exchange_case *c, int *seen)
{
	MPI_Allreduce(MPI_IN_PLACE, seen, (int)c->rows, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
	int64_t once = 0, never = 0;
	for (int64_t row = 0; row < c->rows; row++) {
		once += seen[row] == 1;
		never += seen[row] == 0;
	}
	int64_t used = c->steps == 0 ? 0 : (c->steps - 1) * c->full + c->last;
	CU_ASSERT_EQUAL(once, used);
	CU_ASSERT_EQUAL(never, c->rows - used);
}

/* Steps from the end to the beginning, as no training has them. */
static void check_jumps(const exchange_case *c, gd_exchange *exchange, float *x)
{
	for (int64_t step = c->steps - 1; step >= 0; step--) {
		if (!ranks_ok(gd_exchange_reach(exchange, step)))
			return;
		gd_step_plan plan = gd_exchange_step(exchange, step);
		for (int b = plan.first_block; b < plan.first_block + plan.block_count; b++) {
			gd_block block = gd_exchange_block(exchange, step, b, x);
			int64_t row = row_of(c, 1, step * c->full + gd_block_start(plan.rows, plan.blocks, b));
			CU_ASSERT_EQUAL(x[0], feature_of(row, c->features, 0));
			CU_ASSERT_EQUAL(block.labels[0], label_of(row));
		}
	}
}

/* A source that reads when it is asked whether it has. */
typedef struct lazy_source {
	const exchange_case *c;
	const gd_run *runs;
	size_t count;
	const gd_shard *shard;
} lazy_source;

static gd_status begin_reading(void *context, const gd_run *runs, size_t count, const gd_shard *shard)
{
	lazy_source *source = context;
	*source = (lazy_source){source->c, runs, count, shard};
	return gd_ok();
}

static gd_status finish_reading(void *context)
{
	const lazy_source *source = context;
	int64_t at = 0, features = source->c->features;
	for (size_t r = 0; r < source->count; r++)
		for (int64_t row = source->runs[r].first; row < source->runs[r].first + source->runs[r].count; row++, at++) {
			for (int f = 0; f < features; f++)
				source->shard->features[at * features + f] = feature_of(row, (int)features, f);
			source->shard->labels[at] = label_of(row);
			if (source->shard->weights)
				source->shard->weights[at] = weight_of(row);
		}
	return at == source->shard->share.count ? gd_ok() : gd_error(GD_FAILED, "%lld rows of %lld were asked for", (long long)at, (long long)source->shard->share.count);
}

/* This rank's rows; with `form` they are packed, and have levels. */
static void fill_shard(const exchange_case *c, const gd_row_form *form, bool weighted, const gd_shard *shard)
{
	int features = c->features + (form ? LEVELS : 0), words = form ? form->words : features;
	float row[64];
	for (int64_t i = 0; i < shard->share.count; i++) {
		int64_t number = shard->share.first + i;
		for (int f = 0; f < features; f++)
			row[f] = f < c->features ? feature_of(number, c->features, f) : level_of(number, f - c->features);
		if (!form)
			memcpy(shard->features + i * words, row, (size_t)features * sizeof *row);
		else if (!gd_row_form_pack(form, 1, row, shard->features + i * words))
			CU_FAIL("a row cannot be packed");
		shard->labels[i] = label_of(number);
		if (weighted)
			shard->weights[i] = weight_of(number);
	}
}

static bool make_form(const exchange_case *c, gd_row_form *form)
{
	if (!gd_row_form_init(form, c->features + LEVELS))
		return false;
	gd_row_form_add(form, c->features, false);
	gd_row_form_add(form, LEVELS, true);
	for (int level = 0; level < LEVELS; level++) {
		form->absent[c->features + level] = -(float)level;
		form->present[c->features + level] = 7 + (float)level;
	}
	return true;
}

/* In pieces of about `piece_bytes` a rank. */
static void run_pieces(const exchange_case *c, int64_t piece_bytes, bool weighted, bool packed)
{
	gd_row_form form = {0};
	int features = c->features + (packed ? LEVELS : 0);
	gd_network *network = NULL;
	gd_exchange *exchange = NULL;
	gd_shard shard;
	int *seen = calloc((size_t)c->rows, sizeof *seen);
	float *x = NULL;
	bool made = (!packed || make_form(c, &form)) && ranks_ok(gd_shard_create(&ranks, c->rows, packed ? form.words : features, weighted, &shard));
	CU_ASSERT_PTR_NOT_NULL(seen);
	if (!ranks_all(made && seen && create_network(features, &network)))
		goto done;
	CU_ASSERT_EQUAL(shard.whole, ranks.node != NULL);
	fill_shard(c, packed ? &form : NULL, weighted, &shard);
	gd_exchange_options options = {
		.rows = c->rows,
		.features = features,
		.form = packed ? &form : NULL,
		.batch_rows = c->batch_rows,
		.drop_last = c->drop_last,
		.skip_single = c->skip_single,
		.seed = SEED,
		.network = network,
		.shard = &shard,
		.epochs = 3, /* so after epoch 1 comes what nobody wants */
		.piece_bytes = piece_bytes,
		.window = c->window,
	};
	lazy_source source = {.c = c};
	if (gd_exchange_window(&options)) {
		options.source = (gd_row_source){.context = &source, .begin = begin_reading, .finish = finish_reading};
		options.shard = NULL;
		options.weighted = weighted;
	}
	bool created = ranks_ok(gd_exchange_create(&ranks, &options, &exchange));
	int largest = gd_network_blocking(network, c->full > 0 ? c->full : 1).largest;
	if (c->last > 0 && gd_network_blocking(network, c->last).largest > largest)
		largest = gd_network_blocking(network, c->last).largest;
	x = malloc((size_t)largest * (size_t)features * sizeof *x);
	CU_ASSERT_PTR_NOT_NULL(x);
	if (!ranks_all(created && x))
		goto done;
	CU_ASSERT_EQUAL(gd_exchange_steps(exchange), c->steps);
	if (!ranks_all(gd_exchange_steps(exchange) == c->steps))
		goto done;
	/* One that is sent ahead, and others out of order, as after a resume: what was sent ahead for nothing does no harm. */
	const int64_t epochs[] = {0, 1, 7, 1};
	for (size_t e = 0; e < sizeof epochs / sizeof *epochs; e++) {
		if (!ranks_all(ranks_ok(gd_exchange_run(exchange, epochs[e]))))
			goto done;
		memset(seen, 0, (size_t)c->rows * sizeof *seen);
		check_epoch(c, weighted, packed, network, exchange, epochs[e], x, seen);
		check_seen(c, seen);
	}
	if (piece_bytes)
		check_jumps(c, exchange, x);
	/* One is left on its way. */
	if (c->steps)
		ranks_ok(gd_exchange_run(exchange, 0));
done:
	gd_exchange_free(exchange);
	gd_network_free(network);
	gd_shard_release(&shard);
	gd_row_form_release(&form);
	free(seen);
	free(x);
}

static void run_case(const exchange_case *c)
{
	/* An epoch in one piece; a step a piece, or a few of them. */
	for (int weighted = 0; weighted < 2; weighted++) {
		run_pieces(c, 0, weighted, false);
		run_pieces(c, c->rows < 100 ? 1 : 10000, weighted, false);
		if (!c->window)
			run_pieces(c, c->rows < 100 ? 1 : 10000, weighted, true);
	}
}

static void test_small(void)
{
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
		if (cases[c].rows < 100)
			run_case(&cases[c]);
}

static void test_large(void)
{
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
		if (cases[c].rows >= 100)
			run_case(&cases[c]);
}

/* More rows than a rank can count: every rank is told. */
static void test_too_many(void)
{
	gd_network *network = NULL;
	if (ranks_all(create_network(4, &network))) {
		gd_shard shard = {.share = gd_share_of((int64_t)1 << 40, ranks.rank, ranks.size)};
		gd_exchange_options options = {.rows = (int64_t)1 << 40, .features = 4, .batch_rows = 1024, .network = network, .shard = &shard};
		gd_exchange *exchange = NULL;
		gd_status status = gd_exchange_create(&ranks, &options, &exchange);
		CU_ASSERT_EQUAL(status.code, GD_FAILED);
		CU_ASSERT_PTR_NULL(exchange);
	}
	gd_network_free(network);
}

const ranks_test ranks_tests[] = {
	{"every row at its place: a handful", test_small},
	{"every row at its place: many", test_large},
	{"too many rows", test_too_many},
	{0},
};
