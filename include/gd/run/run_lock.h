/*
 * One job at a time in a run directory: a file `lock` there names the process that writes (rank 0's), its host and job, and
 * that process touches it every few seconds. Works where links and renames are atomic, network file systems included; no
 * clock of a host counts, only the file system's. Local.
 *
 * The lock of a dead process is no obstacle: on the same host, and for an earlier start of the same SLURM job, that is known
 * at once; from another host, a lock without a sign of life for GD_LOCK_LAPSE_SECONDS is taken over.
 */
#ifndef GD_RUN_LOCK_H
#define GD_RUN_LOCK_H

#include <stdbool.h>

#include "gd/base/process.h"
#include "gd/base/status.h"

enum { GD_LOCK_TOUCH_SECONDS = 5, GD_LOCK_LAPSE_SECONDS = 60 };

typedef struct gd_run_lock gd_run_lock;

/* What a lock says. */
typedef struct gd_lock_owner {
	gd_process process;
	char cluster[64], job[32]; /* SLURM's, or empty */
	int64_t restart;
	char since[24];
	char token[40];            /* unlike in any two locks */
} gd_lock_owner;

/*
 * Takes the lock of a directory that exists, and starts the thread that keeps it. GD_USAGE, naming host, process and start of
 * the other, if that one lives or may live; GD_FAILED if the file cannot be made. May take some seconds where another host's
 * lock has lapsed: it is watched for a while first.
 */
GD_CHECKED gd_status gd_run_lock_take(const char *directory, gd_run_lock **lock);

/* GD_FAILED once another job has taken the directory over (this process having been stopped for long): write nothing more into it. NULL is OK. */
GD_CHECKED gd_status gd_run_lock_check(const gd_run_lock *lock);

/* Ends the thread, and removes the file if it is still ours. NULL is fine. */
void gd_run_lock_release(gd_run_lock *lock);

/* The owner that a directory's lock names; false if there is none or it makes no sense. */
bool gd_run_lock_read(const char *directory, gd_lock_owner *owner);

#endif
