#include "gd/run/reproduce.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/shell_word.h"
#include "gd/run/train_options.h"

const char *gd_setting_find(const gd_setting *settings, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(settings[i].name, name))
			return settings[i].value;
	return NULL;
}

static int64_t number_of(const gd_checkpoint *checkpoint, const char *name)
{
	const char *text = gd_setting_find(checkpoint->config, checkpoint->config_count, name);
	return text ? strtoll(text, NULL, 10) : 0;
}

/* Not a state on the way, which whoever trains on would leave behind. */
static bool is_last(const gd_checkpoint *checkpoint)
{
	const gd_progress *p = &checkpoint->progress;
	const int64_t patience = number_of(checkpoint, "early-stop");
	return p->step == 0 || p->epoch >= number_of(checkpoint, "epochs") || (patience > 0 && p->epochs_without_improvement >= patience);
}

void gd_reproduce_print_train(FILE *out, const gd_checkpoint *checkpoint)
{
	char word[GD_SHELL_WORD_ROOM];
	gd_train_options defaults;
	gd_options_initialise(&gd_train_option_table, &defaults);
	/* Of a preset's values all are said that are not those of the table. */
	fputs("genre-dist train --preset study", out);
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		const char *value = gd_setting_find(checkpoint->config, checkpoint->config_count, option->name);
		char usual[1024];
		if (!value || option->flags & GD_NOT_KEPT)
			continue;
		gd_options_format(option, &defaults, usual, sizeof usual);
		bool always = option->offset == offsetof(gd_train_options, data);
		if (option->offset == offsetof(gd_train_options, preset))
			continue;
		if (!always && !strcmp(value, usual))
			continue;
		if (option->type == GD_OPTION_FLAG) {
			fprintf(out, " --%s%s", strcmp(value, "off") ? "" : "no-", option->name);
		} else {
			fprintf(out, " --%s %s", option->name, gd_shell_word(*value ? value : "none", word));
		}
	}
	if (!is_last(checkpoint))
		fprintf(out, " --max-steps %" PRId64, checkpoint->progress.step);
}

void gd_reproduce_print_preprocess(FILE *out, const gd_checkpoint *checkpoint)
{
	const char *command = gd_setting_find(checkpoint->provenance, checkpoint->provenance_count, GD_DATASET_COMMAND);
	fputs(command ? command : "", out);
}

bool gd_reproduce_class_rows(const gd_checkpoint *checkpoint, int64_t *rows)
{
	const char *text = gd_setting_find(checkpoint->provenance, checkpoint->provenance_count, GD_DATASET_CLASS_ROWS);
	int classes = checkpoint->preprocessing.classes;
	for (int c = 0; c < classes; c++)
		for (int part = 0; part < 3; part++) {
			char *end = NULL;
			int64_t count = text ? strtoll(text, &end, 10) : 0;
			bool last = c == classes - 1 && part == 2;
			if (!text || end == text || count < 0 || *end != (last ? '\0' : part == 2 ? ';' : ','))
				return false;
			rows[part * classes + c] = count;
			text = end + 1;
		}
	return true;
}
