#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/store/checkpoint_file.h"
#include "gd/store/hdf5_file.h"

static const char *const role_sentences[] = {
	[GD_TENSOR_PERIODIC_FREQUENCY] = "frequencies f of the periodic embeddings, in turns: numeric features by frequencies",
	[GD_TENSOR_PERIODIC_WEIGHT] = "weights of the periodic embeddings: for each numeric feature cos(2 pi f u), then sin(2 pi f u), by outputs",
	[GD_TENSOR_PERIODIC_BIAS] = "biases of the periodic embeddings: numeric features by outputs",
	[GD_TENSOR_MEMBER_FACTOR] = "what each member multiplies the first layer's inputs with: members by inputs",
	[GD_TENSOR_DENSE_WEIGHT] = "weights W of a dense layer, y = xW + b: inputs by outputs",
	[GD_TENSOR_DENSE_BIAS] = "biases b of a dense layer, y = xW + b",
	[GD_TENSOR_NORM_SCALE] = "scales of a batch normalisation",
	[GD_TENSOR_NORM_SHIFT] = "shifts of a batch normalisation",
	[GD_TENSOR_RUNNING_MEAN] = "running means of a batch normalisation's inputs",
	[GD_TENSOR_RUNNING_VARIANCE] = "running unbiased variances of a batch normalisation's inputs",
};

static const char *sentence_of(const gd_tensor *tensor)
{
	if (!tensor->members)
		return role_sentences[tensor->role];
	return tensor->role == GD_TENSOR_DENSE_WEIGHT ? "weights W of each member's output layer, y = xW + b: members by inputs by classes"
		: "biases b of each member's output layer, y = xW + b: members by classes";
}

/* Where an axis of the model's tensor is that of the features (as many columns: one each) or that of the classes. */
static void bind_axes(gd_hdf5 *hdf5, const gd_network *network, const gd_tensor *tensor)
{
	char path[GD_TENSOR_PATH];
	gd_tensor_path("model", tensor, path);
	const gd_network_options *options = gd_network_get_options(network);
	bool weight = tensor->role == GD_TENSOR_DENSE_WEIGHT;
	if (weight && tensor->layer == 0 && gd_network_columns(network) == options->inputs)
		gd_hdf5_bind_scale(hdf5, path, 0, GD_FEATURE_SCALE);
	if ((weight || tensor->role == GD_TENSOR_DENSE_BIAS) && tensor->layer == options->hidden_count)
		gd_hdf5_bind_scale(hdf5, path, (unsigned)gd_tensor_rank(tensor) - 1, GD_CLASS_SCALE);
}

static void put_tensor(gd_hdf5 *hdf5, const char *tree, const gd_tensor *tensor, const char *long_name, const float *vector)
{
	char path[GD_TENSOR_PATH];
	gd_hdf5_array array = {
		.element = GD_FLOAT32,
		.rank = gd_tensor_rank(tensor),
		.units = "1",
		.long_name = long_name,
	};
	gd_tensor_shape(tensor, array.shape);
	gd_hdf5_put_array(hdf5, gd_tensor_path(tree, tensor, path), &array, vector + tensor->offset);
}

/* A group a layer, made when its first tensor comes. */
static void put_layer(gd_hdf5 *hdf5, const char *tree, const gd_tensor *tensor, const gd_tensor *previous)
{
	char path[GD_TENSOR_PATH];
	if (previous && strcmp(previous->group, tensor->group) == 0)
		return;
	snprintf(path, sizeof path, "%s/%s", tree, tensor->group);
	gd_hdf5_put_group(hdf5, path);
}

static void put_model(gd_hdf5 *hdf5, const gd_checkpoint *checkpoint)
{
	const gd_network *network = checkpoint->network;
	const gd_network_options *options = gd_network_get_options(network);
	gd_hdf5_put_group(hdf5, "model");
	gd_hdf5_put_integer(hdf5, "model", "inputs", gd_network_columns(network));
	gd_hdf5_put_integer(hdf5, "model", "features", options->inputs);
	gd_hdf5_put_integer(hdf5, "model", "classes", options->classes);
	gd_hdf5_put_integers(hdf5, "model", "hidden", (size_t)options->hidden_count, options->hidden);
	gd_hdf5_put_text(hdf5, "model", "activation", gd_activation_words[options->activation]);
	gd_hdf5_put_text(hdf5, "model", "encoding", gd_preprocessing_encoding_word(&checkpoint->preprocessing));
	if (gd_network_members(network) > 1)
		gd_hdf5_put_integer(hdf5, "model", "members", gd_network_members(network));
	if (options->periodic) {
		gd_hdf5_put_integer(hdf5, "model", "periodic", options->periodic);
		gd_hdf5_put_integer(hdf5, "model", "periodic_width", options->periodic_width);
		gd_hdf5_put_real(hdf5, "model", "periodic_scale", options->periodic_scale);
	}
	gd_hdf5_put_integer(hdf5, "model", "batch_norm", options->batch_norm);
	gd_hdf5_put_real(hdf5, "model", "dropout", options->dropout);
	gd_hdf5_put_real(hdf5, "model", "input_dropout", options->input_dropout);
	gd_hdf5_put_real(hdf5, "model", "label_smoothing", options->label_smoothing);
	if (options->class_weights)
		gd_hdf5_put_reals(hdf5, "model", "class_weights", (size_t)options->classes, options->class_weights);
	for (size_t i = 0; i < gd_calibration_fields_count && checkpoint->calibration.temperature > 0; i++) {
		const gd_field *field = &gd_calibration_fields[i];
		gd_hdf5_put_real(hdf5, "model", field->name, *(const double *)((const char *)&checkpoint->calibration + field->offset));
	}
	const gd_tensor *previous = NULL;
	for (int t = 0; t < gd_network_model_tensors(network); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(network, t);
		put_layer(hdf5, "model", tensor, previous);
		put_tensor(hdf5, "model", tensor, sentence_of(tensor), gd_tensor_is_statistic(tensor) ? checkpoint->statistics : checkpoint->parameters);
		bind_axes(hdf5, network, tensor);
		previous = tensor;
	}
}

/* The parameters' tree once more, for a vector that runs beside them. */
static void put_mirror(gd_hdf5 *hdf5, const char *tree, const gd_network *network, const char *long_name, const float *vector)
{
	gd_hdf5_put_group(hdf5, tree);
	const gd_tensor *previous = NULL;
	for (int t = 0; t < gd_network_tensors(network); t++) {
		const gd_tensor *tensor = gd_network_tensor(network, t);
		put_layer(hdf5, tree, tensor, previous);
		put_tensor(hdf5, tree, tensor, long_name, vector);
		previous = tensor;
	}
}

static void put_optimizer(gd_hdf5 *hdf5, const gd_checkpoint *checkpoint)
{
	char tree[64];
	const gd_optimizer_options *options = &checkpoint->optimizer;
	gd_hdf5_put_group(hdf5, "optimizer");
	gd_hdf5_put_text(hdf5, "optimizer", "name", gd_optimizer_words[options->kind]);
	gd_hdf5_put_integer(hdf5, "optimizer", "step", checkpoint->progress.step);
	gd_hdf5_put_real(hdf5, "optimizer", "momentum", options->momentum);
	gd_hdf5_put_integer(hdf5, "optimizer", "nesterov", options->nesterov);
	gd_hdf5_put_real(hdf5, "optimizer", "beta1", options->beta1);
	gd_hdf5_put_real(hdf5, "optimizer", "beta2", options->beta2);
	gd_hdf5_put_real(hdf5, "optimizer", "epsilon", options->epsilon);
	for (int m = 0; m < checkpoint->moments; m++) {
		snprintf(tree, sizeof tree, "optimizer/%s", gd_optimizer_moment_name(options, m));
		put_mirror(hdf5, tree, checkpoint->network, "running moment of the gradient of the parameter of this name", checkpoint->moment[m]);
	}
}

static void put_progress(gd_hdf5 *hdf5, const gd_checkpoint *checkpoint)
{
	gd_hdf5_put_group(hdf5, "progress");
	for (size_t i = 0; i < gd_progress_fields_count; i++) {
		const gd_field *field = &gd_progress_fields[i];
		const void *value = (const char *)&checkpoint->progress + field->offset;
		if (field->type == GD_FIELD_COUNT)
			gd_hdf5_put_integer(hdf5, "progress", field->name, *(const int64_t *)value);
		else if (field->type == GD_FIELD_UNSIGNED)
			gd_hdf5_put_unsigned(hdf5, "progress", field->name, *(const uint64_t *)value);
		else
			gd_hdf5_put_real(hdf5, "progress", field->name, *(const double *)value);
	}
	if (checkpoint->quantum) {
		gd_hdf5_array array = {
			.element = GD_INT32,
			.rank = 1,
			.shape = {(hsize_t)gd_network_tensors(checkpoint->network)},
			.units = "1",
			.long_name = "exponent of two of the quantum to which each parameter tensor's gradient is rounded before it is summed",
		};
		gd_hdf5_put_array(hdf5, "progress/gradient_quantum", &array, checkpoint->quantum);
	}
}

static void put_settings(gd_hdf5 *hdf5, const char *group, const gd_setting *settings, size_t count)
{
	gd_hdf5_put_group(hdf5, group);
	for (size_t i = 0; i < count; i++)
		gd_hdf5_put_text(hdf5, group, settings[i].name, settings[i].value);
}

gd_status gd_checkpoint_encode(gd_checkpoint *checkpoint, void **bytes, size_t *size)
{
	gd_hdf5 hdf5;
	gd_weights_sha256(checkpoint->network, checkpoint->parameters, checkpoint->statistics, checkpoint->weights_sha256);
	gd_hdf5_create_image(&hdf5, "checkpoint");
	/* Dimension scales are bound by their addresses in the file: what varies between equal trainings stands behind them. */
	gd_hdf5_put_preprocessing(&hdf5, &checkpoint->preprocessing);
	put_model(&hdf5, checkpoint);
	gd_hdf5_put_root(&hdf5, GD_KIND_CHECKPOINT, checkpoint->command);
	gd_hdf5_put_text(&hdf5, "/", "weights_sha256", checkpoint->weights_sha256);
	put_optimizer(&hdf5, checkpoint);
	if (checkpoint->average)
		put_mirror(&hdf5, "ema", checkpoint->network, "exponential average of the parameter of this name", checkpoint->average);
	put_progress(&hdf5, checkpoint);
	gd_hdf5_put_history(&hdf5, "history", &checkpoint->history, false);
	put_settings(&hdf5, "config", checkpoint->config, checkpoint->config_count);
	put_settings(&hdf5, "provenance", checkpoint->provenance, checkpoint->provenance_count);
	return gd_hdf5_finish_image(&hdf5, bytes, size);
}
