/* Gradients against central differences of the reference. */
#include "network_fixture.h"

const char *const unit_suite = "network gradients";

/* Largest relative error of a tensor's gradient in the Euclidean norm, against central differences of the reference. */
static double gradient_error(const step *s)
{
	const double h = 1e-6;
	static copies copy;
	reference_batch batch = batch_of(s, &copy);
	double *parameters = copy.parameters, worst = 0.0, whole = 0.0;
	for (size_t i = 0; i < gd_network_parameters(s->network); i++)
		whole += s->gradient[i] * s->gradient[i];
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

static void test_softmax_regression(void)
{
	gd_network_options options = options_of(0, GD_RELU);
	CU_ASSERT(error_of(&options, BLOCKS) < 2e-5);
	options.input_dropout = 0.25;
	options.batch_norm = true; /* nothing to normalise */
	options.label_smoothing = 0.2;
	CU_ASSERT(error_of(&options, BLOCKS) < 2e-5);
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

const unit_test unit_tests[] = {
	{"gradients agree with central differences of a double-precision network", test_gradients},
	{"soft-max regression too", test_softmax_regression},
	{"bins, ranks and periodic embeddings too", test_encoded_gradients},
	{"and those of members that share layers", test_member_gradients},
	{"features that are all in bins, and periodic embeddings without any", test_encoding_alone},
	{NULL, NULL},
};
