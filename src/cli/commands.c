#include "gd/cli/commands.h"

#include <string.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/parse.h"
#include "gd/base/shell_word.h"
#include "gd/store/file_kind.h"

#define ADDRESS(name) &gd_command_##name,
const gd_command *const gd_commands[] = {GD_COMMANDS(ADDRESS) NULL};

const gd_option_table *gd_command_options(const gd_command *command)
{
	return command->make_options ? command->make_options() : command->options;
}

const gd_command *gd_command_find(const char *name)
{
	for (int i = 0; gd_commands[i]; i++)
		if (!strcmp(gd_commands[i]->name, name))
			return gd_commands[i];
	return NULL;
}

gd_status gd_command_unknown(const char *name)
{
	int nearest = 0, distance = 100;
	for (int i = 0; gd_commands[i]; i++) {
		int edits = gd_edit_distance(name, gd_commands[i]->name);
		if (edits < distance) {
			distance = edits;
			nearest = i;
		}
	}
	if (distance <= 2)
		return gd_error(GD_USAGE, "unknown command '%s'; did you mean '%s'?", name, gd_commands[nearest]->name);
	return gd_error(GD_USAGE, "unknown %s '%s'; 'genre-dist --help' lists the %s", *name == '-' ? "option" : "command", name, *name == '-' ? "options" : "commands");
}

gd_status gd_command_no_argument(const char *command, const char *found)
{
	char word[GD_SHELL_WORD_ROOM];
	if (gd_file_exists(found))
		return gd_error(GD_USAGE, "%s takes options only, found '%s'; a dataset is named by --data %s", command, found, gd_shell_word(found, word));
	return gd_error(GD_USAGE, "%s takes options only, found '%s'; 'genre-dist %s --help' lists them", command, found, command);
}

gd_status gd_command_no_dataset(const char *const *paths, int count)
{
	for (int i = 0; i < count; i++) {
		char word[GD_SHELL_WORD_ROOM];
		gd_file_kind kind = GD_KIND_CHECKPOINT;
		gd_status status = gd_file_exists(paths[i]) && !gd_file_is_no_hdf5(paths[i]) ? gd_file_kind_of(paths[i], &kind) : gd_ok();
		if (!gd_failed(&status) && kind == GD_KIND_DATASET)
			return gd_error(GD_BAD_DATA, "'%s' is a dataset, which is named by --data %s", paths[i], gd_shell_word(paths[i], word));
	}
	return gd_ok();
}

int gd_command_finish(const gd_status *status)
{
	if (gd_failed(status) && !gd_log_muted())
		gd_log_error("%s", status->message);
	return status->code;
}
