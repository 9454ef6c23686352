#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/store/checkpoint_file.h"
#include "gd/store/digest.h"
#include "gd/store/hdf5_file.h"

enum { MOST_LAYERS = 64, MOST_WIDTH = 1 << 24, MOST_PERIODIC = 4096, MOST_MEMBERS = 1 << 20 };

/* Which of `words` an attribute holds; 0 after a failure. */
static int get_word(gd_hdf5 *hdf5, const char *path, const char *name, const char *const *words, int count)
{
	gd_arena arena = {0};
	int found = 0;
	const char *text = gd_hdf5_get_text(hdf5, path, name, &arena);
	while (text && found < count && strcmp(text, words[found]) != 0)
		found++;
	if (found == count)
		gd_hdf5_fail(hdf5, path, "'%.40s' is not a known %s", text, name);
	gd_arena_release(&arena);
	return gd_hdf5_failed(hdf5) ? 0 : found;
}

/* A number in [0, limit). */
static double get_fraction(gd_hdf5 *hdf5, const char *path, const char *name, double limit)
{
	double value = gd_hdf5_get_real(hdf5, path, name);
	if (!gd_hdf5_failed(hdf5) && !(value >= 0 && value < limit))
		gd_hdf5_fail(hdf5, path, "expected '%s' from 0 to below %g, found %g", name, limit, value);
	return gd_hdf5_failed(hdf5) ? 0 : value;
}

/* Floats that a network of these widths keeps; more than the file has room for is refused before anything is made of it. */
static void check_size(gd_hdf5 *hdf5, const gd_network_options *options)
{
	uint64_t floats = 0, numeric = options->periodic ? (uint64_t)options->encoding->numeric : 0, width = (uint64_t)options->periodic_width, waves = (uint64_t)options->periodic;
	uint64_t inputs = (uint64_t)options->encoding->columns + numeric * width;
	uint64_t members = options->members > 1 ? (uint64_t)options->members : 1;
	floats = numeric * (waves + 2 * waves * width + width) + (members > 1 ? members * inputs : 0);
	for (int layer = 0; layer <= options->hidden_count; layer++) {
		bool last = layer == options->hidden_count;
		uint64_t outputs = (uint64_t)(last ? options->classes : options->hidden[layer]);
		floats += (last ? members : 1) * (inputs * outputs + outputs) + (options->batch_norm && !last ? 4 * outputs : 0);
		inputs = outputs;
	}
	if (floats > hdf5->size / sizeof(float))
		gd_hdf5_fail(hdf5, "model", "claims %llu weights, more than the file holds", (unsigned long long)floats);
}

static void get_class_weights(gd_hdf5 *hdf5, int classes, float **weights)
{
	*weights = gd_allocate((size_t)classes, sizeof **weights);
	if (!*weights)
		gd_hdf5_fail_out_of_memory(hdf5, "class weights");
	gd_hdf5_get_reals(hdf5, "model", "class_weights", (size_t)classes, *weights);
	for (int c = 0; c < classes && !gd_hdf5_failed(hdf5); c++)
		if (!isfinite((*weights)[c]) || (*weights)[c] < 0)
			gd_hdf5_fail(hdf5, "model", "expected class weights from 0 on, found %g", (double)(*weights)[c]);
}

static void get_calibration(gd_hdf5 *hdf5, gd_calibration *calibration)
{
	if (gd_hdf5_failed(hdf5) || !gd_hdf5_has_attribute(hdf5, "model", gd_calibration_fields[0].name))
		return;
	for (size_t i = 0; i < gd_calibration_fields_count; i++)
		*(double *)((char *)calibration + gd_calibration_fields[i].offset) = gd_hdf5_get_real(hdf5, "model", gd_calibration_fields[i].name);
	if (!gd_hdf5_failed(hdf5) && !(calibration->temperature >= 1e-3 && calibration->temperature <= 1e3))
		gd_hdf5_fail(hdf5, "model", "expected a temperature from 0.001 to 1000, found %g", calibration->temperature);
}

static void get_periodic(gd_hdf5 *hdf5, gd_network_options *options)
{
	if (gd_hdf5_failed(hdf5) || !gd_hdf5_has_attribute(hdf5, "model", "periodic"))
		return;
	options->periodic = (int)gd_hdf5_get_integer(hdf5, "model", "periodic", 1, MOST_PERIODIC);
	options->periodic_width = (int)gd_hdf5_get_integer(hdf5, "model", "periodic_width", 1, MOST_PERIODIC);
	options->periodic_scale = get_fraction(hdf5, "model", "periodic_scale", INFINITY);
}

static void get_network(gd_hdf5 *hdf5, gd_checkpoint *checkpoint)
{
	int hidden[MOST_LAYERS];
	float *class_weights = NULL;
	gd_arena arena = {0};
	gd_encoding encoding = {0};
	/* The file's features and classes bound what may be claimed here. */
	int features = checkpoint->preprocessing.features, classes = checkpoint->preprocessing.classes;
	gd_network_options options = {
		.inputs = features,
		.classes = (int)gd_hdf5_get_integer(hdf5, "model", "classes", classes, classes),
		.hidden_count = (int)gd_hdf5_get_integers(hdf5, "model", "hidden", MOST_LAYERS, hidden),
		.hidden = hidden,
		.activation = (gd_activation)get_word(hdf5, "model", "activation", gd_activation_words, GD_ACTIVATIONS),
		.batch_norm = gd_hdf5_get_integer(hdf5, "model", "batch_norm", 0, 1) != 0,
		.dropout = get_fraction(hdf5, "model", "dropout", 1),
		.input_dropout = get_fraction(hdf5, "model", "input_dropout", 1),
		.label_smoothing = get_fraction(hdf5, "model", "label_smoothing", 1),
	};
	get_periodic(hdf5, &options);
	if (!gd_hdf5_failed(hdf5) && gd_hdf5_has_attribute(hdf5, "model", "members"))
		options.members = (int)gd_hdf5_get_integer(hdf5, "model", "members", 2, MOST_MEMBERS);
	if (!gd_hdf5_failed(hdf5) && options.members && !options.hidden_count)
		gd_hdf5_fail(hdf5, "model", "has members but no layer that they share");
	get_calibration(hdf5, &checkpoint->calibration);
	if (!gd_hdf5_failed(hdf5)) {
		const char *encoding_words[] = {gd_preprocessing_encoding_word(&checkpoint->preprocessing)};
		get_word(hdf5, "model", "encoding", encoding_words, 1);
	}
	if (!gd_hdf5_failed(hdf5))
		hdf5->status = gd_preprocessing_encoding(&checkpoint->preprocessing, &arena, &encoding);
	options.encoding = &encoding;
	for (int layer = 0; layer < options.hidden_count && !gd_hdf5_failed(hdf5); layer++)
		if (hidden[layer] < 1 || hidden[layer] > MOST_WIDTH)
			gd_hdf5_fail(hdf5, "model", "expected hidden widths from 1 to %d, found %d", MOST_WIDTH, hidden[layer]);
	if (!gd_hdf5_failed(hdf5) && options.periodic && !encoding.numeric)
		gd_hdf5_fail(hdf5, "model", "has periodic embeddings but no numeric feature");
	if (!gd_hdf5_failed(hdf5))
		check_size(hdf5, &options);
	if (gd_hdf5_has_attribute(hdf5, "model", "class_weights"))
		get_class_weights(hdf5, options.classes, &class_weights);
	options.class_weights = class_weights;
	if (!gd_hdf5_failed(hdf5))
		hdf5->status = gd_network_create(&options, &checkpoint->network);
	if (!gd_hdf5_failed(hdf5))
		gd_hdf5_get_integer(hdf5, "model", "inputs", gd_network_columns(checkpoint->network), gd_network_columns(checkpoint->network));
	gd_arena_release(&arena);
	free(class_weights);
}

static void get_tensor(gd_hdf5 *hdf5, const char *tree, const gd_tensor *tensor, float *vector)
{
	char path[GD_TENSOR_PATH];
	hsize_t shape[GD_HDF5_DIMENSIONS];
	gd_tensor_shape(tensor, shape);
	gd_hdf5_get_array(hdf5, gd_tensor_path(tree, tensor, path), GD_FLOAT32, gd_tensor_rank(tensor), shape, vector + tensor->offset);
}

static float *take_floats(gd_hdf5 *hdf5, gd_checkpoint *checkpoint, size_t count)
{
	float *vector = gd_hdf5_failed(hdf5) ? NULL : gd_arena_take(&checkpoint->arena, count, sizeof *vector);
	if (!vector)
		gd_hdf5_fail_out_of_memory(hdf5, "a model");
	return vector;
}

static void get_model(gd_hdf5 *hdf5, gd_checkpoint *checkpoint)
{
	const gd_network *network = checkpoint->network;
	checkpoint->parameters = take_floats(hdf5, checkpoint, gd_network_parameters(network));
	checkpoint->statistics = take_floats(hdf5, checkpoint, gd_network_statistics(network));
	for (int t = 0; t < gd_network_model_tensors(network) && !gd_hdf5_failed(hdf5); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(network, t);
		get_tensor(hdf5, "model", tensor, gd_tensor_is_statistic(tensor) ? checkpoint->statistics : checkpoint->parameters);
	}
	const char *stored = gd_hdf5_get_text(hdf5, "/", "weights_sha256", &checkpoint->arena);
	if (!stored)
		return;
	gd_weights_sha256(network, checkpoint->parameters, checkpoint->statistics, checkpoint->weights_sha256);
	if (strcmp(stored, checkpoint->weights_sha256) != 0)
		gd_hdf5_fail(hdf5, "model", "its weights do not match 'weights_sha256': expected %.16s…, found %.16s…", stored, checkpoint->weights_sha256);
}

static float *get_mirror(gd_hdf5 *hdf5, const char *tree, gd_checkpoint *checkpoint)
{
	float *vector = take_floats(hdf5, checkpoint, gd_network_parameters(checkpoint->network));
	for (int t = 0; t < gd_network_tensors(checkpoint->network) && !gd_hdf5_failed(hdf5); t++)
		get_tensor(hdf5, tree, gd_network_tensor(checkpoint->network, t), vector);
	return vector;
}

static void get_optimizer(gd_hdf5 *hdf5, gd_checkpoint *checkpoint)
{
	char tree[64];
	gd_optimizer_options *options = &checkpoint->optimizer;
	options->kind = (gd_optimizer_kind)get_word(hdf5, "optimizer", "name", gd_optimizer_words, GD_OPTIMIZERS);
	options->momentum = get_fraction(hdf5, "optimizer", "momentum", INFINITY);
	options->nesterov = gd_hdf5_get_integer(hdf5, "optimizer", "nesterov", 0, 1) != 0;
	options->beta1 = get_fraction(hdf5, "optimizer", "beta1", 1);
	options->beta2 = get_fraction(hdf5, "optimizer", "beta2", 1);
	options->epsilon = get_fraction(hdf5, "optimizer", "epsilon", INFINITY);
	int moments = gd_hdf5_failed(hdf5) ? 0 : gd_optimizer_moments(options);
	for (int m = 0; m < moments; m++) {
		snprintf(tree, sizeof tree, "optimizer/%s", gd_optimizer_moment_name(options, m));
		/* All moments, or none in a model that is for use alone. */
		if (m == 0 && !gd_hdf5_has(hdf5, tree))
			return;
		checkpoint->moment[m] = get_mirror(hdf5, tree, checkpoint);
	}
	checkpoint->moments = moments;
}

static void get_progress(gd_hdf5 *hdf5, gd_checkpoint *checkpoint)
{
	for (size_t i = 0; i < gd_progress_fields_count; i++) {
		const gd_field *field = &gd_progress_fields[i];
		void *value = (char *)&checkpoint->progress + field->offset;
		if (field->absent && !gd_hdf5_has_attribute(hdf5, "progress", field->name))
			*(int64_t *)value = field->absent;
		else if (field->type == GD_FIELD_COUNT)
			*(int64_t *)value = gd_hdf5_get_integer(hdf5, "progress", field->name, 0, INT64_MAX);
		else if (field->type == GD_FIELD_UNSIGNED)
			*(uint64_t *)value = gd_hdf5_get_unsigned(hdf5, "progress", field->name);
		else
			*(double *)value = gd_hdf5_get_real(hdf5, "progress", field->name);
	}
	if (gd_hdf5_has(hdf5, "progress/gradient_quantum")) {
		size_t tensors = (size_t)gd_network_tensors(checkpoint->network);
		checkpoint->quantum = gd_arena_take(&checkpoint->arena, tensors, sizeof *checkpoint->quantum);
		if (!checkpoint->quantum)
			gd_hdf5_fail_out_of_memory(hdf5, "a training state");
		gd_hdf5_get_array(hdf5, "progress/gradient_quantum", GD_INT32, 1, (const hsize_t[2]){tensors, 1}, checkpoint->quantum);
	}
}

static gd_setting *get_settings(gd_hdf5 *hdf5, const char *group, gd_arena *arena, size_t *count)
{
	size_t found;
	char **names = gd_hdf5_get_attribute_names(hdf5, group, arena, &found);
	gd_setting *settings = names ? gd_arena_take(arena, found + 1, sizeof *settings) : NULL;
	if (!settings)
		gd_hdf5_fail_out_of_memory(hdf5, "settings");
	for (size_t i = 0; i < found && !gd_hdf5_failed(hdf5); i++)
		settings[i] = (gd_setting){names[i], gd_hdf5_get_text(hdf5, group, names[i], arena)};
	*count = gd_hdf5_failed(hdf5) ? 0 : found;
	return settings;
}

/* Reads and closes. */
static gd_status decode(gd_hdf5 *hdf5, bool digested, gd_checkpoint *checkpoint)
{
	gd_hdf5_expect_kind(hdf5, GD_KIND_CHECKPOINT);
	if (!gd_hdf5_failed(hdf5) && !digested)
		gd_log_warning("'%s' has no digest, as if another tool had written to it: its contents cannot be checked in full", hdf5->name);
	gd_hdf5_get_preprocessing(hdf5, &checkpoint->preprocessing);
	get_network(hdf5, checkpoint);
	if (!gd_hdf5_failed(hdf5)) {
		get_model(hdf5, checkpoint);
		get_optimizer(hdf5, checkpoint);
		if (gd_hdf5_has(hdf5, "ema"))
			checkpoint->average = get_mirror(hdf5, "ema", checkpoint);
		get_progress(hdf5, checkpoint);
		gd_hdf5_get_history(hdf5, "history", &checkpoint->history);
		checkpoint->config = get_settings(hdf5, "config", &checkpoint->arena, &checkpoint->config_count);
		checkpoint->provenance = get_settings(hdf5, "provenance", &checkpoint->arena, &checkpoint->provenance_count);
		checkpoint->command = gd_hdf5_get_text(hdf5, "/", "history", &checkpoint->arena);
	}
	gd_status status = gd_hdf5_close(hdf5);
	if (gd_failed(&status))
		gd_checkpoint_release(checkpoint);
	return status;
}

gd_status gd_checkpoint_decode(const char *name, const void *bytes, size_t size, gd_checkpoint *checkpoint)
{
	gd_hdf5 hdf5;
	size_t length;
	*checkpoint = (gd_checkpoint){0};
	gd_digest_verdict verdict = gd_digest_check(bytes, size, &length);
	if (verdict == GD_DIGEST_WRONG)
		return gd_error(GD_BAD_DATA, "cannot read '%s': the file is damaged or cut short: its digest does not match its contents", name);
	gd_hdf5_open_image(&hdf5, name, bytes, length);
	return decode(&hdf5, verdict == GD_DIGEST_RIGHT, checkpoint);
}

gd_status gd_checkpoint_read(const char *path, gd_checkpoint *checkpoint)
{
	gd_hdf5 hdf5;
	*checkpoint = (gd_checkpoint){0};
	gd_hdf5_open_foreign(&hdf5, path); /* decode warns where there is no digest */
	return decode(&hdf5, hdf5.digested, checkpoint);
}
