#include "gd/run/run_recovery.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/run/run_directory.h"

void gd_run_remove_leftovers(const char *directory)
{
	/* As gd/base/file.h makes them: "<name>.<process>-<number>.tmp". */
	static const char *const names[] = {"config.ini", "metrics.h5", "checkpoint.h5", "checkpoint.previous.h5", "best.h5", "model.h5", "status.txt"};
	DIR *entries = opendir(directory);
	for (struct dirent *entry; entries && (entry = readdir(entries));) {
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
			size_t length = strlen(names[i]);
			unsigned long process, number;
			int end = 0;
			if (strncmp(entry->d_name, names[i], length) || sscanf(entry->d_name + length, ".%lu-%lu.tmp%n", &process, &number, &end) != 2 || !end || entry->d_name[length + (size_t)end])
				continue;
			if (!unlinkat(dirfd(entries), entry->d_name, 0))
				gd_log_detail("removed '%s', which a killed process left", entry->d_name);
			break;
		}
	}
	if (entries)
		closedir(entries);
}

/* Options that the file sets, as "name\0value\0" one after the other. */
static gd_status pack(const char *path, void **bytes, size_t *size)
{
	gd_train_options options;
	gd_arena arena = {0};
	char *text = NULL;
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	FILE *out = open_memstream(&text, size);
	gd_status status = given && out ? gd_ok() : gd_out_of_memory("the configuration");
	gd_options_initialise(&gd_train_option_table, &options);
	if (!gd_failed(&status))
		status = gd_options_read(&gd_train_option_table, &options, path, given, &arena);
	for (size_t i = 0; i < gd_train_option_table.count && !gd_failed(&status); i++) {
		char value[1024];
		if (!given[i])
			continue;
		gd_options_format(&gd_train_option_table.options[i], &options, value, sizeof value);
		fprintf(out, "%s%c%s%c", gd_train_option_table.options[i].name, 0, value, 0);
	}
	if (out && fclose(out) && !gd_failed(&status))
		status = gd_out_of_memory("the configuration");
	gd_arena_release(&arena);
	free(given);
	if (gd_failed(&status)) {
		free(text);
		text = NULL;
		*size = 0;
	}
	*bytes = text;
	return status;
}

static gd_status unpack(const char *bytes, size_t size, gd_checkpoint *checkpoint)
{
	checkpoint->config = gd_arena_take(&checkpoint->arena, gd_train_option_table.count, sizeof *checkpoint->config);
	char *kept = gd_arena_string_of(&checkpoint->arena, bytes, size);
	if (!checkpoint->config || !kept)
		return gd_out_of_memory("the configuration");
	for (const char *at = kept, *end = kept + size; at < end && checkpoint->config_count < gd_train_option_table.count;) {
		const char *value = at + strlen(at) + 1;
		checkpoint->config[checkpoint->config_count++] = (gd_setting){at, value};
		at = value + strlen(value) + 1;
	}
	return gd_ok();
}

gd_status gd_run_read_config(gd_communicator *communicator, const char *directory, gd_checkpoint *checkpoint)
{
	char path[GD_PATH_ROOM];
	void *bytes = NULL;
	size_t size = 0;
	gd_status mine = gd_ok();
	if (communicator->rank == 0 && gd_file_exists(gd_run_path(directory, GD_RUN_CONFIG, path)))
		mine = pack(path, &bytes, &size);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast_allocated(communicator, &bytes, &size);
	if (!gd_failed(&status)) {
		mine = size ? unpack(bytes, size, checkpoint) : gd_ok();
		status = gd_agree(communicator, &mine);
	}
	free(bytes);
	return status;
}
