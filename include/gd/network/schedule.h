/* Learning rate as a function of the step. Local. */
#ifndef GD_SCHEDULE_H
#define GD_SCHEDULE_H

#include <stdint.h>

typedef enum gd_schedule_kind { GD_CONSTANT, GD_STEP, GD_COSINE, GD_ONE_CYCLE } gd_schedule_kind;

typedef struct gd_schedule {
	gd_schedule_kind kind;
	double learning_rate; /* the peak */
	double gamma;         /* step */
	int step_epochs;      /* step */
	int64_t steps_per_epoch;
	int64_t steps;        /* T: of the whole training */
	int64_t warmup;       /* w: of them linear warm-up, step t = 1 … w has lr t/w */
} gd_schedule;

/*
 * Learning rate of step t = 1 … T. Within the warm-up: lr t/w, whatever the kind. After it, cosine: lr (1 + cos(pi (t-w)/(T-w))) / 2;
 * step: lr gamma^(epoch / step_epochs), a whole division, with epochs counted from 0 at t = 1; one-cycle: PyTorch's OneCycleLR over T-w steps with its
 * defaults (pct_start 0.3, cosine, div_factor 25, final_div_factor 1e4, two phases), its step 0 being t = w+1.
 */
double gd_schedule_rate(const gd_schedule *schedule, int64_t t);

#endif
