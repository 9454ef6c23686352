/* What the suites of the network share: a training step as a trainer on one rank does it, and the same batch as the reference takes it. */
#ifndef NETWORK_FIXTURE_H
#define NETWORK_FIXTURE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/network/dropout.h"
#include "gd/network/network.h"
#include "reference_network.h"
#include "unit.h"

enum { INPUTS = 5, CLASSES = 4, ROWS = 53, BLOCKS = 4, MOST = 2048, MEMBERS = 3 };

static const int widths[] = {7, 6, 9};
static const float class_weights[CLASSES] = {0.5f, 1.5f, 1.0f, 2.0f};

/* To be freed by gd_network_free(). */
static inline gd_network *make(const gd_network_options *options)
{
	gd_network *network;
	gd_status status = gd_network_create(options, &network);
	if (gd_failed(&status))
		abort();
	return network;
}

static inline gd_network_options options_of(int hidden_count, gd_activation activation)
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

static inline step *begin(const gd_network *network, int blocks)
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

static inline void end(step *s)
{
	for (int b = 0; b < s->blocks; b++)
		free(s->workspace[b]);
	free(s);
}

static inline gd_block block_of(const step *s, int index)
{
	int first = gd_block_start(ROWS, s->blocks, index);
	return (gd_block){.index = index, .rows = gd_block_start(ROWS, s->blocks, index + 1) - first, .x = s->x + INPUTS * first, .labels = s->labels + first};
}

static inline void add_gradient(void *context, size_t offset, size_t count, const float *gradient)
{
	step *s = context;
	gd_quantum quantum = gd_quantum_of(-36, BLOCKS);
	if (gd_exact_sum_add(count, gradient, quantum, s->gradient + offset) > quantum.limit_bits)
		s->gradient[offset] = NAN;
}

static inline void run(step *s, const int *order)
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

/* Rows-major copies for the reference, its parameters, and the dropout factors that the twin draws. */
typedef struct copies {
	double parameters[MOST], x[ROWS * INPUTS];
	double factor[REFERENCE_LAYERS][MEMBERS * ROWS * REFERENCE_WIDTH];
	double mean[REFERENCE_LAYERS][REFERENCE_WIDTH], variance[REFERENCE_LAYERS][REFERENCE_WIDTH];
} copies;

static inline reference_batch batch_of(const step *s, copies *copy)
{
	const gd_network_options *options = gd_network_get_options(s->network);
	reference_batch batch = {.rows = ROWS, .x = copy->x, .labels = s->labels};
	for (size_t i = 0; i < gd_network_parameters(s->network); i++)
		copy->parameters[i] = s->parameters[i];
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

static inline void fill(float *to, int count, float first, float distance)
{
	for (int i = 0; i < count; i++)
		to[i] = first + distance * (float)i + 0.03f * (float)(i * i % 5);
}

/* Features 0 and 3 in bins, 1 by rank, 2 and 4 as they are; 0, 1, 2 are numbers. */
static inline gd_encoding *make_encoding(gd_arena *arena)
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

#endif
