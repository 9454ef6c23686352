#include "gd/store/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/store/hdf5_file.h"

#define AT(field) offsetof(gd_epoch_metrics, field)
const gd_metric gd_metrics[] = {
	{"train_loss", "nat", "what was minimised, mean over the epoch's rows", AT(train_loss)},
	{"train_accuracy", "1", "share of the epoch's rows that were classified rightly while training", AT(train_accuracy)},
	{"validation_loss", "nat", "cross-entropy of the validation part, without label smoothing", AT(validation_loss)},
	{"validation_accuracy", "1", "share of the validation part that was classified rightly", AT(validation_accuracy)},
	{"learning_rate", "1", "learning rate of the epoch's last step", AT(learning_rate)},
	{"gradient_norm", "1", "Euclidean norm of the averaged gradient before clipping, mean over the epoch's steps", AT(gradient_norm)},
	{"seconds", "s", "time of the epoch, validation included", AT(seconds)},
	{"samples_per_second", "s-1", "training rows over the time of training steps and of the epoch's exchange", AT(samples_per_second)},
	{"communication_seconds", "s", "time in communication", AT(communication_seconds)},
};
#undef AT
const size_t gd_metrics_count = sizeof gd_metrics / sizeof *gd_metrics;

gd_status gd_history_append(gd_history *history, const gd_epoch_metrics *epoch)
{
	gd_epoch_metrics *epochs = gd_make_room(history->epochs, history->count, &history->room, sizeof *epochs);
	if (!epochs)
		return gd_out_of_memory("the metrics");
	history->epochs = epochs;
	history->epochs[history->count++] = *epoch;
	return gd_ok();
}

void gd_history_release(gd_history *history)
{
	free(history->epochs);
	*history = (gd_history){0};
}

static double *field_of(gd_epoch_metrics *epoch, const gd_metric *metric)
{
	return (double *)(void *)((char *)epoch + metric->offset);
}

void gd_hdf5_put_history(gd_hdf5 *hdf5, const char *group, const gd_history *history, bool checksummed)
{
	enum { CHUNK = 8192 };
	size_t count = history->count;
	char path[64], scale[64];
	gd_hdf5_array array = {.element = GD_INT64, .rank = 1, .shape = {count}, .units = "1", .long_name = "epoch, from 1"};
	if (checksummed)
		array.chunk[0] = count < CHUNK ? count : CHUNK;
	int64_t *numbers = gd_allocate(count, sizeof *numbers);
	double *values = gd_allocate(count, sizeof *values);
	if (!numbers || !values)
		gd_hdf5_fail_out_of_memory(hdf5, "the metrics");
	for (size_t i = 0; i < count && !gd_hdf5_failed(hdf5); i++)
		numbers[i] = history->epochs[i].epoch;
	snprintf(scale, sizeof scale, "%s/epoch", group);
	gd_hdf5_put_group(hdf5, group);
	gd_hdf5_put_array(hdf5, scale, &array, numbers);
	gd_hdf5_put_scale(hdf5, scale, "epoch");
	for (size_t m = 0; m < gd_metrics_count && !gd_hdf5_failed(hdf5); m++) {
		for (size_t i = 0; i < count; i++)
			values[i] = *field_of(&history->epochs[i], &gd_metrics[m]);
		array.element = GD_FLOAT64;
		array.units = gd_metrics[m].units;
		array.long_name = gd_metrics[m].long_name;
		snprintf(path, sizeof path, "%s/%s", group, gd_metrics[m].name);
		gd_hdf5_put_array(hdf5, path, &array, values);
		gd_hdf5_bind_scale(hdf5, path, 0, scale);
	}
	free(values);
	free(numbers);
}

void gd_hdf5_get_history(gd_hdf5 *hdf5, const char *group, gd_history *history)
{
	hsize_t shape[2];
	char path[64];
	snprintf(path, sizeof path, "%s/epoch", group);
	gd_hdf5_get_shape(hdf5, path, GD_INT64, 1, shape);
	size_t count = gd_hdf5_failed(hdf5) ? 0 : shape[0];
	int64_t *numbers = gd_allocate(count, sizeof *numbers);
	double *values = gd_allocate(count, sizeof *values);
	history->epochs = calloc(count ? count : 1, sizeof *history->epochs);
	if (!numbers || !values || !history->epochs)
		gd_hdf5_fail_out_of_memory(hdf5, "the metrics");
	gd_hdf5_get_array(hdf5, path, GD_INT64, 1, shape, numbers);
	if (!gd_hdf5_failed(hdf5))
		history->count = history->room = count;
	for (size_t i = 0; i < history->count; i++)
		history->epochs[i].epoch = numbers[i];
	for (size_t m = 0; m < gd_metrics_count; m++) {
		snprintf(path, sizeof path, "%s/%s", group, gd_metrics[m].name);
		gd_hdf5_get_array(hdf5, path, GD_FLOAT64, 1, shape, values);
		for (size_t i = 0; i < history->count && !gd_hdf5_failed(hdf5); i++)
			*field_of(&history->epochs[i], &gd_metrics[m]) = values[i];
	}
	free(values);
	free(numbers);
}

gd_status gd_history_write(const char *path, const gd_history *history, const char *command)
{
	gd_hdf5 hdf5;
	void *bytes = NULL;
	size_t size = 0;
	gd_hdf5_create_image(&hdf5, path);
	gd_hdf5_put_root(&hdf5, GD_KIND_METRICS, command);
	gd_hdf5_put_history(&hdf5, "epochs", history, true);
	gd_status status = gd_hdf5_finish_image(&hdf5, &bytes, &size);
	if (!gd_failed(&status))
		status = gd_file_write(path, bytes, size);
	free(bytes);
	return status;
}

gd_status gd_history_read(const char *path, gd_history *history)
{
	gd_hdf5 hdf5;
	*history = (gd_history){0};
	gd_hdf5_open(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, GD_KIND_METRICS);
	gd_hdf5_get_history(&hdf5, "epochs", history);
	gd_status status = gd_hdf5_close(&hdf5);
	if (gd_failed(&status))
		gd_history_release(history);
	return status;
}
