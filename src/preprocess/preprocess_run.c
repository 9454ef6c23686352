#include "gd/preprocess/preprocess_run.h"

gd_status gd_preprocess_name_table(const gd_preprocess *run, gd_status status)
{
	if (status.code != GD_BAD_DATA)
		return status;
	return gd_error(GD_BAD_DATA, "cannot use '%s': %s", run->options->input, status.message);
}
