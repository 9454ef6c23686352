#include "gd/run/run_directory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/random.h"
#include "gd/store/file_kind.h"

static const char *const file_names[] = {
	[GD_RUN_CONFIG] = "config.ini",
	[GD_RUN_METRICS] = "metrics.h5",
	[GD_RUN_CHECKPOINT] = "checkpoint.h5",
	[GD_RUN_PREVIOUS] = "checkpoint.previous.h5",
	[GD_RUN_BEST] = "best.h5",
	[GD_RUN_MODEL] = "model.h5",
};
enum { FILES = sizeof file_names / sizeof file_names[0] };

char *gd_run_path(const char *directory, gd_run_file file, char *path)
{
	snprintf(path, GD_PATH_ROOM, "%s/%s", directory, file_names[file]);
	return path;
}

/* A name that sorts by time and that two jobs started in one second do not share. */
static void invent_name(char *directory)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	struct tm utc;
	gmtime_r(&now.tv_sec, &utc);
	char stamp[32];
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
	char host[256] = "";
	gethostname(host, sizeof host - 1);
	uint64_t mix = (uint64_t)getpid() << 32 ^ (uint64_t)now.tv_nsec;
	for (const char *c = host; *c; c++)
		mix = mix * 31 + (unsigned char)*c;
	snprintf(directory, GD_PATH_ROOM, "./runs/%s-%04x", stamp, (unsigned)(gd_random_bits(mix, 0) & 0xffff));
}

/* The directory, and its lock; only then is it certain that nobody else starts a run there. */
static gd_status make_directory(const char *directory, bool resume, gd_run_lock **lock)
{
	char path[GD_PATH_ROOM];
	const bool there = gd_file_exists(directory);
	gd_status status = gd_directory_make(directory);
	if (!gd_failed(&status))
		status = gd_run_lock_take(directory, lock);
	/* A full disk perhaps: what is empty is of no use. */
	if (gd_failed(&status) && !there)
		rmdir(directory);
	for (int file = 0; file < FILES && !resume && !gd_failed(&status); file++)
		if (gd_file_exists(gd_run_path(directory, (gd_run_file)file, path)))
			status = gd_error(GD_USAGE, "'%s' holds another run ('%s'); go on with it by --resume, or name another --run directory",
				directory, file_names[file]);
	/* Of many trainings, which are gone on with together. */
	static const char *const sweeps[] = {"sweep.h5", "race-1/sweep.h5"};
	for (int i = 0; i < 2 && !gd_failed(&status); i++) {
		snprintf(path, sizeof path, "%.*s/%s", GD_PATH_ROOM - 32, directory, sweeps[i]);
		if (gd_file_exists(path))
			status = gd_error(GD_USAGE, "'%s' holds a %s ('%s'); go on with it by --resume of the command that began it, or name another --run directory",
				directory, i ? "search" : "sweep", sweeps[i]);
	}
	return status;
}

/* The newest checkpoint that is whole, read, and as bytes. None is no error, unless one could not be read: it may be whole, and a fresh start would replace it. */
static gd_status find_checkpoint(const char *directory, gd_checkpoint *checkpoint, void **bytes, size_t *size)
{
	static const gd_run_file candidates[] = {GD_RUN_CHECKPOINT, GD_RUN_PREVIOUS};
	char path[GD_PATH_ROOM];
	gd_status unread = gd_ok();
	for (int i = 0; i < 2; i++) {
		gd_run_path(directory, candidates[i], path);
		if (!gd_file_exists(path))
			continue;
		gd_status status = gd_file_read(path, GD_FAILED, bytes, size);
		if (!gd_failed(&status)) {
			status = gd_checkpoint_decode(path, *bytes, *size, checkpoint);
			if (!gd_failed(&status)) {
				if (i)
					gd_log_warning("going on from '%s'", path);
				return gd_ok();
			}
			free(*bytes);
		}
		*bytes = NULL;
		*size = 0;
		if (status.code == GD_FAILED)
			unread = status;
		gd_log_warning("passed over: %s", status.message);
	}
	return unread;
}

gd_status gd_run_open(gd_communicator *communicator, const char *wanted, bool resume, char *directory,
	gd_checkpoint *checkpoint, bool *found, gd_run_lock **lock)
{
	void *bytes = NULL;
	size_t size = 0;
	*found = false;
	*checkpoint = (gd_checkpoint){0};
	*lock = NULL;
	memset(directory, 0, GD_PATH_ROOM);
	gd_status mine = gd_ok();
	if (communicator->rank == 0) {
		if (wanted)
			snprintf(directory, GD_PATH_ROOM, "%s", wanted);
		else
			invent_name(directory);
		for (size_t end = strlen(directory); end > 1 && directory[end - 1] == '/'; end--)
			directory[end - 1] = '\0';
		mine = strlen(directory) + 64 < GD_PATH_ROOM ? make_directory(directory, resume, lock) : gd_error(GD_USAGE, "the run directory's name is too long");
		if (!gd_failed(&mine) && resume)
			mine = find_checkpoint(directory, checkpoint, &bytes, &size);
	}
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, directory, GD_PATH_ROOM);
	if (!gd_failed(&status) && resume)
		status = gd_broadcast_allocated(communicator, &bytes, &size);
	if (!gd_failed(&status) && size) {
		if (communicator->rank > 0)
			mine = gd_checkpoint_decode("the checkpoint", bytes, size, checkpoint);
		status = gd_agree(communicator, &mine);
		*found = !gd_failed(&status);
	}
	free(bytes);
	if (gd_failed(&status)) {
		gd_checkpoint_release(checkpoint);
		gd_run_lock_release(*lock);
		*lock = NULL;
	}
	return status;
}

/* What was about this call alone, as comments: a run that is gone on with, or another one, shall not inherit it. */
static void note_call(FILE *out, const char *directory, const gd_train_options *options)
{
	gd_train_options call = *options;
	call.run = directory;
	fprintf(out, "; about this call alone\n");
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		char value[1024];
		if (!(option->flags & GD_NOT_KEPT) || option->offset == offsetof(gd_train_options, help))
			continue;
		gd_options_format(option, &call, value, sizeof value);
		for (char *c = value; *c; c++)
			*c = (unsigned char)*c < ' ' ? '?' : *c; /* a second line would be no comment */
		if (*value)
			fprintf(out, "; %s = %s\n", option->name, value);
	}
}

gd_status gd_run_write_config(const char *directory, const gd_train_options *options)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return gd_out_of_memory("the configuration");
	fprintf(out, GD_CONFIG_BEGINNING "; train --config takes this file\n");
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		char value[1024];
		if (option->flags & GD_NOT_KEPT)
			continue;
		gd_options_format(option, options, value, sizeof value);
		if (*value)
			fprintf(out, "%s = %s\n", option->name, value);
	}
	note_call(out, directory, options);
	gd_status status = gd_ok();
	if (fclose(out))
		status = gd_out_of_memory("the configuration");
	char path[GD_PATH_ROOM];
	if (!gd_failed(&status))
		status = gd_file_write(gd_run_path(directory, GD_RUN_CONFIG, path), text, size);
	free(text);
	return status;
}
