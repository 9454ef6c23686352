/* What a killed run left in its directory. */
#ifndef GD_RUN_RECOVERY_H
#define GD_RUN_RECOVERY_H

#include "gd/parallel/communicator.h"
#include "gd/store/checkpoint.h"

/* Local. Removes temporary files that a killed process left; to be called while the directory is locked. */
void gd_run_remove_leftovers(const char *directory);

/*
 * Collective. The options of a run that was interrupted before its first checkpoint, from its config.ini, into `checkpoint`'s config (in its arena) on every
 * rank; none without that file. GD_USAGE if it is malformed.
 */
GD_CHECKED gd_status gd_run_read_config(gd_communicator *communicator, const char *directory, gd_checkpoint *checkpoint);

#endif
