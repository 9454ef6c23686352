/* What the suites of gd/store/checkpoint.h share: states of every kind, and their bytes. */
#ifndef CHECKPOINT_FIXTURE_H
#define CHECKPOINT_FIXTURE_H

#include <float.h>
#include <math.h>
#include <stdint.h>

#include "gd/store/checkpoint.h"
#include "store_fixture.h"

/* Every kind of bits a float can have, in turn. */
static inline float odd_float(size_t i)
{
	static const uint32_t patterns[] = {0x00000001, 0x80000000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc12345, 0x3eaaaaab, 0x00800000};
	float value = (float)i * 0.37f - 1;
	if (i % 3 == 0)
		memcpy(&value, &patterns[i / 3 % 8], sizeof value);
	return value;
}

static inline float *odd_floats(gd_arena *arena, size_t count, size_t salt)
{
	float *vector = gd_arena_take(arena, count, sizeof *vector);
	for (size_t i = 0; i < count; i++)
		vector[i] = odd_float(i + salt);
	return vector;
}

typedef enum state_kind { FULL, SOFTMAX, WEIGHTS_ALONE, MOMENTUM, KINDS } state_kind;

static gd_setting config[] = {{"learning-rate", "0.003"}, {"hidden", "7,4"}, {"initial", ""}, {"batch-size", "1024"}, {"a", "1"}, {"b", "2"},
	{"c", "3"}, {"d", "4"}, {"e", "5"}, {"f", "6"}, {"g", "Grüße"}};
static gd_setting provenance[] = {{"ranks", "8"}, {"hosts", "n1 n2"}};

/* A state whose pointers are its own arena's, but for the static ones. */
static inline void make_state(gd_checkpoint *state, state_kind kind)
{
	static const float class_weights[CLASSES] = {0.5f, 1.25f, 0.1f};
	static const int hidden[] = {7, 4};
	*state = (gd_checkpoint){0};
	gd_network_options options = {
		.inputs = FEATURES,
		.classes = CLASSES,
		.hidden_count = kind == SOFTMAX ? 0 : 2,
		.hidden = hidden,
		.activation = kind == FULL ? GD_GELU : GD_RELU,
		.batch_norm = kind == FULL,
		.dropout = kind == FULL ? 0.2 : 0,
		.input_dropout = kind == FULL ? 0.1 : 0,
		.label_smoothing = kind == FULL ? 0.05 : 0,
		.class_weights = kind == FULL ? class_weights : NULL,
	};
	CHECK_OK(gd_network_create(&options, &state->network));
	size_t parameters = gd_network_parameters(state->network);
	state->parameters = odd_floats(&state->arena, parameters, 0);
	state->statistics = odd_floats(&state->arena, gd_network_statistics(state->network), 1);
	state->optimizer = (gd_optimizer_options){
		.kind = kind == FULL ? GD_ADAMW : kind == MOMENTUM ? GD_SGD : GD_ADAM,
		.momentum = kind == MOMENTUM ? 0.9 : 0,
		.nesterov = kind == MOMENTUM,
		.beta1 = 0.9,
		.beta2 = 0.999,
		.epsilon = 1e-8,
	};
	state->moments = kind == WEIGHTS_ALONE ? 0 : gd_optimizer_moments(&state->optimizer);
	for (int m = 0; m < state->moments; m++)
		state->moment[m] = odd_floats(&state->arena, parameters, 10 + (size_t)m);
	if (kind == FULL)
		state->average = odd_floats(&state->arena, parameters, 5);
	if (kind != WEIGHTS_ALONE) {
		state->quantum = gd_arena_take(&state->arena, (size_t)gd_network_tensors(state->network), sizeof *state->quantum);
		for (int t = 0; t < gd_network_tensors(state->network); t++)
			state->quantum[t] = -30 - t;
	}
	state->progress = (gd_progress){.epoch = 3, .step_in_epoch = 17, .step = 77, .seed = UINT64_MAX - 1, .block_rows = 250, .blocks = 8, .arithmetic = 5,
		.best_validation_loss = kind == FULL ? 1.0 / 3 : INFINITY, .best_epoch = 2, .epochs_without_improvement = 1, .loss_sum = 1e300, .norm_sum = DBL_MIN / 4,
		.rows_sum = 1e15 + 1, .correct_sum = 0.1, .seconds_sum = 1.5, .training_seconds_sum = 1.25, .communication_seconds_sum = 0.125};
	for (int e = 1; kind != SOFTMAX && e <= 3; e++) {
		gd_epoch_metrics metrics = {.epoch = e, .train_loss = 1.0 / e, .train_accuracy = 0.3, .validation_loss = NAN, .validation_accuracy = NAN,
			.learning_rate = 0.003, .gradient_norm = 0.7, .seconds = 1, .samples_per_second = 1e6, .communication_seconds = 0.01};
		CHECK_OK(gd_history_append(&state->history, &metrics));
	}
	make_preprocessing(&state->preprocessing);
	state->config_count = sizeof config / sizeof *config;
	state->config = config;
	state->provenance_count = sizeof provenance / sizeof *provenance;
	state->provenance = provenance;
	state->command = gd_arena_string(&state->arena, "genre-dist train --hidden 7,4");
}

static inline void encode_kind(state_kind kind, void **bytes, size_t *size)
{
	gd_checkpoint state;
	make_state(&state, kind);
	CHECK_OK(gd_checkpoint_encode(&state, bytes, size));
	gd_checkpoint_release(&state);
}

#endif
