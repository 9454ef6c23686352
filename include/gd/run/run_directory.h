/* The run directory: which files it has, and how a run finds its newest state there. */
#ifndef GD_RUN_DIRECTORY_H
#define GD_RUN_DIRECTORY_H

#include <stdbool.h>

#include "gd/parallel/communicator.h"
#include "gd/run/run_lock.h"
#include "gd/run/train_options.h"
#include "gd/store/checkpoint.h"

enum { GD_PATH_ROOM = 4096 };

typedef enum gd_run_file {
	GD_RUN_CONFIG,     /* config.ini */
	GD_RUN_METRICS,    /* metrics.h5 */
	GD_RUN_CHECKPOINT, /* checkpoint.h5 */
	GD_RUN_PREVIOUS,   /* checkpoint.previous.h5 */
	GD_RUN_BEST,       /* best.h5 */
	GD_RUN_MODEL,      /* model.h5 */
} gd_run_file;

/* Local. `<directory>/<file>` into path [GD_PATH_ROOM]; returns path. */
char *gd_run_path(const char *directory, gd_run_file file, char *path);

/*
 * Collective. Settles on the directory (`wanted`, or a new name under ./runs when NULL), into `directory` [GD_PATH_ROOM]. Without `resume` one that holds a run is
 * GD_USAGE, and the directory is made. With it, the newest whole checkpoint goes into `checkpoint` on every rank and *found is set; damaged ones are named
 * and passed over. Rank 0 takes the directory's lock (GD_USAGE where another job has it) into *lock, for gd_run_lock_release; on other ranks, and on failure, NULL.
 */
GD_CHECKED gd_status gd_run_open(gd_communicator *communicator, const char *wanted, bool resume, char *directory,
	gd_checkpoint *checkpoint, bool *found, gd_run_lock **lock);

/* Local. Writes config.ini: every kept option in force. */
GD_CHECKED gd_status gd_run_write_config(const char *directory, const gd_train_options *options);

#endif
