/* The options of `train`, as data. Local. */
#ifndef GD_TRAIN_OPTIONS_H
#define GD_TRAIN_OPTIONS_H

#include "gd/base/options.h"
#include "gd/features/preprocessing.h"
#include "gd/network/initialise.h"
#include "gd/network/network.h"
#include "gd/network/optimizer.h"
#include "gd/network/schedule.h"
#include "gd/store/checkpoint.h"

typedef enum gd_reduction { GD_REDUCTION_EXACT, GD_REDUCTION_FAST } gd_reduction;

/* gd_option.flags: what the option decides. */
enum {
	GD_CHANGES_BITS = 1, /* the sequence of models; may not change on --resume */
	GD_NOT_KEPT = 2,     /* about this call alone: not in config.ini or the checkpoint */
};

typedef struct gd_train_options {
	const char *data, *run, *config, *initial;
	int preset; /* gd/run/preset.h */
	int encoding; /* 0: auto; else gd_encoding_kind + 1 */
	int64_t bins;
	gd_widths hidden;
	int activation; /* gd_activation */
	bool batch_norm;
	int64_t members;
	int64_t periodic;
	double periodic_scale;
	int64_t periodic_width;
	double dropout, input_dropout;
	int init; /* gd_initialisation */
	double output_std;
	int optimizer; /* gd_optimizer_kind */
	double learning_rate, momentum;
	bool nesterov;
	double beta1, beta2, epsilon;
	double weight_decay;
	int decay;         /* 0: all, 1: weights */
	int class_weights; /* 0: none, 1: balanced */
	double clip_norm, label_smoothing;
	int schedule; /* gd_schedule_kind */
	double gamma;
	int64_t step_epochs;
	double warmup_epochs;
	int64_t epochs, batch_size;
	bool drop_last;
	int64_t window; /* rows; 0: all */
	int64_t max_steps, max_epochs;
	double ema;
	int64_t early_stop;
	int64_t folds, fold; /* 0: none; fold 0 of several: each in turn */
	bool refit;
	bool calibrate;
	double temperature; /* 0: fitted, or none */
	int64_t seed;
	int reduction; /* gd_reduction */
	bool shard_optimizer;
	int64_t checkpoint_every; /* -1: once an epoch */
	double checkpoint_seconds, time_limit, watchdog;
	bool resume;
	int progress; /* 0 auto, 1 on, 2 off */
	bool quiet, verbose, help;
} gd_train_options;

extern const gd_option_table gd_train_option_table;

/* Options that contradict each other, and what one option alone cannot know. */
GD_CHECKED gd_status gd_train_options_check(const gd_train_options *options);

/* What an option goes with, and these options lack, so that it has no effect; NULL: it has one. */
const char *gd_train_option_lacks(const gd_train_options *options, const gd_option *option);

/*
 * How a dataset's features enter the network: a copy of its preprocessing, released by the caller, in which the features that it leaves open are encoded. GD_USAGE where the options ask for what the
 * dataset does not allow.
 */
GD_CHECKED gd_status gd_train_options_encode(const gd_train_options *options, const gd_preprocessing *dataset, gd_preprocessing *encoded);

gd_optimizer_options gd_train_options_optimizer(const gd_train_options *options);
/* class_weights [classes] and encoding may be NULL, as gd_network_options has them; pointers are kept, into `options` too. */
gd_network_options gd_train_options_network(const gd_train_options *options, int inputs, int classes, const float *class_weights, const gd_encoding *encoding);

#endif
