/* The checkpoint file (also best.h5 and model.h5): HDF5 with a digest over the whole file behind its end. Local: rank 0 alone. */
#ifndef GD_CHECKPOINT_H
#define GD_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/features/preprocessing.h"
#include "gd/network/network.h"
#include "gd/network/optimizer.h"
#include "gd/store/history.h"

/* A name and a value, both text. */
typedef struct gd_setting {
	const char *name;
	const char *value;
} gd_setting;

typedef struct gd_calibration_scores {
	double log_loss, calibration_error, brier;
} gd_calibration_scores;

/* Zeroed: none. */
typedef struct gd_calibration {
	double temperature;                  /* by which the model's probabilities are divided (gd/network/temperature.h) */
	gd_calibration_scores before, after; /* on the rows that it was fitted to; NaN where it was given */
} gd_calibration;

typedef struct gd_progress {
	int64_t epoch;          /* finished epochs */
	int64_t step_in_epoch;  /* finished steps of the epoch under way */
	int64_t step;           /* finished steps in all */
	uint64_t seed;
	int64_t block_rows;     /* largest block of a full batch */
	int64_t blocks;         /* of a full batch */
	int64_t arithmetic;     /* GD_ARITHMETIC of the last steps */
	double best_validation_loss; /* infinity when there is none yet */
	int64_t best_epoch;
	int64_t epochs_without_improvement;
	/* sums of the epoch under way, so that its metrics come out whole after a resume */
	double loss_sum, norm_sum, rows_sum, correct_sum, seconds_sum, training_seconds_sum, communication_seconds_sum;
} gd_progress;

/*
 * A training state. When written, pointers are the caller's. When read, everything lies in `arena`, but for the network, the history and the
 * preprocessing, which gd_checkpoint_release frees too.
 */
typedef struct gd_checkpoint {
	gd_arena arena;
	gd_network *network;       /* shapes; rebuilt from `model`'s attributes when read */
	float *parameters;         /* [gd_network_parameters] */
	float *statistics;         /* [gd_network_statistics] */
	gd_optimizer_options optimizer;
	int moments;               /* 0 in a file without optimizer state */
	float *moment[2];
	float *average;            /* exponential average of the parameters, or NULL */
	gd_calibration calibration;
	int32_t *quantum;          /* [gd_network_tensors] gradient quantum exponents */
	gd_progress progress;
	gd_history history;
	gd_preprocessing preprocessing;
	size_t config_count;
	gd_setting *config;        /* every training option as text */
	size_t provenance_count;
	gd_setting *provenance;    /* ranks, hosts, times, libraries, kernels, as text */
	char *command;             /* command line, for the root attribute `history` */
	char weights_sha256[65];   /* out when written, checked when read */
} gd_checkpoint;

/* SHA-256 in hexadecimal over the little-endian bytes of the model's datasets, in gd_network_model_tensor order. */
void gd_weights_sha256(const gd_network *network, const float *parameters, const float *statistics, char text[65]);

/* The file as bytes with its digest, built in memory: nothing touches the disk. `*bytes` is released with free(). */
GD_CHECKED gd_status gd_checkpoint_encode(gd_checkpoint *checkpoint, void **bytes, size_t *size);
/* Bytes to state. `name` is for messages. Without a digest: a warning; with a wrong one: GD_BAD_DATA. Never trusts a length. */
GD_CHECKED gd_status gd_checkpoint_decode(const char *name, const void *bytes, size_t size, gd_checkpoint *checkpoint);
/* gd_file_read and decode. */
GD_CHECKED gd_status gd_checkpoint_read(const char *path, gd_checkpoint *checkpoint);
void gd_checkpoint_release(gd_checkpoint *checkpoint);

#endif
