#include "gd/network/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/network/dropout.h"
#include "reference_network.h"
#include "unit.h"

const char *const unit_suite = "network";

enum { INPUTS = 5, CLASSES = 4, ROWS = 53, BLOCKS = 4, MOST = 2048, MEMBERS = 3 };

static const int widths[] = {7, 6, 9};
static const float class_weights[CLASSES] = {0.5f, 1.5f, 1.0f, 2.0f};

static gd_network *make(const gd_network_options *options)
{
	gd_network *network;
	gd_status status = gd_network_create(options, &network);
	if (gd_failed(&status))
		abort();
	return network;
}

static gd_network_options options_of(int hidden_count, gd_activation activation)
{
	return (gd_network_options){.inputs = INPUTS, .classes = CLASSES, .hidden_count = hidden_count, .hidden = widths, .activation = activation};
}

/* A training step's arithmetic, as a trainer on one rank does it. */
typedef struct step {
	const gd_network *network;
	float parameters[MOST], statistics[MOST], x[INPUTS * ROWS]; /* x: blocks one after the other, each [INPUTS, rows] */
	int32_t labels[ROWS];
	int blocks;
	float norm[5][MOST];
	gd_pass pass;
	double gradient[MOST];
	gd_loss_sums loss;
	float *workspace[BLOCKS];
} step;

static step *begin(const gd_network *network, int blocks)
{
	step *s = gd_allocate(1, sizeof *s);
	if (!s || gd_network_parameters(network) > MOST || gd_network_statistics(network) > MOST)
		abort();
	s->network = network;
	s->blocks = blocks;
	for (size_t i = 0; i < gd_network_parameters(network); i++)
		s->parameters[i] = (float)(0.5 * gd_random_normal(1, i));
	for (size_t i = 0; i < gd_network_statistics(network); i++)
		s->statistics[i] = (float)(0.5 + gd_random_uniform(2, i));
	for (int b = 0; b < blocks; b++) {
		int first = gd_block_start(ROWS, blocks, b), rows = gd_block_start(ROWS, blocks, b + 1) - first;
		for (int r = 0; r < rows; r++)
			for (int f = 0; f < INPUTS; f++)
				s->x[INPUTS * first + f * rows + r] = (float)gd_random_normal(3, (uint64_t)((first + r) * INPUTS + f));
		s->workspace[b] = gd_allocate(gd_network_workspace(network, rows), sizeof(float));
		if (!s->workspace[b])
			abort();
	}
	for (int r = 0; r < ROWS; r++)
		s->labels[r] = (int32_t)(gd_random_bits(4, (uint64_t)r) % CLASSES);
	s->pass = (gd_pass){.parameters = s->parameters, .statistics = s->statistics, .dropout_key = 99,
		.norm = {s->norm[0], s->norm[1], s->norm[2], s->norm[3], s->norm[4]}};
	return s;
}

static void end(step *s)
{
	for (int b = 0; b < s->blocks; b++)
		free(s->workspace[b]);
	free(s);
}

static gd_block block_of(const step *s, int index)
{
	int first = gd_block_start(ROWS, s->blocks, index);
	return (gd_block){.index = index, .rows = gd_block_start(ROWS, s->blocks, index + 1) - first, .x = s->x + INPUTS * first, .labels = s->labels + first};
}

static void add_gradient(void *context, size_t offset, size_t count, const float *gradient)
{
	step *s = context;
	gd_quantum quantum = gd_quantum_of(-36, BLOCKS);
	if (gd_exact_sum_add(count, gradient, quantum, s->gradient + offset) > quantum.limit_bits)
		s->gradient[offset] = NAN;
}

static void run(step *s, const int *order)
{
	const gd_network *network = s->network;
	gd_wide_sum sums[2 * REFERENCE_WIDTH];
	int segments = gd_network_segments(network);
	memset(s->gradient, 0, sizeof s->gradient);
	memset(&s->loss, 0, sizeof s->loss);
	for (int segment = 0; segment < segments; segment++) {
		memset(sums, 0, sizeof sums);
		for (int i = 0; i < s->blocks; i++) {
			gd_block block = block_of(s, order[i]);
			gd_network_forward_segment(network, &s->pass, segment, &block, s->workspace[order[i]], sums, &s->loss);
		}
		if (gd_network_segment_channels(network, segment) > 0)
			gd_network_finish_moments(network, &s->pass, segment, sums, ROWS);
	}
	for (int segment = segments - 1; segment >= 0; segment--) {
		memset(sums, 0, sizeof sums);
		for (int i = 0; i < s->blocks; i++) {
			gd_block block = block_of(s, order[i]);
			gd_network_backward_segment(network, &s->pass, segment, &block, s->workspace[order[i]], add_gradient, s, sums);
		}
		if (segment > 0)
			gd_network_finish_gradient_sums(network, &s->pass, segment, sums, ROWS, s->gradient);
	}
}

static const int forwards[BLOCKS] = {0, 1, 2, 3};

/* Rows-major copies for the reference, and the dropout factors that the twin draws. */
typedef struct copies {
	double x[ROWS * INPUTS];
	double factor[REFERENCE_LAYERS][MEMBERS * ROWS * REFERENCE_WIDTH];
	double mean[REFERENCE_LAYERS][REFERENCE_WIDTH], variance[REFERENCE_LAYERS][REFERENCE_WIDTH];
} copies;

static reference_batch batch_of(const step *s, copies *copy)
{
	const gd_network_options *options = gd_network_get_options(s->network);
	reference_batch batch = {.rows = ROWS, .x = copy->x, .labels = s->labels};
	for (int b = 0; b < s->blocks; b++) {
		gd_block block = block_of(s, b);
		int first = gd_block_start(ROWS, s->blocks, b);
		for (int r = 0; r < block.rows; r++)
			for (int f = 0; f < INPUTS; f++)
				copy->x[(first + r) * INPUTS + f] = block.x[f * block.rows + r];
		for (int l = 0; l <= options->hidden_count; l++) {
			double probability = l == 0 ? options->input_dropout : options->dropout;
			if (probability == 0.0)
				continue;
			int width = l == 0 ? gd_network_columns(s->network) : options->hidden[l - 1];
			static float ones[MEMBERS * REFERENCE_WIDTH * ROWS], factor[MEMBERS * REFERENCE_WIDTH * ROWS];
			int members = l == 0 ? 1 : gd_network_members(s->network), all = members * block.rows;
			for (int i = 0; i < width * all; i++)
				ones[i] = 1.0f;
			gd_dropout dropout = {.key = s->pass.dropout_key, .layer = (uint32_t)l, .block = (uint32_t)b, .threshold = gd_dropout_threshold(probability)};
			gd_dropout_forward_ref(&dropout, width, all, ones, factor, NULL);
			for (int u = 0; u < width; u++)
				for (int r = 0; r < all; r++)
					copy->factor[l][(r / block.rows * ROWS + first + r % block.rows) * width + u] = factor[u * all + r];
			batch.factor[l] = copy->factor[l];
		}
	}
	for (int l = 0; l < options->hidden_count; l++) {
		batch.mean[l] = copy->mean[l];
		batch.variance[l] = copy->variance[l];
	}
	return batch;
}

/* Largest relative error of a tensor's gradient in the Euclidean norm, against central differences of the reference. */
static double gradient_error(const step *s)
{
	const double h = 1e-6;
	static copies copy;
	reference_batch batch = batch_of(s, &copy);
	double parameters[MOST], worst = 0.0, whole = 0.0;
	for (size_t i = 0; i < gd_network_parameters(s->network); i++) {
		parameters[i] = s->parameters[i];
		whole += s->gradient[i] * s->gradient[i];
	}
	for (int t = 0; t < gd_network_tensors(s->network); t++) {
		const gd_tensor *tensor = gd_network_tensor(s->network, t);
		double error = 0.0, size = 0.0;
		for (size_t i = tensor->offset; i < tensor->offset + (size_t)tensor->rows * (size_t)tensor->columns; i++) {
			double middle = parameters[i];
			parameters[i] = middle + h;
			double above = reference_loss(s->network, parameters, &batch);
			parameters[i] = middle - h;
			double slope = (above - reference_loss(s->network, parameters, &batch)) / (2.0 * h);
			parameters[i] = middle;
			error += (s->gradient[i] - slope) * (s->gradient[i] - slope);
			size += slope * slope;
		}
		/* a bias in front of a batch norm has no gradient but rounding, which is measured against the whole */
		const gd_network_options *options = gd_network_get_options(s->network);
		bool vanishes = options->batch_norm && tensor->role == GD_TENSOR_DENSE_BIAS && tensor->layer < options->hidden_count;
		worst = fmax(worst, sqrt(error / (vanishes ? whole : size)));
	}
	double loss = reference_loss(s->network, parameters, &batch);
	worst = fmax(worst, fabs(gd_wide_sum_value(&s->loss.loss) - loss) / loss);
	return worst;
}

static double error_of(const gd_network_options *options, int blocks)
{
	gd_network *network = make(options);
	step *s = begin(network, blocks);
	run(s, forwards);
	double error = gradient_error(s);
	end(s);
	gd_network_free(network);
	return error;
}

static void test_gradients(void)
{
	for (int activation = 0; activation < GD_ACTIVATIONS; activation++) {
		for (int variant = 0; variant < 16; variant++) {
			gd_network_options options = options_of(1 + variant % 3, (gd_activation)activation);
			options.batch_norm = variant & 1;
			options.dropout = variant & 2 ? 0.3 : 0.0;
			options.input_dropout = variant & 4 ? 0.1 : 0.0;
			options.label_smoothing = variant & 8 ? 0.1 : 0.0;
			options.class_weights = variant & 8 ? class_weights : NULL;
			double error = error_of(&options, variant % 4 == 3 ? 1 : BLOCKS);
			CU_ASSERT(error < 2e-5);
		}
	}
}

static void fill(float *to, int count, float first, float distance)
{
	for (int i = 0; i < count; i++)
		to[i] = first + distance * (float)i + 0.03f * (float)(i * i % 5);
}

/* Features 0 and 3 in bins, 1 by rank, 2 and 4 as they are; 0, 1, 2 are numbers. */
static gd_encoding *make_encoding(gd_arena *arena)
{
	static gd_encoding encoding;
	static const gd_encoding_kind kinds[INPUTS] = {GD_ENCODE_PIECEWISE_LINEAR, GD_ENCODE_QUANTILE, GD_ENCODE_STANDARD, GD_ENCODE_PIECEWISE_LINEAR, GD_ENCODE_STANDARD};
	static const int columns[INPUTS] = {6, 1, 1, 3, 1}, knots[INPUTS] = {5, 7, 3, 0, 0};
	gd_status status = gd_encoding_init(&encoding, INPUTS, arena);
	for (int f = 0; f < INPUTS && !gd_failed(&status); f++) {
		status = gd_encoding_reserve(&encoding, f, kinds[f], columns[f], knots[f], arena);
		gd_feature_encoding *feature = &encoding.feature[f];
		if (feature->edge)
			fill(feature->edge, columns[f] + 1, -1.2f, 2.4f / (float)columns[f]);
		if (feature->factor) {
			fill(feature->factor, columns[f], 1.5f, 0.2f);
			fill(feature->shift, columns[f], -0.7f, 0.1f);
		}
		fill(feature->knot, knots[f], -1.5f, 0.6f);
		fill(feature->normal, knots[f], -2.0f, 0.7f);
	}
	if (gd_failed(&status))
		abort();
	gd_encoding_finish(&encoding);
	return &encoding;
}

static void test_encoded_gradients(void)
{
	gd_arena arena = {0};
	for (int variant = 0; variant < 24; variant++) {
		gd_network_options options = options_of(variant % 3, variant & 4 ? GD_SILU : GD_TANH);
		options.encoding = make_encoding(&arena);
		options.periodic = variant & 1 ? 4 : 0;
		options.periodic_width = 3;
		options.batch_norm = variant & 2;
		options.dropout = variant & 4 ? 0.3 : 0.0;
		options.input_dropout = variant & 8 ? 0.2 : 0.0;
		CU_ASSERT(error_of(&options, variant % 5 ? BLOCKS : 1) < 2e-5);
	}
	gd_arena_release(&arena);
}

static void test_member_gradients(void)
{
	gd_arena arena = {0};
	for (int variant = 0; variant < 64; variant++) {
		gd_network_options options = options_of(1 + variant % 3, variant & 4 ? GD_SILU : variant & 8 ? GD_RELU : GD_TANH);
		options.members = 2 + variant % 2;
		options.batch_norm = variant & 2;
		options.dropout = variant & 8 ? 0.3 : 0.0;
		options.input_dropout = variant & 16 ? 0.2 : 0.0;
		options.class_weights = variant & 4 ? class_weights : NULL;
		options.label_smoothing = variant & 4 ? 0.1 : 0.0;
		if (variant & 32)
			options.encoding = make_encoding(&arena);
		options.periodic = variant & 32 && variant & 1 ? 4 : 0;
		options.periodic_width = 3;
		CU_ASSERT(error_of(&options, variant % 5 ? BLOCKS : 1) < 2e-5);
	}
	gd_arena_release(&arena);
}

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

/* All features in bins, so that nothing is left for a dense product; and none, with periodic embeddings. */
static void test_encoding_alone(void)
{
	gd_arena arena = {0};
	gd_encoding bins, numbers;
	gd_status status = gd_encoding_init(&bins, INPUTS, &arena);
	for (int f = 0; f < INPUTS && !gd_failed(&status); f++) {
		status = gd_encoding_reserve(&bins, f, GD_ENCODE_PIECEWISE_LINEAR, f + 1, 0, &arena);
		fill(bins.feature[f].edge, f + 2, -1.0f, 0.5f);
		fill(bins.feature[f].factor, f + 1, 1.0f, 0.5f);
		fill(bins.feature[f].shift, f + 1, 0.2f, -0.3f);
	}
	if (!gd_failed(&status))
		status = gd_encoding_init(&numbers, INPUTS, &arena);
	for (int f = 0; f < 2 && !gd_failed(&status); f++) {
		status = gd_encoding_reserve(&numbers, 2 * f, GD_ENCODE_STANDARD, 1, 4, &arena);
		fill(numbers.feature[2 * f].knot, 4, -1.0f, 0.7f);
		fill(numbers.feature[2 * f].normal, 4, -1.0f, 0.8f);
	}
	CU_ASSERT_FATAL(!gd_failed(&status));
	gd_encoding_finish(&bins);
	gd_encoding_finish(&numbers);
	gd_network_options options = options_of(2, GD_GELU);
	options.encoding = &bins;
	CU_ASSERT(error_of(&options, BLOCKS) < 2e-5);
	options.encoding = &numbers;
	options.periodic = 3;
	options.periodic_width = 5;
	CU_ASSERT(error_of(&options, BLOCKS) < 2e-5);
	gd_arena_release(&arena);
}

static void test_softmax_regression(void)
{
	gd_network_options options = options_of(0, GD_RELU);
	CU_ASSERT(error_of(&options, BLOCKS) < 2e-5);
	options.input_dropout = 0.25;
	options.batch_norm = true; /* nothing to normalise */
	options.label_smoothing = 0.2;
	CU_ASSERT(error_of(&options, BLOCKS) < 2e-5);
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
	double parameters[MOST], weight = 0.0;
	int64_t correct = 0;
	for (size_t i = 0; i < gd_network_parameters(network); i++)
		parameters[i] = s->parameters[i];
	reference_batch batch = batch_of(s, &copy);
	batch.probabilities = probabilities;
	reference_loss(network, parameters, &batch);
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
	double parameters[MOST];
	memcpy(before, s->statistics, sizeof before);
	for (size_t i = 0; i < gd_network_parameters(network); i++)
		parameters[i] = s->parameters[i];
	run(s, forwards);
	reference_batch batch = batch_of(s, &copy);
	reference_loss(network, parameters, &batch);
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
			double parameters[MOST];
			for (size_t i = 0; i < gd_network_parameters(network); i++)
				parameters[i] = s->parameters[i];
			reference_batch batch = batch_of(s, &copy);
			memset(batch.factor, 0, sizeof batch.factor);
			batch.statistics = s->statistics;
			batch.probabilities = expected;
			reference_loss(network, parameters, &batch);
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
	{"gradients agree with central differences of a double-precision network", test_gradients},
	{"soft-max regression too", test_softmax_regression},
	{"bins, ranks and periodic embeddings too", test_encoded_gradients},
	{"and those of members that share layers", test_member_gradients},
	{"tables shared by a step's blocks", test_tables},
	{"features that are all in bins, and periodic embeddings without any", test_encoding_alone},
	{"any order of blocks gives the same bits", test_order},
	{"nothing is read from a workspace before it is written", test_repetition},
	{"rows, weights and correct predictions are counted", test_counts},
	{"running statistics follow the batch", test_running_statistics},
	{"inference agrees with the double-precision network", test_inference},
	{"NaN in the input makes the loss NaN", test_nan},
	{NULL, NULL},
};
