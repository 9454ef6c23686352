#include "gd/sweep/sweep_compose.h"

#include <stdlib.h>

#include "gd/run/run_directory.h"

void gd_sweep_compose_base(FILE *out, const gd_train_options *options, const bool *given)
{
	fprintf(out, "[base]\n");
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		char value[1024];
		if (!given[i] || (option->flags & GD_NOT_KEPT))
			continue;
		gd_options_format(option, options, value, sizeof value);
		if (*value)
			fprintf(out, "%s = %s\n", option->name, value);
	}
}

gd_status gd_sweep_compose_plan(const char *name, char *text, gd_sweep_plan *plan)
{
	gd_status status = text ? gd_sweep_plan_parse(name, text, plan) : gd_out_of_memory("the plan of a sweep");
	free(text);
	return status;
}

gd_status gd_sweep_results_of(const gd_sweep_plan *plan, const char *directory, gd_sweep_result **results)
{
	char path[GD_PATH_ROOM + 16];
	*results = gd_allocate((size_t)plan->trials, sizeof **results);
	if (!*results)
		return gd_out_of_memory("the sweep's results");
	for (int t = 0; t < plan->trials; t++)
		(*results)[t] = gd_sweep_result_none();
	snprintf(path, sizeof path, "%s/sweep.h5", directory);
	return gd_sweep_file_read(path, plan, *results);
}
