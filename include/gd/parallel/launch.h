/* What the launcher (mpirun, srun, a SLURM job) says in the environment; all of it is there before MPI is started. Local. */
#ifndef GD_LAUNCH_H
#define GD_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"

/*
 * First of all: takes out of the environment what speaks of ranks although no launcher is there any more, so that neither this program nor MPI waits for one. A launcher is there when its
 * server can be reached: PMIx's directory, PMI's socket, SLURM's task.
 */
void gd_launch_forget_leftovers(void);

/* This process's rank and the number of processes it was started with; 0 and 1 without a launcher. MPI itself may change them at its start. */
int gd_launch_rank(void);
int gd_launch_size(void);
/* Processes of the job on this process's host; 0 where it is not said. */
int gd_launch_local_size(void);

/* Whether the kernel refuses copies from another process's memory (process_vm_readv), as containers often make it do. */
bool gd_launch_copy_refused(void);
/*
 * Before MPI is started: what Open MPI cannot know by itself and nobody has chosen, into the environment. Ranks that wait yield their core where a host has
 * more ranks than cores (under srun and over several hosts nobody else says so); no copies from another process's memory where the kernel refuses them;
 * one process starts without a daemon beside it, a directory for both, and a look at networks.
 * And whether stdout is relayed (gd_output_set_relayed).
 */
void gd_launch_apply_settings(void);

/* Before MPI is started: GD_USAGE under an srun that did not hand out PMIx, where MPI could not start or every task would be a job of its own. */
GD_CHECKED gd_status gd_launch_check(void);
/* Once MPI is started: GD_USAGE if the job has not the number of ranks that the launcher started, but is one of N jobs of one rank. `library` is the MPI library's name. */
GD_CHECKED gd_status gd_launch_check_size(int launched, int ranks, const char *library);

/* Who started this process. This module alone knows launchers by their variables. */
typedef enum gd_launcher { GD_LAUNCHER_NONE, GD_LAUNCHER_OPEN_MPI, GD_LAUNCHER_HYDRA, GD_LAUNCHER_SRUN, GD_LAUNCHER_OTHER, GD_LAUNCHERS } gd_launcher;
gd_launcher gd_launch_launcher(void);
extern const char *const gd_launcher_names[GD_LAUNCHERS]; /* for people */

/* The batch job around this process; `number` is empty outside of one. Static storage of the environment. */
typedef struct gd_job {
	const char *cluster, *number;
	int64_t restart; /* how often it was requeued */
} gd_job;
gd_job gd_launch_job(void);

/*
 * Seconds from now until the batch job ends, less a reserve (a tenth of them, a minute at most) for the checkpoint and the
 * launcher; 0 where the end is not known (SLURM_JOB_END_TIME, seconds since 1970), and never less than a second where it is.
 */
double gd_launch_seconds_left(void);

#endif
