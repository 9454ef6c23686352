/*
 * Who trains what: rank 0 of the job hands trials out as groups fall free, between its own training steps. What is decided depends on the
 * trials' results alone, never on who was first.
 */
#ifndef GD_SWEEP_DISPATCH_H
#define GD_SWEEP_DISPATCH_H

#include "gd/parallel/communicator.h"
#include "gd/sweep/sweep_result.h"

/* What a group is told to do. */
typedef struct gd_sweep_task {
	int trial;          /* -1: nothing more */
	int64_t max_epochs; /* where to pause; 0: train to the end */
} gd_sweep_task;

typedef struct gd_sweep_report {
	int trial; /* -1: none yet */
	gd_sweep_result result;
} gd_sweep_report;

typedef struct gd_sweep_dispatch gd_sweep_dispatch;

/*
 * Local (rank 0 of `world`). `results` [plan->trials], the caller's, say what is finished already, and are kept up to date; `directory` is the sweep's; `leaders` other ranks will
 * ask. `seconds` (0: no limit) from now on nothing is handed out.
 */
GD_CHECKED gd_status gd_sweep_dispatch_create(gd_communicator *world, const gd_sweep_plan *plan, gd_sweep_result *results, const char *directory, const char *command,
	int leaders, double seconds, gd_sweep_dispatch **dispatch);
void gd_sweep_dispatch_free(gd_sweep_dispatch *dispatch);

/* Local (rank 0). Answers those who ask meanwhile: for gd_communicator.attend. */
void gd_sweep_dispatch_attend(void *dispatch);
/* Local (rank 0). Takes this rank's own report, waits for a task, and answers others meanwhile. After the last task it returns once every leader was told. */
gd_sweep_task gd_sweep_dispatch_ask_self(gd_sweep_dispatch *dispatch, const gd_sweep_report *report);
/* Local (another group's leader). The same by message. */
GD_CHECKED gd_status gd_sweep_dispatch_ask(gd_communicator *world, const gd_sweep_report *report, gd_sweep_task *task);

/* Local (rank 0). Writes sweep.h5 now, and says what failed on the way. */
GD_CHECKED gd_status gd_sweep_dispatch_finish(gd_sweep_dispatch *dispatch);

#endif
