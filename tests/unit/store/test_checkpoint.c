#include "gd/store/checkpoint.h"

#include <float.h>
#include <math.h>
#include <stdint.h>

#include "gd/base/log.h"
#include "gd/base/random.h"
#include "gd/store/digest.h"
#include "store_fixture.h"

const char *const unit_suite = "checkpoint";

/* Every kind of bits a float can have, in turn. */
static float odd_float(size_t i)
{
	static const uint32_t patterns[] = {0x00000001, 0x80000000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc12345, 0x3eaaaaab, 0x00800000};
	float value = (float)i * 0.37f - 1;
	if (i % 3 == 0)
		memcpy(&value, &patterns[i / 3 % 8], sizeof value);
	return value;
}

static float *odd_floats(gd_arena *arena, size_t count, size_t salt)
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
static void make_state(gd_checkpoint *state, state_kind kind)
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

static void encode_kind(state_kind kind, void **bytes, size_t *size)
{
	gd_checkpoint state;
	make_state(&state, kind);
	CHECK_OK(gd_checkpoint_encode(&state, bytes, size));
	gd_checkpoint_release(&state);
}

static bool same_bits(const void *a, const void *b, size_t size)
{
	return (!a && !b) || (a && b && memcmp(a, b, size) == 0);
}

static const char *value_of(const gd_checkpoint *state, const char *name)
{
	for (size_t i = 0; i < state->config_count; i++)
		if (strcmp(state->config[i].name, name) == 0)
			return state->config[i].value;
	return "(none)";
}

static void compare_states(const gd_checkpoint *a, const gd_checkpoint *b)
{
	const gd_network_options *x = gd_network_get_options(a->network), *y = gd_network_get_options(b->network);
	CU_ASSERT(x->inputs == y->inputs && x->classes == y->classes && x->hidden_count == y->hidden_count && x->activation == y->activation);
	CU_ASSERT(x->batch_norm == y->batch_norm && x->dropout == y->dropout && x->input_dropout == y->input_dropout && x->label_smoothing == y->label_smoothing);
	CU_ASSERT(same_bits(x->class_weights, y->class_weights, CLASSES * sizeof(float)));
	size_t parameters = gd_network_parameters(a->network) * sizeof(float);
	CU_ASSERT_EQUAL(gd_network_parameters(b->network) * sizeof(float), parameters);
	CU_ASSERT(same_bits(a->parameters, b->parameters, parameters));
	CU_ASSERT(same_bits(a->statistics, b->statistics, gd_network_statistics(a->network) * sizeof(float)));
	CU_ASSERT(a->optimizer.kind == b->optimizer.kind && a->optimizer.momentum == b->optimizer.momentum && a->optimizer.nesterov == b->optimizer.nesterov);
	CU_ASSERT(a->optimizer.beta1 == b->optimizer.beta1 && a->optimizer.beta2 == b->optimizer.beta2 && a->optimizer.epsilon == b->optimizer.epsilon);
	CU_ASSERT_EQUAL(a->moments, b->moments);
	for (int m = 0; m < 2; m++)
		CU_ASSERT(same_bits(a->moment[m], b->moment[m], parameters));
	CU_ASSERT(same_bits(a->average, b->average, parameters));
	CU_ASSERT(same_bits(a->quantum, b->quantum, (size_t)gd_network_tensors(a->network) * sizeof(int32_t)));
	CU_ASSERT_EQUAL(memcmp(&a->progress, &b->progress, sizeof a->progress), 0);
	CU_ASSERT_EQUAL(a->history.count, b->history.count);
	CU_ASSERT(a->history.count == b->history.count && same_bits(a->history.epochs, b->history.count ? b->history.epochs : NULL, a->history.count * sizeof(gd_epoch_metrics)));
	const char *difference = NULL;
	CU_ASSERT(gd_preprocessing_equal(&a->preprocessing, &b->preprocessing, &difference));
	CU_ASSERT_EQUAL(a->config_count, b->config_count);
	for (size_t i = 0; i < a->config_count; i++)
		CU_ASSERT_STRING_EQUAL(value_of(b, a->config[i].name), a->config[i].value);
	CU_ASSERT_EQUAL(a->provenance_count, b->provenance_count);
	CU_ASSERT_STRING_EQUAL(a->command, b->command);
	CU_ASSERT_STRING_EQUAL(a->weights_sha256, b->weights_sha256);
}

static void test_round_trip(void)
{
	for (state_kind kind = FULL; kind < KINDS; kind++) {
		gd_checkpoint state, copy;
		void *bytes = NULL;
		size_t size = 0;
		const char *path = unit_path("state.h5");
		make_state(&state, kind);
		CHECK_OK(gd_checkpoint_encode(&state, &bytes, &size));
		CHECK_OK(gd_checkpoint_decode("state", bytes, size, &copy));
		if (copy.network)
			compare_states(&state, &copy);
		gd_checkpoint_release(&copy);
		CHECK_OK(gd_file_write(path, bytes, size));
		CHECK_OK(gd_checkpoint_read(path, &copy));
		if (copy.network)
			compare_states(&state, &copy);
		gd_checkpoint_release(&copy);
		gd_checkpoint_release(&state);
		free(bytes);
		CU_ASSERT_EQUAL(run_tool("h5dump", path), 0);
		CU_ASSERT_EQUAL(run_tool("h5ls -rv", path), 0);
	}
	CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

/*
 * python3: h = hashlib.sha256(); for n in (15, 3, 3, 3, 3, 3, 6, 2): h.update((arange(o, o + n) * .25 - 2).astype('<f4')), where o counts dense_0's weight and
 * bias, scale, shift in the parameters (0, 15, 18, 21), running mean and variance in the statistics (0, 3), dense_1's weight and bias in the parameters (24, 30).
 */
static void test_weights_sha256(void)
{
	const int hidden[] = {3};
	gd_network_options options = {.inputs = 5, .classes = 2, .hidden_count = 1, .hidden = hidden, .batch_norm = true};
	gd_network *network = NULL;
	float parameters[32], statistics[6];
	char text[65];
	for (int i = 0; i < 32; i++)
		parameters[i] = (float)i * 0.25f - 2;
	for (int i = 0; i < 6; i++)
		statistics[i] = (float)i * 0.25f - 2;
	CHECK_OK(gd_network_create(&options, &network));
	CU_ASSERT_EQUAL(gd_network_parameters(network), 32);
	CU_ASSERT_EQUAL(gd_network_statistics(network), 6);
	gd_weights_sha256(network, parameters, statistics, text);
	CU_ASSERT_STRING_EQUAL(text, "0b0ddb8a35ddb223dbf66d40259a5b75ed299403c3edd3cdcd9336321de65ba9");
	gd_network_free(network);
}

/* Equal states are equal bytes but for the time of writing, and the digest over it. */
static void test_same_bytes(void)
{
	size_t size[2];
	unsigned char *bytes[2];
	for (int i = 0; i < 2; i++) {
		void *encoded = NULL;
		const char *path = unit_path("same.h5");
		encode_kind(FULL, &encoded, &size[i]);
		CHECK_OK(gd_file_write(path, encoded, size[i]));
		free(encoded);
		bytes[i] = timeless_bytes(path, &size[i]);
	}
	CU_ASSERT_EQUAL(size[0], size[1]);
	CU_ASSERT(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0] - 32) == 0);
	free(bytes[0]);
	free(bytes[1]);
}

static gd_status decode_only(const void *bytes, size_t size)
{
	gd_checkpoint state;
	gd_status status = gd_checkpoint_decode("x.h5", bytes, size, &state);
	CU_ASSERT((state.network != NULL) == (status.code == GD_OK));
	gd_checkpoint_release(&state);
	return status;
}

/* Any flipped bit and any missing tail is found by the digest, which HDF5 never sees. */
static void test_damaged(void)
{
	void *bytes = NULL;
	size_t size = 0, missed = 0;
	encode_kind(FULL, &bytes, &size);
	unsigned char *file = bytes;
	for (size_t i = 0; i < size; i += i + 100 < size ? 97 : 1) {
		file[i] ^= (unsigned char)(1 << i % 8);
		gd_status status = decode_only(file, size);
		missed += status.code != GD_BAD_DATA;
		file[i] ^= (unsigned char)(1 << i % 8);
	}
	for (size_t length = 0; length < size; length += length + 200 < size && length > 100 ? 1009 : 1) {
		void *piece = malloc(length + 1); /* of just this size, so that reading past it is seen */
		memcpy(piece, bytes, length);
		gd_status status = decode_only(piece, length);
		missed += status.code != GD_BAD_DATA;
		free(piece);
	}
	CU_ASSERT_EQUAL(missed, 0);
	CU_ASSERT(says(decode_only(bytes, size - 1), GD_BAD_DATA, "x.h5", "cut short"));
	CHECK_OK(decode_only(bytes, size));
	free(bytes);
}

static void test_no_digest(void)
{
	void *bytes = NULL;
	size_t size = 0;
	const char *path = unit_path("plain.h5");
	encode_kind(FULL, &bytes, &size);
	gd_log_mute(true); /* of the warning that there is none */
	CHECK_OK(decode_only(bytes, size - GD_DIGEST_BYTES));
	/* A tool that opens the file for writing drops the digest. */
	CHECK_OK(gd_file_write(path, bytes, size));
	free(bytes);
	hid_t file = edit_begin(path);
	edit_integer(file, "provenance", "touched", 1);
	H5Adelete_by_name(file, "provenance", "touched", H5P_DEFAULT);
	edit_end(file);
	gd_checkpoint state;
	CHECK_OK(gd_checkpoint_read(path, &state));
	gd_checkpoint_release(&state);
	gd_log_mute(false);
}

static int decode_path(const char *path)
{
	gd_checkpoint state;
	alarm(20);
	gd_log_mute(true);
	gd_status status = gd_checkpoint_read(path, &state);
	gd_checkpoint_release(&state);
	_exit(status.code); /* without a look for leaks: HDF5 has some on damaged files */
}

/* Without a digest HDF5 does parse the damage: whatever comes of it, no crash and no endless loop. */
static void test_damaged_without_digest(void)
{
	void *bytes = NULL;
	size_t size = 0;
	int refused = 0, other = 0;
	const char *path = unit_path("damaged.h5");
	uint64_t key = gd_random_key(1, GD_PURPOSE_SYNTH, 0);
	encode_kind(FULL, &bytes, &size);
	size -= GD_DIGEST_BYTES;
	unsigned char *damaged = malloc(size);
	for (uint64_t i = 0; i < 300; i++) {
		memcpy(damaged, bytes, size);
		for (uint64_t k = 0; k < 1 + i % 4; k++) {
			uint64_t bits = gd_random_bits(key, 4 * i + k);
			damaged[(bits >> 8) % size] = (unsigned char)bits;
		}
		write_bytes(path, damaged, size);
		int code = run_apart(decode_path, path);
		refused += code == GD_BAD_DATA;
		other += code != GD_BAD_DATA && code != GD_OK;
	}
	CU_ASSERT_EQUAL(other, 0);
	CU_ASSERT(refused > 200); /* most of the file is checksummed, or checked */
	free(damaged);
	free(bytes);
}

typedef struct edit {
	const char *object, *words; /* what the message must name */
	void (*apply)(hid_t file);
} edit;

static void change_weight(hid_t file)
{
	float bias[CLASSES] = {1, 2, 3};
	hid_t dataset = H5Dopen2(file, "model/dense_2/bias", H5P_DEFAULT);
	CU_ASSERT(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, bias) >= 0);
	H5Dclose(dataset);
}

static void reshape_weight(hid_t file)
{
	edit_dataset(file, "model/dense_1/weight", H5T_IEEE_F32LE, 2, (hsize_t[]){4, 7});
}

static void widen_weight(hid_t file)
{
	edit_dataset(file, "model/dense_1/weight", H5T_IEEE_F64LE, 2, (hsize_t[]){7, 4});
}

static void flatten_weight(hid_t file)
{
	edit_dataset(file, "model/dense_1/weight", H5T_IEEE_F32LE, 1, (hsize_t[]){28});
}

static void drop_layer(hid_t file)
{
	H5Ldelete(file, "model/batch_norm_1", H5P_DEFAULT);
}

static void inflate_inputs(hid_t file)
{
	edit_integer(file, "model", "inputs", 2000000000);
}

static void set_hidden(hid_t file, const long long *widths, hsize_t count)
{
	H5Adelete_by_name(file, "model", "hidden", H5P_DEFAULT);
	hid_t space = H5Screate_simple(1, &count, NULL);
	hid_t attribute = H5Acreate_by_name(file, "model", "hidden", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	CU_ASSERT(H5Awrite(attribute, H5T_NATIVE_LLONG, widths) >= 0);
	H5Aclose(attribute);
	H5Sclose(space);
}

static void inflate_hidden(hid_t file)
{
	set_hidden(file, (long long[]){1 << 24, 1 << 24}, 2);
}

static void empty_hidden(hid_t file)
{
	set_hidden(file, (long long[]){0}, 1);
}

static void many_hidden(hid_t file)
{
	static long long widths[1000];
	set_hidden(file, widths, 1000);
}

static void negate_norm(hid_t file)
{
	edit_integer(file, "model", "batch_norm", -1);
}

static void drop_moment(hid_t file)
{
	H5Ldelete(file, "optimizer/second_moment/dense_0/bias", H5P_DEFAULT);
}

static void shorten_quantum(hid_t file)
{
	edit_dataset(file, "progress/gradient_quantum", H5T_STD_I32LE, 1, (hsize_t[]){1});
}

static void negate_step(hid_t file)
{
	edit_integer(file, "progress", "step", -1);
}

static void number_activation(hid_t file)
{
	edit_integer(file, "model", "activation", 1);
}

static void shorten_history(hid_t file)
{
	edit_dataset(file, "history/seconds", H5T_IEEE_F64LE, 1, (hsize_t[]){2});
}

static void drop_config(hid_t file)
{
	H5Ldelete(file, "config", H5P_DEFAULT);
}

static void number_config(hid_t file)
{
	edit_integer(file, "config", "hidden", 7);
}

static void link_to_itself(hid_t file)
{
	H5Ldelete(file, "ema/dense_0", H5P_DEFAULT);
	H5Lcreate_soft("/ema/dense_0", file, "ema/dense_0", H5P_DEFAULT, H5P_DEFAULT);
}

static void test_edited(void)
{
	static const edit edits[] = {
		{"model", "weights_sha256", change_weight},
		{"model/dense_1/weight", "[7, 4]", reshape_weight},
		{"model/dense_1/weight", "float32", widen_weight},
		{"model/dense_1/weight", "dimensions", flatten_weight},
		{"model/batch_norm_1", "expected", drop_layer},
		{"inputs", "2000000000", inflate_inputs},
		{"model", "more than the file holds", inflate_hidden},
		{"model", "widths", empty_hidden},
		{"hidden", "at most", many_hidden},
		{"batch_norm", "from 0 to 1", negate_norm},
		{"optimizer/second_moment/dense_0/bias", "found none", drop_moment},
		{"progress/gradient_quantum", "expected", shorten_quantum},
		{"progress", "step", negate_step},
		{"activation", "expected text", number_activation},
		{"history/seconds", "3", shorten_history},
		{"config", "found none", drop_config},
		{"config", "expected text", number_config},
		{"ema/dense_0", "found none", link_to_itself},
	};
	const char *path = unit_path("edited.h5");
	void *bytes = NULL;
	size_t size = 0;
	encode_kind(FULL, &bytes, &size);
	gd_log_mute(true);
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		gd_checkpoint state;
		CHECK_OK(gd_file_write(path, bytes, size));
		hid_t file = edit_begin(path);
		edits[i].apply(file);
		edit_end(file);
		CU_ASSERT(says(gd_checkpoint_read(path, &state), GD_BAD_DATA, edits[i].object, edits[i].words));
		CU_ASSERT_PTR_NULL(state.network);
	}
	gd_log_mute(false);
	free(bytes);
}

static void test_first_arithmetic(void)
{
	const char *path = unit_path("first.h5");
	void *bytes = NULL;
	size_t size = 0;
	gd_checkpoint state;
	encode_kind(FULL, &bytes, &size);
	CHECK_OK(gd_checkpoint_decode("state", bytes, size, &state));
	CU_ASSERT_EQUAL(state.progress.arithmetic, 5);
	gd_checkpoint_release(&state);
	CHECK_OK(gd_file_write(path, bytes, size));
	hid_t file = edit_begin(path);
	CU_ASSERT(H5Adelete_by_name(file, "progress", "arithmetic", H5P_DEFAULT) >= 0);
	edit_end(file);
	gd_log_mute(true);
	CHECK_OK(gd_checkpoint_read(path, &state));
	gd_log_mute(false);
	CU_ASSERT_EQUAL(state.progress.arithmetic, 1);
	gd_checkpoint_release(&state);
	free(bytes);
}

static void test_bad_files(void)
{
	gd_checkpoint state;
	gd_history history = {0};
	const char *path = unit_path("metrics.h5");
	CU_ASSERT(says(gd_checkpoint_read(unit_path("absent.h5"), &state), GD_BAD_DATA, "absent.h5", "no such file"));
	CU_ASSERT(says(gd_checkpoint_read(unit_directory(), &state), GD_BAD_DATA, "cannot read", "directory"));
	write_bytes(path, "[target]\n", 9);
	CU_ASSERT(says(gd_checkpoint_read(path, &state), GD_BAD_DATA, "metrics.h5", "not an HDF5 file"));
	CU_ASSERT(says(gd_checkpoint_decode("x", "", 0, &state), GD_BAD_DATA, "'x'", "empty"));
	CHECK_OK(gd_history_write(path, &history, "genre-dist train"));
	CU_ASSERT(says(gd_checkpoint_read(path, &state), GD_BAD_DATA, "metrics file", "expected a checkpoint"));
}

const unit_test unit_tests[] = {
	{"what is encoded is decoded, bit by bit", test_round_trip},
	{"weights_sha256 is that of an independent program", test_weights_sha256},
	{"equal states are equal bytes", test_same_bytes},
	{"flipped bits and missing tails are found", test_damaged},
	{"a file without a digest is read", test_no_digest},
	{"damage without a digest does not crash", test_damaged_without_digest},
	{"files that were edited", test_edited},
	{"a file without a version of the arithmetic is of the first", test_first_arithmetic},
	{"files that are missing, foreign or of another kind", test_bad_files},
	{0},
};
