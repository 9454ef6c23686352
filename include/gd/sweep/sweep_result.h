/* What became of a sweep's trials, and the file that says it. Local. */
#ifndef GD_SWEEP_RESULT_H
#define GD_SWEEP_RESULT_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/store/checkpoint.h"
#include "gd/sweep/sweep_plan.h"

typedef enum gd_trial_state {
	GD_TRIAL_WAITING,  /* not begun, or stopped under way */
	GD_TRIAL_PAUSED,   /* at the end of a rung */
	GD_TRIAL_DROPPED,  /* there, and others went on */
	GD_TRIAL_DONE,
	GD_TRIAL_DIVERGED,
	GD_TRIAL_FAILED,   /* for another reason: a resumed sweep tries again */
	GD_TRIAL_STATES
} gd_trial_state;
extern const char *const gd_trial_state_names[GD_TRIAL_STATES];

/* Travels between ranks as bytes. */
typedef struct gd_sweep_result {
	int state;        /* gd_trial_state */
	int code;         /* gd_code of the training */
	int64_t epochs;   /* finished */
	int64_t best_epoch;
	double metric[GD_SWEEP_METRICS]; /* train: of the last epoch; validation: of the model that is kept; test: of that model. NaN: none */
	char weights_sha256[65]; /* of model.h5 */
	char message[256];
} gd_sweep_result;

/* Nothing known yet. */
gd_sweep_result gd_sweep_result_none(void);
/* What a run directory's checkpoint says, but for state, code and test metrics. */
GD_CHECKED gd_status gd_sweep_result_collect(const char *directory, gd_sweep_result *result);
/* Lowest validation loss within the first `epochs` epochs; infinity where there is none. */
GD_CHECKED gd_status gd_sweep_result_loss_at(const char *directory, int64_t epochs, double *loss);

/* Replaces sweep.h5. `results` [trials]. `command` is the command line. */
GD_CHECKED gd_status gd_sweep_file_write(const char *path, const gd_sweep_plan *plan, const gd_sweep_result *results, const char *command);
/*
 * Takes from sweep.h5 what became of the plan's trials. A trial that was run with other options, or that the plan lacks, is GD_USAGE: it is another sweep.
 */
GD_CHECKED gd_status gd_sweep_file_read(const char *path, const gd_sweep_plan *plan, gd_sweep_result *results);
/* A sweep.h5 for people. */
GD_CHECKED gd_status gd_sweep_describe(FILE *out, const char *path);

/* A configuration's repeats. */
typedef struct gd_sweep_summary {
	int runs, done;
	double mean, deviation, worst, best; /* of those done; NaN without any; deviation 0 for one */
} gd_sweep_summary;
gd_sweep_summary gd_sweep_summarise(const gd_sweep_plan *plan, const gd_sweep_result *results, int configuration, gd_sweep_metric metric);
/*
 * What the models of a configuration's folds say to a training on all their rows: epochs, the mean of those that were best, and the geometric mean of the models' temperatures, 0 where one has none.
 * Of trials that are all done.
 */
typedef struct gd_sweep_advice {
	int64_t epochs;
	double temperature;
} gd_sweep_advice;
GD_CHECKED gd_status gd_sweep_advise(const gd_sweep_plan *plan, const char *directory, int configuration, gd_sweep_advice *advice);

bool gd_sweep_metric_is_better_low(gd_sweep_metric metric);
/* The configurations' numbers, best mean first, those without any last; order [configurations]. */
void gd_sweep_sort(const gd_sweep_plan *plan, const gd_sweep_result *results, gd_sweep_metric metric, int *order);

/* For people; and one JSON object a line for each configuration. */
void gd_sweep_print_table(FILE *out, const gd_sweep_plan *plan, const gd_sweep_result *results);
void gd_sweep_print_json(FILE *out, const gd_sweep_plan *plan, const gd_sweep_result *results);

#endif
