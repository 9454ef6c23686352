#include "checkpoint_fixture.h"

const char *const unit_suite = "checkpoint";

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

const unit_test unit_tests[] = {
	{"what is encoded is decoded, bit by bit", test_round_trip},
	{"weights_sha256 is that of an independent program", test_weights_sha256},
	{"equal states are equal bytes", test_same_bytes},
	{0},
};
