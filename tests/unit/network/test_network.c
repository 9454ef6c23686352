/* What a network does in a step and at inference, but for its gradients. */
#include "network_fixture.h"

const char *const unit_suite = "network";

/* Tables that a step's blocks share give what each block's own give. */
static void test_tables(void)
{
	gd_arena arena = {0};
	gd_network_options options = options_of(2, GD_SILU);
	options.encoding = make_encoding(&arena);
	gd_network *network = make(&options);
	step *own = begin(network, BLOCKS), *shared = begin(network, BLOCKS);
	float *tables = gd_allocate(gd_network_tables(network), sizeof *tables);
	CU_ASSERT_FATAL(tables != NULL && gd_network_tables(network) > 0);
	gd_network_prepare(network, shared->parameters, tables);
	shared->pass.tables = tables;
	run(own, forwards);
	run(shared, forwards);
	CU_ASSERT(memcmp(own->gradient, shared->gradient, sizeof own->gradient) == 0);
	CU_ASSERT(own->gradient[0] != 0.0);
	/* They are what is read: with others the result is another. */
	memset(tables, 0, gd_network_tables(network) * sizeof *tables);
	run(shared, forwards);
	CU_ASSERT(memcmp(own->gradient, shared->gradient, sizeof own->gradient) != 0);
	free(tables);
	end(own);
	end(shared);
	gd_network_free(network);
	gd_arena_release(&arena);
}

/* gd_network_options.encoding that is never freed before the end. */
static gd_arena shared;

static gd_network_options full_options(void)
{
	gd_network_options options = options_of(3, GD_SILU);
	options.batch_norm = true;
	options.dropout = 0.2;
	options.input_dropout = 0.1;
	options.label_smoothing = 0.05;
	options.class_weights = class_weights;
	return options;
}

static void encode(gd_network_options *options, bool without_input_dropout)
{
	options->encoding = make_encoding(&shared);
	options->periodic = 3;
	options->periodic_width = 2;
	if (without_input_dropout)
		options->input_dropout = 0.0;
}

static void test_order(void)
{
	static const int orders[][BLOCKS] = {{3, 2, 1, 0}, {1, 3, 0, 2}};
	for (int plain = 0; plain < 8; plain++) {
		gd_network_options options = full_options();
		options.batch_norm = plain % 4 == 0;
		options.members = plain >= 4 ? MEMBERS : 0;
		if (plain % 4 >= 2)
			encode(&options, plain % 4 == 3);
		gd_network *network = make(&options);
		step *s = begin(network, BLOCKS);
		run(s, forwards);
		for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
			step *other = begin(network, BLOCKS);
			run(other, orders[i]);
			CU_ASSERT(memcmp(s->gradient, other->gradient, sizeof s->gradient) == 0);
			CU_ASSERT(memcmp(&s->loss, &other->loss, sizeof s->loss) == 0);
			CU_ASSERT(memcmp(s->norm, other->norm, sizeof s->norm) == 0);
			end(other);
		}
		end(s);
		gd_network_free(network);
	}
}

/* A step leaves nothing in its workspaces that the next could pick up. */
static void repeat(gd_network_options options)
{
	gd_network *network = make(&options);
	step *s = begin(network, BLOCKS), *dirty = begin(network, BLOCKS);
	run(s, forwards);
	for (int b = 0; b < BLOCKS; b++) {
		size_t floats = gd_network_workspace(network, block_of(dirty, b).rows);
		for (size_t i = 0; i < floats; i++)
			dirty->workspace[b][i] = NAN;
	}
	run(dirty, forwards);
	CU_ASSERT(memcmp(s->gradient, dirty->gradient, sizeof s->gradient) == 0);
	CU_ASSERT(memcmp(&s->loss, &dirty->loss, sizeof s->loss) == 0);
	end(s);
	end(dirty);
	gd_network_free(network);
}

static void test_repetition(void)
{
	for (int variant = 0; variant < 6; variant++) {
		gd_network_options options = full_options();
		options.members = variant >= 3 ? MEMBERS : 0;
		if (variant % 3)
			encode(&options, variant % 3 == 2);
		repeat(options);
	}
	gd_arena_release(&shared);
}

static void test_counts(void)
{
	gd_network_options options = options_of(2, GD_TANH);
	options.class_weights = class_weights;
	gd_network *network = make(&options);
	step *s = begin(network, BLOCKS);
	run(s, forwards);
	static copies copy;
	static double probabilities[ROWS * CLASSES];
	double weight = 0.0;
	int64_t correct = 0;
	reference_batch batch = batch_of(s, &copy);
	batch.probabilities = probabilities;
	reference_loss(network, copy.parameters, &batch);
	for (int r = 0; r < ROWS; r++) {
		int best = 0;
		for (int c = 1; c < CLASSES; c++)
			if (probabilities[r * CLASSES + c] > probabilities[r * CLASSES + best])
				best = c;
		correct += best == s->labels[r];
		weight += class_weights[s->labels[r]];
	}
	CU_ASSERT_EQUAL(s->loss.rows, ROWS);
	CU_ASSERT_EQUAL(s->loss.correct, correct);
	CU_ASSERT(gd_wide_sum_value(&s->loss.weight) == weight);
	end(s);
	gd_network_free(network);
}

static void test_running_statistics(void)
{
	gd_network_options options = full_options();
	gd_network *network = make(&options);
	step *s = begin(network, BLOCKS);
	float before[MOST];
	static copies copy;
	memcpy(before, s->statistics, sizeof before);
	run(s, forwards);
	reference_batch batch = batch_of(s, &copy);
	reference_loss(network, copy.parameters, &batch);
	gd_network_update_statistics(network, &s->pass, s->statistics);
	for (int l = 0; l < options.hidden_count; l++) {
		const gd_tensor *mean = reference_tensor(network, GD_TENSOR_RUNNING_MEAN, l);
		const gd_tensor *variance = reference_tensor(network, GD_TENSOR_RUNNING_VARIANCE, l);
		for (int c = 0; c < widths[l]; c++) {
			size_t m = mean->offset + (size_t)c, v = variance->offset + (size_t)c;
			CU_ASSERT(fabs(s->statistics[m] - (0.9 * before[m] + 0.1 * copy.mean[l][c])) < 1e-6);
			CU_ASSERT(fabs(s->statistics[v] - (0.9 * before[v] + 0.1 * copy.variance[l][c] * ROWS / (ROWS - 1.0))) < 1e-6);
		}
	}
	end(s);
	gd_network_free(network);
}

static void test_inference(void)
{
	for (int activation = 0; activation < GD_ACTIVATIONS; activation++) {
		for (int variant = 0; variant < 32; variant++) {
			gd_network_options options = options_of(variant % 8 / 2, (gd_activation)activation);
			options.members = variant >= 16 && options.hidden_count ? MEMBERS : 0;
			options.batch_norm = variant & 1;
			options.dropout = 0.5;
			options.input_dropout = 0.5;
			if (variant & 8)
				encode(&options, variant & 4);
			gd_network *network = make(&options);
			step *s = begin(network, 1);
			static copies copy;
			static double expected[ROWS * CLASSES];
			float probabilities[ROWS * CLASSES];
					reference_batch batch = batch_of(s, &copy);
			memset(batch.factor, 0, sizeof batch.factor);
			batch.statistics = s->statistics;
			batch.probabilities = expected;
			reference_loss(network, copy.parameters, &batch);
			gd_network_infer(network, s->parameters, s->statistics, ROWS, s->x, s->workspace[0], probabilities);
			for (int r = 0; r < ROWS; r++)
				for (int c = 0; c < CLASSES; c++)
					CU_ASSERT(fabs(probabilities[c * ROWS + r] - expected[r * CLASSES + c]) < 2e-6);
			end(s);
			gd_network_free(network);
		}
	}
	gd_arena_release(&shared);
}

static void test_nan(void)
{
	for (int activation = 0; activation < GD_ACTIVATIONS; activation++) {
		for (int variant = 0; variant < 8; variant++) {
			gd_network_options options = options_of(2, (gd_activation)activation);
			options.batch_norm = variant & 1;
			options.dropout = options.input_dropout = variant & 2 ? 0.4 : 0.0;
			if (variant & 4)
				encode(&options, false);
			gd_network *network = make(&options);
			step *s = begin(network, BLOCKS);
			s->x[INPUTS * ROWS / 2] = NAN;
			run(s, forwards);
			CU_ASSERT(isnan(gd_wide_sum_value(&s->loss.loss)));
			end(s);
			gd_network_free(network);
		}
	}
	gd_arena_release(&shared);
}

const unit_test unit_tests[] = {
	{"tables shared by a step's blocks", test_tables},
	{"any order of blocks gives the same bits", test_order},
	{"nothing is read from a workspace before it is written", test_repetition},
	{"rows, weights and correct predictions are counted", test_counts},
	{"running statistics follow the batch", test_running_statistics},
	{"inference agrees with the double-precision network", test_inference},
	{"NaN in the input makes the loss NaN", test_nan},
	{NULL, NULL},
};
