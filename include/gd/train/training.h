/* A training under way: what the trainer's parts (set-up, loop, files, talk) share. Private to the trainer. */
#ifndef GD_TRAINING_H
#define GD_TRAINING_H

#include "gd/base/clock.h"
#include "gd/base/memory.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/exchange.h"
#include "gd/run/preset.h"
#include "gd/run/run_directory.h"
#include "gd/run/train_options.h"
#include "gd/score/evaluation.h"
#include "gd/store/checkpoint.h"
#include "gd/store/dataset.h"
#include "gd/store/row_file.h"
#include "gd/train/stepper.h"

typedef struct gd_training {
	gd_communicator *communicator;
	gd_train_options options;
	const char *command;
	gd_arena arena;
	char directory[GD_PATH_ROOM];
	bool resumed;
	bool configured;           /* by the run that is gone on with: no preset acts */
	bool replay;               /* the steps alone: nothing is validated or written */
	gd_run_lock *lock;         /* of the directory; rank 0's */

	gd_dataset *dataset;
	gd_preprocessing preprocessing; /* the dataset's, encoded as the options say */
	gd_network *network;
	gd_exchange *exchange;
	gd_stepper *stepper;
	gd_evaluation *validation; /* NULL without a validation part */
	gd_score_sums scores;
	gd_calibration calibration, best_calibration; /* of the last validated state, and of the best one of this call */
	bool windowed;             /* the training part is read a window at a time, by `rows` */
	gd_row_form form;          /* in which it is held where it is not; no words: as it is */
	gd_shard shard;            /* of the training part; or */
	gd_row_file *rows;

	gd_training_state state;
	float *collected[2];       /* moments of all slices while a checkpoint is written; rank 0's, with a sharded optimizer */
	gd_checkpoint initial;     /* --initial's model until the state is made of it */
	gd_progress progress;
	gd_history history;
	gd_step_scalars *scalars;  /* [steps of an epoch] */
	int64_t steps_per_epoch;

	gd_setting *config;
	size_t config_count;
	gd_setting *provenance;
	size_t provenance_count;

	double started;            /* clocks in seconds, monotonic */
	double loop_started, last_checkpoint, last_metrics, last_drawn, last_poll, longest_poll;
	double checkpoint_seconds; /* that the last one took */
	int64_t done_steps;        /* in this call */
	double step_seconds;       /* of this call's steps and exchanges */
	double trained_rows, communication_seconds;
	bool checkpoint_failed;    /* the last one; rank 0 */
	gd_checkpoint best;        /* what best.h5 is to hold, in best_room; rank 0 */
	float *best_room;
	bool best_kept;            /* and not written yet */
	double last_status;
	int64_t checkpoint_step;   /* of the last one written in this call, -1: none */
	int64_t checkpoint_time;   /* seconds since 1970 */
} gd_training;

/* Collective. Everything before the first step. *finished: the run was done already. */
GD_CHECKED gd_status gd_training_prepare(gd_training *training, const gd_train_options *options, const bool *given, bool *finished);
void gd_training_release(gd_training *training);

/*
 * Parts of it. Local: takes over the configuration of the run that `checkpoint` comes from; what the user set must agree with it wherever it would change the bits,
 * the number of epochs apart (GD_USAGE).
 */
GD_CHECKED gd_status gd_training_take_configuration(gd_training *training, const gd_checkpoint *checkpoint, const bool *given);

/* Collective. Reads --initial's model into training->initial, unless there is none or it has been read. */
GD_CHECKED gd_status gd_training_read_initial(gd_training *training);
/* Local. For preset auto, whose guess would not fit the weights: what is not `given` of the network's shape becomes that of --initial's `model`, and given. */
GD_CHECKED gd_status gd_training_take_shape(const gd_checkpoint *model, gd_train_options *options, const gd_preset_facts *facts, bool *given);

/* Local. The name under which a checkpoint's configuration keeps gd_training_hash_dataset. */
extern const char gd_training_dataset_setting[];
/* Local. What identifies a dataset: its rows' source and split, and how they were made into features; in hexadecimal. */
void gd_training_hash_dataset(const gd_dataset_header *header, char text[65]);
/* Local. Fills training->config and training->provenance. */
GD_CHECKED gd_status gd_training_make_settings(gd_training *training, const char *dataset_hash);
GD_CHECKED gd_status gd_training_make_provenance(gd_training *training, const char *hosts);
/* Collective. The dataset that the options name, or the fold of it. */
GD_CHECKED gd_status gd_training_open_dataset(gd_training *training);
/* Collective. With options and an open dataset, if memory suffices: network, steps and state, that of the checkpoint `from`, or the first one with NULL. `hosts` is for the provenance. */
GD_CHECKED gd_status gd_training_build(gd_training *training, const char *hosts, gd_checkpoint *from);
/* Local. Whether no step is left: all epochs are through, or training stopped early. */
bool gd_training_finished(const gd_training *training);

/* Collective. Before a state is encoded, and after: with a sharded optimizer rank 0 holds all moments meanwhile. */
GD_CHECKED gd_status gd_training_collect(gd_training *training);
void gd_training_drop(gd_training *training);
/* Collective. Compares the replicas, then rank 0 writes checkpoint.h5; a failure to write is a warning and is remembered. */
GD_CHECKED gd_status gd_training_save(gd_training *training);
/* Local (rank 0). Keeps the state at hand as the best one; best.h5 is written with the next checkpoint, so that the two never contradict each other. */
GD_CHECKED gd_status gd_training_keep_best(gd_training *training);
/* Local (rank 0). metrics.h5; model.h5. */
GD_CHECKED gd_status gd_training_save_metrics(gd_training *training);
GD_CHECKED gd_status gd_training_save_model(gd_training *training);
/* Local. What is validated and kept: the average where there is one. */
float *gd_training_model_parameters(gd_training *training);

/* Local. Rank 0 writes status.txt, at most once a second unless `at_once`. */
void gd_training_write_status(gd_training *training, const char *state, bool at_once);
/* Local (rank 0 speaks). */
void gd_training_say_start(const gd_training *training);
/* What was given and changes nothing beside the other options. */
void gd_training_say_idle(const gd_training *training, const bool *given);
void gd_training_say_step(gd_training *training);
void gd_training_say_epoch(gd_training *training);
/* Collective. Learning rates and bias corrections of the epoch under way, into `scalars`. */
GD_CHECKED gd_status gd_training_plan_epoch(gd_training *training);
/* Collective. The closing table. */
GD_CHECKED gd_status gd_training_say_end(gd_training *training);
/* Local. What to type after a training that is done. */
void gd_training_say_next(const gd_training *training);

#endif
