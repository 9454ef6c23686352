#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/kernel/exact_sum.h"
#include "gd/network/network.h"
#include "gd/network/optimizer.h"
#include "golden.h"

enum { STEPS = 20, ROWS = GOLDEN_ROWS, INPUTS = GOLDEN_INPUTS, CLASSES = 3, LAYERS = 2, BLOCKS = 5, CHANNELS = 32, LARGEST = 512 };

typedef struct golden_case {
	const char *name;
	gd_activation activation;
	bool batch_norm;
	gd_optimizer_options optimizer;
	double learning_rate, decay, clip_norm, label_smoothing;
	bool decay_all;
	double ema;
	int periodic, members;
	float class_weights[CLASSES];
	bool weighs_rows;
	float row_weights[ROWS];
	double losses[STEPS], norms[STEPS];
} golden_case;

typedef struct training {
	const golden_case *expected;
	golden_file file;
	gd_network *network;
	size_t count;              /* parameters */
	float *parameters, *statistics, *gradient, *average, *moments[2];
	double *sums;              /* undivided gradient */
	gd_quantum *quantum;       /* [tensors] */
	double *largest;           /* [tensors] of the last step's addends */
	gd_norm_state norm;
	gd_block block[BLOCKS];
	float *x[BLOCKS];
	float *workspace[BLOCKS];
	int labels[ROWS];
} training;

static gd_activation activation_of(const char *word)
{
	for (int i = 0; i < GD_ACTIVATIONS; i++)
		if (!strcmp(word, gd_activation_words[i]))
			return (gd_activation)i;
	CU_FAIL_FATAL("unknown activation");
	return GD_RELU;
}

static golden_case read_case(const char *name, bool encoded)
{
	golden_case expected = {.name = name};
	golden_file file = golden_open(name);
	char word[GOLDEN_WORD];
	golden_word(&file, "activation", word);
	expected.activation = activation_of(word);
	expected.batch_norm = golden_double(&file, "batch_norm") != 0.0;
	golden_word(&file, "optimizer", word);
	expected.optimizer = (gd_optimizer_options){
		.kind = !strcmp(word, "sgd") ? GD_SGD : !strcmp(word, "adam") ? GD_ADAM : GD_ADAMW,
		.momentum = golden_double(&file, "momentum"),
		.nesterov = golden_double(&file, "nesterov") != 0.0,
		.beta1 = golden_double(&file, "beta1"),
		.beta2 = golden_double(&file, "beta2"),
		.epsilon = golden_double(&file, "epsilon"),
	};
	expected.learning_rate = golden_double(&file, "learning_rate");
	expected.decay = golden_double(&file, "weight_decay");
	golden_word(&file, "decay", word);
	expected.decay_all = !strcmp(word, "all");
	expected.clip_norm = golden_double(&file, "clip_norm");
	expected.label_smoothing = golden_double(&file, "label_smoothing");
	golden_floats(&file, "class_weights", CLASSES, expected.class_weights);
	expected.weighs_rows = golden_count(&file, "row_weights") > 0;
	if (expected.weighs_rows)
		golden_floats(&file, "row_weights", ROWS, expected.row_weights);
	if (encoded) {
		expected.ema = golden_double(&file, "ema");
		expected.periodic = (int)golden_double(&file, "periodic");
		expected.members = (int)golden_double(&file, "members");
	}
	golden_doubles(&file, "losses", STEPS, expected.losses);
	golden_doubles(&file, "gradient_norms", STEPS, expected.norms);
	golden_close(&file);
	return expected;
}

static void *allocate(size_t count, size_t size)
{
	void *memory = gd_allocate(count, size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	return memory;
}

/* "dense_0/weight", with a prefix. */
static const char *entry_name(const char *prefix, const gd_tensor *tensor, char name[GOLDEN_WORD])
{
	snprintf(name, GOLDEN_WORD, "%s%s/%s", prefix, tensor->group, tensor->name);
	return name;
}

static float *tensor_values(const training *t, const gd_tensor *tensor)
{
	return (gd_tensor_is_statistic(tensor) ? t->statistics : t->parameters) + tensor->offset;
}

static size_t tensor_count(const gd_tensor *tensor)
{
	return (size_t)tensor->rows * (size_t)tensor->columns;
}

/* Cuts the rows into blocks, feature-major. */
static void cut(training *t, const float *x)
{
	for (int b = 0; b < BLOCKS; b++) {
		int start = gd_block_start(ROWS, BLOCKS, b), rows = gd_block_start(ROWS, BLOCKS, b + 1) - start;
		t->x[b] = allocate((size_t)INPUTS * (size_t)rows, sizeof(float));
		for (int r = 0; r < rows; r++)
			for (int f = 0; f < INPUTS; f++)
				t->x[b][f * rows + r] = x[(start + r) * INPUTS + f];
		t->block[b] = (gd_block){.index = b, .rows = rows, .x = t->x[b], .labels = t->labels + start, .weights = t->expected->weighs_rows ? t->expected->row_weights + start : NULL};
		t->workspace[b] = allocate(gd_network_workspace(t->network, rows), sizeof(float));
	}
}

static void begin(training *t, const golden_case *expected, const golden_start *start)
{
	golden_file file = golden_open(start->file);
	int hidden[LAYERS];
	golden_integers(&file, "labels", ROWS, t->labels);
	golden_integers(&file, "hidden", LAYERS, hidden);
	gd_network_options options = {
		.inputs = INPUTS,
		.classes = CLASSES,
		.hidden_count = LAYERS,
		.hidden = hidden,
		.activation = expected->activation,
		.batch_norm = expected->batch_norm,
		.label_smoothing = expected->label_smoothing,
		.class_weights = expected->class_weights,
		.encoding = start->encoding,
		.members = expected->members,
		.periodic = expected->periodic,
		.periodic_width = GOLDEN_PERIODIC_WIDTH,
	};
	t->expected = expected;
	t->file = golden_open(expected->name);
	gd_status status = gd_network_create(&options, &t->network);
	CU_ASSERT_FATAL(!gd_failed(&status));
	t->count = gd_network_parameters(t->network);
	size_t statistics = gd_network_statistics(t->network), tensors = (size_t)gd_network_tensors(t->network);
	t->parameters = allocate(t->count, sizeof(float));
	t->gradient = allocate(t->count, sizeof(float));
	t->average = allocate(t->count, sizeof(float));
	t->moments[0] = allocate(t->count, sizeof(float));
	t->moments[1] = allocate(t->count, sizeof(float));
	t->sums = allocate(t->count, sizeof(double));
	t->quantum = allocate(tensors, sizeof *t->quantum);
	t->largest = allocate(tensors, sizeof *t->largest);
	t->statistics = allocate(statistics, sizeof(float));
	float **channel_vectors[] = {&t->norm.mean, &t->norm.inverse_deviation, &t->norm.unbiased_variance,
		&t->norm.gradient_mean, &t->norm.gradient_product};
	for (size_t i = 0; expected->batch_norm && i < sizeof channel_vectors / sizeof *channel_vectors; i++)
		*channel_vectors[i] = allocate(statistics / 2, sizeof(float));
	for (size_t i = 0; i < tensors; i++)
		t->largest[i] = 64.0;
	for (int i = 0; i < gd_network_model_tensors(t->network); i++) {
		const gd_tensor *tensor = gd_network_model_tensor(t->network, i);
		char name[GOLDEN_WORD];
		golden_floats(start->encoding ? &t->file : &file, entry_name(start->encoding ? "start/" : "", tensor, name), tensor_count(tensor), tensor_values(t, tensor));
	}
	memcpy(t->average, t->parameters, t->count * sizeof *t->average);
	golden_close(&file);
	cut(t, start->x);
}

static void finish(training *t)
{
	for (int b = 0; b < BLOCKS; b++) {
		free(t->x[b]);
		free(t->workspace[b]);
	}
	free(t->norm.mean);
	free(t->norm.inverse_deviation);
	free(t->norm.unbiased_variance);
	free(t->norm.gradient_mean);
	free(t->norm.gradient_product);
	free(t->parameters);
	free(t->gradient);
	free(t->average);
	free(t->moments[0]);
	free(t->moments[1]);
	free(t->sums);
	free(t->quantum);
	free(t->largest);
	free(t->statistics);
	gd_network_free(t->network);
	golden_close(&t->file);
}

/* Values of one tensor against an entry of the case. */
static void compare_tensor(training *t, const char *prefix, const gd_tensor *tensor, const float *values, double tolerance)
{
	char name[GOLDEN_WORD];
	double expected[LARGEST], difference = 0.0, size = 0.0;
	size_t count = tensor_count(tensor);
	CU_ASSERT_FATAL(count <= LARGEST);
	golden_doubles(&t->file, entry_name(prefix, tensor, name), count, expected);
	for (size_t k = 0; k < count; k++) {
		difference += pow(values[k] - expected[k], 2.0);
		size += expected[k] * expected[k];
	}
	if (!(sqrt(difference) <= tolerance * sqrt(size))) {
		fprintf(stderr, "%s: %s: relative difference %.1e\n", t->expected->name, name, sqrt(difference / size));
		CU_FAIL("a tensor is not PyTorch's");
	}
}

/* A bias in front of a batch norm has a true gradient of zero, which is rounding noise in ours as in PyTorch's. */
static bool has_no_gradient(const golden_case *expected, const gd_tensor *tensor)
{
	return expected->batch_norm && tensor->role == GD_TENSOR_DENSE_BIAS && tensor->layer < LAYERS;
}

/* Adam divides that noise by its own size, and the running mean follows the bias. */
static bool is_noise(const golden_case *expected, const gd_tensor *tensor)
{
	return expected->optimizer.kind != GD_SGD && (has_no_gradient(expected, tensor) || (expected->batch_norm && tensor->role == GD_TENSOR_RUNNING_MEAN));
}

static double tolerance_of(const golden_case *expected)
{
	return expected->optimizer.kind == GD_SGD ? 1e-5 : 1e-4;
}

/* Of parameters, a vector like theirs. */
static void compare_vector(training *t, const char *prefix, const float *vector, double tolerance, bool gradient)
{
	for (int i = 0; i < gd_network_tensors(t->network); i++) {
		const gd_tensor *tensor = gd_network_tensor(t->network, i);
		if (!(gradient ? has_no_gradient : is_noise)(t->expected, tensor))
			compare_tensor(t, prefix, tensor, vector + tensor->offset, tolerance);
	}
}

/* A stretch of a block's gradient, tensor by tensor. */
static void sink(void *context, size_t offset, size_t count, const float *gradient)
{
	training *t = context;
	for (int i = 0; i < gd_network_tensors(t->network); i++) {
		const gd_tensor *tensor = gd_network_tensor(t->network, i);
		size_t start = tensor->offset > offset ? tensor->offset : offset;
		size_t end = tensor->offset + tensor_count(tensor) < offset + count ? tensor->offset + tensor_count(tensor) : offset + count;
		if (start >= end)
			continue;
		uint32_t bits = gd_exact_sum_add(end - start, gradient + (start - offset), t->quantum[i], t->sums + start);
		CU_ASSERT(bits <= t->quantum[i].limit_bits);
		float magnitude;
		memcpy(&magnitude, &bits, sizeof magnitude);
		t->largest[i] = fmax(t->largest[i], magnitude);
	}
}

/* Forward and backward through all segments; leaves the undivided gradient in t->sums. */
static void run_blocks(training *t, const gd_pass *pass, gd_loss_sums *loss)
{
	gd_wide_sum sums[2 * CHANNELS];
	int segments = gd_network_segments(t->network);
	for (int s = 0; s < segments; s++) {
		memset(sums, 0, sizeof sums);
		CU_ASSERT_FATAL(gd_network_segment_channels(t->network, s) <= CHANNELS);
		for (int b = 0; b < BLOCKS; b++)
			gd_network_forward_segment(t->network, pass, s, &t->block[b], t->workspace[b], sums, loss);
		if (s < segments - 1)
			gd_network_finish_moments(t->network, pass, s, sums, ROWS);
	}
	for (int s = segments - 1; s >= 0; s--) {
		memset(sums, 0, sizeof sums);
		for (int b = 0; b < BLOCKS; b++)
			gd_network_backward_segment(t->network, pass, s, &t->block[b], t->workspace[b], sink, t, sums);
		if (s > 0)
			gd_network_finish_gradient_sums(t->network, pass, s, sums, ROWS, t->sums);
	}
}

static void take_step(training *t, int step, bool encoded)
{
	const golden_case *expected = t->expected;
	gd_pass pass = {.parameters = t->parameters, .statistics = t->statistics, .norm = t->norm};
	gd_loss_sums loss = {0};
	memset(t->sums, 0, t->count * sizeof *t->sums);
	for (int i = 0; i < gd_network_tensors(t->network); i++) {
		t->quantum[i] = gd_quantum_of(gd_quantum_exponent(t->largest[i], BLOCKS, 0), BLOCKS);
		t->largest[i] = 0.0;
	}
	run_blocks(t, &pass, &loss);
	double weight = gd_wide_sum_value(&loss.weight);
	CU_ASSERT_DOUBLE_EQUAL(gd_wide_sum_value(&loss.loss) / weight, expected->losses[step], 1e-5 * expected->losses[step]);
	CU_ASSERT_EQUAL(loss.rows, ROWS);
	for (size_t i = 0; i < t->count; i++)
		t->gradient[i] = (float)(t->sums[i] / weight);
	double norm = gd_vector_norm(t->count, t->gradient);
	CU_ASSERT_DOUBLE_EQUAL(norm, expected->norms[step], 1e-4 * expected->norms[step]);
	if (encoded && step == 0)
		compare_vector(t, "gradient_1/", t->gradient, 1e-5, true);
	if (encoded && step == STEPS - 1)
		compare_vector(t, "gradient_20/", t->gradient, 10 * tolerance_of(expected), true);
	if (expected->clip_norm > 0.0) {
		float factor = (float)gd_clip_factor(norm, expected->clip_norm);
		for (size_t i = 0; i < t->count; i++)
			t->gradient[i] *= factor;
	}
	gd_step_scalars scalars = gd_optimizer_scalars(&expected->optimizer, expected->learning_rate, step + 1);
	for (int i = 0; i < gd_network_tensors(t->network); i++) {
		const gd_tensor *tensor = gd_network_tensor(t->network, i);
		bool decays = expected->decay_all || gd_tensor_is_weight(tensor);
		float *const moments[2] = {t->moments[0] + tensor->offset, t->moments[1] + tensor->offset};
		gd_optimizer_update(&expected->optimizer, &scalars, decays ? expected->decay : 0.0, tensor_count(tensor),
			t->parameters + tensor->offset, t->gradient + tensor->offset, moments);
	}
	if (expected->ema > 0.0)
		gd_vector_average(t->count, expected->ema, t->parameters, t->average);
	if (expected->batch_norm)
		gd_network_update_statistics(t->network, &pass, t->statistics);
}

void golden_run(const char *name, const golden_start *start)
{
	golden_case expected = read_case(name, start->encoding != NULL);
	training t = {0};
	begin(&t, &expected, start);
	for (int step = 0; step < STEPS; step++)
		take_step(&t, step, start->encoding != NULL);
	for (int i = 0; i < gd_network_model_tensors(t.network); i++) {
		const gd_tensor *tensor = gd_network_model_tensor(t.network, i);
		if (is_noise(&expected, tensor))
			continue;
		compare_tensor(&t, "float32/", tensor, tensor_values(&t, tensor), tolerance_of(&expected));
		compare_tensor(&t, "float64/", tensor, tensor_values(&t, tensor), tolerance_of(&expected));
	}
	if (expected.ema > 0.0)
		compare_vector(&t, "ema/", t.average, tolerance_of(&expected), false);
	finish(&t);
}
