/*
 * What a sweep is to train: a file of options, expanded into trials. Local.
 *
 * The file has sections; names in [base], [vary] and [trial NAME] are those of `train`:
 *
 *     [sweep]                    ; gd_sweep_settings, all optional
 *     repeats = 3
 *     [base]                     ; of every trial; `config = FILE.ini` takes such a file first
 *     epochs = 20
 *     [vary]                     ; every combination, or with `trials = N` as many drawn at random
 *     learning-rate = 0.001 0.003 0.01
 *     dropout = uniform 0 0.5 3  ; three values; when drawn, none is counted: uniform 0 0.5
 *     weight-decay = log 1e-4 1
 *     hidden = 64 128,64         ; widths have commas of their own: blanks part the values
 *     [trial wide]               ; one more, by name
 *     hidden = 1024
 *
 * A configuration with `folds = K` and no `fold` is K trials for each seed, one for each fold that is held out.
 */
#ifndef GD_SWEEP_PLAN_H
#define GD_SWEEP_PLAN_H

#include "gd/base/memory.h"
#include "gd/run/train_options.h"
#include "gd/store/dataset.h"

enum { GD_SWEEP_MOST_TRIALS = 100000 };

/* What trials are sorted by. */
typedef enum gd_sweep_metric {
	GD_SWEEP_VALIDATION_LOSS,
	GD_SWEEP_VALIDATION_ACCURACY,
	GD_SWEEP_TRAIN_LOSS,
	GD_SWEEP_TRAIN_ACCURACY,
	GD_SWEEP_TEST_LOSS,
	GD_SWEEP_TEST_ACCURACY,
	GD_SWEEP_SECONDS,
	GD_SWEEP_METRICS
} gd_sweep_metric;
extern const char *const gd_sweep_metric_names[GD_SWEEP_METRICS + 1]; /* NULL-terminated */

typedef struct gd_sweep_settings {
	int64_t ranks_per_trial;
	int64_t repeats;     /* seeds from that of [base] on */
	const char *seeds;   /* or these */
	int64_t trials;      /* drawn at random; 0: every combination */
	int64_t seed;        /* of the drawing */
	int64_t halving;     /* 0: none; else one in so many configurations goes on */
	int64_t first_epochs; /* of the first rung; each further one has `halving` times as many */
	int sort;            /* gd_sweep_metric */
	int evaluate;        /* 0: not; 1: the test part, once a trial, when it is finished */
} gd_sweep_settings;
extern const gd_option_table gd_sweep_setting_table;

typedef struct gd_sweep_configuration {
	const char *name;
	gd_train_options options; /* but for the seed and the run directory; what is not given has the table's value until gd_sweep_plan_fill */
	bool *given;              /* [gd_train_option_table.count] */
	const char **values;      /* [varied] as text */
} gd_sweep_configuration;

typedef struct gd_sweep_trial {
	int configuration;
	int64_t seed;
	int64_t fold;              /* that is held out; 0: none */
	const char *name;          /* of its run directory, within the sweep's */
	char options_sha256[65];   /* of every option that decides its bits, and of the dataset's path */
} gd_sweep_trial;

typedef struct gd_sweep_plan {
	gd_arena arena;
	char *text; /* the file */
	gd_sweep_settings settings;
	int varied;
	const gd_option **option; /* [varied] that differ between configurations */
	int configurations;
	gd_sweep_configuration *configuration;
	int trials;
	gd_sweep_trial *trial; /* configuration by configuration, seed by seed */
} gd_sweep_plan;

/* Reads and expands a file; released by the caller even after a failure. Errors: GD_USAGE, with file and line. */
GD_CHECKED gd_status gd_sweep_plan_read(const char *path, gd_sweep_plan *plan);
/* The same of a text; `path` is for messages. */
GD_CHECKED gd_status gd_sweep_plan_parse(const char *path, const char *text, gd_sweep_plan *plan);
/* What configuration `c` leaves to its preset, by its dataset. */
void gd_sweep_plan_fill(gd_sweep_plan *plan, int c, const gd_dataset_header *header);
void gd_sweep_plan_release(gd_sweep_plan *plan);

#endif
