/* Metrics by epoch, and the metrics file. Local. */
#ifndef GD_HISTORY_H
#define GD_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"

/* One epoch's figures; units and meanings in the README's metrics table. */
typedef struct gd_epoch_metrics {
	int64_t epoch; /* from 1 */
	double train_loss, train_accuracy;
	double validation_loss, validation_accuracy; /* NaN without a validation part */
	double learning_rate, gradient_norm;
	double seconds, samples_per_second, communication_seconds;
} gd_epoch_metrics;

typedef struct gd_history {
	size_t count, room;
	gd_epoch_metrics *epochs;
} gd_history;

GD_CHECKED gd_status gd_history_append(gd_history *history, const gd_epoch_metrics *epoch);
void gd_history_release(gd_history *history);

/* Writes or reads `metrics.h5`, whole. `command` is the command line for `history`. */
GD_CHECKED gd_status gd_history_write(const char *path, const gd_history *history, const char *command);
GD_CHECKED gd_status gd_history_read(const char *path, gd_history *history);

/* One row a metric: name, unit, sentence, and where it lives in gd_epoch_metrics. For files, tables and plots. */
typedef struct gd_metric {
	const char *name, *units, *long_name;
	size_t offset; /* of a double in gd_epoch_metrics */
} gd_metric;
extern const gd_metric gd_metrics[];
extern const size_t gd_metrics_count;

#endif
