#include "network_fixture.h"

const char *const unit_suite = "network_shapes";

static void test_tensors(void)
{
	gd_network_options options = options_of(3, GD_SILU); /* 5 inputs, layers of 7, 6 and 9, 4 classes */
	options.batch_norm = true;
	gd_network *network = make(&options);
	size_t next = 0;
	for (int t = 0; t < gd_network_tensors(network); t++) {
		const gd_tensor *tensor = gd_network_tensor(network, t);
		CU_ASSERT_EQUAL(tensor->offset, next);
		CU_ASSERT(!gd_tensor_is_statistic(tensor));
		next += (size_t)tensor->rows * (size_t)tensor->columns;
	}
	CU_ASSERT_EQUAL(next, gd_network_parameters(network));
	CU_ASSERT_EQUAL(next, (5 * 7 + 7 + 14) + (7 * 6 + 6 + 12) + (6 * 9 + 9 + 18) + (9 * 4 + 4));
	CU_ASSERT_EQUAL(gd_network_statistics(network), 2 * (7 + 6 + 9));
	CU_ASSERT_EQUAL(gd_network_tensors(network), 3 * 4 + 2);
	static const char *const names[] = {"weight", "bias", "scale", "shift", "running_mean", "running_variance"};
	CU_ASSERT_EQUAL_FATAL(gd_network_model_tensors(network), 3 * 6 + 2);
	next = 0;
	for (int t = 0; t < 20; t++) {
		const gd_tensor *tensor = gd_network_model_tensor(network, t);
		CU_ASSERT_EQUAL(tensor->layer, t / 6);
		CU_ASSERT_STRING_EQUAL(tensor->name, names[t % 6]);
		CU_ASSERT_EQUAL((int)tensor->role, t % 6);
		CU_ASSERT_EQUAL(gd_tensor_is_statistic(tensor), t % 6 > 3);
		if (gd_tensor_is_statistic(tensor)) {
			CU_ASSERT_EQUAL(tensor->offset, next);
			next += (size_t)tensor->columns;
		}
	}
	CU_ASSERT_EQUAL(next, gd_network_statistics(network));
	CU_ASSERT_STRING_EQUAL(gd_network_model_tensor(network, 0)->group, "dense_0");
	CU_ASSERT_STRING_EQUAL(gd_network_model_tensor(network, 8)->group, "batch_norm_1");
	CU_ASSERT_EQUAL(gd_network_model_tensor(network, 6)->rows, 7);
	CU_ASSERT_EQUAL(gd_network_model_tensor(network, 6)->columns, 6);
	CU_ASSERT_EQUAL(gd_network_segments(network), 4);
	CU_ASSERT(gd_network_segment_channels(network, 1) == 6 && gd_network_segment_channels(network, 3) == 0);
	gd_network_free(network);
	static const int hidden[] = {32};
	options = (gd_network_options){.inputs = 20, .classes = 6, .hidden_count = 1, .hidden = hidden, .activation = GD_SIGMOID};
	network = make(&options);
	CU_ASSERT(gd_network_flops(network) == 3712.0);
	/* 20 features in and out; 32 values in and out forward, two in and one out backward; 6 logits; a label. */
	CU_ASSERT(gd_network_bytes(network) == 4 * (40 + 32 * 5 + 6 * 6 + 1));
	CU_ASSERT(gd_network_segments(network) == 1 && gd_network_segment_channels(network, 0) == 0 && gd_network_statistics(network) == 0);
	gd_network_free(network);
}

static void test_blocking(void)
{
	static const int narrow[] = {32, 511}, wide[] = {32, 512};
	static const int expected[][3] = { /* rows, blocks of the narrow network, of the wide one */
		{1, 1, 1}, {127, 1, 1}, {128, 1, 1}, {256, 2, 2}, {1000, 7, 7}, {1023, 7, 7}, {1024, 8, 8}, {2048, 8, 8},
		{3071, 8, 8}, {3072, 16, 8}, {5000, 16, 8}, {65536, 256, 128}, {100000, 392, 192}, {2000000000, 7812504, 3906248}};
	gd_network_options options = {.inputs = 20, .classes = 6, .hidden_count = 2, .hidden = narrow};
	gd_network *small = make(&options);
	options.hidden = wide;
	gd_network *large = make(&options);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		gd_network *const both[2] = {small, large};
		for (int k = 0; k < 2; k++) {
			gd_blocking blocking = gd_network_blocking(both[k], expected[i][0]);
			CU_ASSERT_EQUAL(blocking.blocks, expected[i][1 + k]);
		}
	}
	for (int rows = 1; rows < 6000; rows += rows < 300 ? 1 : 37) {
		gd_blocking blocking = gd_network_blocking(small, rows);
		int largest = 0, smallest = rows, unit = rows / blocking.blocks >= 64 ? 16 : 1;
		CU_ASSERT(blocking.blocks >= 1 && blocking.blocks <= rows);
		for (int b = 0; b < blocking.blocks; b++) {
			int count = gd_block_start(rows, blocking.blocks, b + 1) - gd_block_start(rows, blocking.blocks, b);
			CU_ASSERT(b == blocking.blocks - 1 || count % unit == 0);
			/* The last one also has what is left of a line. */
			CU_ASSERT(abs(count - rows / blocking.blocks) <= unit);
			largest = count > largest ? count : largest;
			smallest = count < smallest ? count : smallest;
		}
		CU_ASSERT(gd_block_start(rows, blocking.blocks, 0) == 0 && gd_block_start(rows, blocking.blocks, blocking.blocks) == rows);
		CU_ASSERT_EQUAL(largest, blocking.largest);
		CU_ASSERT(largest - smallest <= (blocking.blocks == 1 ? 0 : unit == 1 ? 1 : 2 * unit - 1));
	}
	CU_ASSERT_EQUAL(gd_block_start(2000000000, 8, 7), 1750000000);
	gd_network_free(small);
	gd_network_free(large);
}

const unit_test unit_tests[] = {
	{"tensors tile the vectors in the stated order", test_tensors},
	{"blocks are near-equal and as many as stated", test_blocking},
	{NULL, NULL},
};
