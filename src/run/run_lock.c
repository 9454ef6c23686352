#include "gd/run/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/parse.h"
#include "gd/parallel/launch.h"

enum { PATH_ROOM = 4096 + 128, TEXT_ROOM = 1024, TRIES = 20 };

struct gd_run_lock {
	char path[PATH_ROOM];
	char text[TEXT_ROOM]; /* what the file holds while it is ours */
	atomic_bool lost;
	bool stop;            /* guarded by mutex */
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	pthread_t thread;
	bool running;
};

/* A lock file as found. */
typedef struct lock_file {
	char text[TEXT_ROOM]; /* empty: its maker was interrupted, or the file system makes it in two steps */
	struct timespec touched;
} lock_file;

static const char lock_name[] = "lock";

/* ---- what the file says -------------------------------------------------------------------------------------- */

static void describe_self(char *text)
{
	gd_process self = gd_process_self();
	gd_job job = gd_launch_job();
	uint64_t random[2] = {0, 0};
	char since[21];
	gd_time_iso(time(NULL), since);
	/* Without it the token is not random, but process, start and host still tell two locks apart. */
	if (getrandom(random, sizeof random, 0) < 0)
		random[0] = 0;
	snprintf(text, TEXT_ROOM,
		"host = %s\nprocess = %" PRId64 "\nsince = %s\nboot = %s\nname_space = %s\nstarted = %" PRIu64 "\ncluster = %.60s\njob = %.30s\nrestart = %" PRId64 "\ntoken = %016" PRIx64 "%016" PRIx64 "\n",
		self.host, self.number, since, self.boot, self.name_space, self.started, job.cluster, job.number, job.restart, random[0], random[1]);
}

/* The value of a line `name = value`; false without such a line. */
static bool find_value(const char *text, const char *name, char *value, size_t room)
{
	size_t length = strlen(name);
	*value = '\0';
	for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (!strncmp(line, name, length) && !strncmp(line + length, " = ", 3)) {
			line += length + 3;
			snprintf(value, room, "%.*s", (int)strcspn(line, "\n"), line);
			return true;
		}
	return false;
}

static bool parse_owner(const char *text, gd_lock_owner *owner)
{
	char number[32], started[32], restart[32];
	int64_t ticks;
	*owner = (gd_lock_owner){0};
	bool whole = find_value(text, "host", owner->process.host, sizeof owner->process.host) && find_value(text, "process", number, sizeof number) &&
		find_value(text, "since", owner->since, sizeof owner->since) && find_value(text, "boot", owner->process.boot, sizeof owner->process.boot) &&
		find_value(text, "name_space", owner->process.name_space, sizeof owner->process.name_space) && find_value(text, "started", started, sizeof started) &&
		find_value(text, "cluster", owner->cluster, sizeof owner->cluster) && find_value(text, "job", owner->job, sizeof owner->job) &&
		find_value(text, "restart", restart, sizeof restart) && find_value(text, "token", owner->token, sizeof owner->token);
	whole = whole && gd_parse_int64(number, &owner->process.number) && gd_parse_int64(started, &ticks) && gd_parse_int64(restart, &owner->restart);
	owner->process.started = whole ? (uint64_t)ticks : 0;
	return whole;
}

/* ---- the file ------------------------------------------------------------------------------------------------ */

/* 0, or an errno. Opened anew each time: that is when a network file system asks its server. Touches a file that holds `ours` (NULL: none). */
static int read_lock(const char *path, lock_file *found, const char *ours)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return errno;
	struct stat info;
	ssize_t got = read(file, found->text, TEXT_ROOM - 1);
	int number = got < 0 || fstat(file, &info) < 0 ? errno : 0;
	found->text[got > 0 ? got : 0] = '\0';
	if (!number)
		found->touched = info.st_mtim;
	/* "Now" is the server's. */
	if (ours && !number && !strcmp(found->text, ours) && futimens(file, (const struct timespec[2]){{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}}) < 0)
		number = errno;
	close(file);
	return number;
}

/* A file of ours beside the lock, holding `text`: its name into `temporary`. 0, or an errno. */
static int write_beside(const char *path, const char *text, char *temporary)
{
	static atomic_uint counter;
	gd_process self = gd_process_self();
	snprintf(temporary, PATH_ROOM, "%s.%.40s.%" PRId64 ".%u.tmp", path, self.host, self.number, atomic_fetch_add(&counter, 1));
	unlink(temporary);
	int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file < 0)
		return errno;
	size_t length = strlen(text);
	ssize_t wrote = write(file, text, length);
	int number = wrote < 0 ? errno : (size_t)wrote < length ? ENOSPC : 0;
	if (!number && futimens(file, (const struct timespec[2]){{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}}) < 0)
		number = errno;
	if (close(file) < 0 && !number && errno != EINTR)
		number = errno;
	if (number)
		unlink(temporary);
	return number;
}

/* The file system's clock. 0, or an errno. */
static int ask_time(const char *path, struct timespec *now)
{
	char temporary[PATH_ROOM];
	struct stat info;
	int number = write_beside(path, "", temporary);
	if (number)
		return number;
	number = stat(temporary, &info) < 0 ? errno : 0;
	unlink(temporary);
	*now = info.st_mtim;
	return number;
}

/* Makes `path` with `text` if there is none. 0, EEXIST, or another errno. */
static int make_lock(const char *path, const char *text)
{
	char temporary[PATH_ROOM];
	struct stat info;
	int number = write_beside(path, text, temporary);
	if (number)
		return number;
	number = link(temporary, path) < 0 ? errno : 0;
	/* The answer of a network file system may be lost and the link made all the same. */
	if (number && stat(temporary, &info) == 0 && info.st_nlink == 2)
		number = 0;
	unlink(temporary);
	if (number != EPERM && number != EOPNOTSUPP && number != ENOSYS && number != EMLINK)
		return number;
	/* No links there: the file is empty for an instant. */
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file < 0)
		return errno;
	number = write(file, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : EIO;
	close(file);
	if (number)
		unlink(path);
	return number;
}

/*
 * Removes a dead process's lock. Of several that try, one succeeds in renaming the very file; who finds that it moved another
 * one, made in the meantime, puts it back.
 */
static void remove_dead(const char *path, const lock_file *dead)
{
	char aside[PATH_ROOM + 96];
	lock_file moved;
	gd_process self = gd_process_self();
	if (read_lock(path, &moved, NULL) || strcmp(moved.text, dead->text))
		return;
	snprintf(aside, sizeof aside, "%s.%.40s.%" PRId64 ".dead.tmp", path, self.host, self.number);
	if (rename(path, aside) < 0)
		return;
	if (!read_lock(aside, &moved, NULL) && strcmp(moved.text, dead->text) && link(aside, path) < 0)
		gd_log_warning("'%s' changed hands twice at once", path);
	unlink(aside);
}

/* ---- whose it is --------------------------------------------------------------------------------------------- */

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + 1e-9 * (double)(to->tv_nsec - from->tv_nsec);
}

static bool earlier_start_of_this_job(const gd_lock_owner *owner)
{
	gd_job job = gd_launch_job();
	return *job.number && !strcmp(owner->job, job.number) && !strcmp(owner->cluster, job.cluster) && owner->restart < job.restart;
}

/* "process 12 on n1 since ... (SLURM job 34)" */
static void name_owner(const gd_lock_owner *owner, char *text, size_t room)
{
	int used = snprintf(text, room, "process %" PRId64 " on %s since %s", owner->process.number, owner->process.host, owner->since);
	if (*owner->job && used > 0 && (size_t)used < room)
		snprintf(text + used, room - (size_t)used, " (SLURM job %s)", owner->job);
}

/* No touch for a while by the file system's clock, and none while it is watched. A clock that was set back counts like one that went on. */
static bool lapsed(const char *path, const lock_file *found, double *age)
{
	struct timespec now;
	*age = 0;
	if (ask_time(path, &now))
		return false;
	*age = seconds_between(&found->touched, &now);
	if (*age > -GD_LOCK_LAPSE_SECONDS && *age < GD_LOCK_LAPSE_SECONDS)
		return false;
	/* The file system itself may have stood still, for its owner as well. */
	for (int second = 0; second <= GD_LOCK_TOUCH_SECONDS; second++) {
		lock_file again;
		sleep(1);
		if (read_lock(path, &again, NULL) || strcmp(again.text, found->text) || seconds_between(&found->touched, &again.touched) != 0)
			return false;
	}
	return true;
}

/* OK: the owner is dead and its lock may go. */
static gd_status judge(const char *directory, const char *path, const lock_file *found)
{
	gd_lock_owner owner;
	char who[256];
	double age;
	bool known = parse_owner(found->text, &owner);
	if (known) {
		name_owner(&owner, who, sizeof who);
		if (earlier_start_of_this_job(&owner))
			return gd_ok();
		switch (gd_process_look(&owner.process)) {
		case GD_PROCESS_DEAD:
			return gd_ok();
		case GD_PROCESS_ALIVE:
			return gd_error(GD_USAGE, "'%s' is in use by %s; wait for it, stop it, or name another --run directory", directory, who);
		case GD_PROCESS_UNKNOWN:
			break;
		}
	}
	if (lapsed(path, found, &age)) {
		gd_log_warning("taking over '%s' from %s, which gave no sign of life for %.0f s", directory, known ? who : "an unknown process", age);
		return gd_ok();
	}
	if (!known)
		return gd_error(GD_USAGE, "'%s' is in use: its file '%s' is new, and names no process; wait for it, or name another --run directory", directory, lock_name);
	return gd_error(GD_USAGE, "'%s' is in use by %s, which gave a sign of life %.0f s ago; wait for it, stop it, or name another --run directory (the lock of a dead job lapses after %d s)",
		directory, who, age > 0 ? age : 0, GD_LOCK_LAPSE_SECONDS);
}

/* ---- keeping it ---------------------------------------------------------------------------------------------- */

/* Touches the lock if it is ours; makes it again if somebody removed it. */
static void touch(gd_run_lock *lock)
{
	lock_file now;
	int number = read_lock(lock->path, &now, lock->text);
	if (number == ENOENT)
		number = make_lock(lock->path, lock->text);
	else if (!number && strcmp(now.text, lock->text))
		atomic_store(&lock->lost, true);
	/* Whatever else went wrong (the directory is gone, the disk is full) is for who writes checkpoints to report. */
	if (number == EEXIST && !read_lock(lock->path, &now, NULL) && strcmp(now.text, lock->text))
		atomic_store(&lock->lost, true);
}

static void *keep(void *argument)
{
	gd_run_lock *lock = argument;
	pthread_mutex_lock(&lock->mutex);
	while (!lock->stop && !atomic_load(&lock->lost)) {
		struct timespec due;
		clock_gettime(CLOCK_MONOTONIC, &due);
		due.tv_sec += GD_LOCK_TOUCH_SECONDS;
		if (pthread_cond_timedwait(&lock->wake, &lock->mutex, &due) != ETIMEDOUT)
			continue;
		/* A file system that stalls holds up this thread alone. */
		pthread_mutex_unlock(&lock->mutex);
		touch(lock);
		pthread_mutex_lock(&lock->mutex);
	}
	pthread_mutex_unlock(&lock->mutex);
	return NULL;
}

static gd_status start_keeping(gd_run_lock *lock)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	pthread_mutex_init(&lock->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&lock->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	/* The program's signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&lock->thread, NULL, keep, lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	lock->running = error == 0;
	return error ? gd_error(GD_FAILED, "cannot start the thread that keeps '%s': %s", lock->path, strerror(error)) : gd_ok();
}

gd_status gd_run_lock_take(const char *directory, gd_run_lock **result)
{
	*result = NULL;
	gd_run_lock *lock = calloc(1, sizeof *lock);
	if (!lock)
		return gd_out_of_memory("the run directory's lock");
	snprintf(lock->path, sizeof lock->path, "%s/%s", directory, lock_name);
	describe_self(lock->text);
	gd_status status = gd_ok();
	int number = EEXIST;
	for (int attempt = 0; attempt < TRIES && number == EEXIST && !gd_failed(&status); attempt++) {
		lock_file found;
		number = make_lock(lock->path, lock->text);
		if (number != EEXIST || read_lock(lock->path, &found, NULL))
			continue;
		status = judge(directory, lock->path, &found);
		if (!gd_failed(&status))
			remove_dead(lock->path, &found);
	}
	if (!gd_failed(&status) && number)
		status = gd_file_error(GD_FAILED, "write", lock->path, number);
	if (!gd_failed(&status)) {
		status = start_keeping(lock);
		*result = lock;
		if (gd_failed(&status)) {
			gd_run_lock_release(lock);
			*result = NULL;
		}
		return status;
	}
	free(lock);
	return status;
}

gd_status gd_run_lock_check(const gd_run_lock *lock)
{
	lock_file now;
	gd_lock_owner owner;
	char who[256];
	if (!lock)
		return gd_ok();
	bool readable = !read_lock(lock->path, &now, NULL);
	bool lost = readable ? strcmp(now.text, lock->text) != 0 : atomic_load(&lock->lost);
	if (!lost)
		return gd_ok();
	if (readable && parse_owner(now.text, &owner))
		name_owner(&owner, who, sizeof who);
	else
		snprintf(who, sizeof who, "another job");
	return gd_error(GD_FAILED, "the run directory was taken over by %s while this job stood still ('%s'); this job ends and leaves it alone", who, lock->path);
}

void gd_run_lock_release(gd_run_lock *lock)
{
	lock_file now;
	if (!lock)
		return;
	if (lock->running) {
		pthread_mutex_lock(&lock->mutex);
		lock->stop = true;
		pthread_cond_signal(&lock->wake);
		pthread_mutex_unlock(&lock->mutex);
		pthread_join(lock->thread, NULL);
	}
	pthread_cond_destroy(&lock->wake);
	pthread_mutex_destroy(&lock->mutex);
	if (!read_lock(lock->path, &now, NULL) && !strcmp(now.text, lock->text))
		unlink(lock->path);
	free(lock);
}

bool gd_run_lock_read(const char *directory, gd_lock_owner *owner)
{
	char path[PATH_ROOM];
	lock_file found;
	snprintf(path, sizeof path, "%s/%s", directory, lock_name);
	return !read_lock(path, &found, NULL) && parse_owner(found.text, owner);
}
