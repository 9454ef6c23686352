/* The model that a training starts from: its reading, and what its network is like. */
#include <stdio.h>

#include "gd/base/log.h"
#include "gd/run/reproduce.h"
#include "gd/score/model.h"
#include "gd/train/training.h"

/* What decides a network's layers; the last two where the dataset leaves the encoding to `train`. */
static const char *const shape[] = {"hidden", "activation", "batch-norm", "members", "periodic", "periodic-width", "encoding", "bins"};
enum { SHAPE = sizeof shape / sizeof shape[0], OF_ENCODING = 2 };

gd_status gd_training_read_initial(gd_training *t)
{
	return t->options.initial && !t->initial.network ? gd_model_read(t->communicator, t->options.initial, &t->initial) : gd_ok();
}

gd_status gd_training_take_shape(const gd_checkpoint *model, gd_train_options *options, const gd_preset_facts *facts, bool *given)
{
	gd_status status = gd_ok();
	char line[512] = "";
	size_t used = 0;
	for (int i = 0; i < SHAPE - (facts->open ? 0 : OF_ENCODING) && !gd_failed(&status); i++) {
		const gd_option *option = gd_options_find(&gd_train_option_table, shape[i]);
		const char *value = gd_setting_find(model->config, model->config_count, shape[i]);
		bool *said = &given[option - gd_train_option_table.options];
		if (!value || *said)
			continue;
		status = gd_options_set(&gd_train_option_table, options, shape[i], value, options->initial);
		*said = true;
		if (used < sizeof line)
			used += (size_t)snprintf(line + used, sizeof line - used, " --%s %s", shape[i], value);
	}
	if (*line && !gd_failed(&status))
		gd_log_note("as '%s' has it:%s", options->initial, line);
	return status;
}
