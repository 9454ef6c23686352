#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/run/run_lock.h"
#include "files.h"

const char *const unit_suite = "run_lock";

/* What another job does between two steps of a take-over; called by the C library's functions below, which stand before libc's. */
static void (*on_kill)(void), (*on_rename)(void);
static char contested[1100];
static int renames;

int kill(pid_t process, int signal_number)
{
	if (signal_number == 0 && on_kill)
		on_kill();
	return (int)syscall(SYS_kill, process, signal_number);
}

int rename(const char *from, const char *to)
{
	renames++;
	if (on_rename)
		on_rename();
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* An empty directory of its own, with its lock's path. */
static void fresh(const char *name, char directory[1000], char path[1100])
{
	snprintf(directory, 1000, "%s", unit_path(name));
	snprintf(path, 1100, "%s/lock", directory);
	CU_ASSERT_EQUAL(mkdir(directory, 0777), 0);
}

/* A lock of a process that differs from this one in what is not NULL or 0. */
static void put_lock(const char *path, const char *boot, int64_t number, uint64_t started, const char *job, int restart)
{
	char text[1000];
	gd_process self = gd_process_self();
	snprintf(text, sizeof text,
		"host = %s\nprocess = %" PRId64 "\nsince = 2026-01-31T12:00:00Z\nboot = %s\nname_space = %s\nstarted = %" PRIu64 "\ncluster = mini\njob = %s\nrestart = %d\ntoken = abc\n",
		boot ? "n9" : self.host, number ? number : self.number, boot ? boot : self.boot, self.name_space, started ? started : self.started, job ? job : "", restart);
	write_text(path, text);
}

/* When a process started, in /proc's ticks. */
static uint64_t start_of(pid_t process)
{
	char path[64], line[1024] = "";
	uint64_t started = 0;
	snprintf(path, sizeof path, "/proc/%ld/stat", (long)process);
	FILE *file = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	const char *rest = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
	for (int field = 2; rest && field < 22; field++)
		rest = strchr(rest + 1, ' ');
	CU_ASSERT(rest && sscanf(rest, "%" SCNu64, &started) == 1);
	fclose(file);
	return started;
}

static void age(const char *path, int seconds)
{
	struct timespec when[2] = {{.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};
	CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, when, 0), 0);
}

/* Whether the lock is to be had; it is given back. */
static gd_status try(const char *directory)
{
	gd_run_lock *lock = NULL;
	gd_status status = gd_run_lock_take(directory, &lock);
	CU_ASSERT_EQUAL(lock != NULL, status.code == GD_OK);
	gd_run_lock_release(lock);
	return status;
}

static void expect_taken(const char *directory)
{
	gd_status status = try(directory);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	if (gd_failed(&status))
		printf("(%s) ", status.message);
}

static void expect_refused(const char *directory, const char *words)
{
	gd_status status = try(directory);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, words));
	if (!strstr(status.message, words))
		printf("(%s) ", status.message);
}

static void one_at_a_time(void)
{
	char directory[1000], path[1100], words[1200];
	gd_lock_owner owner;
	fresh("one", directory, path);
	CU_ASSERT_FALSE(gd_run_lock_read(directory, &owner));
	gd_run_lock *lock;
	gd_status status = gd_run_lock_take(directory, &lock);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT(gd_run_lock_read(directory, &owner));
	CU_ASSERT_EQUAL(owner.process.number, getpid());
	CU_ASSERT_EQUAL(gd_process_look(&owner.process), GD_PROCESS_ALIVE);
	snprintf(words, sizeof words, "'%s' is in use by process %ld on %s since %s;", directory, (long)getpid(), owner.process.host, owner.since);
	expect_refused(directory, words);
	status = gd_run_lock_check(lock);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	gd_run_lock_release(lock);
	CU_ASSERT_FALSE(gd_file_exists(path));
	CU_ASSERT_EQUAL(rmdir(directory), 0); /* nothing is left beside it */
	status = gd_run_lock_take(directory, &lock);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "no such file or directory"));
	gd_run_lock_release(NULL);
	status = gd_run_lock_check(NULL);
	CU_ASSERT_EQUAL(status.code, GD_OK);
}

/* A child that takes the lock, says so, and waits to be killed. */
static pid_t start_owner(const char *directory)
{
	int ends[2];
	char said = 'n';
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		gd_run_lock *lock;
		gd_status status = gd_run_lock_take(directory, &lock);
		said = gd_failed(&status) ? 'n' : 'y';
		if (write(ends[1], &said, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	CU_ASSERT_EQUAL(read(ends[0], &said, 1), 1);
	CU_ASSERT_EQUAL(said, 'y');
	close(ends[0]);
	close(ends[1]);
	return child;
}

static void killed(void)
{
	char directory[1000], path[1100];
	fresh("killed", directory, path);
	pid_t child = start_owner(directory);
	expect_refused(directory, "in use by process");
	CU_ASSERT_EQUAL(kill(child, SIGSTOP), 0);
	expect_refused(directory, "in use by process");
	CU_ASSERT_EQUAL(kill(child, SIGKILL), 0);
	siginfo_t info;
	CU_ASSERT_EQUAL(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	expect_taken(directory); /* not yet buried by its parent */
	child = start_owner(directory);
	CU_ASSERT_EQUAL(kill(child, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
	CU_ASSERT(gd_file_exists(path));
	expect_taken(directory);
	/* The number is used again by a living process. */
	put_lock(path, NULL, 0, 1, NULL, 0);
	expect_taken(directory);
	put_lock(path, NULL, 0, 0, NULL, 0);
	expect_refused(directory, "in use by process");
	unlink(path);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void requeued(void)
{
	char directory[1000], path[1100];
	fresh("requeued", directory, path);
	setenv("SLURM_JOB_ID", "7", 1);
	setenv("SLURM_CLUSTER_NAME", "mini", 1);
	setenv("SLURM_RESTART_COUNT", "2", 1);
	put_lock(path, "another", 0, 0, "7", 1);
	expect_taken(directory);
	put_lock(path, "another", 0, 0, "7", 2);
	expect_refused(directory, "on n9 since 2026-01-31T12:00:00Z (SLURM job 7)");
	put_lock(path, "another", 0, 0, "8", 1);
	expect_refused(directory, "SLURM job 8");
	setenv("SLURM_CLUSTER_NAME", "maxi", 1);
	put_lock(path, "another", 0, 0, "7", 1);
	expect_refused(directory, "SLURM job 7");
	unsetenv("SLURM_JOB_ID");
	unsetenv("SLURM_CLUSTER_NAME");
	unsetenv("SLURM_RESTART_COUNT");
	expect_refused(directory, "lapses after 60 s");
}

/* Each in a process of its own, since each watches the lock for some seconds. */
static bool lapse(int which)
{
	char directory[1000], path[1100];
	static const char *const cases[] = {"silent", "revived", "garbage", "future", "empty"};
	fresh(cases[which], directory, path);
	if (which == 2)
		write_text(path, "no lock at all\n");
	else if (which == 4)
		write_text(path, "");
	else
		put_lock(path, "another", 0, 0, NULL, 0);
	gd_status status = try(directory);
	if (status.code != GD_USAGE)
		return false;
	age(path, which == 3 ? -100 : 100);
	pid_t toucher = which == 1 ? fork() : -1;
	if (toucher == 0) {
		sleep(2);
		struct timespec now[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
		_exit(utimensat(AT_FDCWD, path, now, 0) != 0);
	}
	status = try(directory);
	if (toucher > 0)
		waitpid(toucher, NULL, 0);
	return status.code == (which == 1 ? GD_USAGE : GD_OK);
}

static void another_host(void)
{
	enum { CASES = 5 };
	pid_t child[CASES];
	for (int c = 0; c < CASES; c++)
		if ((child[c] = fork()) == 0) {
			gd_log_mute(true);
			_exit(lapse(c) ? 0 : 1);
		}
	for (int c = 0; c < CASES; c++) {
		int result = -1;
		CU_ASSERT_EQUAL(waitpid(child[c], &result, 0), child[c]);
		CU_ASSERT_EQUAL(result, 0);
	}
}

/* Of many that find a dead one's lock at the same time, one gets it. */
static void race(void)
{
	enum { ROUNDS = 12, RUNNERS = 8 };
	char directory[1000], path[1100];
	fresh("race", directory, path);
	for (int round = 0; round < ROUNDS; round++) {
		int start[2];
		pid_t child[RUNNERS];
		put_lock(path, NULL, 0, 1, NULL, 0);
		CU_ASSERT_EQUAL_FATAL(pipe(start), 0);
		for (int r = 0; r < RUNNERS; r++)
			if ((child[r] = fork()) == 0) {
				char go;
				gd_run_lock *lock;
				close(start[1]);
				gd_log_mute(true);
				ssize_t none = read(start[0], &go, 1);
				gd_status status = gd_run_lock_take(directory, &lock);
				char verdict = gd_failed(&status) ? 'l' : 'w';
				if (none != 0)
					_exit(3);
				/* The winner keeps it until all the others have tried. */
				if (verdict == 'w')
					usleep(300000);
				gd_status held = gd_failed(&status) ? gd_ok() : gd_run_lock_check(lock);
				if (!gd_failed(&status))
					gd_run_lock_release(lock);
				_exit(gd_failed(&held) ? 3 : verdict == 'w' ? 0 : status.code == GD_USAGE ? 1 : 3);
			}
		close(start[0]);
		close(start[1]);
		int winners = 0;
		for (int r = 0; r < RUNNERS; r++) {
			int result = -1;
			waitpid(child[r], &result, 0);
			CU_ASSERT(WIFEXITED(result) && WEXITSTATUS(result) < 2);
			winners += WIFEXITED(result) && WEXITSTATUS(result) == 0;
		}
		CU_ASSERT_EQUAL(winners, 1);
	}
}

/* A process that lives takes the contested lock. */
static void another_is_faster(void)
{
	on_kill = on_rename = NULL;
	unlink(contested);
	put_lock(contested, NULL, getppid(), start_of(getppid()), NULL, 0);
}

/* Two that found the same dead one's lock: the second does not touch the first one's, and puts it back where it could not see it in time. */
static void overtaken(void)
{
	char directory[1000];
	fresh("overtaken", directory, contested);
	for (int late = 0; late < 2; late++) {
		char words[64];
		/* No process can have this number: it is asked for by kill, between the lock's two readings. */
		put_lock(contested, NULL, 1 << 30, 0, NULL, 0);
		*(late ? &on_rename : &on_kill) = another_is_faster;
		renames = 0;
		snprintf(words, sizeof words, "in use by process %ld on ", (long)getppid());
		expect_refused(directory, words);
		CU_ASSERT_PTR_NULL(late ? on_rename : on_kill);
		CU_ASSERT_EQUAL(renames, late);
		CU_ASSERT(gd_file_exists(contested));
		on_kill = on_rename = NULL;
		unlink(contested);
	}
	CU_ASSERT_EQUAL(rmdir(directory), 0);
}

static void taken_over(void)
{
	char directory[1000], path[1100];
	fresh("over", directory, path);
	gd_run_lock *lock;
	gd_status status = gd_run_lock_take(directory, &lock);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	/* Old, then removed by hand: it is touched, then made again. */
	age(path, 1000);
	struct stat info;
	for (int i = 0; i < 300; i++) {
		CU_ASSERT_EQUAL(stat(path, &info), 0);
		if (time(NULL) - info.st_mtime < 100)
			break;
		usleep(50000);
	}
	CU_ASSERT(time(NULL) - info.st_mtime < 100);
	CU_ASSERT_EQUAL(unlink(path), 0);
	status = gd_run_lock_check(lock);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	for (int i = 0; i < 300 && !gd_file_exists(path); i++)
		usleep(50000);
	CU_ASSERT(gd_file_exists(path));
	put_lock(path, "another", 99, 0, NULL, 0);
	status = gd_run_lock_check(lock);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "taken over by process 99 on n9"));
	gd_run_lock_release(lock);
	CU_ASSERT(gd_file_exists(path)); /* the other's */
}

const unit_test unit_tests[] = {
	{"one at a time", one_at_a_time},
	{"a dead owner on this host", killed},
	{"a requeued job", requeued},
	{"a lock of another host", another_host},
	{"a race for a dead one's lock", race},
	{"overtaken by another job", overtaken},
	{"kept, and taken over", taken_over},
	{NULL, NULL},
};
